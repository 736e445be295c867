"""asyncio.eager_task_factory: what becomes of its tasks once create_task() has returned."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from ..support.expect import expect_raises
from ..support.factories import install_eager
from ..support.requirement import requirement
from ..support.tasks import nothing
from ..support.turns import turns

EAGER_TASK_FACTORY = "library/asyncio-task.html#asyncio.eager_task_factory"


@requirement(
    "task_factory.eager.blocking_task_registered",
    api="loop.create_task",
    level="implied",
    since="3.12",
    doc=EAGER_TASK_FACTORY,
)
async def test_a_waiting_eager_task_is_an_ordinary_one(loop: AbstractEventLoop) -> None:
    """A task that waits after its eager part is listed, can be cancelled, and is resumed.

    If this fails, look for a task that is lost, or never registered, after the eager step.
    """
    release: asyncio.Future[str] = loop.create_future()

    async def wait_for_release() -> str:
        return await asyncio.shield(release)

    install_eager(loop)
    resumed = loop.create_task(wait_for_release())
    cancelled = loop.create_task(wait_for_release())
    listed = asyncio.all_tasks()
    cancelled.cancel()
    release.set_result("resumed")
    await turns()

    assert {resumed, cancelled} <= listed, (
        f"all_tasks() was {listed}; expected both waiting eager tasks in it"
    )
    assert cancelled.cancelled(), (
        f"cancel() of a waiting eager task left it as {cancelled!r} some turns later; "
        "expected it to be cancelled"
    )
    assert resumed.done(), (
        "a waiting eager task was pending some turns after its future had a result; "
        "expected the loop to resume it"
    )


@requirement(
    "task_factory.eager.name_given",
    api="loop.create_task",
    level="implied",
    since="3.12",
    doc=EAGER_TASK_FACTORY,
)
@pytest.mark.parametrize("waits", [0, 1], ids=["finishes at once", "waits"])
async def test_an_eager_task_has_the_name_given(loop: AbstractEventLoop, waits: int) -> None:
    """A name given to create_task() is on an eager task, finished or not.

    If this fails, look for a name that is applied to unfinished tasks only.
    """
    install_eager(loop)

    task = loop.create_task(turns(waits), name="given")
    name = task.get_name()
    await task

    assert name == "given", (
        f"create_task(name='given') with eager_task_factory named a task that "
        f"{'waits' if waits else 'finishes at once'} {name!r}; expected 'given'"
    )


@requirement(
    "task_factory.eager.get_coro_none_when_finished",
    api="Task.get_coro",
    level="documented",
    since="3.13",
)
async def test_a_task_finished_eagerly_has_no_coroutine(loop: AbstractEventLoop) -> None:
    """get_coro() of a task that finished in its eager part is None; a waiting one has its own.

    If this fails, look for a coroutine that is run first and then put into a finished task.
    """
    waiting_coro = turns(1)
    install_eager(loop)

    finished = loop.create_task(nothing())
    waiting = loop.create_task(waiting_coro)
    coros = [finished.get_coro(), waiting.get_coro()]
    await turns()

    assert coros[0] is None, (
        f"get_coro() of an eagerly finished task returned {coros[0]!r}; expected None"
    )
    assert coros[1] is waiting_coro, (
        f"get_coro() of a waiting eager task returned {coros[1]!r}; expected {waiting_coro!r}"
    )


@requirement(
    "task_factory.eager.done_callbacks_deferred",
    api="Task.add_done_callback",
    level="documented",
    since="3.12",
    doc="library/asyncio-future.html#asyncio.Future.add_done_callback",
)
async def test_done_callbacks_of_eager_tasks_are_queued(loop: AbstractEventLoop) -> None:
    """A done callback added to an eagerly finished task is queued, not called on the spot.

    If this fails, look for callbacks that are called, or forgotten, because the task is
    already done.
    """
    called_with: list[object] = []
    install_eager(loop)

    task = loop.create_task(nothing())
    task.add_done_callback(called_with.append)
    at_once = list(called_with)
    await turns()

    assert not at_once, (
        "add_done_callback() called the callback of an eagerly finished task on the spot; "
        "expected a call in the next turn"
    )
    assert called_with == [task], (
        f"some turns later a done callback of an eagerly finished task had been called with "
        f"{called_with}; expected one call, with the task"
    )


async def by_gather() -> list[int]:
    """Have gather() await ten coroutines, every third of which waits."""
    return list(await asyncio.gather(*[waiting_or_not(number) for number in range(10)]))


async def by_task_group() -> list[int]:
    """Have a TaskGroup await ten coroutines, every third of which waits."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(waiting_or_not(number)) for number in range(10)]
    return [task.result() for task in tasks]


async def waiting_or_not(number: int) -> int:
    """Return the number, one in three after a wait."""
    await turns(number % 3 == 0)
    return number


@requirement(
    "task_factory.eager.gather_and_task_group",
    api="asyncio.gather",
    level="implied",
    since="3.12",
    doc=EAGER_TASK_FACTORY,
)
@pytest.mark.parametrize(("helper", "use"), [("gather()", by_gather), ("TaskGroup", by_task_group)])
async def test_groups_of_eager_tasks_end(
    loop: AbstractEventLoop, helper: str, use: Callable[[], Coroutine[Any, Any, list[int]]]
) -> None:
    """gather() and TaskGroup gather the results of eager tasks, those that wait and the others.

    If this fails, look for done callbacks of eagerly finished tasks that get lost.
    """
    install_eager(loop)

    group = loop.create_task(use())
    await turns(20)

    assert group.done(), (
        f"{helper} over eager tasks, some of which wait a turn, had not ended 20 turns later; "
        "expected it to end"
    )
    assert group.result() == list(range(10)), (
        f"{helper} over ten eager tasks gave {group.result()}; expected their results in order"
    )


async def by_wait_for(task: asyncio.Task[None]) -> None:
    """Limit the task's time with wait_for()."""
    await asyncio.wait_for(task, 0.01)


async def by_timeout(task: asyncio.Task[None]) -> None:
    """Limit the task's time with timeout()."""
    async with asyncio.timeout(0.01):
        await task


@requirement(
    "task_factory.eager.wait_for_and_timeout",
    api="asyncio.wait_for",
    level="implied",
    since="3.12",
    doc="library/asyncio-task.html#asyncio.wait_for",
)
@pytest.mark.parametrize(("helper", "use"), [("wait_for", by_wait_for), ("timeout", by_timeout)])
async def test_time_limits_end_eager_tasks(
    loop: AbstractEventLoop,
    helper: str,
    use: Callable[[asyncio.Task[None]], Coroutine[Any, Any, None]],
) -> None:
    """wait_for() and timeout() cancel an eager task that waits after its eager part.

    If this fails, look for cancellation that does not reach a task which was started eagerly.
    """
    release: asyncio.Future[None] = loop.create_future()

    async def wait_for_release() -> None:
        await release

    def give_up() -> None:
        if not release.done():
            release.set_result(None)

    install_eager(loop)
    task = loop.create_task(wait_for_release())
    rescue = loop.call_later(0.3, give_up)  # so that a lost cancellation fails in words
    with expect_raises(TimeoutError, f"{helper}(..., 0.01) on a waiting eager task"):
        await use(task)
    rescue.cancel()
    await turns()

    assert task.cancelled(), (
        f"after {helper}(..., 0.01) had timed out, the eager task was {task!r}; "
        "expected it to be cancelled"
    )
