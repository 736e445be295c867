"""create_task(): which task asyncio.current_task() names, and when it names none."""

from __future__ import annotations

import asyncio
import threading
from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.requirement import requirement
from ..support.tls_peers import PATIENCE
from ..support.tracking import state_of
from ..support.turns import run_turns, turns

CURRENT_TASK = "library/asyncio-task.html#asyncio.current_task"


@requirement(
    "create_task.registry.current_task",
    api="loop.create_task",
    level="documented",
    since="3.11",
    doc=CURRENT_TASK,
)
async def test_the_current_task_is_the_one_that_was_returned(loop: AbstractEventLoop) -> None:
    """In every step of a task, current_task() is the object that create_task() returned.

    If this fails, look for a task that wraps another one, or for a task class that does
    not tell asyncio when a step begins.
    """
    seen: list[asyncio.Task[Any] | None] = []

    async def body() -> None:
        seen.append(asyncio.current_task())
        await asyncio.sleep(0)
        seen.append(asyncio.current_task())

    task = loop.create_task(body())
    await turns()

    assert [current is task for current in seen] == [True, True], (
        f"current_task() in the two steps of a task was {seen}; expected the object that "
        f"create_task() returned, {task!r}, in both"
    )


@requirement(
    "create_task.registry.current_task_none_in_callback",
    api="loop.create_task",
    level="documented",
    since="3.11",
    doc=CURRENT_TASK,
)
@pytest.mark.parametrize("schedule", ["call_soon", "call_later"])
def test_a_plain_callback_has_no_current_task(loop: AbstractEventLoop, schedule: str) -> None:
    """There is no current task in a callback that a task scheduled, nor after the run.

    If this fails, look for a step that does not take its task back when it ends, or for
    callbacks that run on behalf of the task that scheduled them.
    """
    seen: list[asyncio.Task[Any] | None] = []
    release = loop.create_future()

    def record() -> None:
        seen.append(asyncio.current_task())
        release.set_result(None)
        loop.stop()

    async def schedule_and_suspend() -> None:
        if schedule == "call_soon":
            loop.call_soon(record)
        else:
            loop.call_later(0, record)
        await release

    task = loop.create_task(schedule_and_suspend())
    loop.run_forever()
    after_the_run = asyncio.current_task(loop)
    run_turns(loop)

    assert seen == [None], (
        f"current_task() in a {schedule}() callback was {seen}; expected [None], "
        f"also when a task ({task!r}) has scheduled it"
    )
    assert after_the_run is None, (
        f"current_task(loop) after stop() was {after_the_run!r}; expected None"
    )


@requirement(
    "create_task.registry.current_task_interleaved",
    api="loop.create_task",
    level="documented",
    since="3.11",
    doc=CURRENT_TASK,
)
def test_interleaved_tasks_are_each_current_in_turn(loop: AbstractEventLoop) -> None:
    """current_task() names the task whose step runs, also after others failed or were cancelled.

    If this fails, look for a step that leaves its task current when it raises, or for a
    stack of tasks where there is only ever one.
    """
    tasks: dict[str, asyncio.Task[Any]] = {}
    strangers: list[str] = []

    async def body(label: str) -> None:
        for step in range(4):
            if asyncio.current_task() is not tasks[label]:
                strangers.append(f"{label}, step {step}: {asyncio.current_task()!r}")
            if label == "fails" and step == 1:
                raise ValueError("from the task")
            await asyncio.sleep(0)

    for label in ("fails", "is cancelled", "lasts"):
        tasks[label] = loop.create_task(body(label))
    run_turns(loop, 2)
    tasks["is cancelled"].cancel()
    run_turns(loop)

    ended = {label: state_of(task).split()[0] for label, task in tasks.items()}
    assert ended == {"fails": "raised", "is cancelled": "cancelled", "lasts": "returned"}, (
        f"three tasks that alternate ended as {ended}; expected one of each kind"
    )
    assert strangers == [], (
        f"current_task() in the steps of three alternating tasks named another: {strangers}; "
        "expected each task in its own steps"
    )


@requirement(
    "create_task.registry.current_task_two_loops_threads",
    api="loop.create_task",
    level="documented",
    since="3.11",
    doc=CURRENT_TASK,
)
def test_loops_in_two_threads_have_a_current_task_each(
    loop: AbstractEventLoop, second_loop: AbstractEventLoop
) -> None:
    """Each loop has a current task of its own, also while loops run in different threads.

    If this fails, look for the current task in a variable of the module or the class.
    """
    loops = {"first": loop, "second": second_loop}
    tasks: dict[str, asyncio.Task[Any]] = {}
    seen: dict[str, tuple[bool, bool]] = {}
    failures: list[str] = []
    meeting = threading.Barrier(2, timeout=PATIENCE)

    async def meet(own: str, other: str) -> None:
        meeting.wait()
        of_other = asyncio.current_task(loops[other])
        seen[own] = (asyncio.current_task() is tasks[own], of_other in (tasks[other], None))
        meeting.wait()

    def run(own: str, other: str) -> None:
        try:
            tasks[own] = loops[own].create_task(meet(own, other))
            loops[own].run_until_complete(tasks[own])
        except threading.BrokenBarrierError:  # the other one did not come
            pass
        except Exception as error:  # noqa: BLE001 - said in words below
            meeting.abort()
            failures.append(f"the {own} raised {error!r}")

    thread = threading.Thread(target=run, args=("second", "first"))
    thread.start()
    try:
        run("first", "second")
    finally:
        thread.join()

    missed = failures or ["one never began its task"] * meeting.broken
    assert not missed, (
        f"of two loops, the first run in the main thread and the second in another, {missed}; "
        "expected both to run their task"
    )
    assert seen == {"first": (True, True), "second": (True, True)}, (
        "inside steps that ran at the same time on two loops, (current_task() is the own task, "
        f"current_task(other loop) is the other's or None) was {seen}; expected True for all"
    )
