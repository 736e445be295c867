"""call_later(): which delays are accepted."""

from __future__ import annotations

import math
from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.clocks import run_until, woken_by_thread
from ..support.expect import expect_raises
from ..support.requirement import requirement
from ..support.tasks import expect_accepted
from ..support.turns import run_turns
from .methods import TIMED, schedule

SHORT = (0, 0.0003)
"""Delays that end during a check."""
LONG = (1, 0.9, 2.5)
"""Delays that don't."""


@requirement(
    "call_later.delay.none_type_error", api="loop.call_later", level="implied", since="3.11"
)
@pytest.mark.parametrize("method", TIMED)
def test_none_is_no_time(loop: AbstractEventLoop, method: str) -> None:
    """The delay is a number: None is refused at once with TypeError; so it is by call_at().

    If this fails, look for a truth test of the delay that takes None for zero.
    """
    ran: list[str] = []
    timed: Any = getattr(loop, method)

    with expect_raises(TypeError, f"{method}(None, callback)"):
        timed(None, ran.append, "None")
    schedule(loop, method, ran.append, "control")
    run_until(loop, lambda: "control" in ran)
    run_turns(loop)

    assert ran == ["control"], (
        f"{method}() with None, then with a number, ran {ran}; expected the second alone"
    )


@requirement(
    "call_later.delay.int_and_float", api="loop.call_later", level="documented", since="3.11"
)
@pytest.mark.parametrize("delay", SHORT + LONG)
def test_a_delay_is_an_int_or_a_float(loop: AbstractEventLoop, delay: float) -> None:
    """Delays are ints or floats, whole or not, also below a millisecond.

    If this fails, look for a type check, or for a division that makes fractions zero.
    """
    ran: list[str] = []
    expected = ["control", "timer"] if delay in SHORT else ["control"]

    with expect_accepted(f"call_later({delay})"):
        timer = loop.call_later(delay, ran.append, "timer")
    loop.call_later(0.003, ran.append, "control")
    run_until(loop, lambda: len(ran) >= len(expected))
    run_turns(loop)
    timer.cancel()

    assert sorted(ran) == expected, (
        f"call_later({delay}), beside a control of 0.003 s, had run {ran} when the control was "
        f"due; expected {' and '.join(expected)}"
    )


@requirement("call_later.delay.very_long", api="loop.call_later", level="documented", since="3.11")
@pytest.mark.parametrize("delay", [10**6, 10**9])
def test_a_delay_can_be_longer_than_a_day(loop: AbstractEventLoop, delay: int) -> None:
    """Delays of more than a day neither fire early nor disturb the loop's waiting.

    If this fails, look for a poll whose time-out overflows, or for a delay that is cut to
    what the poll can take and fires then.
    """
    ran: list[str] = []

    def end() -> None:
        ran.append("another thread")
        loop.stop()

    timer = loop.call_later(delay, ran.append, "timer")
    remaining = timer.when() - loop.time()
    with expect_accepted(f"waiting with call_later({delay}) pending"):
        _idle_until_woken(loop, end)
    timer.cancel()

    assert ran == ["another thread"], (
        f"a loop idle with call_later({delay}) ran {ran} until a thread woke it; "
        "expected the thread's callback alone"
    )
    assert abs(remaining - delay) < 60, (
        f"when() of call_later({delay}) lay {remaining} s ahead; expected about {delay} s"
    )


@requirement(
    "call_later.delay.infinity",
    api="loop.call_later",
    level="interop",
    since="3.11",
    libraries=("anyio",),
    doc="library/asyncio-task.html#asyncio.sleep",
)
def test_an_infinite_delay_never_ends(loop: AbstractEventLoop) -> None:
    """A timer with an infinite delay is accepted, and never fires.

    If this fails, look for a conversion of the deadline to a whole number.
    """
    ran: list[str] = []

    def end() -> None:
        ran.append("another thread")
        loop.stop()

    with expect_accepted("call_later(math.inf)"):
        timer = loop.call_later(math.inf, ran.append, "infinite timer")
        _idle_until_woken(loop, end)
    loop.call_later(0.002, ran.append, "another timer")
    run_until(loop, lambda: "another timer" in ran)
    timer.cancel()

    assert ran == ["another thread", "another timer"], (
        "a loop with an infinite timer, woken by a thread and then by another timer, ran "
        f"{ran}; expected these two"
    )


def _idle_until_woken(loop: AbstractEventLoop, end: Any) -> None:
    """Let a loop idle for some milliseconds, until a thread calls `end` in it."""
    with woken_by_thread(loop, end, after=0.005):
        loop.run_forever()
