"""create_task(): the tasks that asyncio.all_tasks() lists."""

from __future__ import annotations

import asyncio
import threading
from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.requirement import requirement
from ..support.tracking import ENDINGS, Ending, end, state_of
from ..support.turns import run_turns, turns

ALL_TASKS = "library/asyncio-task.html#asyncio.all_tasks"


@requirement(
    "create_task.registry.all_tasks_pending",
    api="loop.create_task",
    level="documented",
    since="3.11",
    doc=ALL_TASKS,
)
@pytest.mark.parametrize("state", ["stopped", "running"])
def test_a_new_task_is_listed_at_once(loop: AbstractEventLoop, state: str) -> None:
    """A task is listed by all_tasks() from the moment in which create_task() returns.

    If this fails, look for a task class that does not register itself with asyncio, or
    does so only in its first step.
    """
    listed: list[bool] = []

    def create() -> None:
        task = loop.create_task(turns(1))
        listed.append(task in asyncio.all_tasks(None if state == "running" else loop))

    if state == "stopped":
        create()
    else:
        loop.call_soon(create)
    run_turns(loop)

    assert listed == [True], (
        f"all_tasks() right after create_task() on a {state} loop listed the new task: {listed}; "
        "expected [True]"
    )


@requirement(
    "create_task.registry.all_tasks_excludes_done",
    api="loop.create_task",
    level="documented",
    since="3.11",
    doc=ALL_TASKS,
)
@pytest.mark.parametrize("how", ENDINGS)
def test_a_finished_task_is_not_listed(loop: AbstractEventLoop, how: Ending) -> None:
    """A task that has ended is no longer listed by all_tasks(), even while it is referenced.

    If this fails, look for a registry that forgets tasks only when they are collected, or
    for one of the ways of ending that skips the removal.
    """

    async def body() -> int:
        return end(how)

    task = loop.create_task(body())
    run_turns(loop)
    listed = asyncio.all_tasks(loop)

    assert state_of(task).startswith(how), (
        f"a task that {how} was {state_of(task)} some turns later; expected it to have ended"
    )
    assert task not in listed, (
        f"all_tasks() still lists a task that ended ({state_of(task)}); expected only pending tasks"
    )


@requirement(
    "create_task.registry.all_tasks_per_loop",
    api="loop.create_task",
    level="documented",
    since="3.11",
    doc=ALL_TASKS,
)
def test_each_loop_lists_its_own_tasks(
    loop: AbstractEventLoop, second_loop: AbstractEventLoop
) -> None:
    """all_tasks(loop) lists the tasks of that loop and none of another one.

    If this fails, look for tasks that are registered with the thread's current loop, or
    whose get_loop() is not the loop that created them.
    """
    tasks = {"first": loop.create_task(turns(1)), "second": second_loop.create_task(turns(1))}

    of_first, of_second = asyncio.all_tasks(loop), asyncio.all_tasks(second_loop)
    run_turns(loop)
    run_turns(second_loop)

    listed = {
        "all_tasks(first)": [label for label, task in tasks.items() if task in of_first],
        "all_tasks(second)": [label for label, task in tasks.items() if task in of_second],
    }
    assert listed == {"all_tasks(first)": ["first"], "all_tasks(second)": ["second"]}, (
        f"with a task on each of two loops, these were listed: {listed}; "
        "expected each loop to list its own"
    )


@requirement(
    "create_task.registry.all_tasks_from_other_thread",
    api="loop.create_task",
    level="interop",
    since="3.11",
    doc=ALL_TASKS,
    libraries=("aiomonitor",),
)
async def test_another_thread_can_list_the_tasks(loop: AbstractEventLoop) -> None:
    """all_tasks(loop), called in another thread, lists the pending tasks of a running loop.

    If this fails, look for tasks that are kept in thread-local storage in place of
    asyncio's own registry.
    """
    release = loop.create_future()
    listed: set[asyncio.Task[Any]] = set()

    async def wait() -> None:
        await release

    waiting = loop.create_task(wait())
    await turns(1)
    monitor = threading.Thread(target=lambda: listed.update(asyncio.all_tasks(loop)))
    monitor.start()
    monitor.join()
    release.set_result(None)
    await turns()

    assert asyncio.current_task() in listed, (
        f"all_tasks(loop) in another thread gave {listed}; expected the running task among them"
    )
    assert waiting in listed, (
        f"all_tasks(loop) in another thread gave {listed}; expected the suspended task among them"
    )
