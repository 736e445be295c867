"""Tasks that asyncio's helpers make: they come from the loop's factory."""

from __future__ import annotations

import asyncio
import threading
from asyncio import AbstractEventLoop
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any

import pytest

from ..support.factories import RecordingFactory, turns_until
from ..support.requirement import requirement
from ..support.tasks import context_with, nothing, returning
from ..support.turns import run_turns


class FactoryError(Exception):
    """Raised by a factory of ours."""


@requirement(
    "task_factory.used_by.asyncio_create_task",
    api="asyncio.create_task",
    level="documented",
    since="3.11",
    doc="library/asyncio-task.html#asyncio.create_task",
)
async def test_asyncio_create_task_uses_the_factory(loop: AbstractEventLoop) -> None:
    """asyncio.create_task() returns what the running loop's factory made of the coroutine.

    If this fails, look for an inner loop that is registered as the running one and knows
    nothing of the factory.
    """
    recorder = RecordingFactory()
    coro = nothing()
    loop.set_task_factory(recorder)

    task = asyncio.create_task(coro)
    await task

    assert coro in recorder.coros, (
        f"asyncio.create_task({coro!r}) called the task factory for {recorder.coros}; "
        "expected that coroutine"
    )
    assert task in recorder.tasks, (
        f"asyncio.create_task() returned {task!r}; expected the factory's, {recorder.tasks}"
    )


@requirement(
    "task_factory.used_by.ensure_future",
    api="asyncio.ensure_future",
    level="documented",
    since="3.11",
    doc="library/asyncio-future.html#asyncio.ensure_future",
)
def test_ensure_future_uses_the_factory(loop: AbstractEventLoop) -> None:
    """ensure_future(coro, loop=loop) returns what the loop's factory made of the coroutine.

    If this fails, look for a second path to a task that create_task() does not share.
    """
    recorder = RecordingFactory()
    coro = nothing()
    loop.set_task_factory(recorder)

    task = asyncio.ensure_future(coro, loop=loop)
    run_turns(loop)

    assert recorder.coros == [coro], (
        f"ensure_future({coro!r}) called the task factory for {recorder.coros}; "
        "expected one call, with that coroutine"
    )
    assert task in recorder.tasks, (
        f"ensure_future() returned {task!r}; expected the factory's, {recorder.tasks}"
    )


async def through(helper: str, coros: list[Coroutine[Any, Any, str]]) -> list[str]:
    """The results of the coroutines, by way of an asyncio helper."""
    if helper == "gather":
        return await asyncio.gather(*coros)
    if helper == "shield":
        return [await asyncio.shield(coro) for coro in coros]
    return [await first for first in asyncio.as_completed(coros)]


@requirement(
    "task_factory.used_by.gather_shield_as_completed",
    api="asyncio.gather",
    level="documented",
    since="3.11",
    doc="library/asyncio-task.html#asyncio.gather",
)
@pytest.mark.parametrize("helper", ["gather", "shield", "as_completed"])
async def test_helpers_use_the_factory(loop: AbstractEventLoop, helper: str) -> None:
    """The coroutines handed to gather(), shield() and as_completed() go through the factory.

    If this fails, look for create_task() that asks the factory only when it is given a name
    or a context.
    """
    recorder = RecordingFactory()
    coros = [returning("one"), returning("two")]
    loop.set_task_factory(recorder)

    results = await through(helper, coros)

    assert set(recorder.coros) == set(coros), (
        f"{helper}() of {coros} called the task factory for {recorder.coros}; "
        "expected exactly these coroutines"
    )
    assert sorted(results) == ["one", "two"], (
        f"{helper}() of factory-made tasks gave {results}; expected both results"
    )


@requirement(
    "task_factory.used_by.task_group",
    api="TaskGroup.create_task",
    level="documented",
    since="3.11",
    doc="library/asyncio-task.html#asyncio.TaskGroup",
)
async def test_a_task_group_uses_the_factory(loop: AbstractEventLoop) -> None:
    """TaskGroup.create_task() goes through the factory, and so do its name and context.

    If this fails, look for create_task() that refuses a name together with a context, or
    that loses the name when a factory is installed.
    """
    recorder = RecordingFactory()
    context = context_with("given")
    coro = nothing()
    loop.set_task_factory(recorder)

    async with asyncio.TaskGroup() as group:
        task = group.create_task(coro, name="given", context=context)

    assert coro in recorder.coros, (
        f"TaskGroup.create_task({coro!r}) called the task factory for {recorder.coros}; "
        "expected that coroutine"
    )
    assert task in recorder.tasks, (
        f"TaskGroup.create_task() returned {task!r}; expected the factory's, {recorder.tasks}"
    )
    assert recorder.last_keywords.get("context") is context, (
        f"TaskGroup.create_task(context={context!r}) called the factory with "
        f"{recorder.last_keywords}; expected that context"
    )
    assert task.get_name() == "given", (
        f"TaskGroup.create_task(name='given') named the task {task.get_name()!r}; expected 'given'"
    )


@requirement(
    "task_factory.used_by.run_coroutine_threadsafe",
    api="asyncio.run_coroutine_threadsafe",
    level="documented",
    since="3.11",
    doc="library/asyncio-task.html#asyncio.run_coroutine_threadsafe",
)
@pytest.mark.parametrize("error", [None, FactoryError("failed")], ids=["works", "fails"])
async def test_a_submitted_coroutine_uses_the_factory(
    loop: AbstractEventLoop, error: Exception | None
) -> None:
    """A coroutine from another thread goes to the factory in the loop's; so do errors come back.

    If this fails, look for a task that is made in the submitting thread, or for an exception
    of the factory that leaves the caller waiting for ever.
    """
    threads: list[int] = []
    submitted: list[Future[str]] = []
    coro = returning("result")

    def factory(*args: Any, **keywords: Any) -> asyncio.Task[Any]:
        threads.append(threading.get_ident())
        return RecordingFactory(error)(*args, **keywords)

    loop.set_exception_handler(lambda _loop, _report: None)
    loop.set_task_factory(factory)
    thread = threading.Thread(
        target=lambda: submitted.append(asyncio.run_coroutine_threadsafe(coro, loop))
    )
    thread.start()
    thread.join()
    await turns_until(submitted[0].done)
    loop.set_task_factory(None)
    coro.close()

    assert threads == [threading.get_ident()], (
        f"a coroutine submitted from another thread was given to the factory in {threads}; "
        f"expected one call, in the loop's thread, {threading.get_ident()}"
    )
    assert submitted[0].done(), (
        "run_coroutine_threadsafe() gave a future that was not done 1000 turns later; "
        "expected the outcome in it"
    )
    outcome = submitted[0].exception() or submitted[0].result()
    assert outcome == (error or "result"), (
        f"run_coroutine_threadsafe() gave a future with {outcome!r}; expected {error or 'result'!r}"
    )
