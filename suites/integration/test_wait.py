"""asyncio.wait(), as_completed() and shield(): waiting for tasks without owning them."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.requirement import requirement
from ..support.runners import FAR, SHORT, blocked, ending_of
from ..support.tasks import returning
from ..support.tracking import state_of
from ..support.turns import turns


def stop(*tasks: asyncio.Future[Any]) -> None:
    """Cancel what is left of the tasks."""
    for task in tasks:
        task.cancel()


@requirement(
    "wait.first_completed_and_timeout",
    api="asyncio.wait",
    level="documented",
    since="3.11",
    doc="library/asyncio-task.html#asyncio.wait",
)
@pytest.mark.parametrize("until", ["first_completed", "timeout"])
async def test_wait_parts_the_done_from_the_pending(until: str) -> None:
    """wait() returns (done, pending) when return_when or a timeout says so, and cancels nothing.

    If this fails, look for timers that do not fire, or for a Task class that loses done
    callbacks.
    """
    first = until == "first_completed"
    quick = asyncio.ensure_future(returning(5) if first else blocked())
    slow = asyncio.ensure_future(blocked())

    async def main() -> tuple[int, int, bool]:
        done, pending = await asyncio.wait(
            [quick, slow],
            timeout=FAR if first else SHORT,
            return_when=asyncio.FIRST_COMPLETED if first else asyncio.ALL_COMPLETED,
        )
        return len(done), len(pending), slow in pending

    ending = await ending_of(main())
    states = (state_of(quick), state_of(slow))
    stop(quick, slow)
    expected = (1, 1, True) if first else (0, 2, True)

    assert ending == f"returned {expected}", (
        f"wait() until {until} gave: {ending}; expected it to have returned {expected}: how many "
        "are done, how many are pending, and whether the blocked task is among those"
    )
    assert states == ("returned 5" if first else "pending", "pending"), (
        f"after wait() until {until} its tasks were {states}; expected none to be cancelled"
    )


@requirement(
    "as_completed.completion_order",
    api="asyncio.as_completed",
    level="documented",
    since="3.11",
    doc="library/asyncio-task.html#asyncio.as_completed",
)
@pytest.mark.parametrize("limit", [FAR, SHORT], ids=["in_time", "timeout"])
async def test_as_completed_follows_the_order_of_completion(
    loop: AbstractEventLoop, limit: float
) -> None:
    """as_completed() yields results as they come, and raises TimeoutError after its timeout.

    If this fails, look for a Task class that calls done callbacks late, or for timers that do
    not fire.
    """
    coros = [after(9), after(6), after(3)] if limit == FAR else [blocked_number()]
    tasks = [loop.create_task(coro) for coro in coros]
    results: list[int] = []

    async def main() -> None:
        for first in asyncio.as_completed(tasks, timeout=limit):
            results.append(await first)  # noqa: PERF401 - a timeout keeps what came before

    ending = await ending_of(main())
    stop(*tasks)

    if limit == FAR:
        assert results == [3, 6, 9], (
            f"as_completed() of tasks that last 9, 6 and 3 turns gave: {results}; "
            "expected [3, 6, 9]"
        )
    else:
        assert ending.startswith("raised TimeoutError"), (
            f"as_completed() of a blocked task, timeout={limit}, gave: {ending}; "
            "expected TimeoutError"
        )


async def after(count: int) -> int:
    """Return after that many turns, with their number."""
    await turns(count)
    return count


async def blocked_number() -> int:
    """Never return."""
    await blocked()
    return 0


@requirement(
    "shield.outer_cancel",
    api="asyncio.shield",
    level="documented",
    since="3.11",
    doc="library/asyncio-task.html#asyncio.shield",
)
async def test_a_shielded_task_survives(loop: AbstractEventLoop) -> None:
    """Cancelling a task that awaits shield(inner) ends that task, and inner goes on.

    If this fails, look for Task.cancel() that reaches further than the future which the task
    awaits, such as to the tasks that it has made.
    """
    release = loop.create_future()
    made: list[asyncio.Task[Any] | None] = []

    async def inner() -> str:
        made.append(asyncio.current_task())
        result: str = await release
        return result

    async def outer() -> None:
        await asyncio.shield(inner())

    task = asyncio.ensure_future(outer())
    await turns()
    task.cancel()
    await turns()
    if not release.done():
        release.set_result("released")
    await turns()
    states = [state_of(one) for one in (task, *made) if one is not None]

    assert states == ["cancelled", "returned 'released'"], (
        f"a task that awaits shield(inner) was cancelled, and inner released: they were {states}; "
        "expected ['cancelled', \"returned 'released'\"]"
    )
