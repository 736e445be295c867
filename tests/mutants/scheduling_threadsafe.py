"""Mutants of call_soon_threadsafe()."""

from __future__ import annotations

import asyncio
import errno
import threading
import time
from contextvars import Context
from typing import Any

from . import mutant
from .scheduling_parts import Args, Callback, HookedLoop


@mutant(
    breaks="call_soon_threadsafe.wakes_blocked_loop",
    says="expected the call to wake the loop, 3 times",
)
class NoWakeLoop(HookedLoop):
    """Appends to its queue and does not wake up."""

    def soon_threadsafe(self, callback: Callback, args: Args, context: Context | None) -> Any:
        """Do as call_soon() does."""
        return self.soon(callback, args, context)


@mutant(breaks="call_soon_threadsafe.wakes_repeatedly", says="expected an answer each time")
class WakesOnceLoop(HookedLoop):
    """Has a flag, set by the first call that wakes it and never reset."""

    woken = False

    def soon_threadsafe(self, callback: Callback, args: Args, context: Context | None) -> Any:
        """Wake the loop, the first time."""
        if self.woken:
            return self.soon(callback, args, context)
        self.woken = True
        return super().soon_threadsafe(callback, args, context)


@mutant(breaks="call_soon_threadsafe.wakes_repeatedly", says="was answered 20 times")
class NeverEmptiesPipeLoop(HookedLoop):
    """Wakes up through a pipe that is full after some calls."""

    room = 20

    def soon_threadsafe(self, callback: Callback, args: Args, context: Context | None) -> Any:
        """Wake the loop while there is room."""
        self.room -= 1
        if self.room < 0:
            return self.soon(callback, args, context)
        return super().soon_threadsafe(callback, args, context)


@mutant(breaks="call_soon_threadsafe.runs_in_loop_thread", says="[(False, False)]; expected")
class CallersThreadLoop(HookedLoop):
    """Runs the callback in the thread that submits it."""

    def soon_threadsafe(self, callback: Callback, args: Args, context: Context | None) -> Any:
        """Call it here and now."""
        callback(*args)
        return asyncio.Handle(callback, args, self, context)


@mutant(breaks="call_soon_threadsafe.runs_in_loop_thread", says="[(False, False)]; expected")
class HelperThreadLoop(HookedLoop):
    """Runs the callback in a thread made for it."""

    def soon_threadsafe(self, callback: Callback, args: Args, context: Context | None) -> Any:
        """Call it there, and wait for its end."""
        helper = threading.Thread(target=callback, args=args)
        helper.start()
        helper.join()
        return asyncio.Handle(callback, args, self, context)


class _HandingOverLoop(HookedLoop):
    """Hands callbacks over in batches."""

    def __init__(self) -> None:
        self.handed: list[tuple[Callback, Args]] = []
        super().__init__()

    def soon_threadsafe(self, callback: Callback, args: Args, context: Context | None) -> Any:
        """Hand a callback over."""
        self.hand((callback, args))
        return super().soon_threadsafe(self.take_over, (), context)

    def hand(self, one: tuple[Callback, Args]) -> None:
        """Add to the batch. For mutants to override, like the next one."""
        self.handed.append(one)

    def take_over(self) -> None:
        """Run the batch."""
        batch, self.handed = self.handed, []
        for callback, args in batch:
            callback(*args)


@mutant(breaks="call_soon_threadsafe.order_per_thread", says="were run; expected 2000")
class UnlockedLoop(_HandingOverLoop):
    """Lets two threads change its queue at once."""

    def hand(self, one: tuple[Callback, Args]) -> None:
        """Read, let others run, write."""
        handed = [*self.handed, one]
        time.sleep(0)
        self.handed = handed


@mutant(breaks="call_soon_threadsafe.order_per_thread", says="in the order of submission")
@mutant(breaks="call_soon_threadsafe.before_run", says="ran ['other thread', 'own thread']")
class ReversesBatchLoop(_HandingOverLoop):
    """Hands a batch over in reverse."""

    def take_over(self) -> None:
        """Run the last one first."""
        self.handed.reverse()
        super().take_over()


@mutant(breaks="call_soon_threadsafe.same_thread_order", says="ran as [1, 3, 2]")
class SecondQueueLoop(HookedLoop):
    """Runs what was submitted safely behind the rest."""

    def soon_threadsafe(self, callback: Callback, args: Args, context: Context | None) -> Any:
        """Queue the callback from a callback."""
        return super().soon_threadsafe(self.soon, (callback, args, context), None)


@mutant(breaks="call_soon_threadsafe.same_thread_order", says="had run [[2]] by the time it")
class AtOnceInOwnThreadLoop(HookedLoop):
    """Calls the callback at once when it is running in the same thread."""

    thread = 0

    def run_forever(self) -> None:
        """Remember the thread."""
        self.thread = threading.get_ident()
        super().run_forever()

    def soon_threadsafe(self, callback: Callback, args: Args, context: Context | None) -> Any:
        """Take the shortcut."""
        if not self.is_running() or threading.get_ident() != self.thread:
            return super().soon_threadsafe(callback, args, context)
        callback(*args)
        return asyncio.Handle(callback, args, self, context)


@mutant(breaks="call_soon_threadsafe.before_run", says="on a stopped loop raised RuntimeError")
class InsistsOnRunLoop(HookedLoop):
    """Raises RuntimeError while it is not running."""

    def soon_threadsafe(self, callback: Callback, args: Args, context: Context | None) -> Any:
        """Insist."""
        if not self.is_running():
            raise RuntimeError("the loop is not running")
        return super().soon_threadsafe(callback, args, context)


@mutant(breaks="call_soon_threadsafe.before_run", says="expected both callbacks, in order")
class DropsWhileStoppedLoop(HookedLoop):
    """Loses what is submitted while it is not running."""

    def soon_threadsafe(self, callback: Callback, args: Args, context: Context | None) -> Any:
        """Lose it."""
        if not self.is_running():
            return asyncio.Handle(callback, args, self, context)
        return super().soon_threadsafe(callback, args, context)


@mutant(breaks="call_soon_threadsafe.closed_loop", says="raised OSError(")
class ClosedDescriptorLoop(HookedLoop):
    """Writes to its descriptor before it asks whether it is closed."""

    def call_soon_threadsafe(  # type: ignore[override]  # typeshed ties args to the callback
        self, callback: Any, *args: Any, **options: Any
    ) -> Any:
        """Write."""
        if self.is_closed():
            raise OSError(errno.EBADF, "Bad file descriptor")
        return super().call_soon_threadsafe(callback, *args, **options)


@mutant(breaks="call_soon_threadsafe.closed_loop", says="raised nothing; expected RuntimeError")
class ClosedAndSilentLoop(HookedLoop):
    """Drops what is submitted after its end."""

    def call_soon_threadsafe(  # type: ignore[override]  # as above
        self, callback: Any, *args: Any, **options: Any
    ) -> Any:
        """Drop it."""
        if self.is_closed():
            return None
        return super().call_soon_threadsafe(callback, *args, **options)


@mutant(breaks="call_soon_threadsafe.context.explicit", says="expected ['given']")
class DropsThreadsContextLoop(HookedLoop):
    """Drops the context that comes from a thread."""

    def soon_threadsafe(self, callback: Callback, args: Args, context: Context | None) -> Any:  # noqa: ARG002 - the fault
        """Drop it."""
        return super().soon_threadsafe(callback, args, None)


@mutant(
    breaks="call_soon_threadsafe.context.explicit",
    says="expected the change in the given context alone",
)
class CopiesThreadsContextLoop(HookedLoop):
    """Copies the context that comes from a thread."""

    def soon_threadsafe(self, callback: Callback, args: Args, context: Context | None) -> Any:
        """Copy it."""
        return super().soon_threadsafe(callback, args, context and context.copy())


@mutant(
    breaks="call_soon_threadsafe.context.default_is_callers", says="read ['loop']; expected ['th"
)
class PicksContextUpLoop(HookedLoop):
    """Copies the context when it picks the callback up."""

    def soon_threadsafe(self, callback: Callback, args: Args, context: Context | None) -> Any:
        """Copy the context in which the loop was started, then."""

        def run() -> None:
            self.starter.copy().run(callback, *args)

        if context is None:
            return super().soon_threadsafe(run, (), None)
        return super().soon_threadsafe(callback, args, context)


@mutant(breaks="call_soon_threadsafe.handle_cancel", says="ran ['cancelled', 'control']")
class DetachedHandleLoop(HookedLoop):
    """Returns a handle that is not the one in the queue."""

    def soon_threadsafe(self, callback: Callback, args: Args, context: Context | None) -> Any:
        """Make a second handle."""
        super().soon_threadsafe(callback, args, context)
        return asyncio.Handle(callback, args, self, context)
