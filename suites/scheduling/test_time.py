"""time(): the loop's clock."""

from __future__ import annotations

import asyncio
import itertools
import time
from asyncio import AbstractEventLoop

import pytest

from ..support.clocks import EARLY, FAR, PATIENCE, busy_wait, run_until, woken_by_thread
from ..support.requirement import requirement
from ..support.turns import run_turns

READINGS = 200
PERIOD = 0.01
DELAY = 0.02


@requirement("time.float_monotonic", api="loop.time", level="documented", since="3.11")
def test_the_clock_never_goes_back(loop: AbstractEventLoop) -> None:
    """time() returns a float that never decreases, before, during, between and after runs.

    If this fails, look for a clock that can be set, or for a reading kept from the last
    turn that is used in some places and not in others.
    """
    readings: list[float] = []

    def read() -> None:
        readings.extend(loop.time() for _ in range(READINGS))

    for _ in range(2):
        read()
        loop.call_soon(read)
        loop.call_later(0, read)
        run_turns(loop)
    read()

    strange = [reading for reading in readings if not isinstance(reading, float)]
    assert not strange, f"time() returned {strange[0]!r}; expected a float"
    back = [f"{a} then {b}" for a, b in itertools.pairwise(readings) if b < a]
    assert not back, (
        f"of {len(readings)} readings, time() returned {back[:3]}; expected no step back"
    )


@requirement("time.unit_seconds", api="loop.time", level="documented", since="3.11")
@pytest.mark.parametrize("place", ["one_callback", "several_turns"])
def test_the_clock_counts_seconds(loop: AbstractEventLoop, place: str) -> None:
    """time() advances in seconds, at the rate of a monotonic clock.

    If this fails, look for milliseconds, or for a reading that is taken once in a turn.
    """
    readings: list[tuple[float, float, float]] = []
    began = time.monotonic()

    def read() -> None:
        readings.append((time.monotonic(), loop.time(), time.monotonic()))

    def read_twice() -> None:
        read()
        busy_wait(PERIOD)
        read()

    if place == "one_callback":
        loop.call_soon(read_twice)
        run_turns(loop)
    else:
        loop.call_soon(read)
        run_until(loop, lambda: time.monotonic() >= began + PERIOD)
        loop.call_soon(read)
        run_turns(loop)

    (before, first, after), (then_before, second, then_after) = readings
    shortest, longest = then_before - after - EARLY, then_after - before + EARLY
    assert shortest <= second - first <= longest, (
        f"time() advanced by {second - first:.4f} in {then_before - before:.4f} s within "
        f"{place.replace('_', ' ')}; expected the same"
    )


@requirement(
    "time.shared_scale_with_timeouts",
    api="loop.time",
    level="documented",
    since="3.11",
    doc="library/asyncio-task.html#asyncio.timeout_at",
)
async def test_timeouts_use_the_loops_clock(loop: AbstractEventLoop) -> None:
    """A deadline computed from time() is what asyncio.timeout_at() goes by.

    If this fails, look for a call_at() whose clock is not the one that time() reads.
    """
    ended_by, ended = "nothing", 0.0
    waiting: asyncio.Future[str] = loop.create_future()

    def rescue() -> None:
        if not waiting.done():
            waiting.set_result("another thread")

    with woken_by_thread(loop, rescue, after=PATIENCE):
        deadline = loop.time() + DELAY
        try:
            async with (
                asyncio.timeout_at(deadline + FAR) as far,
                asyncio.timeout_at(deadline) as near,
            ):
                ended_by = await waiting
        except TimeoutError:
            ended = loop.time()
            ended_by = "a deadline an hour away" if far.expired() else "the deadline"

    assert ended_by == "the deadline", (
        f"timeout_at(loop.time() + {DELAY}), rescued after {PATIENCE} s, was ended by {ended_by}; "
        "expected the deadline to end it"
    )
    assert ended >= deadline - EARLY, (
        f"timeout_at(loop.time() + {DELAY}) ended {deadline - ended:.4f} s before the deadline on "
        f"the scale of time(); expected at most {EARLY} s"
    )
    assert near.when() == deadline, (
        f"when() of timeout_at({deadline}) returned {near.when()}; expected the deadline"
    )
