"""asyncio.create_task(): which loop it finds, and what it hands on."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from typing import Any

from ..support.requirement import requirement
from ..support.tasks import MARK, context_with
from ..support.turns import turns

CREATE_TASK = "library/asyncio-task.html#asyncio.create_task"


@requirement(
    "asyncio.create_task.uses_running_loop",
    api="asyncio.create_task",
    level="documented",
    since="3.11",
    doc=CREATE_TASK,
)
async def test_the_task_is_created_by_the_running_loop(loop: AbstractEventLoop) -> None:
    """asyncio.create_task() calls create_task() of the loop that is running.

    If this fails, look for a run that does not register the loop as the running one, or
    registers another object in its place.
    """
    made: list[object] = []

    def factory(_: AbstractEventLoop, coro: Any, **kwargs: Any) -> asyncio.Task[Any]:
        made.append(coro)
        return asyncio.Task(coro, loop=loop, **kwargs)

    loop.set_task_factory(factory)
    coro = turns(1)
    task = asyncio.create_task(coro)
    await turns()

    assert made == [coro], (
        f"asyncio.create_task() in a coroutine of the loop had its task factory make tasks of "
        f"{made}; expected one, of the coroutine that was given"
    )
    assert task.get_loop() is loop, (
        f"asyncio.create_task() made a task of {task.get_loop()!r}; expected the running loop"
    )


def _attempt() -> str:
    """What asyncio.create_task() does here and now."""
    coro = turns(1)
    try:
        asyncio.create_task(coro)  # noqa: RUF006 - ready to run, so the loop holds it
    except NotImplementedError:
        raise
    except RuntimeError:
        coro.close()
        return "RuntimeError"
    return "a task"


@requirement(
    "asyncio.create_task.no_running_loop",
    api="asyncio.create_task",
    level="documented",
    since="3.11",
    doc=CREATE_TASK,
)
def test_no_task_without_a_running_loop(loop: AbstractEventLoop) -> None:
    """asyncio.create_task() raises RuntimeError in a thread in which no loop is running.

    If this fails, look for a loop that stays registered after its run, or that registers
    itself for all threads.
    """
    brought: dict[str, str] = {}

    async def during_the_run() -> None:
        brought["inside the run"] = _attempt()
        brought["in another thread"] = await loop.run_in_executor(None, _attempt)
        await turns()

    brought["before the run"] = _attempt()
    loop.run_until_complete(during_the_run())
    brought["after the run"] = _attempt()

    assert brought == {
        "before the run": "RuntimeError",
        "inside the run": "a task",
        "in another thread": "RuntimeError",
        "after the run": "RuntimeError",
    }, f"asyncio.create_task() brought {brought}; expected a task inside the run alone"


@requirement(
    "asyncio.create_task.name_and_context",
    api="asyncio.create_task",
    level="documented",
    since="3.11",
    doc=CREATE_TASK,
)
async def test_name_and_context_are_handed_on(loop: AbstractEventLoop) -> None:
    """asyncio.create_task(coro, name=..., context=...) gives the task that name and context.

    If this fails, look for a create_task() of the loop that does not know both keywords.
    """
    seen: list[str] = []

    async def body() -> None:
        seen.append(MARK.get())

    task = asyncio.create_task(body(), name="n", context=context_with("given"))
    await turns()

    assert (task.get_name(), seen) == ("n", ["given"]), (
        f"asyncio.create_task(name='n', context=...) on {loop!r} gave the name "
        f"{task.get_name()!r}, and the coroutine saw its context variable as {seen}; "
        "expected 'n' and ['given']"
    )
