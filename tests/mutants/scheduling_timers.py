"""Mutants of timers: arguments, context, order, and cancelling."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from contextvars import Context
from typing import Any

from . import mutant
from .scheduling_parts import Args, Callback, HookedLoop, OwnTimer, OwnTimersLoop


@mutant(breaks="call_later.args_and_exactly_once", says="times after three runs; expected one call")
class PeriodicLoop(HookedLoop):
    """Arms its timers again when they have fired."""

    def later(self, delay: Any, callback: Callback, args: Args, context: Context | None) -> Any:
        """Arm the next one from the callback."""

        def run() -> None:
            self.later(delay, callback, args, context)
            callback(*args)

        return super().later(delay, run if delay else callback, () if delay else args, context)


@mutant(breaks="call_later.args_and_exactly_once", says="expected (1, 'a')")
class NoArgumentsForTimersLoop(HookedLoop):
    """Calls timers back without arguments."""

    def timer(self, when: Any, callback: Callback, args: Args, context: Context | None) -> Any:  # noqa: ARG002 - the fault
        """Drop the arguments."""
        return super().timer(when, callback, (), context)


@mutant(breaks="call_later.args_and_exactly_once", says="times after three runs; expected one call")
class FiresAgainLoop(HookedLoop):
    """Keeps the timers that have fired among those that are due in the next run."""

    def __init__(self) -> None:
        self.fired: list[tuple[Callback, Args]] = []
        super().__init__()

    def timer(self, when: Any, callback: Callback, args: Args, context: Context | None) -> Any:
        """Note that the timer has fired."""

        def run() -> None:
            self.fired.append((callback, args))
            callback(*args)

        return super().timer(when, run, (), context)

    def run_forever(self) -> None:
        """Fire them again."""
        fired, self.fired = self.fired, []
        for callback, args in fired:
            self.soon(callback, args, None)
        super().run_forever()


@mutant(breaks="call_later.context.explicit", says="a call_later() timer given a context")
class NoContextForTimersLoop(HookedLoop):
    """Drops the context of timers."""

    def timer(self, when: Any, callback: Callback, args: Args, context: Context | None) -> Any:  # noqa: ARG002 - the fault
        """Drop it."""
        return super().timer(when, callback, args, None)


@mutant(breaks="call_later.context.explicit", says="a call_at() timer given a context")
class NoContextForCallAtLoop(HookedLoop):
    """Drops the context of call_at(), and heeds that of call_later()."""

    def at(self, when: Any, callback: Callback, args: Args, context: Context | None) -> Any:  # noqa: ARG002 - the fault
        """Drop it."""
        return super().at(when, callback, args, None)


@mutant(breaks="call_later.context.default_snapshot", says="expected the value at the call")
class StartersContextForTimersLoop(HookedLoop):
    """Copies the context when a timer fires."""

    def timer(self, when: Any, callback: Callback, args: Args, context: Context | None) -> Any:
        """Copy the context in which the loop was started, then."""

        def run() -> None:
            self.starter.copy().run(callback, *args)

        if context is None:
            return super().timer(when, run, (), None)
        return super().timer(when, callback, args, context)


@mutant(breaks="timers.equal_deadlines.all_fire", says="fired as [3, 4]")
class KeyedByDeadlineLoop(OwnTimersLoop):
    """Keeps its timers by their deadlines."""

    def timer(self, when: Any, callback: Callback, args: Args, context: Context | None) -> Any:
        """Replace what has the same deadline."""
        self.timers = [timer for timer in self.timers if timer.deadline != when]
        return super().timer(when, callback, args, context)


@mutant(breaks="timers.equal_deadlines.all_fire", says="deadline of another timer raised TypeErr")
class ComparesCallbacksLoop(HookedLoop):
    """Has a heap of pairs of a deadline and a callback."""

    def __init__(self) -> None:
        self.heap: list[Any] = []
        super().__init__()

    def timer(self, when: Any, callback: Callback, args: Args, context: Context | None) -> Any:
        """Compare."""
        heapq.heappush(self.heap, (when, callback))
        return super().timer(when, callback, args, context)


@mutant(breaks="timers.order.by_deadline", says="expected the order of their deadlines")
@mutant(breaks="timers.order.overdue_by_deadline", says="fired as ['c', 'a', 'd', 'b']")
class CreationOrderLoop(OwnTimersLoop):
    """Fires the timer that was created first."""

    def take(self) -> OwnTimer:
        """The first."""
        return self.timers[0]


@mutant(breaks="timers.order.by_deadline", says="expected the order of their deadlines")
class ComparesHandlesLoop(OwnTimersLoop):
    """Has a heap of handles in which something else than deadlines is compared."""

    def take(self) -> OwnTimer:
        """The smallest one by the last digits of its deadline."""
        return min(self.timers, key=lambda timer: timer.deadline * 1e4 % 30)


@mutant(breaks="timers.order.overdue_by_deadline", says="fired as ['c', 'a', 'd', 'b']")
class OverdueInCreationOrderLoop(OwnTimersLoop):
    """Collects what is due in the order of creation."""

    def take(self) -> OwnTimer:
        """The first that is due."""
        return next((t for t in self.timers if t.deadline <= self.time()), super().take())


@mutant(breaks="timers.cancel.when_due_in_same_pass", says="expected ['first', 'control']")
class MovesDueLoop(OwnTimersLoop):
    """Asks whether timers were cancelled when they become due, not when they fire."""

    def fire(self) -> None:
        """Fire all that are due and not cancelled."""
        due = [timer for timer in self.timers if timer.deadline <= self.time()]
        self.timers = [timer for timer in self.timers if timer not in due]
        callbacks = [t.callback for t in sorted(due, key=lambda t: t.deadline) if not t.dead]
        for callback in callbacks:
            callback()


class _CleansUpLoop(OwnTimersLoop):
    """Counts the timers that are cancelled."""

    cancelled_ones = 0
    threshold = 100

    def cancelled_one(self) -> None:
        """Clean up at the threshold."""
        self.cancelled_ones += 1
        if self.cancelled_ones % self.threshold == 0:
            self.clean_up()

    def clean_up(self) -> None:
        """Remove what was cancelled. For mutants to override."""


@mutant(breaks="timers.cancel.many_leaves_rest_intact", says="left; expected each of the")
class DropsLiveTimersLoop(_CleansUpLoop):
    """Drops live timers together with the cancelled ones."""

    def clean_up(self) -> None:
        """Drop every other live timer."""
        for timer in [timer for timer in self.timers if not timer.dead][::2]:
            timer.dead = True


@mutant(breaks="timers.cancel.many_leaves_rest_intact", says="fired out of order")
class BreaksHeapLoop(_CleansUpLoop):
    """Takes cancelled timers out of its heap and does not mend it."""

    broken = False

    def clean_up(self) -> None:
        """Break the heap."""
        self.timers = [timer for timer in self.timers if not timer.dead]
        self.broken = True

    def take(self) -> OwnTimer:
        """Trust the heap."""
        return self.timers[0] if self.broken else super().take()


@mutant(breaks="timers.cancel.last_timer_lets_loop_idle", says="s of processor time")
class PollsForCancelledLoop(OwnTimersLoop):
    """Does not wait any more when a timer was cancelled."""

    def cancelled_one(self) -> None:
        """Begin to spin."""
        self.spin()

    def spin(self) -> None:
        """Go round once more, and so on."""
        self.soon(self.spin, (), None)


@mutant(breaks="timers.cancel.last_timer_lets_loop_idle", says="expected ['another thread']")
class StopsWithLastTimerLoop(OwnTimersLoop):
    """Ends a run when its last timer is cancelled."""

    def cancelled_one(self) -> None:
        """Stop with the next turn."""
        if all(timer.dead for timer in self.timers):
            self.soon(self.stop, (), None)


@mutant(breaks="timers.reschedule_from_callback", says="ran after all of them")
class SamePassLoop(HookedLoop):
    """Goes on over the timers that are due when one of them makes another."""

    def __init__(self) -> None:
        self.due: list[Callable[[], object]] | None = None
        super().__init__()

    def timer(self, when: Any, callback: Callback, args: Args, context: Context | None) -> Any:
        """Fire what is due at once, when timers are being fired."""

        def run() -> None:
            self.due = [lambda: callback(*args)]
            while self.due:
                self.due.pop(0)()
            self.due = None

        if self.due is not None and when <= self.time():
            self.due.append(lambda: callback(*args))
            return super().timer(when, str, (), None)
        return super().timer(when, run, (), context)


@mutant(breaks="timers.reschedule_from_callback", says="fired 1 times")
class LosesTimersOfTimersLoop(OwnTimersLoop):
    """Forgets what is added while it fires."""

    def fire(self) -> None:
        """Fire, and keep only what was there before."""
        before = self.timers.copy()
        super().fire()
        self.timers = [timer for timer in self.timers if timer in before]


@mutant(breaks="timers.survive_between_runs", says="expected the timer, once")
class RestartsDelaysLoop(OwnTimersLoop):
    """Counts delays from the start of a run."""

    def run_forever(self) -> None:
        """Put off what has not fired."""
        for timer in [timer for timer in self.timers if not timer.dead]:
            timer.dead = True
            self.timer(self.time() + 1, timer.callback, (), None)
        super().run_forever()


@mutant(breaks="timers.survive_between_runs", says="expected the timer, once")
class ForgetsTimersLoop(OwnTimersLoop):
    """Forgets its timers at the end of a run."""

    def run_forever(self) -> None:
        """Run, then forget."""
        super().run_forever()
        self.timers.clear()
