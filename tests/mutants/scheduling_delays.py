"""Mutants of call_later() and call_at(): when a timer fires, and which times are accepted."""

from __future__ import annotations

import math
import time
from contextvars import Context
from typing import Any

from . import mutant
from .scheduling_parts import Args, Callback, HookedLoop, OwnTimer, OwnTimersLoop

FAR = 3600.0


@mutant(breaks="call_later.not_early", says="s before its delay was over")
class MillisecondsLoop(HookedLoop):
    """Takes delays for milliseconds."""

    def later(self, delay: Any, callback: Callback, args: Args, context: Context | None) -> Any:
        """Divide."""
        return super().later(delay / 1000, callback, args, context)


@mutant(breaks="call_later.not_early", says="s before its delay was over")
class TruncatesLoop(HookedLoop):
    """Cuts delays to whole hundredths of a second."""

    def later(self, delay: Any, callback: Callback, args: Args, context: Context | None) -> Any:
        """Cut the rest off."""
        return super().later(int(delay * 100) / 100, callback, args, context)


@mutant(breaks="call_later.not_early", says="s before its delay was over")
class FiresOnWakeLoop(OwnTimersLoop):
    """Fires a timer when it wakes up, whatever for."""

    def soon(self, callback: Callback, args: Args, context: Context | None) -> Any:
        """Fire a timer with each callback."""
        super().soon(self.fire, (), None)
        return super().soon(callback, args, context)


@mutant(breaks="call_later.not_unduly_late", says="heard of ['another thread']")
class OversleepsLoop(HookedLoop):
    """Waits for a thousand times the delay."""

    def later(self, delay: Any, callback: Callback, args: Args, context: Context | None) -> Any:
        """Multiply."""
        return super().later(delay * 1000, callback, args, context)


@mutant(breaks="call_later.not_unduly_late", says="expected the timer alone, without another thr")
class ChecksAfterEventsLoop(OwnTimersLoop):
    """Looks at its timers only when something else woke it."""

    def timer(self, when: Any, callback: Callback, args: Args, context: Context | None) -> Any:
        """Keep the timer, and wait for an event."""
        timer = OwnTimer(self, when, callback, args, context)
        self.timers.append(timer)
        return timer

    def soon_threadsafe(self, callback: Callback, args: Args, context: Context | None) -> Any:
        """Look at the timers first."""
        return super().soon_threadsafe(self.look_then, (callback, args), context)

    def look_then(self, callback: Callback, args: Args) -> None:
        """Fire a timer, then call back."""
        self.fire()
        callback(*args)


@mutant(breaks="call_later.new_earlier_timer_shortens_wait", says="heard of ['another thread']")
class OldestDeadlineLoop(OwnTimersLoop):
    """Waits until its oldest timer is due."""

    def timer(self, when: Any, callback: Callback, args: Args, context: Context | None) -> Any:
        """Have no timer fire before the oldest."""
        oldest = [timer.deadline for timer in self.timers[:1]]
        return super().timer(max([when, *oldest]), callback, args, context)


@mutant(breaks="call_later.zero_delay", says="had run [['timer']] by the time it returned")
@mutant(breaks="call_later.negative_delay", says="had run [['timer']] by the time it returned")
@mutant(breaks="call_at.past_time", says="had run ['timer'] by the time it returned")
class FiresAtOnceLoop(HookedLoop):
    """Calls back at once when a timer is due already."""

    def later(self, delay: Any, callback: Callback, args: Args, context: Context | None) -> Any:
        """Know that no delay means now."""
        return self.at(self.time() + max(delay, 0), callback, args, context)

    def timer(self, when: Any, callback: Callback, args: Args, context: Context | None) -> Any:
        """Call back, and return the timer of nothing."""
        if when > self.time():
            return super().timer(when, callback, args, context)
        callback(*args)
        return super().timer(when, str, (), None)


@mutant(breaks="call_later.zero_delay", says="call_later(0) had run [] after up to")
@mutant(breaks="call_later.negative_delay", says="call_later(-5) had run [] after up to")
class NeverWithoutDelayLoop(HookedLoop):
    """Never fires a timer that has no delay."""

    def later(self, delay: Any, callback: Callback, args: Args, context: Context | None) -> Any:
        """Take no delay for no timer."""
        return super().later(delay if delay > 0 else FAR, callback, args, context)


@mutant(breaks="call_later.negative_delay", says="call_later(-5) raised ValueError")
class RefusesNegativeLoop(HookedLoop):
    """Refuses negative delays."""

    def later(self, delay: Any, callback: Callback, args: Args, context: Context | None) -> Any:
        """Check the range."""
        if delay < 0:
            raise ValueError("the delay is negative")
        return super().later(delay, callback, args, context)


@mutant(breaks="call_later.negative_delay", says="call_later(-5) had run [] after up to")
class UnsignedDelayLoop(HookedLoop):
    """Keeps delays as unsigned numbers."""

    def later(self, delay: Any, callback: Callback, args: Args, context: Context | None) -> Any:
        """Wrap around."""
        return super().later(delay % 2**32, callback, args, context)


@mutant(breaks="call_later.delay.none_type_error", says="call_later(None, callback) raised nothing")
class NoneIsZeroLoop(HookedLoop):
    """Takes None for no delay."""

    def later(self, delay: Any, callback: Callback, args: Args, context: Context | None) -> Any:
        """Replace what is false."""
        return super().later(delay or 0, callback, args, context)


@mutant(breaks="call_later.delay.none_type_error", says="call_at(None, callback) raised nothing")
class NoneIsNowLoop(HookedLoop):
    """Takes None for now."""

    def at(self, when: Any, callback: Callback, args: Args, context: Context | None) -> Any:
        """Replace None."""
        return super().at(self.time() if when is None else when, callback, args, context)


@mutant(breaks="call_later.delay.none_type_error", says="call_later() with None, then with a numb")
class SchedulesThenRefusesLoop(HookedLoop):
    """Looks at the delay when the timer is in place."""

    def later(self, delay: Any, callback: Callback, args: Args, context: Context | None) -> Any:
        """Refuse None too late."""
        timer = super().later(delay or 0, callback, args, context)
        if delay is None:
            raise TypeError("the delay is None")
        return timer


@mutant(breaks="call_later.delay.int_and_float", says="call_later(0) raised TypeError")
class OnlyFloatsLoop(HookedLoop):
    """Refuses delays that are no floats."""

    def later(self, delay: Any, callback: Callback, args: Args, context: Context | None) -> Any:
        """Check the type."""
        if not isinstance(delay, float):
            raise TypeError("the delay is no float")
        return super().later(delay, callback, args, context)


@mutant(breaks="call_later.delay.int_and_float", says="call_later(0.9), beside a control")
class WholeDelaysLoop(HookedLoop):
    """Divides delays as whole numbers."""

    def later(self, delay: Any, callback: Callback, args: Args, context: Context | None) -> Any:
        """Cut fractions off."""
        return super().later(delay // 1, callback, args, context)


@mutant(breaks="call_later.delay.int_and_float", says="call_later(0.0003), beside a control")
class TooShortLoop(HookedLoop):
    """Loses timers that are shorter than a millisecond."""

    def later(self, delay: Any, callback: Callback, args: Args, context: Context | None) -> Any:
        """Lose them."""
        return super().later(FAR if 0 < delay < 0.001 else delay, callback, args, context)


@mutant(breaks="call_later.delay.very_long", says="OverflowError")
class OverflowLoop(HookedLoop):
    """Can't wait for longer than its poll can take."""

    def timer(self, when: Any, callback: Callback, args: Args, context: Context | None) -> Any:
        """Convert to what the poll takes."""
        if when - self.time() > 2**31 / 1000:
            raise OverflowError("timeout is too large")
        return super().timer(when, callback, args, context)


@mutant(breaks="call_later.delay.very_long", says="until a thread woke it")
class OverflowsToZeroLoop(HookedLoop):
    """Has a time-out that becomes zero when it is too large."""

    def later(self, delay: Any, callback: Callback, args: Args, context: Context | None) -> Any:
        """Lose the digits in front."""
        return super().later(0 if delay > 10**5 else delay, callback, args, context)


@mutant(breaks="call_later.delay.very_long", says="when() of call_later(1000000) lay 86")
class ClampsLoop(HookedLoop):
    """Makes a day of what is longer."""

    def later(self, delay: Any, callback: Callback, args: Args, context: Context | None) -> Any:
        """Cut the delay."""
        return super().later(min(delay, 86400), callback, args, context)


@mutant(breaks="call_later.delay.infinity", says="OverflowError")
class WholeMillisecondsLoop(HookedLoop):
    """Counts whole milliseconds."""

    def later(self, delay: Any, callback: Callback, args: Args, context: Context | None) -> Any:
        """Round the delay."""
        return super().later(round(delay * 1000) / 1000, callback, args, context)


@mutant(breaks="call_later.delay.infinity", says="'infinite timer'")
class InfinityIsNowLoop(HookedLoop):
    """Takes infinity for no delay."""

    def later(self, delay: Any, callback: Callback, args: Args, context: Context | None) -> Any:
        """Replace infinity."""
        return super().later(0 if math.isinf(delay) else delay, callback, args, context)


@mutant(breaks="call_at.absolute_time", says="call_at(loop.time() + 0.01) had not fired after")
class TakesDelayLoop(HookedLoop):
    """Takes the time of call_at() for a delay."""

    def at(self, when: Any, callback: Callback, args: Args, context: Context | None) -> Any:
        """Add the time once more."""
        return super().at(self.time() + when, callback, args, context)


@mutant(breaks="call_at.absolute_time", says="s before that time")
@mutant(breaks="time.shared_scale_with_timeouts", says="was ended by a deadline an hour away")
class WallClockLoop(HookedLoop):
    """Takes the time of call_at() for one of the wall's clock."""

    def at(self, when: Any, callback: Callback, args: Args, context: Context | None) -> Any:
        """Compare with the wall's clock, which counts from 1970."""
        return super().at(self.time() + when - time.time(), callback, args, context)


@mutant(breaks="time.shared_scale_with_timeouts", says="was ended by another thread")
class AnotherEpochLoop(HookedLoop):
    """Has a call_at() whose clock began later than that of time()."""

    def at(self, when: Any, callback: Callback, args: Args, context: Context | None) -> Any:
        """Compare with the later clock."""
        return super().at(when + 100, callback, args, context)


@mutant(breaks="call_at.past_time", says="raised ValueError")
class RefusesPastLoop(HookedLoop):
    """Refuses times that are over."""

    def at(self, when: Any, callback: Callback, args: Args, context: Context | None) -> Any:
        """Check the range."""
        if when < self.time():
            raise ValueError("the time is over")
        return super().at(when, callback, args, context)


@mutant(breaks="call_at.past_time", says="had run [] after up to")
class WrapsAroundLoop(HookedLoop):
    """Keeps the remaining time as an unsigned number."""

    def at(self, when: Any, callback: Callback, args: Args, context: Context | None) -> Any:
        """Wrap around."""
        now = self.time()
        return super().at(now + (when - now) % 2**32, callback, args, context)
