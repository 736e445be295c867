"""create_task(): what it hands back."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import Iterator

import pytest

from ..support.requirement import requirement
from ..support.tasks import nothing
from ..support.turns import run_turns


@pytest.fixture
def current_loop() -> Iterator[AbstractEventLoop]:
    """A loop that is the thread's current one, and not the loop under test.

    Asyncio's own, so that a factory with one loop only, or a loop that can't be made
    current, is judged too. It is never run.
    """
    other = asyncio.SelectorEventLoop()
    asyncio.set_event_loop(other)
    yield other
    asyncio.set_event_loop(None)
    other.close()


@requirement(
    "create_task.returns.task_instance", api="loop.create_task", level="documented", since="3.11"
)
def test_create_task_returns_an_asyncio_task(loop: AbstractEventLoop) -> None:
    """Without a task factory, create_task() returns an instance of asyncio.Task or a subclass.

    If this fails, look for a task class of the loop's own that does not derive from
    asyncio.Task, or for a create_task() that returns a future or nothing.
    """
    coroutine = nothing()

    task = loop.create_task(coroutine)
    run_turns(loop)

    assert isinstance(task, asyncio.Task), (
        f"create_task() returned {task!r}; expected an instance of asyncio.Task"
    )
    assert asyncio.isfuture(task), (
        f"asyncio.isfuture() denied what create_task() returned, {task!r}; expected a future"
    )


@requirement(
    "create_task.returns.bound_to_loop",
    api="loop.create_task",
    level="implied",
    since="3.11",
    doc="library/asyncio-future.html#asyncio.Future.get_loop",
)
def test_a_task_belongs_to_the_loop_that_made_it(
    loop: AbstractEventLoop, current_loop: AbstractEventLoop
) -> None:
    """A task belongs to the loop whose create_task() was called, whatever loop is current.

    If this fails, look for asyncio.get_event_loop(), or a Task made without loop=, on
    the way from create_task() to the task.
    """
    ran: list[str] = []

    async def body() -> None:
        ran.append("body")

    task = loop.create_task(body())
    owner, was_done = task.get_loop(), task.done()
    run_turns(loop)

    whose = "the thread's current loop" if owner is current_loop else repr(owner)
    assert owner is loop, (
        f"create_task() on one loop while another was current made a task of {whose}; "
        "expected a task of the loop that was called"
    )
    assert (was_done, task.done(), ran) == (False, True, ["body"]), (
        f"done() of a new task was {was_done}, and {task.done()} once the loop whose "
        f"create_task() was called had run {ran}; expected False, then True, and ['body']"
    )


@requirement(
    "create_task.coro.identity",
    api="loop.create_task",
    level="documented",
    since="3.11",
    doc="library/asyncio-task.html#asyncio.Task.get_coro",
)
def test_get_coro_returns_the_coroutine_that_was_passed(loop: AbstractEventLoop) -> None:
    """Until the task is finished, get_coro() returns the very coroutine that was passed.

    If this fails, look for a create_task() that wraps the coroutine in one of its own,
    for tracing or to catch exceptions.
    """
    coroutine = nothing()

    task = loop.create_task(coroutine)
    wrapped = task.get_coro()
    run_turns(loop)

    assert wrapped is coroutine, (
        f"get_coro() returned {wrapped!r} for a task made of {coroutine!r}; "
        "expected that very coroutine object"
    )
