"""Timers: the order in which they fire, and what they do to each other and to other callbacks."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from functools import partial

from ..support.clocks import PATIENCE, busy_wait, run_until, timers_ahead
from ..support.requirement import requirement
from ..support.tasks import expect_accepted
from ..support.turns import run_turns

STEP = 0.0025
"""Seconds between two deadlines; more than the step of a clock that counts milliseconds."""
CHAIN = 50


@requirement("timers.order.by_deadline", api="loop.call_later", level="implied", since="3.11")
def test_timers_fire_in_the_order_of_their_deadlines(loop: AbstractEventLoop) -> None:
    """Timers fire in the order of their deadlines, however they were created.

    If this fails, look for a list of timers that is not sorted, or for a heap that
    compares something else than deadlines.
    """
    fired: list[int] = []
    created = (5, 1, 7, 3, 0, 6, 2, 4)
    timers = [(place * STEP, partial(fired.append, place)) for place in created]
    timers_ahead(loop, timers, fired=fired)

    run_until(loop, lambda: len(fired) >= len(created))

    assert fired == sorted(created), (
        f"timers, numbered by their deadlines and created as {list(created)}, fired as {fired} in "
        f"up to {PATIENCE} s; expected the order of their deadlines"
    )


@requirement(
    "timers.equal_deadlines.all_fire", api="loop.call_at", level="documented", since="3.11"
)
def test_timers_with_one_deadline_all_fire(loop: AbstractEventLoop) -> None:
    """Of timers that are due at exactly the same time each fires once, in whatever order.

    If this fails, look for timers that are kept by their deadline, or for a heap that goes
    on to compare handles or callbacks when deadlines are equal.
    """
    fired: list[int] = []

    with expect_accepted("call_at() with the deadline of another timer"):
        timers = [(0, partial(fired.append, number)) for number in (0, 1, 2, 2, 3)]
        timers_ahead(loop, timers, fired=fired)
    loop.call_later(0.02, fired.append, 4)
    run_until(loop, lambda: 4 in fired)
    run_turns(loop)

    assert sorted(fired) == [0, 1, 2, 2, 3, 4], (
        f"the timers 0, 1, 2, 2, 3 with one deadline, and 4 with a later one, fired as {fired}; "
        "expected each of them, once"
    )


@requirement(
    "timers.order.overdue_by_deadline", api="loop.call_later", level="implied", since="3.11"
)
def test_overdue_timers_fire_in_the_order_of_their_deadlines(loop: AbstractEventLoop) -> None:
    """Timers that became due together, while the loop was busy, fire by deadline all the same.

    If this fails, look for due timers that are collected in the order of their creation.
    """
    fired: list[str] = []
    created = {"c": 3, "a": 1, "d": 4, "b": 2}
    timers = [(at * STEP, partial(fired.append, label)) for label, at in created.items()]
    timers_ahead(loop, timers, fired=fired)
    loop.call_soon(busy_wait, 6 * STEP)

    run_until(loop, lambda: len(fired) >= 4)

    assert fired == ["a", "b", "c", "d"], (
        f"timers with the deadlines a to d, created as c, a, d, b and due by the time the loop "
        f"looked at them, fired as {fired}; expected a, b, c, d"
    )


@requirement(
    "timers.reschedule_from_callback", api="loop.call_later", level="implied", since="3.11"
)
def test_timers_made_by_timers_leave_room_for_callbacks(loop: AbstractEventLoop) -> None:
    """What a timer schedules without delay fires in a later turn, and other callbacks run between.

    If this fails, look for a pass over due timers that goes on with those added during it.
    """
    ran: list[str] = []

    def fire() -> None:
        if not ran:
            loop.call_soon(ran.append, "callback")
        ran.append("timer")
        if ran.count("timer") < CHAIN:
            loop.call_later(0, fire)

    loop.call_later(0, fire)
    run_until(loop, lambda: ran.count("timer") >= CHAIN)
    run_turns(loop)

    assert ran.count("timer") == CHAIN, (
        f"a timer that makes the next one, up to {CHAIN} of them, fired {ran.count('timer')} times "
        f"in up to {PATIENCE} s; expected {CHAIN}"
    )
    assert "callback" in ran[:-1], (
        f"a callback registered by the first of {CHAIN} timers, each made by the one before, ran "
        "after all of them; expected it to run before the chain ends"
    )


@requirement("timers.survive_between_runs", api="loop.call_later", level="implied", since="3.11")
def test_a_timer_becomes_due_while_the_loop_is_stopped(loop: AbstractEventLoop) -> None:
    """Timers keep their deadline while the loop is stopped; one that is due fires in the next run.

    If this fails, look for delays that are counted from the start of a run, or for timers
    that are dropped at its end.
    """
    ran: list[str] = []

    for delay in (0.004, 0.016, 0.064):  # the longer ones where the first run takes too long
        ran.clear()
        loop.call_later(delay, ran.append, "timer")
        run_turns(loop, 1)
        if not ran:
            break
    busy_wait(1.25 * delay)
    run_turns(loop)

    assert ran == ["timer"], (
        f"call_later({delay}), a short run, a longer time without a run and a short run ran {ran}; "
        "expected the timer, once"
    )
