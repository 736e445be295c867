"""Mutants of call_soon(): order, number and time of the calls."""

from __future__ import annotations

import types
import weakref
from contextvars import Context
from typing import Any

from . import mutant
from .scheduling_parts import Args, Callback, HookedLoop
from .task_steps import Queued, QueueLoop

MANY = 256


@mutant(breaks="call_soon.order.fifo", says="expected the order of their registration")
class NewestCallbackFirstLoop(QueueLoop):
    """Has a stack for a ready queue."""

    def take(self) -> Queued:
        """Take the newest of this turn."""
        return self.queue.pop(self.due - 1)


@mutant(breaks="call_soon.order.fifo", says="expected the order of their registration")
class SplitsLargeTurnsLoop(QueueLoop):
    """Cuts a long queue into pieces, and begins with the last one."""

    def take(self) -> Queued:
        """Take the first of the last piece."""
        return self.queue.pop((self.due - 1) // MANY * MANY)


@mutant(breaks="call_soon.order.fifo", says="only the first 256 of 1000 callbacks ran")
class BoundedQueueLoop(HookedLoop):
    """Has a ring of so many places, and loses what comes when it is full."""

    waiting = 0

    def soon(self, callback: Callback, args: Args, context: Context | None) -> Any:
        """Queue a callback that has arguments, if there is room."""
        if not args:
            return super().soon(callback, args, context)
        self.waiting += 1
        return super().soon(callback if self.waiting <= MANY else str, args, context)


@mutant(breaks="call_soon.exactly_once", says="had been called [1, 1, 1] times")
class DeduplicatingLoop(HookedLoop):
    """Takes a callback that waits already for the same registration."""

    def __init__(self) -> None:
        self.waiting: dict[Any, Any] = {}
        super().__init__()

    def soon(self, callback: Callback, args: Args, context: Context | None) -> Any:
        """Return the handle of the callback that waits."""
        key = (callback, tuple(map(id, args)))

        def run() -> None:
            self.waiting.pop(key, None)
            callback(*args)

        if key not in self.waiting:
            self.waiting[key] = super().soon(run, (), context)
        return self.waiting[key]


@mutant(breaks="call_soon.exactly_once", says="had been called [3, 6, ")
class RunsAgainLoop(HookedLoop):
    """Does not empty what was queued before a run."""

    def __init__(self) -> None:
        self.queued: list[tuple[Callback, Args]] = []
        super().__init__()

    def soon(self, callback: Callback, args: Args, context: Context | None) -> Any:
        """Note what is queued before a run, with arguments."""
        if args and not self.is_running():
            self.queued.append((callback, args))
        return super().soon(callback, args, context)

    def run_forever(self) -> None:
        """Queue it all again after the run."""
        super().run_forever()
        for callback, args in self.queued:
            super().soon(callback, args, None)


@mutant(breaks="call_soon.not_synchronous", says="had run [['callback']] by the time it returned")
class CallsAtOnceLoop(HookedLoop):
    """Calls a callback with arguments at once when it is running."""

    def soon(self, callback: Callback, args: Args, context: Context | None) -> Any:
        """Call it, and return the handle of nothing."""
        if not self.is_running() or not args:
            return super().soon(callback, args, context)
        callback(*args)
        return super().soon(str, (), context)


@mutant(breaks="call_soon.nested_goes_to_next_iteration", says="ran ['a', 'b', 'a2']; expected")
@mutant(breaks="call_soon.no_starvation_of_timers", says="did not fire in")
@mutant(breaks="call_soon.no_starvation_of_io", says="heard [] of an event")
class DrainsReadyLoop(QueueLoop):
    """Runs callbacks until none is left, before it looks at timers and at I/O."""

    def _run_one(self) -> None:
        while self.queue:
            queued = self.queue.pop(0)
            if not queued.cancelled():
                queued.context.run(queued.callback, *queued.args)


@mutant(breaks="call_soon.nested_goes_to_next_iteration", says="ran ['a', 'a2', 'b']; expected")
class NestedFirstLoop(QueueLoop):
    """Puts what a callback registers before all others."""

    def put(self, queued: Queued) -> None:
        """Insert at the front while running."""
        self.queue.insert(0 if self.is_running() else len(self.queue), queued)


@mutant(breaks="call_soon.nested_goes_to_next_iteration", says="ran ['a', 'b']; expected a, b, a2")
class LosesNestedLoop(HookedLoop):
    """Ends a run by forgetting what was registered during it."""

    run = 0

    def run_forever(self) -> None:
        """Count the runs."""
        self.run += 1
        super().run_forever()

    def soon(self, callback: Callback, args: Args, context: Context | None) -> Any:
        """Tie a callback that has arguments to the run in which it was registered."""
        if not self.is_running() or not args:
            return super().soon(callback, args, context)
        run = self.run
        return super().soon(lambda: run == self.run and callback(*args), (), context)


@mutant(breaks="call_soon.callback.released_after_run", says="was still alive after one more turn")
class KeepsHistoryLoop(HookedLoop):
    """Keeps what it has run."""

    def __init__(self) -> None:
        self.history: list[Any] = []
        super().__init__()

    def soon(self, callback: Callback, args: Args, context: Context | None) -> Any:
        """Write the callback down."""
        self.history.append((callback, args))
        return super().soon(callback, args, context)


@mutant(breaks="call_soon.callback.released_after_run", says="was still alive after one more turn")
class KeepsLastLoop(HookedLoop):
    """Keeps what it ran last until it runs something else."""

    last: object = None

    def soon(self, callback: Callback, args: Args, context: Context | None) -> Any:
        """Have the callback written down when it runs."""

        def run() -> None:
            self.last = (callback, args)
            callback(*args)

        return super().soon(run, (), context)


@mutant(breaks="call_soon.callback.released_after_run", says="a callback that call_later() had run")
class KeepsFiredTimersLoop(HookedLoop):
    """Keeps the timers that have fired."""

    def __init__(self) -> None:
        self.history: list[Any] = []
        super().__init__()

    def timer(self, when: Any, callback: Callback, args: Args, context: Context | None) -> Any:
        """Write the callback down."""
        self.history.append((callback, args))
        return super().timer(when, callback, args, context)


def _weakly(callback: Callback) -> Callback:
    """The callback; when it is a method, by way of a weak reference."""
    if not isinstance(callback, types.MethodType):
        return callback
    reference = weakref.WeakMethod(callback)

    def call(*args: Any) -> None:
        method = reference()
        if method is not None:
            method(*args)

    return call


@mutant(breaks="call_soon.callback.kept_until_run", says="call_soon() with a method")
class WeakCallbacksLoop(HookedLoop):
    """Holds methods weakly in its ready queue."""

    def soon(self, callback: Callback, args: Args, context: Context | None) -> Any:
        """Reference a method weakly."""
        return super().soon(_weakly(callback), args, context)


@mutant(breaks="call_soon.callback.kept_until_run", says="call_later() with a method")
class WeakTimersLoop(HookedLoop):
    """Holds methods weakly in its timers."""

    def timer(self, when: Any, callback: Callback, args: Args, context: Context | None) -> Any:
        """Reference a method weakly."""
        return super().timer(when, _weakly(callback), args, context)
