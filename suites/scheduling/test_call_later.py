"""call_later(): when a timer fires."""

from __future__ import annotations

from asyncio import AbstractEventLoop

import pytest

from ..support.clocks import EARLY, FAR, PATIENCE, rescued, run_until
from ..support.requirement import requirement
from ..support.tasks import expect_accepted
from ..support.turns import run_turns

DELAY = 0.019


@requirement("call_later.not_early", api="loop.call_later", level="documented", since="3.11")
@pytest.mark.parametrize("busy", [False, True], ids=["idle_loop", "busy_loop"])
def test_a_timer_does_not_fire_before_its_delay_is_over(
    loop: AbstractEventLoop, busy: bool
) -> None:
    """The callback does not run before the delay is over, apart from a step of the clock.

    If this fails, look for delays in another unit or cut to whole ones, or for timers that
    are fired whenever the loop wakes up.
    """
    fired: list[float] = []

    def fire() -> None:
        fired.append(loop.time())
        if not busy:
            loop.stop()

    when = loop.time() + DELAY
    loop.call_later(DELAY, fire)
    if busy:
        run_until(loop, lambda: fired)
    else:
        with rescued(loop):
            loop.run_forever()

    assert fired, f"call_later({DELAY}) had not fired after {PATIENCE} s; expected it to fire"
    assert fired[0] >= when - EARLY, (
        f"call_later({DELAY}) fired {when - fired[0]:.4f} s before its delay was over; "
        f"expected at most {EARLY} s"
    )


@requirement("call_later.not_unduly_late", api="loop.call_later", level="documented", since="3.11")
def test_an_idle_loop_wakes_up_for_a_timer(loop: AbstractEventLoop) -> None:
    """A loop that has nothing else to do wakes up by itself when a timer is due.

    If this fails, look for the time-out of the poll: its unit, or that it is infinite.
    """
    woken_by: list[str] = []

    def fire() -> None:
        woken_by.append("timer")
        loop.stop()

    loop.call_later(0.01, fire)
    with rescued(loop, lambda: woken_by.append("another thread")):
        loop.run_forever()

    assert woken_by == ["timer"], (
        f"an idle loop with a timer of 0.01 s heard of {woken_by}; "
        f"expected the timer alone, without another thread after {PATIENCE} s"
    )


@requirement(
    "call_later.new_earlier_timer_shortens_wait",
    api="loop.call_later",
    level="implied",
    since="3.11",
)
def test_a_new_timer_can_be_due_before_the_others(loop: AbstractEventLoop) -> None:
    """A timer that is added later but due earlier than those pending fires at its own time.

    If this fails, look for a poll whose time-out is that of the oldest timer.
    """
    woken_by: list[str] = []

    def fire() -> None:
        woken_by.append("new timer")
        loop.stop()

    pending = loop.call_later(FAR, woken_by.append, "pending timer")
    loop.call_soon(lambda: loop.call_later(0.005, fire))
    with rescued(loop, lambda: woken_by.append("another thread")):
        loop.run_forever()
    pending.cancel()

    assert woken_by == ["new timer"], (
        f"a loop with a timer of {FAR} s, then one of 0.005 s, heard of {woken_by}; "
        f"expected the new timer alone, without another thread after {PATIENCE} s"
    )


def _expect_fired_soon(loop: AbstractEventLoop, delay: float, running: bool) -> None:
    ran: list[str] = []
    ran_during_the_call: list[list[str]] = []

    def register() -> None:
        with expect_accepted(f"call_later({delay})"):
            loop.call_later(delay, ran.append, "timer")
        ran_during_the_call.append(ran.copy())

    async def registering() -> None:
        register()

    if running:
        loop.run_until_complete(registering())
    else:
        register()
    run_until(loop, lambda: ran)
    run_turns(loop)

    assert ran_during_the_call == [[]], (
        f"call_later({delay}) had run {ran_during_the_call} by the time it returned; "
        "expected nothing to have run"
    )
    assert ran == ["timer"], (
        f"call_later({delay}) had run {ran} after up to {PATIENCE} s; expected the timer, once"
    )


@requirement("call_later.zero_delay", api="loop.call_later", level="implied", since="3.11")
@pytest.mark.parametrize("running", [False, True], ids=["loop_stopped", "loop_running"])
def test_a_timer_without_delay_fires_soon(loop: AbstractEventLoop, running: bool) -> None:
    """A delay of zero is allowed: the callback runs soon, but not inside the call.

    If this fails, look for a shortcut that calls the callback at once, or for a deadline
    that counts as due only when it is strictly in the past.
    """
    _expect_fired_soon(loop, 0, running)


@requirement("call_later.negative_delay", api="loop.call_later", level="implied", since="3.11")
@pytest.mark.parametrize("running", [False, True], ids=["loop_stopped", "loop_running"])
def test_a_timer_with_a_negative_delay_fires_soon(loop: AbstractEventLoop, running: bool) -> None:
    """A negative delay is taken as already due: the callback runs soon, but not inside the call.

    If this fails, look for a range check, or for a delay that becomes an unsigned number.
    """
    _expect_fired_soon(loop, -5, running)
