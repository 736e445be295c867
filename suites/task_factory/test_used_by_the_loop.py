"""Tasks that the loop, or a runner, makes of its own accord: they come from the factory too."""

from __future__ import annotations

import asyncio
import gc
from asyncio import AbstractEventLoop
from collections.abc import AsyncGenerator, Callable

import pytest

from ..support.factories import RecordingFactory, turns_until
from ..support.requirement import requirement
from ..support.tasks import context_with, nothing, returning
from ..support.turns import run_turns


@requirement(
    "task_factory.used_by.run_until_complete",
    api="loop.run_until_complete",
    level="documented",
    since="3.11",
)
def test_run_until_complete_uses_the_factory(loop: AbstractEventLoop) -> None:
    """A coroutine passed to run_until_complete() becomes a task through the factory.

    If this fails, look for a main task that is made with asyncio.Task, or for a coroutine
    that is driven without a task.
    """
    recorder = RecordingFactory()
    ran_in: list[object] = []

    async def main() -> None:
        ran_in.append(asyncio.current_task())

    coro = main()
    loop.set_task_factory(recorder)
    loop.run_until_complete(coro)

    assert recorder.coros == [coro], (
        f"run_until_complete({coro!r}) called the task factory for {recorder.coros}; "
        "expected one call, with that coroutine"
    )
    assert ran_in == recorder.tasks, (
        f"within run_until_complete(coro), current_task() was {ran_in}; "
        f"expected the factory's task, {recorder.tasks}"
    )


@requirement(
    "task_factory.used_by.run_until_complete_future_exempt",
    api="loop.run_until_complete",
    level="implied",
    since="3.11",
)
@pytest.mark.parametrize("kind", ["task", "done future"])
def test_run_until_complete_wraps_no_future(loop: AbstractEventLoop, kind: str) -> None:
    """A task or future passed to run_until_complete() is not wrapped in another task.

    If this fails, look for a main task that is made for every argument and awaits it.
    """
    recorder = RecordingFactory()
    future: asyncio.Future[str] = loop.create_future()
    future.set_result("result")
    awaited = loop.create_task(returning("result")) if kind == "task" else future
    loop.set_task_factory(recorder)

    result = loop.run_until_complete(awaited)
    called_for = list(recorder.coros)
    loop.create_task(nothing())
    run_turns(loop)

    assert result == "result", (
        f"run_until_complete({kind}) returned {result!r}; expected its result, 'result'"
    )
    assert not called_for, (
        f"run_until_complete({kind}) called the task factory for {called_for}; expected no call"
    )
    assert recorder.coros, "create_task() did not call the task factory; expected a call"


@requirement(
    "task_factory.used_by.runner_run",
    api="Runner.run",
    level="documented",
    since="3.11",
)
def test_a_runner_uses_the_factory(loop_factory: Callable[[], AbstractEventLoop]) -> None:
    """asyncio.Runner runs its main coroutine through the factory, and hands it the context.

    If this fails, look for create_task() that ignores the context when a factory is
    installed.
    """
    recorder = RecordingFactory()
    context = context_with("given")
    main = returning("result")

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.get_loop().set_task_factory(recorder)
        runner.run(main, context=context)
        calls = list(zip(recorder.coros, recorder.keywords, strict=True))

    assert main in [coro for coro, _ in calls], (
        f"Runner.run({main!r}) called the task factory for {recorder.coros}; "
        "expected the main coroutine"
    )
    contexts = [keywords.get("context") for coro, keywords in calls if coro is main]
    assert contexts == [context], (
        f"Runner.run(main, context={context!r}) called the task factory with the contexts "
        f"{contexts}; expected that one"
    )


@requirement(
    "task_factory.used_by.asyncgen_finalizer",
    api="loop",
    level="implied",
    since="3.11",
    doc="library/sys.html#sys.set_asyncgen_hooks",
)
async def test_closing_a_dropped_generator_uses_the_factory(loop: AbstractEventLoop) -> None:
    """A dropped, unfinished async generator is closed in a task that the factory made.

    If this fails, look for a finalizer hook that makes a task of the stock class, or that
    drives aclose() by itself.
    """
    recorder = RecordingFactory()
    closed_in: list[object] = []

    async def unfinished() -> AsyncGenerator[int, None]:
        try:
            yield 1
        finally:
            closed_in.append(asyncio.current_task())

    loop.set_task_factory(recorder)
    generator = unfinished()
    await anext(generator)
    del generator
    gc.collect(0)
    await turns_until(lambda: closed_in)

    assert closed_in, (
        "a dropped async generator had not been closed 1000 turns later; expected the loop to do it"
    )
    assert closed_in[0] in recorder.tasks, (
        f"a dropped async generator was closed in {closed_in[0]!r}; "
        f"expected a task made by the factory, which made {recorder.tasks}"
    )
