"""call_at(): a moment on the loop's own clock."""

from __future__ import annotations

from asyncio import AbstractEventLoop

import pytest

from ..support.clocks import EARLY, FAR, PATIENCE, run_until
from ..support.requirement import requirement
from ..support.tasks import expect_accepted


@requirement("call_at.absolute_time", api="loop.call_at", level="documented", since="3.11")
def test_call_at_takes_a_reading_of_the_loops_clock(loop: AbstractEventLoop) -> None:
    """call_at() takes a time on the scale of loop.time(), and fires then.

    If this fails, look for a time that is taken for a delay, or compared with another clock.
    """
    fired: list[float] = []
    fired_far: list[str] = []

    when = loop.time() + 0.01
    loop.call_at(when, lambda: fired.append(loop.time()))
    far = loop.call_at(when + FAR, fired_far.append, "far timer")
    run_until(loop, lambda: fired)
    far.cancel()

    assert fired, (
        f"call_at(loop.time() + 0.01) had not fired after {PATIENCE} s; expected it to fire"
    )
    assert fired[0] >= when - EARLY, (
        f"call_at(loop.time() + 0.01) fired {when - fired[0]:.4f} s before that time; "
        f"expected at most {EARLY} s"
    )
    assert not fired_far, (
        f"call_at(loop.time() + {FAR}) fired with a timer due {FAR} s before that time; "
        "expected it to wait"
    )


@requirement("call_at.past_time", api="loop.call_at", level="implied", since="3.11")
@pytest.mark.parametrize("past", ["100 s ago", "zero"])
def test_a_time_in_the_past_is_due_at_once(loop: AbstractEventLoop, past: str) -> None:
    """A time in the past is due at once: the callback runs soon, but not inside the call.

    If this fails, look for a range check, or for a remaining time that must not be negative.
    """
    ran: list[str] = []

    with expect_accepted(f"call_at({past})"):
        loop.call_at(0 if past == "zero" else loop.time() - 100, ran.append, "timer")
    ran_during_the_call = ran.copy()
    run_until(loop, lambda: ran)

    assert ran_during_the_call == [], (
        f"call_at({past}) had run {ran_during_the_call} by the time it returned; "
        "expected nothing to have run"
    )
    assert ran == ["timer"], (
        f"call_at({past}) had run {ran} after up to {PATIENCE} s; expected the timer"
    )
