"""asyncio.gather(): several awaitables of the loop, one result."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.requirement import requirement
from ..support.runners import blocked, ending_of
from ..support.tasks import expect_accepted, returning
from ..support.tracking import state_of
from ..support.turns import run_turns, turns

GATHER = "library/asyncio-task.html#asyncio.gather"


async def after(count: int, label: str) -> str:
    """Return the label after that many turns."""
    await turns(count)
    return label


@requirement(
    "gather.results_in_order", api="asyncio.gather", level="documented", since="3.11", doc=GATHER
)
async def test_gather_keeps_the_order_of_its_arguments(loop: AbstractEventLoop) -> None:
    """gather() returns results in the order of its arguments, whatever they are and when they end.

    If this fails, look for create_future() or run_in_executor() that returns something other
    than a future of asyncio, or for one that loses its result.
    """
    future = loop.create_future()
    loop.call_soon(future.set_result, "future")

    with expect_accepted("gather() of coroutines, a task, a future and an executor's future"):
        gathered = asyncio.gather(
            after(9, "slow"),
            asyncio.ensure_future(after(6, "task")),
            after(3, "fast"),
            future,
            loop.run_in_executor(None, str, "executor"),
        )
    ending = await ending_of(gathered)

    expected = ["slow", "task", "fast", "future", "executor"]
    assert ending == f"returned {expected}", (
        f"gather() of coroutines, tasks and futures gave: {ending}; expected {expected}"
    )


@requirement(
    "gather.cancel_propagates", api="asyncio.gather", level="documented", since="3.11", doc=GATHER
)
async def test_cancelling_a_gather_cancels_its_children() -> None:
    """Cancelling a task that awaits gather() cancels the children that are not done.

    If this fails, look for Task.cancel() that does not reach the future which the task awaits.
    """
    children = [asyncio.ensure_future(blocked()) for _ in range(2)]

    async def gathering() -> None:
        await asyncio.gather(*children)

    parent = asyncio.ensure_future(gathering())
    await turns()
    parent.cancel()
    await turns()
    states = [state_of(task) for task in (parent, *children)]
    for child in children:
        child.cancel()

    assert states == ["cancelled"] * 3, (
        f"a task that awaits gather() was cancelled: it and its two children were {states} then; "
        "expected all to be cancelled"
    )


@requirement(
    "gather.exception_first", api="asyncio.gather", level="documented", since="3.11", doc=GATHER
)
@pytest.mark.parametrize("return_exceptions", [False, True])
async def test_a_failure_leaves_the_other_children_alone(
    loop: AbstractEventLoop, return_exceptions: bool
) -> None:
    """The first exception reaches the awaiter of gather() at once, or stands in its list.

    The other children go on, in both cases. If this fails, look for a loop that cancels the
    tasks of a parent when one of them fails.
    """
    release = loop.create_future()

    async def failing() -> None:
        raise ValueError("from a child")

    async def waiting() -> str:
        result: str = await release
        return result

    other = asyncio.ensure_future(waiting())
    gathered = asyncio.ensure_future(
        asyncio.gather(failing(), other, return_exceptions=return_exceptions)
    )
    await turns()
    early = (state_of(gathered), state_of(other))
    if not release.done():
        release.set_result("released")
    await turns()
    late = (state_of(gathered), state_of(other))

    error = "ValueError('from a child')"
    first = "pending" if return_exceptions else f"raised {error}"
    last = f"returned [{error}, 'released']" if return_exceptions else first
    other_ends = "returned 'released'"
    assert early == (first, "pending"), (
        f"when one child of gather(return_exceptions={return_exceptions}) had failed, it and the "
        f"other child were {early}; expected {(first, 'pending')}"
    )
    assert late == (last, other_ends), (
        f"when the other child was released, gather() and it were {late}; "
        f"expected {(last, other_ends)}"
    )


@requirement(
    "run_until_complete.future.gathered_outside_run",
    api="loop.run_until_complete",
    level="documented",
    since="3.11",
)
def test_what_was_gathered_outside_of_a_run_can_be_run(loop: AbstractEventLoop) -> None:
    """run_until_complete() runs a gather() of tasks that was made while the loop was stopped.

    If this fails, look for run_until_complete() that takes coroutines alone, or that wants
    its future to be made inside the run.
    """
    run_turns(loop)
    gathered: Any = asyncio.gather(
        loop.create_task(returning("one")), loop.create_task(after(3, "two"))
    )

    with expect_accepted("run_until_complete(gather() of two tasks)"):
        results = loop.run_until_complete(gathered)

    assert results == ["one", "two"], (
        f"run_until_complete(gather() of two tasks) returned {results!r}; expected ['one', 'two']"
    )
