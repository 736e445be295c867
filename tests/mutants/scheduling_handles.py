"""Mutants of handles: what they are, what they tell, and what cancelling does."""

from __future__ import annotations

from contextvars import Context
from typing import Any

from . import mutant
from .scheduling_parts import Args, Callback, HookedLoop, Wrapped, WrappingLoop
from .task_steps import QueueLoop


@mutant(
    breaks="call_later.returns.timer_handle_instance",
    says="expected an instance of asyncio.TimerHandle",
)
class ForeignTimerLoop(WrappingLoop):
    """Returns timers of a class of its own."""


class _Over(Wrapped):
    @property
    def is_over(self) -> bool:
        """Whether the callback ran or was cancelled."""
        return self.ran or self.inner.cancelled()


class _WhenIsLost(_Over):
    def when(self) -> Any:
        if self.is_over:
            raise ValueError("the timer is over")
        return self.inner.when()


@mutant(
    breaks="call_later.returns.timer_handle_interface", says="timer came to {'when()': ValueErr"
)
class WhenIsLostLoop(WrappingLoop):
    """Has timers that don't know their deadline when they are over."""

    wrapper = _WhenIsLost


class _LateCancelRaises(Wrapped):
    def cancel(self) -> Any:
        if self.ran:
            raise LookupError("no such timer")
        self.inner.cancel()


@mutant(
    breaks="call_later.returns.timer_handle_interface", says="timer came to {'cancel()': Lookup"
)
@mutant(
    breaks="handle.cancel.idempotent_and_after_run", says="handle, after run, raised [LookupErr"
)
class LateCancelRaisesLoop(WrappingLoop):
    """Looks for what is cancelled in a queue where it is no longer."""

    wrapper = _LateCancelRaises


class _WholeWhen(Wrapped):
    def when(self) -> Any:
        return int(self.inner.when())


@mutant(breaks="call_later.returns.timer_handle_interface", says="timer came to {'when()': ")
class WholeWhenLoop(WrappingLoop):
    """Returns deadlines as whole numbers."""

    wrapper = _WholeWhen


@mutant(breaks="call_later.zero_delay.returns_timer_handle", says="which has no when()")
class ShortcutLoop(HookedLoop):
    """Hands what is due at once to call_soon()."""

    def timer(self, when: Any, callback: Callback, args: Args, context: Context | None) -> Any:
        """Take the shortcut."""
        if when <= self.time() + 0.001:
            return self.soon(callback, args, context)
        return super().timer(when, callback, args, context)


class _WhenIsDelay(Wrapped):
    def when(self) -> Any:
        return self.inner.when() - self.loop.time()


@mutant(breaks="timer_handle.when.value", says="expected 5 s later than that")
class WhenIsDelayLoop(WrappingLoop):
    """Returns the time that is left."""

    wrapper = _WhenIsDelay


class _WhenInMilliseconds(Wrapped):
    def when(self) -> Any:
        return self.inner.when() * 1000


@mutant(breaks="timer_handle.when.value", says="expected 5 s later than that")
@mutant(
    breaks="call_later.zero_delay.returns_timer_handle", says="s after the call; expected the t"
)
class WhenInMillisecondsLoop(WrappingLoop):
    """Returns deadlines in milliseconds."""

    wrapper = _WhenInMilliseconds


class _WhenIsCleared(_Over):
    def when(self) -> Any:
        return 0.0 if self.is_over else self.inner.when()


@mutant(breaks="timer_handle.when.stable_after_cancel", says="and 0.0 when it was cancelled")
@mutant(breaks="timer_handle.when.stable_after_cancel", says="and 0.0 when it was fired")
class WhenIsClearedLoop(WrappingLoop):
    """Clears the deadline of what is over."""

    wrapper = _WhenIsCleared


class _NotHeard(Wrapped):
    flag = False

    def cancel(self) -> Any:
        self.flag = True

    def cancelled(self) -> Any:
        return self.flag


@mutant(breaks="handle.cancel.prevents_call", says="call_soon() ran [0, 1, 2]")
@mutant(breaks="timers.cancel.prevents_call", says="expected ['control']")
class CancelIsNotHeardLoop(WrappingLoop):
    """Has a cancel() that is forgotten when the loop runs."""

    wrapper = _NotHeard


class _CancelsNeighbour(Wrapped):
    latest: _CancelsNeighbour | None = None
    next: _CancelsNeighbour | None = None

    def __init__(self, loop: HookedLoop, callback: Callback, args: Args) -> None:
        super().__init__(loop, callback, args)
        if _CancelsNeighbour.latest is not None:
            _CancelsNeighbour.latest.next = self
        _CancelsNeighbour.latest = self

    def cancel(self) -> Any:
        (self.next or self).inner.cancel()


@mutant(breaks="handle.cancel.prevents_call", says="call_soon() ran [0, 1]; expected")
class CancelsNeighbourLoop(WrappingLoop):
    """Takes the next entry out of the queue."""

    wrapper = _CancelsNeighbour


@mutant(breaks="handle.cancel.from_earlier_callback", says="expected the first and the third")
class CopiesTurnLoop(QueueLoop):
    """Takes the callables of a turn out of their handles before it runs them."""

    def _run_one(self) -> None:
        turn = [(q.callback, q.args, q.context) for q in self.queue if not q.cancelled()]
        self.queue.clear()
        for callback, args, context in turn:
            context.run(callback, *args)


class _OnlyOnce(Wrapped):
    def cancel(self) -> Any:
        if self.inner.cancelled():
            raise ValueError("already cancelled")
        self.inner.cancel()


@mutant(breaks="handle.cancel.idempotent_and_after_run", says="handle, twice, raised [ValueError")
class CancelOnlyOnceLoop(WrappingLoop):
    """Raises at the second cancel()."""

    wrapper = _OnlyOnce


class _NeedsOpenLoop(Wrapped):
    def cancel(self) -> Any:
        if self.loop.is_closed():
            raise RuntimeError("the loop is closed")
        self.inner.cancel()


@mutant(breaks="handle.cancel.idempotent_and_after_run", says="after close, raised [RuntimeError")
class CancelNeedsOpenLoop(WrappingLoop):
    """Looks for its queue, which close() has taken away."""

    wrapper = _NeedsOpenLoop


class _MovesOn(Wrapped):
    def cancel(self) -> Any:
        if self.ran and isinstance(self.loop, LosesNextLoop):
            self.loop.lost = True
        self.inner.cancel()


@mutant(
    breaks="handle.cancel.idempotent_and_after_run",
    says="handle, while running, the callback and a control ran as ['callback']",
)
class LosesNextLoop(WrappingLoop):
    """Loses the next callback with arguments when one cancels itself."""

    wrapper = _MovesOn
    lost = False

    def soon(self, callback: Callback, args: Args, context: Context | None) -> Any:
        """Let a callback be lost."""
        return super().soon(self.maybe, (callback, args), context)

    def timer(self, when: Any, callback: Callback, args: Args, context: Context | None) -> Any:
        """Let a callback be lost."""
        return super().timer(when, self.maybe, (callback, args), context)

    def maybe(self, callback: Callback, args: Args) -> None:
        """Call the callback, unless it is to be lost."""
        if args and self.lost:
            self.lost = False
        else:
            callback(*args)


class _CancelledWhenRun(_Over):
    def cancelled(self) -> Any:
        return self.is_over


@mutant(breaks="handle.cancelled.values", says="'executed': 'True'")
class CancelledWhenRunLoop(WrappingLoop):
    """Has a cancelled() that is true for all that is over."""

    wrapper = _CancelledWhenRun


class _WholeCancelled(Wrapped):
    def cancelled(self) -> Any:
        return int(self.inner.cancelled())


@mutant(breaks="handle.cancelled.values", says="'pending': '0', 'cancelled': '1'")
class WholeCancelledLoop(WrappingLoop):
    """Has a cancelled() that returns a number."""

    wrapper = _WholeCancelled


class _Keeps(Wrapped):
    def cancel(self) -> Any:
        self.inner.cancel()


@mutant(breaks="handle.cancel.releases_references", says="the callback and the argument of a canc")
class KeepsCancelledLoop(WrappingLoop):
    """Has handles that keep callback and arguments when they are cancelled."""

    wrapper = _Keeps
