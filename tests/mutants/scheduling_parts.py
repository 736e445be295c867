"""What mutants of scheduling are built from; no mutants themselves.

All four methods that schedule a callback end in two hooks, `soon` and `timer`, so that
a mutant states its fault once. Steps of tasks are left alone: what a broken call_soon()
does to tasks is not judged here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import Context, copy_context
from typing import Any

from . import SoundLoop
from .task_steps import is_step

Callback = Callable[..., object]
Args = tuple[Any, ...]


class HookedLoop(SoundLoop):
    """Leads each scheduling method to a hook; `starter` is the context of the run."""

    def __init__(self) -> None:
        self.starter = copy_context()
        super().__init__()

    def run_forever(self) -> None:
        """Remember in which context the loop was started."""
        self.starter = copy_context()
        super().run_forever()

    def call_soon(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, context: Context | None = None
    ) -> Any:
        """Part the steps of tasks from the rest."""
        if is_step(callback) or self.is_closed():
            return super().call_soon(callback, *args, context=context)
        return self.soon(callback, args, context)

    def call_soon_threadsafe(  # type: ignore[override]  # as above
        self, callback: Any, *args: Any, context: Context | None = None
    ) -> Any:
        """Part the steps of tasks from the rest."""
        if is_step(callback) or self.is_closed():
            return super().call_soon_threadsafe(callback, *args, context=context)
        return self.soon_threadsafe(callback, args, context)

    def call_later(  # type: ignore[override]  # as above
        self, delay: Any, callback: Any, *args: Any, context: Context | None = None
    ) -> Any:
        """Lead to `later`."""
        return self.later(delay, callback, args, context)

    def call_at(  # type: ignore[override]  # as above
        self, when: Any, callback: Any, *args: Any, context: Context | None = None
    ) -> Any:
        """Lead to `at`."""
        return self.at(when, callback, args, context)

    def soon(self, callback: Callback, args: Args, context: Context | None) -> Any:
        """Schedule a callback. For mutants to override, like all below."""
        return super().call_soon(callback, *args, context=context)

    def soon_threadsafe(self, callback: Callback, args: Args, context: Context | None) -> Any:
        """Schedule a callback from any thread."""
        return super().call_soon_threadsafe(callback, *args, context=context)

    def later(self, delay: Any, callback: Callback, args: Args, context: Context | None) -> Any:
        """Make a timer that is due after a delay."""
        if delay is None:
            raise TypeError("the delay is None")
        return self.timer(self.time() + delay, callback, args, context)

    def at(self, when: Any, callback: Callback, args: Args, context: Context | None) -> Any:
        """Make a timer that is due at a time."""
        return self.timer(when, callback, args, context)

    def timer(self, when: Any, callback: Callback, args: Args, context: Context | None) -> Any:
        """Make a timer, whichever method was called."""
        return super().call_at(when, callback, *args, context=context)


class Wrapped:
    """A handle of no class of asyncio's, around the sound one."""

    inner: Any
    ran = False

    def __init__(self, loop: HookedLoop, callback: Callback, args: Args) -> None:
        self.loop, self.callback, self.args = loop, callback, args

    def run(self) -> None:
        """Call the callback."""
        self.ran = True
        callback, args = self.callback, self.args
        self.callback, self.args = str, ()
        callback(*args)

    def cancel(self) -> Any:
        """Cancel the sound handle."""
        self.callback, self.args = str, ()
        self.inner.cancel()

    def cancelled(self) -> Any:
        """What the sound handle says."""
        return self.inner.cancelled()

    def when(self) -> Any:
        """What the sound handle says."""
        return self.inner.when()

    def get_context(self) -> Any:
        """What the sound handle says."""
        return self.inner.get_context()


class WrappingLoop(HookedLoop):
    """Returns handles of the class that a mutant names."""

    wrapper: type[Wrapped] = Wrapped

    def soon(self, callback: Callback, args: Args, context: Context | None) -> Any:
        """Wrap the handle."""
        wrapped = self.wrapper(self, callback, args)
        wrapped.inner = super().soon(wrapped.run, (), context)
        return wrapped

    def timer(self, when: Any, callback: Callback, args: Args, context: Context | None) -> Any:
        """Wrap the handle."""
        wrapped = self.wrapper(self, callback, args)
        wrapped.inner = super().timer(when, wrapped.run, (), context)
        return wrapped


class OwnTimer(asyncio.TimerHandle):
    """A timer of an OwnTimersLoop."""

    # TimerHandle has slots for what it runs, but none of them is public.
    __slots__ = ("callback", "dead", "deadline", "owner")

    def __init__(
        self,
        owner: OwnTimersLoop,
        deadline: float,
        callback: Callback,
        args: Args,
        context: Context | None,
    ) -> None:
        context = copy_context() if context is None else context
        super().__init__(deadline, str, (), owner, context)
        self.owner, self.deadline, self.dead = owner, deadline, False
        self.callback: Callable[[], object] = lambda: context.run(callback, *args)

    def cancel(self) -> None:
        """Tell the loop."""
        if not self.dead:
            self.dead, self.callback = True, str
            self.owner.cancelled_one()

    def cancelled(self) -> bool:
        """Whether cancel() was called."""
        return self.dead


class OwnTimersLoop(HookedLoop):
    """Keeps timers of its own, so that a mutant can disturb their order.

    Each takes a place among the sound loop's timers; whichever is due there fires the
    first of these.
    """

    def __init__(self) -> None:
        self.timers: list[OwnTimer] = []
        super().__init__()

    def timer(self, when: Any, callback: Callback, args: Args, context: Context | None) -> Any:
        """Keep the timer here, and take a place there."""
        super().timer(when, self.fire, (), None)
        timer = OwnTimer(self, when, callback, args, context)
        self.timers.append(timer)
        return timer

    def take(self) -> OwnTimer:
        """The timer to fire next. For mutants to override, like all below."""
        return min(self.timers, key=lambda timer: timer.deadline)

    def cancelled_one(self) -> None:
        """Hear that a timer was cancelled."""

    def fire(self) -> None:
        """Fire the first timer."""
        if not self.timers:
            return
        timer = self.take()
        self.timers.remove(timer)
        if not timer.dead:
            timer.callback()
