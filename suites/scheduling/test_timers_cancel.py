"""Timers that are cancelled, and what becomes of the others."""

from __future__ import annotations

import itertools
import random
import time
from asyncio import AbstractEventLoop
from functools import partial

import pytest

from ..support.clocks import EARLY, FAR, busy_wait, run_until, timers_ahead, woken_by_thread
from ..support.requirement import requirement
from ..support.turns import run_turns
from .methods import TIMED, schedule

CANCEL = "library/asyncio-eventloop.html#asyncio.Handle.cancel"
KEPT, CANCELLED = 100, 800
SPACE = 1e-5
"""Seconds between two of many deadlines."""
IDLE = 0.04
"""Seconds in which a loop has nothing to do."""


@requirement(
    "timers.cancel.prevents_call",
    api="TimerHandle.cancel",
    level="documented",
    since="3.11",
    doc=CANCEL,
)
@pytest.mark.parametrize("method", TIMED)
def test_a_cancelled_timer_does_not_fire(loop: AbstractEventLoop, method: str) -> None:
    """A timer that is cancelled before its deadline never fires.

    If this fails, look for a cancel() that sets a flag which nobody asks for.
    """
    fired: list[str] = []

    handle = schedule(loop, method, fired.append, "cancelled", delay=0.002)
    handle.cancel()
    schedule(loop, method, fired.append, "control", delay=0.005)
    run_until(loop, lambda: "control" in fired)
    run_turns(loop)

    assert fired == ["control"], (
        f"a {method}() timer that was cancelled, and a later one that was not, fired {fired}; "
        "expected ['control']"
    )
    assert handle.cancelled(), (
        f"cancelled() of a cancelled {method}() timer returned {handle.cancelled()}; expected True"
    )


@requirement(
    "timers.cancel.when_due_in_same_pass",
    api="TimerHandle.cancel",
    level="documented",
    since="3.11",
    doc=CANCEL,
)
def test_a_due_timer_can_still_be_cancelled(loop: AbstractEventLoop) -> None:
    """A timer that is due already, but whose callback has not run, can still be cancelled.

    If this fails, look for due timers that are moved to the ready queue and not asked
    again, before they run, whether they were cancelled.
    """
    fired: list[str] = []

    def fire() -> None:
        fired.append("first")
        handles[1].cancel()

    handles = timers_ahead(
        loop,
        [
            (0, fire),
            (0.003, partial(fired.append, "second")),
            (0.006, partial(fired.append, "control")),
        ],
        fired=fired,
    )
    loop.call_soon(busy_wait, 0.012)
    run_until(loop, lambda: "control" in fired)
    run_turns(loop)

    assert fired == ["first", "control"], (
        "of three timers due at the same time, the first of which cancels the second, "
        f"fired {fired}; expected ['first', 'control']"
    )


@requirement(
    "timers.cancel.many_leaves_rest_intact",
    api="TimerHandle.cancel",
    level="implied",
    since="3.11",
    doc=CANCEL,
)
def test_cancelling_many_timers_leaves_the_others_alone(loop: AbstractEventLoop) -> None:
    """Cancelling most of many timers leaves the rest: each fires once, in its order.

    If this fails, look at the clean-up of cancelled timers: for the order of the heap
    after it, and for the count of cancelled ones that triggers it.
    """
    fired: list[int] = []
    places = list(range(KEPT + CANCELLED))
    random.Random(1).shuffle(places)  # noqa: S311 - any fixed order will do
    timers = [(place * SPACE, partial(fired.append, place)) for place in places]
    control = (0.015, partial(fired.append, len(places)))
    began = loop.time()
    timers_ahead(loop, [*timers, control], fired=fired, cancelled=slice(KEPT, -1))
    later = [loop.call_later(FAR, fired.append, -1) for _ in range(KEPT)]

    for handle in later:
        loop.call_soon(handle.cancel)
    run_until(loop, lambda: len(places) in fired)
    took = loop.time() - began
    run_turns(loop)

    expected = [*sorted(places[:KEPT]), len(places)]
    assert sorted(fired) == expected, (
        f"with {CANCELLED + KEPT} of {len(places) + KEPT + 1} timers cancelled, {len(fired)} "
        f"fired, {len(set(fired) & set(expected))} of those left; expected each of the "
        f"{len(expected)} left, once"
    )
    latest = itertools.accumulate(fired, max)
    slack = max(2 * EARLY, took / 10)  # a loop may keep longer delays less exactly
    early = [b for a, b in zip(latest, fired, strict=True) if (a - b) * SPACE > slack]
    assert not early, (
        f"timers left over by cancelling others fired out of order: {early} came after others due "
        f"more than {slack:.4f} s later; expected the order of their deadlines"
    )


@requirement(
    "timers.cancel.last_timer_lets_loop_idle",
    api="TimerHandle.cancel",
    level="implied",
    since="3.11",
    doc=CANCEL,
)
def test_a_loop_rests_when_its_only_timer_was_cancelled(loop: AbstractEventLoop) -> None:
    """With its only timer cancelled the loop waits, without spinning, and can still be woken.

    If this fails, look for a poll whose time-out is that of a cancelled timer.
    """
    ran: list[str] = []
    spent: list[float] = []

    def end() -> None:
        ran.append("another thread")
        spent.append(time.thread_time())
        loop.stop()

    loop.call_later(0.001, ran.append, "timer").cancel()
    loop.call_soon(lambda: spent.append(time.thread_time()))
    with woken_by_thread(loop, end, after=IDLE):
        loop.run_forever()

    assert ran == ["another thread"], (
        "a loop whose only timer was cancelled, and that a thread woke later, "
        f"ran {ran}; expected ['another thread']"
    )
    assert spent[1] - spent[0] < IDLE / 4, (
        f"a loop whose only timer was cancelled used {spent[1] - spent[0]:.4f} s of processor time "
        f"in {IDLE} s without work; expected it to wait"
    )
