"""stop() in a run: what still runs, and that the next run is a new one."""

from __future__ import annotations

from asyncio import AbstractEventLoop

from ..support.requirement import requirement
from ..support.running import expect_usable, run_to_interrupt, turns_made
from ..support.turns import SETTLE

RUN_FOREVER = "library/asyncio-eventloop.html#asyncio.loop.run_forever"


@requirement(
    "stop.running.finishes_batch",
    api="loop.stop",
    level="documented",
    since="3.11",
    doc=RUN_FOREVER,
)
def test_a_stop_lets_the_turn_finish(loop: AbstractEventLoop) -> None:
    """When a callback calls stop(), the callbacks that are already queued for this turn run.

    If this fails, look for a run that is left as soon as stop() was called.
    """
    ran: list[str] = []
    loop.call_soon(loop.stop)
    loop.call_soon(ran.append, "first")
    loop.call_soon(ran.append, "second")

    loop.run_forever()

    assert ran == ["first", "second"], (
        f"run_forever() with stop() and two callbacks queued ran {ran}; expected both callbacks"
    )


@requirement(
    "stop.running.new_callbacks_deferred",
    api="loop.stop",
    level="documented",
    since="3.11",
    doc=RUN_FOREVER,
)
def test_callbacks_scheduled_after_stop_wait_for_the_next_run(loop: AbstractEventLoop) -> None:
    """Callbacks scheduled after stop() in the same turn wait for the next run.

    If this fails, look for a stop that takes effect a turn late, or for a ready queue that is
    cleared or worked off when a run ends.
    """
    ran: list[str] = []

    def stopping() -> None:
        ran.append("stopping")
        loop.stop()
        loop.call_soon(ran.append, "scheduled")

    loop.call_soon(stopping)
    loop.run_forever()
    in_first_run = list(ran)
    loop.call_soon(loop.stop)
    loop.run_forever()

    assert in_first_run == ["stopping"], (
        f"a callback that calls stop() and then call_soon() made the run execute {in_first_run}; "
        "expected the new callback to wait"
    )
    assert ran == ["stopping", "scheduled"], (
        f"the run after that had executed {ran} by its end; expected the new callback, once"
    )


@requirement(
    "stop.running.new_callbacks_deferred_any_order",
    api="loop.stop",
    level="documented",
    since="3.11",
    doc=RUN_FOREVER,
)
def test_callbacks_scheduled_before_stop_wait_for_the_next_run(loop: AbstractEventLoop) -> None:
    """Callbacks scheduled before stop() in the same turn wait for the next run like those after it.

    If this fails, look for a stop() that is itself a queued callback, with others ahead of it.
    """
    ran: list[str] = []

    def stopping() -> None:
        ran.append("stopping")
        loop.call_soon(ran.append, "scheduled")
        loop.stop()

    loop.call_soon(stopping)
    loop.run_forever()
    in_first_run = list(ran)
    loop.call_soon(loop.stop)
    loop.run_forever()

    assert in_first_run == ["stopping"], (
        f"a callback that calls call_soon() and then stop() made the run execute {in_first_run}; "
        "expected the new callback to wait"
    )
    assert ran == ["stopping", "scheduled"], (
        f"the run after that had executed {ran} by its end; expected the new callback, once"
    )


@requirement(
    "stop.flag.reset_after_run",
    api="loop.stop",
    level="implied",
    since="3.11",
    doc=RUN_FOREVER,
)
def test_a_run_uses_up_all_its_stops(loop: AbstractEventLoop) -> None:
    """Several calls of stop() in one run are used up by it, and do not shorten the next run.

    If this fails, look for requests that are counted, or for a flag that nobody clears.
    """

    def stopping() -> None:
        for _ in range(3):
            loop.stop()

    loop.call_soon(stopping)
    loop.run_forever()

    made = turns_made(loop)

    assert made == SETTLE, (
        f"a run after one in which stop() was called three times made {made} turns; "
        f"expected the {SETTLE} up to its own stop()"
    )


@requirement(
    "stop.flag.reset_after_exception",
    api="loop.stop",
    level="implied",
    since="3.11",
    doc=RUN_FOREVER,
)
def test_a_run_that_ends_by_an_exception_uses_up_its_stop(loop: AbstractEventLoop) -> None:
    """The request to stop of a run that ends with an exception does not carry over to the next run.

    If this fails, look for a flag that is cleared only when a run ends normally.
    """
    run_to_interrupt(loop, loop.stop)

    expect_usable(loop, "after a run that stop() and an interrupt ended")
