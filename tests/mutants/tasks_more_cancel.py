"""Broken loops: Task.cancel(), its delivery and how far it reaches."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from . import SoundLoop, mutant
from .tasks_more_parts import ShapedLoop, SteppedTask, Steps


class _SaysNothing(asyncio.Task[Any]):
    def cancel(self, msg: Any = None) -> bool:
        super().cancel(msg)
        return None  # type: ignore[return-value]  # the fault


@mutant(breaks="task.cancel.raises_in_coroutine", says="returned None; expected True")
class CancelSaysNothingLoop(ShapedLoop):
    """Has a cancel() that returns nothing."""

    task_class = _SaysNothing


class _EndsWithoutCoroutine(Steps):
    def throw(self, *error: Any) -> Any:
        if isinstance(error[0], asyncio.CancelledError):
            raise error[0]
        return super().throw(*error)


@mutant(breaks="task.cancel.raises_in_coroutine", says="the coroutine saw [] at its await")
class CancelsWithoutThrowingLoop(ShapedLoop):
    """Ends a cancelled task and leaves its coroutine where it is."""

    steps = _EndsWithoutCoroutine


class _ThrowsAtOnce(asyncio.Task[Any]):
    def cancel(self, msg: Any = None) -> bool:
        with contextlib.suppress(StopIteration, asyncio.CancelledError):
            self.get_coro().throw(asyncio.CancelledError(msg))
        return super().cancel(msg)


@mutant(breaks="task.cancel.not_synchronous", says="the coroutine had run ['finally'] and done()")
class ThrowsAtOnceLoop(ShapedLoop):
    """Throws into the coroutine inside cancel()."""

    task_class = _ThrowsAtOnce


class _DoneAtOnce(asyncio.Task[Any]):
    asked = False

    def cancel(self, msg: Any = None) -> bool:
        self.asked = not super().done()
        return super().cancel(msg)

    def done(self) -> bool:
        return self.asked or super().done()


@mutant(breaks="task.cancel.not_synchronous", says="done() was True; expected nothing, and False")
class DoneAtOnceLoop(ShapedLoop):
    """Takes a task for done when it was asked to cancel itself."""

    task_class = _DoneAtOnce


class _FirstStep(Steps):
    started = False

    def send(self, value: Any) -> Any:
        self.started = True
        return super().send(value)


class _StartsFirst(_FirstStep):
    def throw(self, *error: Any) -> Any:
        if not self.started:
            self.send(None)
        return super().throw(*error)


@mutant(breaks="task.cancel.before_first_step", says="['control', 'cancelled'] ran")
class StartsBeforeItCancelsLoop(ShapedLoop):
    """Takes the first step before it throws."""

    steps = _StartsFirst


class _DropsUnstarted(_FirstStep):
    def throw(self, *error: Any) -> Any:
        if not self.started:
            raise error[0]
        return super().throw(*error)


@mutant(breaks="task.cancel.before_first_step", says="brought the warning")
class DropsUnstartedCoroutineLoop(ShapedLoop):
    """Forgets the coroutine of a task that was cancelled early."""

    steps = _DropsUnstarted


class _AlwaysTrue(asyncio.Task[Any]):
    def cancel(self, msg: Any = None) -> bool:
        super().cancel(msg)
        return True


@mutant(breaks="task.cancel.done_returns_false", says="returned True; expected False")
class CancelAlwaysTrueLoop(ShapedLoop):
    """Has a cancel() that returns True for a task that is done."""

    task_class = _AlwaysTrue


class _CancelledAfterwards(asyncio.Task[Any]):
    asked = False

    def cancel(self, msg: Any = None) -> bool:
        self.asked = self.done()
        return super().cancel(msg)

    def cancelled(self) -> bool:
        return super().cancelled() or (self.asked and self.done())


@mutant(breaks="task.cancel.done_returns_false", says="to 'cancelled'; expected no change")
class CancelsTheDoneLoop(ShapedLoop):
    """Takes a task that is done for cancelled once cancel() is called."""

    task_class = _CancelledAfterwards


class _NoMessage(asyncio.Task[Any]):
    def cancel(self, msg: Any = None) -> bool:  # noqa: ARG002 - the fault
        return super().cancel()


@mutant(breaks="task.cancel.message", says="{'coroutine': (), 'awaiter': ()}")
class NoMessageLoop(ShapedLoop):
    """Drops the message of cancel()."""

    task_class = _NoMessage


class _MessageStays(Steps):
    def throw(self, *error: Any) -> Any:
        try:
            return super().throw(*error)
        except asyncio.CancelledError:
            raise asyncio.CancelledError from None


@mutant(breaks="task.cancel.message", says="{'coroutine': ('why',), 'awaiter': ()}")
class MessageStaysInTaskLoop(ShapedLoop):
    """Keeps the message from whoever awaits the task."""

    steps = _MessageStays


class _Shielded(Steps):
    def send(self, value: Any) -> Any:
        yielded = super().send(value)
        if not self.is_shielded(yielded):
            return yielded
        relay = self.loop.create_future()
        yielded.add_done_callback(lambda _: relay.done() or relay.set_result(None))
        return self.swap(yielded, relay)

    def is_shielded(self, yielded: Any) -> bool:
        return self.awaits_another(yielded)


@mutant(breaks="task.cancel.propagates_to_awaited", says="'inner': 'pending'")
class ShieldsLoop(ShapedLoop):
    """Leaves alone what a cancelled task awaits."""

    steps = _Shielded


class _ShieldsFutures(_Shielded):
    def is_shielded(self, yielded: Any) -> bool:
        return self.awaits_another(yielded) and not isinstance(yielded, asyncio.Task)


@mutant(
    breaks="task.cancel.propagates_to_awaited",
    says="'future': 'pending', 'inner': 'cancelled', 'outer': 'cancelled'",
)
class OneLevelLoop(ShapedLoop):
    """Cancels the task that is awaited, not the future that this one awaits."""

    steps = _ShieldsFutures


class _Noted(Steps):
    awaits: Any = None

    def send(self, value: Any) -> Any:
        self.awaits = super().send(value)
        return self.awaits

    @property
    def is_late(self) -> bool:
        return asyncio.isfuture(self.awaits) and self.awaits.done() and not self.awaits.cancelled()


class _LosesLate(SteppedTask):
    def cancel(self, msg: Any = None) -> bool:
        return True if self.get_steps().is_late and not self.done() else super().cancel(msg)


@mutant(breaks="task.cancel.awaited_already_done", says="the coroutine saw ['resumed']")
class LosesLateCancelLoop(ShapedLoop):
    """Loses a cancel() that comes when the awaited future is done."""

    steps = _Noted
    task_class = _LosesLate


class _DeliversLate(_Noted):
    owed: Any = None

    def throw(self, *error: Any) -> Any:
        if self.is_late:
            self.owed = error
            return super().send(None)
        return super().throw(*error)

    def send(self, value: Any) -> Any:
        if self.owed is None:
            return super().send(value)
        owed, self.owed = self.owed, None
        return self.coro.throw(*owed)


@mutant(breaks="task.cancel.awaited_already_done", says="saw ['resumed', 'CancelledError']")
class DeliversLateLoop(ShapedLoop):
    """Delivers such a cancel() only at the next await."""

    steps = _DeliversLate


class _Timer:
    """The handle of a timer that complains when it was cancelled."""

    def __init__(self, loop: Any, callback: Any, args: Any) -> None:
        self.loop, self.callback, self.args = loop, callback, args
        self.was_cancelled = False

    def cancel(self) -> None:
        self.was_cancelled = True

    def fire(self) -> None:
        if self.was_cancelled:
            self.loop.call_exception_handler({"message": "a cancelled timer fired"})
        else:
            self.callback(*self.args)


@mutant(breaks="task.cancel.sleep_leaves_no_residue", says="reported ['a cancelled timer fired']")
class FiresCancelledTimersLoop(SoundLoop):
    """Fires cancelled timers, and finds fault with them."""

    def call_later(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, delay: float, callback: Any, *args: Any, **kwargs: Any
    ) -> Any:
        """Make a timer that can't be cancelled."""
        timer = _Timer(self, callback, args)
        super().call_later(delay, timer.fire, **kwargs)
        return timer


class _BrittleTimer(_Timer):
    def cancel(self) -> None:
        raise ValueError("no such timer")


@mutant(breaks="task.cancel.sleep_leaves_no_residue", says="raised ValueError('no such timer')")
class BrittleTimersLoop(SoundLoop):
    """Has timers whose cancel() fails."""

    def call_later(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, delay: float, callback: Any, *args: Any, **kwargs: Any
    ) -> Any:
        """Make a timer that can't be cancelled."""
        timer = _BrittleTimer(self, callback, args)
        super().call_later(delay, timer.fire, **kwargs)
        return timer
