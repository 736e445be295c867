"""Task.cancel(): what the coroutine can answer, and requests of a task to itself."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop

from ..support.requirement import requirement
from ..support.tracking import state_of
from ..support.turns import turns


@requirement("task.cancel.suppressed", api="Task.cancel", level="documented", since="3.11")
async def test_a_coroutine_may_decline_to_be_cancelled(loop: AbstractEventLoop) -> None:
    """A coroutine that catches CancelledError and returns ends its task with that result.

    If this fails, look for a task that remembers the request and ends cancelled whatever
    its coroutine does, or that repeats the CancelledError.
    """
    cancelled = 0

    async def body() -> int:
        nonlocal cancelled
        while True:
            try:
                await (asyncio.sleep(0) if cancelled else loop.create_future())
                return 5
            except asyncio.CancelledError:
                cancelled += 1
                if cancelled > 1:
                    raise

    task = loop.create_task(body())
    await turns()
    task.cancel()
    await turns()

    assert (cancelled, state_of(task)) == (1, "returned 5"), (
        f"one cancel(), which the coroutine caught, raised CancelledError {cancelled} times and "
        f"left the task {state_of(task)!r}; expected once, and 'returned 5'"
    )


@requirement("task.cancel.replaced_by_exception", api="Task.cancel", level="implied", since="3.11")
async def test_a_coroutine_may_answer_with_another_error(loop: AbstractEventLoop) -> None:
    """A coroutine that answers a cancellation with another exception fails its task with it.

    If this fails, look for a task that ends cancelled for having been asked.
    """
    answer = ValueError("instead")

    async def body() -> None:
        try:
            await loop.create_future()
        except asyncio.CancelledError:
            raise answer  # noqa: B904 - its context is no part of the promise

    task = loop.create_task(body())
    await turns()
    task.cancel()
    await turns()

    left = task.exception() if state_of(task).startswith("raised") else None
    assert left is answer, (
        f"a coroutine that answered cancel() with {answer!r} left its task {state_of(task)!r}; "
        "expected that very exception"
    )


@requirement("task.cancel.repeated_requests", api="Task.cancel", level="implied", since="3.11")
async def test_a_task_can_be_cancelled_again(loop: AbstractEventLoop) -> None:
    """A task that swallowed a cancellation can be cancelled again.

    If this fails, look for a cancel() that does nothing once it has been called.
    """
    caught = 0
    release = asyncio.Event()

    async def body() -> None:
        nonlocal caught
        for _ in range(2):
            try:
                await release.wait()
            except asyncio.CancelledError:
                caught += 1

    task = loop.create_task(body())
    for _ in range(2):
        await turns()
        task.cancel()
    await turns()
    release.set()
    await turns()

    assert (caught, state_of(task)) == (2, "returned None"), (
        f"cancel(), some turns, and cancel() again raised {caught} CancelledErrors and left the "
        f"task {state_of(task)!r}; expected 2, and 'returned None'"
    )


@requirement("task.cancel.self", api="Task.cancel", level="implied", since="3.11")
async def test_a_task_that_cancels_itself_runs_to_its_next_await(loop: AbstractEventLoop) -> None:
    """A task that cancels itself keeps running up to its next suspension, which raises.

    If this fails, look for a cancel() that raises in its caller, or that finds no awaited
    future to cancel and forgets the request.
    """
    seen: list[str] = []

    async def body() -> None:
        try:
            task.cancel()
            seen.append("went on")
            await asyncio.sleep(0)
            seen.append("resumed")
        except asyncio.CancelledError:
            seen.append("CancelledError")
            raise

    task = loop.create_task(body())
    await turns()

    assert seen == ["went on", "CancelledError"], (
        f"a task that cancelled itself saw {seen} and is {state_of(task)}; "
        "expected to go on, then CancelledError at the next await"
    )


@requirement("task.cancel.self_then_return", api="Task.cancel", level="implied", since="3.11")
async def test_a_task_that_cancels_itself_and_returns_is_cancelled(
    loop: AbstractEventLoop,
) -> None:
    """A task that cancels itself and returns with no further await ends cancelled.

    If this fails, look for a request that waits for the next step and is dropped when
    there is none.
    """

    async def body() -> int:
        task.cancel()
        return 1

    task = loop.create_task(body())
    await turns()

    assert state_of(task) == "cancelled", (
        f"a task that cancelled itself and returned 1 is {state_of(task)!r}; expected cancelled"
    )


@requirement(
    "task.cancel.cancelling_count", api="Task.cancelling", level="documented", since="3.11"
)
async def test_cancelling_counts_the_requests(loop: AbstractEventLoop) -> None:
    """cancelling() counts the calls of cancel(); uncancel() takes one back, down to zero.

    If this fails, look for a flag where a count is needed, or for an uncancel() that
    returns nothing or goes below zero.
    """

    async def body() -> None:
        await loop.create_future()

    task = loop.create_task(body())
    await turns()
    for _ in range(3):
        task.cancel()
    asked = task.cancelling()
    remaining = [task.uncancel() for _ in range(4)]
    await turns()

    assert asked == 3, f"cancelling() after three calls of cancel() is {asked!r}; expected 3"
    assert remaining == [2, 1, 0, 0], (
        f"uncancel() after three calls of cancel() returned {remaining}; expected [2, 1, 0, 0]"
    )


@requirement("task.cancel.uncancel_rescinds", api="Task.uncancel", level="documented", since="3.13")
async def test_uncancel_calls_off_what_was_not_delivered(loop: AbstractEventLoop) -> None:
    """uncancel() down to zero, before the CancelledError was delivered, calls it off.

    If this fails, look for an uncancel() that lowers the count and leaves the request.
    """
    seen: list[str] = []

    async def body() -> None:
        task.cancel()
        task.uncancel()
        try:
            await asyncio.sleep(0)
            seen.append("resumed")
        except asyncio.CancelledError:
            seen.append("CancelledError")

    task = loop.create_task(body())
    await turns()

    assert seen == ["resumed"], (
        f"cancel() and uncancel() in a running task, then an await, brought {seen}; "
        "expected the await to end as if nothing had been asked"
    )
