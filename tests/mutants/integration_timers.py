"""Broken loops: their timers, under sleep(), wait_for() and timeout()."""

from __future__ import annotations

import asyncio
from typing import Any

from . import SoundLoop, mutant


class TimerLoop(SoundLoop):
    """Makes every timer by way of `make_timer`."""

    def call_at(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, when: float, callback: Any, *args: Any, **options: Any
    ) -> Any:
        """Make a timer."""
        return self.make_timer(when, callback, *args, **options)

    def call_later(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, delay: float, callback: Any, *args: Any, **options: Any
    ) -> Any:
        """Make a timer."""
        return self.make_timer(self.time() + delay, callback, *args, **options)

    def make_timer(self, when: float, callback: Any, *args: Any, **options: Any) -> Any:
        """Make a timer. For mutants to override."""
        return super().call_at(when, callback, *args, **options)


@mutant(breaks="sleep.duration_and_result", says="s on the loop's clock; expected 0.01 s at least")
class EarlyTimersLoop(TimerLoop):
    """Rounds delays down to tenths of a second."""

    def make_timer(self, when: float, *args: Any, **options: Any) -> Any:
        """Round."""
        now = self.time()
        return super().make_timer(now + int((when - now) * 10) / 10, *args, **options)


@mutant(breaks="sleep.duration_and_result", says="returned None; expected that object")
class ArgumentlessTimersLoop(TimerLoop):
    """Loses the last argument of a timer's callback."""

    def make_timer(self, when: float, callback: Any, *args: Any, **options: Any) -> Any:
        """Replace it."""
        lost = (*args[:-1], None) if len(args) > 1 else args
        return super().make_timer(when, callback, *lost, **options)


@mutant(breaks="sleep.concurrent", says="expected them to sleep at the same time")
class OneTimerAtATimeLoop(TimerLoop):
    """Begins a timer when the one before it has fired."""

    end = 0.0

    def make_timer(self, when: float, *args: Any, **options: Any) -> Any:
        """Put it after the last one."""
        self.end = max(self.end, self.time()) + when - self.time()
        return super().make_timer(self.end, *args, **options)


@mutant(breaks="sleep.concurrent", says="raised OverflowError('no more than 64 timers')")
class FewTimersLoop(TimerLoop):
    """Has room for 64 timers."""

    made = 0

    def make_timer(self, when: float, *args: Any, **options: Any) -> Any:
        """Count."""
        self.made += 1
        if self.made > 64:
            raise OverflowError("no more than 64 timers")
        return super().make_timer(when, *args, **options)


@mutant(breaks="sleep.concurrent", says="expected ascending numbers")
class SecondWheelLateLoop(TimerLoop):
    """Keeps every other timer in a second wheel, which is late."""

    made = 0

    def make_timer(self, when: float, *args: Any, **options: Any) -> Any:
        """Choose a wheel."""
        self.made += 1
        return super().make_timer(when + 0.01 * (self.made % 2), *args, **options)


class ShapedHandle:
    """A timer's handle, open to be got wrong."""

    def __init__(self, loop: Any, handle: Any) -> None:
        self.loop, self.handle = loop, handle

    def __getattr__(self, name: str) -> Any:
        return getattr(self.handle, name)


class _Swept(ShapedHandle):
    """A handle that has its loop sweep when enough of them were cancelled."""

    def cancel(self) -> None:
        self.handle.cancel()
        self.loop.sweep()


@mutant(breaks="wait_for.timeout", says="gave: pending; expected TimeoutError")
class SweepsTooMuchLoop(TimerLoop):
    """Drops all timers when a hundred of them were cancelled."""

    cancelled = 0

    def __init__(self) -> None:
        self.timers: list[Any] = []
        super().__init__()

    def make_timer(self, *args: Any, **options: Any) -> Any:
        """Make one that counts."""
        handle = super().make_timer(*args, **options)
        self.timers.append(handle)
        return _Swept(self, handle)

    def sweep(self) -> None:
        """Drop them."""
        self.cancelled += 1
        if self.cancelled == 100:
            for timer in self.timers:
                timer.cancel()


@mutant(breaks="wait_for.timeout", says="gave: pending; expected TimeoutError")
@mutant(breaks="timeout.expires", says="gave: pending; expected it to have returned")
@mutant(breaks="timeout.reschedule", says="gave: pending; expected that it raised TimeoutError")
@mutant(breaks="timeout.nested", says="TimeoutError came from []")
@mutant(breaks="wait.first_completed_and_timeout", says="gave: pending; expected it to have")
@mutant(breaks="as_completed.completion_order", says="gave: pending; expected TimeoutError")
class OtherClockLoop(TimerLoop):
    """Measures deadlines by a clock that is behind time()."""

    def make_timer(self, when: float, *args: Any, **options: Any) -> Any:
        """Be behind."""
        return super().make_timer(when + 1000, *args, **options)


class _Fires:
    """What a timer runs; complains when it was cancelled."""

    def __init__(self, loop: Any, callback: Any, args: Any) -> None:
        self.loop, self.callback, self.args = loop, callback, args
        self.was_cancelled = False

    def cancel(self) -> None:
        self.was_cancelled = True

    def fire(self) -> None:
        if self.was_cancelled:
            self.loop.call_exception_handler({"message": "fired although cancelled"})
        self.callback(*self.args)


@mutant(breaks="wait_for.in_time", says="fired although cancelled")
@mutant(breaks="timeout.not_expired", says="fired although cancelled")
@mutant(breaks="timeout.reschedule", says="gave: raised TimeoutError")
class FiresAnywayLoop(TimerLoop):
    """Fires timers that were cancelled."""

    def make_timer(self, when: float, callback: Any, *args: Any, **options: Any) -> Any:
        """Make a timer that can't be cancelled."""
        timer = _Fires(self, callback, args)
        super().make_timer(when, timer.fire, **options)
        return timer


@mutant(breaks="timeout.nested", says="TimeoutError came from []")
class OneTimerForATaskLoop(TimerLoop):
    """Keeps one timer for each task."""

    def __init__(self) -> None:
        self.timers: dict[Any, Any] = {}
        super().__init__()

    def make_timer(self, *args: Any, **options: Any) -> Any:
        """Replace the last one."""
        task = asyncio.current_task(self) if self.is_running() else None
        timer = super().make_timer(*args, **options)
        if task in self.timers:
            self.timers[task].cancel()
        if task is not None:
            self.timers[task] = timer
        return timer
