"""asyncio.ensure_future(): what it makes of coroutines, awaitables and futures of a loop."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import Generator
from typing import Any

import pytest

from ..support.expect import expect_raises
from ..support.requirement import requirement
from ..support.tracking import state_of
from ..support.turns import run_turns, turns

ENSURE_FUTURE = "library/asyncio-future.html#asyncio.ensure_future"


@requirement(
    "ensure_future.coroutine",
    api="asyncio.ensure_future",
    level="documented",
    since="3.11",
    doc=ENSURE_FUTURE,
)
def test_a_coroutine_becomes_a_task_of_the_loop(loop: AbstractEventLoop) -> None:
    """ensure_future(coro, loop=loop) makes a task of that loop, also while it is not running.

    If this fails, look for a create_task() that insists on a running loop, or that takes
    the thread's loop for its own.
    """

    async def body() -> str:
        return "the result"

    task = asyncio.ensure_future(body(), loop=loop)
    run_turns(loop)

    assert task.get_loop() is loop, (
        f"ensure_future(coro, loop=loop) made a task of {task.get_loop()!r}; expected {loop!r}"
    )
    assert state_of(task) == "returned 'the result'", (
        f"ensure_future(coro, loop=loop) on a stopped loop, and some turns, left a task that is "
        f"{state_of(task)}; expected it to have run"
    )


@requirement(
    "ensure_future.future_identity",
    api="asyncio.ensure_future",
    level="documented",
    since="3.11",
    doc=ENSURE_FUTURE,
)
@pytest.mark.parametrize("kind", ["future", "task"])
async def test_a_future_of_the_loop_passes_through(loop: AbstractEventLoop, kind: str) -> None:
    """ensure_future() returns futures and tasks of the loop as they are.

    If this fails, look for futures that asyncio.isfuture() does not accept, or whose
    get_loop() is not the loop that made them.
    """
    given: asyncio.Future[None] = (
        loop.create_future() if kind == "future" else loop.create_task(turns(1))
    )

    try:
        result = asyncio.ensure_future(given, loop=loop)
    except (TypeError, ValueError) as error:
        raise AssertionError(
            f"ensure_future({kind} of the loop, loop=loop) raised {error!r}; expected that {kind}"
        ) from error
    await turns()

    assert result is given, (
        f"ensure_future({kind} of the loop, loop=loop) returned {result!r}; expected {given!r}"
    )


class _Awaitable:
    """Neither a coroutine nor a future; awaiting it takes a turn and brings 3."""

    def __await__(self) -> Generator[Any, None, int]:
        yield from asyncio.sleep(0).__await__()
        return 3


@requirement(
    "ensure_future.awaitable",
    api="asyncio.ensure_future",
    level="documented",
    since="3.11",
    doc=ENSURE_FUTURE,
)
@pytest.mark.parametrize("call", ["run_until_complete", "ensure_future"])
def test_an_awaitable_is_awaited_by_a_task(loop: AbstractEventLoop, call: str) -> None:
    """An object with __await__ is awaited by a task of the loop, as a coroutine is.

    If this fails, look for a run_until_complete() that takes only coroutines and futures
    in place of handing its argument to ensure_future().
    """
    try:
        if call == "run_until_complete":
            result: int | str = loop.run_until_complete(_Awaitable())
        else:
            task = asyncio.ensure_future(_Awaitable(), loop=loop)
            run_turns(loop)
            result = task.result() if task.done() else state_of(task)
    except TypeError as error:
        raise AssertionError(f"{call}(awaitable) raised {error!r}; expected 3") from error

    assert result == 3, f"{call}() with an object that has __await__ gave {result!r}; expected 3"


@requirement(
    "ensure_future.wrong_loop",
    api="asyncio.ensure_future",
    level="implied",
    since="3.11",
    doc=ENSURE_FUTURE,
)
async def test_a_future_of_another_loop_is_refused(
    loop: AbstractEventLoop, second_loop: AbstractEventLoop
) -> None:
    """ensure_future() refuses a future of one loop for another loop with ValueError.

    If this fails, look for futures whose get_loop() is the running loop, whichever loop
    made them.
    """
    future = second_loop.create_future()

    with expect_raises(ValueError, "ensure_future(future of another loop, loop=loop)"):
        asyncio.ensure_future(future, loop=loop)  # noqa: RUF006 - refused

    accepted = asyncio.ensure_future(future, loop=second_loop)
    assert accepted is future, (
        f"ensure_future(future, loop=its own) returned {accepted!r}; expected {future!r}"
    )
