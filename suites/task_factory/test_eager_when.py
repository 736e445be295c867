"""asyncio.eager_task_factory: on which loops it starts a task at once, and by which calls."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import Callable
from typing import Any

import pytest

from ..support.factories import install_eager
from ..support.requirement import requirement
from ..support.tasks import expect_accepted, returning
from ..support.turns import turns

EAGER_TASK_FACTORY = "library/asyncio-task.html#asyncio.eager_task_factory"
TASK = "library/asyncio-task.html#asyncio.Task"


def running_loop() -> AbstractEventLoop | None:
    """The running loop, or None."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def create_then_run(loop: AbstractEventLoop, coro: Any) -> None:
    """Have create_task() meet a loop that does not run yet."""
    loop.run_until_complete(loop.create_task(coro))


def run(loop: AbstractEventLoop, coro: Any) -> None:
    """Have run_until_complete() make the task."""
    loop.run_until_complete(coro)


@requirement(
    "task_factory.eager.stopped_loop_not_eager",
    api="loop.create_task",
    level="documented",
    since="3.12",
    doc=TASK,
)
@pytest.mark.parametrize("start", [create_then_run, run])
def test_a_stopped_loop_starts_nothing_eagerly(
    loop: AbstractEventLoop, start: Callable[[AbstractEventLoop, Any], None]
) -> None:
    """On a loop that does not run, the eager factory makes ordinary tasks, begun within the run.

    If this fails, look for is_running() that is true before get_running_loop() works.
    """
    seen: list[AbstractEventLoop | None] = []

    async def look() -> None:
        seen.append(running_loop())

    install_eager(loop)
    with expect_accepted("a task created with eager_task_factory on a stopped loop"):
        start(loop, look())

    assert seen == [loop], (
        f"a task created with eager_task_factory on a stopped loop began with {seen} as the "
        f"running loop (None: before the run); expected {loop!r}, once"
    )


@requirement(
    "task_factory.eager.other_running_loop_not_eager",
    api="loop.create_task",
    level="implied",
    since="3.12",
    doc=TASK,
)
def test_another_running_loop_starts_nothing_eagerly(
    loop: AbstractEventLoop, second_loop: AbstractEventLoop
) -> None:
    """While one loop runs, create_task() on an idle loop starts nothing, eager factory or not.

    If this fails, look for is_running() that tells whether any loop runs in the thread.
    """
    seen: list[AbstractEventLoop | None] = []

    async def look() -> None:
        seen.append(running_loop())

    async def create_on_the_other() -> asyncio.Task[None]:
        with expect_accepted("a task created with eager_task_factory on an idle loop"):
            return second_loop.create_task(look())

    install_eager(second_loop)
    task = loop.run_until_complete(create_on_the_other())
    second_loop.run_until_complete(task)

    assert seen == [second_loop], (
        f"a task created with eager_task_factory on an idle loop, while {loop!r} ran, began with "
        f"{seen} as the running loop; expected its own, {second_loop!r}, once"
    )


async def by_asyncio() -> bool:
    """Whether a task by asyncio.create_task() was done at once."""
    task = asyncio.create_task(returning(1))
    done = task.done()
    await task
    return done


async def by_task_group() -> bool:
    """Whether a task by TaskGroup.create_task() was done at once."""
    async with asyncio.TaskGroup() as group:
        return group.create_task(returning(1)).done()


@requirement(
    "task_factory.eager.asyncio_create_task",
    api="asyncio.create_task",
    level="documented",
    since="3.12",
    doc=EAGER_TASK_FACTORY,
)
@pytest.mark.parametrize(
    ("call", "done_at_once"),
    [("asyncio.create_task()", by_asyncio), ("TaskGroup.create_task()", by_task_group)],
)
async def test_asyncio_s_calls_are_eager_too(
    loop: AbstractEventLoop, call: str, done_at_once: Callable[[], Any]
) -> None:
    """asyncio.create_task() and TaskGroup.create_task() are eager when the loop's factory is.

    If this fails, look for an inner loop that is registered as the running one and has
    another factory.
    """
    install_eager(loop)

    done = await done_at_once()

    assert done, (
        f"{call} with eager_task_factory returned a pending task for a coroutine without a wait; "
        "expected it to be done"
    )


@requirement(
    "task_factory.eager.future_wakeup_order",
    api="loop.create_task",
    level="implied",
    since="3.12",
    doc=EAGER_TASK_FACTORY,
)
async def test_an_eager_task_goes_on_in_queue_order(loop: AbstractEventLoop) -> None:
    """After its eager part, a task that gave way goes on between the callbacks around it.

    If this fails, look for a continuation that is queued one turn late, or ahead of the
    callbacks already there.
    """
    log: list[str] = []

    async def give_way() -> None:
        log.append("eager")
        await asyncio.sleep(0)
        log.append("resumed")

    install_eager(loop)
    loop.call_soon(log.append, "callback before")
    loop.create_task(give_way())
    loop.call_soon(log.append, "callback after")
    await turns()

    assert log == ["eager", "callback before", "resumed", "callback after"], (
        f"call_soon(before), an eager task that awaits sleep(0), call_soon(after) ran as {log}; "
        "expected the eager part first, and the rest in the order of the queue"
    )
