"""run_until_complete(): what it accepts, and what it refuses."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import Generator
from typing import Any

import pytest

from ..support.expect import expect_raises
from ..support.requirement import requirement
from ..support.running import expect_open, expect_usable, stopped_soon
from ..support.turns import turns

ENSURE_FUTURE = "library/asyncio-future.html#asyncio.ensure_future"


@requirement(
    "run_until_complete.future.returns_result",
    api="loop.run_until_complete",
    level="documented",
    since="3.11",
)
def test_a_future_is_awaited_and_its_result_returned(loop: AbstractEventLoop) -> None:
    """run_until_complete(future) runs the loop until the future is done and returns its result.

    If this fails, look for a run that returns the future, or the result of a task around it.
    """
    result = object()
    future = loop.create_future()
    loop.call_soon(loop.call_soon, future.set_result, result)

    returned = loop.run_until_complete(future)

    assert returned is result, (
        f"run_until_complete(future) returned {returned!r} for a future that got {result!r}; "
        "expected that very object"
    )


@requirement(
    "run_until_complete.future.already_done",
    api="loop.run_until_complete",
    level="implied",
    since="3.11",
)
def test_a_future_that_is_done_is_accepted(loop: AbstractEventLoop) -> None:
    """A future that is already done is accepted, and its result returned without other work.

    If this fails, look for a done callback that is added after its future was done and never
    scheduled, or for a poll without a time limit ahead of it.
    """
    future = loop.create_future()
    future.set_result(1)
    expect_usable(loop, "on a new loop")

    try:
        returned = loop.run_until_complete(future)
    except (RuntimeError, asyncio.InvalidStateError) as error:
        raise AssertionError(
            f"run_until_complete(done future) raised {error!r}; expected the future's result"
        ) from error

    assert returned == 1, (
        f"run_until_complete(done future) returned {returned!r}; expected 1, its result"
    )


@requirement(
    "run_until_complete.coroutine.runs_as_task",
    api="loop.run_until_complete",
    level="documented",
    since="3.11",
)
def test_a_coroutine_runs_as_a_task(loop: AbstractEventLoop) -> None:
    """A coroutine runs in a Task of this loop, which asyncio.current_task() and all_tasks() know.

    If this fails, look for a run that drives the coroutine by hand, or for a Task class
    that does not register its tasks with asyncio.
    """

    async def looking() -> tuple[Any, bool]:
        task = asyncio.current_task()
        return task, task in asyncio.all_tasks()

    seen = loop.run_until_complete(looking())

    assert seen is not None, "run_until_complete(coroutine) returned None; expected its result"
    task, listed = seen
    assert isinstance(task, asyncio.Task), (
        f"current_task() in a coroutine given to run_until_complete() is {task!r}; "
        "expected an asyncio.Task"
    )
    assert task.get_loop() is loop, (
        f"the task of a coroutine given to run_until_complete() is of {task.get_loop()!r}; "
        "expected the loop that runs it"
    )
    assert listed, (
        "all_tasks() in a coroutine given to run_until_complete() lacks its task; expected it there"
    )


@requirement(
    "run_until_complete.awaitable.accepted",
    api="loop.run_until_complete",
    level="implied",
    since="3.11",
    doc=ENSURE_FUTURE,
)
def test_any_awaitable_is_accepted(loop: AbstractEventLoop) -> None:
    """Any awaitable is accepted: an object that defines __await__ is wrapped and awaited.

    If this fails, look for an argument that is taken for a coroutine or a future without
    asyncio.ensure_future().
    """

    class Awaitable:
        def __await__(self) -> Generator[Any, None, int]:
            yield from turns().__await__()
            return 5

    try:
        returned = loop.run_until_complete(Awaitable())
    except (TypeError, AttributeError) as error:
        raise AssertionError(
            f"run_until_complete(object with __await__) raised {error!r}; expected its result"
        ) from error

    assert returned == 5, (
        f"run_until_complete(object with __await__) returned {returned!r}; expected 5"
    )


def plain_function() -> None:
    """A function that is no awaitable; calling it fails the check."""
    raise AssertionError("run_until_complete(function) called the function; expected TypeError")


@requirement(
    "run_until_complete.argument.type_error",
    api="loop.run_until_complete",
    level="implied",
    since="3.11",
    doc=ENSURE_FUTURE,
)
@pytest.mark.parametrize(
    "argument", [1, "x", None, plain_function], ids=["int", "str", "None", "function"]
)
def test_what_cannot_be_awaited_is_a_type_error(loop: AbstractEventLoop, argument: Any) -> None:
    """Something that cannot be awaited raises TypeError, and the loop stays usable.

    If this fails, look for a run that begins before its argument has been looked at.
    """
    with stopped_soon(loop), expect_raises(TypeError, f"run_until_complete({argument!r})"):
        loop.run_until_complete(argument)

    running = loop.is_running()
    assert running is False, (
        f"is_running() after run_until_complete({argument!r}) is {running!r}; expected False"
    )
    expect_usable(loop, "after a TypeError")


@requirement(
    "run_until_complete.argument.foreign_future",
    api="loop.run_until_complete",
    level="implied",
    since="3.11",
    doc=ENSURE_FUTURE,
)
def test_a_future_of_another_loop_is_refused(
    loop: AbstractEventLoop, second_loop: AbstractEventLoop
) -> None:
    """A future that belongs to another loop is refused with ValueError.

    If this fails, look for an argument that is waited for without comparing its get_loop()
    with the loop that is to run.
    """
    future = second_loop.create_future()
    with (
        stopped_soon(loop, second_loop),
        expect_raises(ValueError, "run_until_complete(future of another loop)"),
    ):
        loop.run_until_complete(future)

    expect_usable(loop, "after it refused another loop's future")
    expect_open(second_loop)
    expect_usable(second_loop, "after another loop refused its future")
