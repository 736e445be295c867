"""run_until_complete(): runs that are stopped early, and what a run leaves for the next."""

from __future__ import annotations

import asyncio
import inspect
from asyncio import AbstractEventLoop

import pytest

from ..support.expect import expect_raises
from ..support.requirement import requirement
from ..support.running import expect_usable
from ..support.turns import SETTLE, run_turns, turns

RUN_FOREVER = "library/asyncio-eventloop.html#asyncio.loop.run_forever"
CLOSE = "library/asyncio-eventloop.html#asyncio.loop.close"


async def stepping(steps: list[int], count: int) -> str:
    """Note each of `count` steps, one a turn."""
    for number in range(count):
        steps.append(number)
        await turns(1)
    return "result"


@requirement(
    "run_until_complete.stopped_early.runtime_error",
    api="loop.run_until_complete",
    level="implied",
    since="3.11",
)
def test_a_run_that_is_stopped_early_raises_runtime_error(loop: AbstractEventLoop) -> None:
    """If the loop is stopped before the future is done, run_until_complete() raises RuntimeError.

    If this fails, look for a stop() that only ends run_forever(), or for a run that does not
    ask whether its future is done.
    """
    future = loop.create_future()

    async def completing() -> None:
        await turns()
        future.set_result("result")

    late = loop.create_task(completing())  # where stop() is ignored, so that the run ends
    loop.call_soon(loop.stop)

    with expect_raises(RuntimeError, "run_until_complete(future) with a stop() in its first turn"):
        loop.run_until_complete(future)

    running = loop.is_running()
    assert running is False, f"is_running() after such a run is {running!r}; expected False"
    late.cancel()


@requirement(
    "run_until_complete.stopped_early.can_resume",
    api="loop.run_until_complete",
    level="implied",
    since="3.11",
)
def test_a_task_goes_on_after_a_run_that_was_stopped_early(loop: AbstractEventLoop) -> None:
    """After an early stop the task is intact: another run completes it and returns its result.

    If this fails, look for a run that cancels what it was waiting for when it is stopped.
    """
    steps: list[int] = []
    task = loop.create_task(stepping(steps, 5))
    loop.call_soon(loop.stop)
    with expect_raises(RuntimeError, "run_until_complete(task) with a stop() in its first turn"):
        loop.run_until_complete(task)

    try:
        result = loop.run_until_complete(task)
    except (RuntimeError, asyncio.CancelledError) as error:
        raise AssertionError(
            f"run_until_complete(task) after an early stop raised {error!r}; expected its result"
        ) from error

    assert result == "result", (
        f"run_until_complete(task) after an early stop returned {result!r}; expected 'result'"
    )
    assert steps == list(range(5)), (
        f"a task of 5 steps made {steps} in a run that was stopped early and another one; "
        "expected each step once"
    )


@requirement(
    "run_until_complete.stopped_early.no_stale_stop",
    api="loop.run_until_complete",
    level="implied",
    since="3.11",
)
def test_an_abandoned_future_does_not_stop_a_later_run(loop: AbstractEventLoop) -> None:
    """A future that was abandoned by an early stop does not stop a later run when it completes.

    If this fails, look for the done callback that ends the run: it goes with its run.
    """
    abandoned = loop.create_future()
    loop.call_soon(loop.stop)
    with expect_raises(RuntimeError, "run_until_complete(future) with a stop() in its first turn"):
        loop.run_until_complete(abandoned)

    loop.call_soon(abandoned.set_result, None)
    expect_usable(loop, "in which a future completes that an earlier, stopped run waited for")

    assert abandoned.done(), "the abandoned future is still pending; expected its result set"


@requirement(
    "run_until_complete.closed_loop",
    api="loop.run_until_complete",
    level="implied",
    since="3.11",
    doc=CLOSE,
)
def test_a_closed_loop_refuses_to_run_a_coroutine(loop: AbstractEventLoop) -> None:
    """On a closed loop run_until_complete() raises RuntimeError and starts nothing.

    If this fails, look for a run that opens the loop anew, or that makes a task of its
    argument before it asks whether the loop is closed.
    """
    expect_usable(loop, "on a new loop")
    coroutine = stepping([], 1)
    loop.close()

    with expect_raises(RuntimeError, "run_until_complete(coroutine) on a closed loop"):
        loop.run_until_complete(coroutine)

    state = inspect.getcoroutinestate(coroutine)
    coroutine.close()
    assert state in (inspect.CORO_CREATED, inspect.CORO_CLOSED), (
        f"run_until_complete() on a closed loop left its coroutine in the state {state}; "
        "expected it not started"
    )


@requirement(
    "run_until_complete.pending_callbacks.run_first",
    api="loop.run_until_complete",
    level="implied",
    since="3.11",
    doc=RUN_FOREVER,
)
@pytest.mark.parametrize("form", ["done_future", "coroutine"])
def test_callbacks_queued_before_the_run_are_part_of_it(loop: AbstractEventLoop, form: str) -> None:
    """Callbacks queued before the call run during it, in order, even if the future is done.

    If this fails, look for a short cut that returns a done future's result without a run.
    """
    ran: list[str] = []
    future = loop.create_future()
    future.set_result(None)
    loop.call_soon(ran.append, "first")
    loop.call_soon(ran.append, "second")

    loop.run_until_complete(future if form == "done_future" else turns(1))

    assert ran == ["first", "second"], (
        f"run_until_complete({form}) ran {ran} of two callbacks that were queued before; "
        "expected both, in order"
    )


@requirement(
    "run_until_complete.leftover.kept",
    api="loop.run_until_complete",
    level="documented",
    since="3.11",
    doc=RUN_FOREVER,
)
def test_what_a_run_leaves_over_goes_on_in_the_next(loop: AbstractEventLoop) -> None:
    """Callbacks and tasks left over when a run ends go on in the next: none lost, none run twice.

    If this fails, look for a ready queue that is cleared, or worked off, when a run ends.
    """
    length = SETTLE + 1
    steps: list[int] = []
    chain: list[int] = []

    def next_link() -> None:
        chain.append(len(chain))
        if len(chain) < length:
            loop.call_soon(next_link)

    task = loop.create_task(stepping(steps, length))
    loop.call_soon(next_link)
    loop.run_until_complete(turns(1))
    left_over = len(steps) < length and len(chain) < length
    run_turns(loop, 2 * length)

    assert left_over, (
        f"a run of one turn made {len(steps)} steps of a task and {len(chain)} links of a chain, "
        f"all {length}; expected it to leave most for the next run"
    )
    assert (steps, chain) == (list(range(length)), list(range(length))), (
        f"two runs made the steps {steps} of a task and the links {chain} of a chain of "
        f"callbacks; expected each of {length} once"
    )
    assert task.done(), "the task is still pending after all its steps; expected it done"


@requirement(
    "stop.not_running_then_run_until_complete",
    api="loop.stop",
    level="implied",
    since="3.11",
    doc="library/asyncio-eventloop.html#asyncio.loop.run_until_complete",
)
def test_a_stop_before_run_until_complete_ends_that_run(loop: AbstractEventLoop) -> None:
    """stop() before run_until_complete() ends that run, by RuntimeError, after one turn.

    If this fails, look for a run that clears the request to stop when it begins, or that
    forgets to clear it when it ends.
    """
    steps: list[int] = []
    task = loop.create_task(stepping(steps, 5))
    loop.stop()

    with expect_raises(RuntimeError, "run_until_complete(task) after a stop()"):
        loop.run_until_complete(task)

    try:
        result = loop.run_until_complete(task)
    except RuntimeError as error:
        raise AssertionError(
            f"the second run after a single stop() raised {error!r}; expected the task's result"
        ) from error
    assert (result, steps) == ("result", list(range(5))), (
        f"the second run returned {result!r}, the task having made the steps {steps}; "
        "expected its result, and each of 5 steps once"
    )
