"""create_task(): waiting for a task, by awaiting it or with a done callback."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop

from ..support.requirement import requirement
from ..support.tasks import nothing
from ..support.turns import run_turns

TASK = "library/asyncio-task.html#asyncio.Task"


@requirement(
    "create_task.await.result_and_waiters",
    api="loop.create_task",
    level="documented",
    since="3.11",
    doc=TASK,
)
def test_every_waiter_of_a_task_gets_its_result(loop: AbstractEventLoop) -> None:
    """Any number of tasks may await a task; each resumes with its result.

    If this fails, look for a task that keeps one waiter only, or forgets its waiters
    after the first wake-up.
    """
    gate, answer = loop.create_future(), object()
    got: list[object] = []

    async def awaited() -> object:
        await gate
        return answer

    async def waiting(task: asyncio.Task[object]) -> None:
        got.append(await task)

    task = loop.create_task(awaited())
    waiters = [loop.create_task(waiting(task)) for _ in range(3)]
    run_turns(loop)
    gate.set_result(None)
    run_turns(loop)
    del waiters

    assert got == [answer] * 3, (
        f"three tasks that awaited a task got {got}; "
        "expected each to get the object that its coroutine returned"
    )


@requirement(
    "create_task.await.done_task_no_suspend",
    api="loop.create_task",
    level="implied",
    since="3.11",
    doc=TASK,
)
def test_awaiting_a_finished_task_does_not_give_way(loop: AbstractEventLoop) -> None:
    """Awaiting a task that is done gives its outcome at once, without a turn of the loop.

    If this fails, look for an __await__() of the task class that yields before it asks
    whether the task is done.
    """
    ran: list[str] = []
    finished = loop.create_task(nothing())
    run_turns(loop)

    async def awaiting() -> None:
        ran.append("done" if finished.done() else "not done")
        loop.call_soon(ran.append, "callback")
        await finished
        ran.append("after the await")

    task = loop.create_task(awaiting())
    run_turns(loop)
    del task

    assert ran == ["done", "after the await", "callback"], (
        f"awaiting a finished task, with a callback queued, ran as {ran}; "
        "expected the await to go on before the callback"
    )


@requirement(
    "create_task.done_callback.via_call_soon",
    api="loop.create_task",
    level="documented",
    since="3.11",
    doc="library/asyncio-future.html#asyncio.Future.add_done_callback",
)
def test_done_callbacks_of_a_task_are_queued(loop: AbstractEventLoop) -> None:
    """When a task finishes, its done callbacks are queued, and get the task as their argument.

    If this fails, look for a step that calls the callbacks itself, or for a wrapper that
    passes on the result in place of the task.
    """
    ran: list[str] = []
    arguments: list[tuple[object, ...]] = []

    async def body() -> int:
        ran.append("end of the coroutine")
        return 7

    def done(*args: object) -> None:
        ran.append("done callback")
        arguments.append(args)

    task = loop.create_task(body())
    task.add_done_callback(done)
    loop.call_soon(ran.append, "already queued")
    run_turns(loop)

    assert ran == ["end of the coroutine", "already queued", "done callback"], (
        f"a task with a done callback, and a callback queued behind it, ran as {ran}; "
        "expected the done callback to be queued"
    )
    assert arguments == [(task,)], (
        f"the done callback of a task was given {arguments}; expected the task alone"
    )
