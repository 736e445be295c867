"""create_task(): when a coroutine takes its first step, and its later ones."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop

import pytest

from ..support.requirement import requirement
from ..support.tasks import nothing
from ..support.turns import SETTLE, run_turns

CALL_SOON = "library/asyncio-eventloop.html#asyncio.loop.call_soon"


@requirement(
    "create_task.scheduling.not_synchronous", api="loop.create_task", level="implied", since="3.11"
)
@pytest.mark.parametrize("running", [False, True], ids=["loop_stopped", "loop_running"])
def test_create_task_runs_nothing_of_the_coroutine_itself(
    loop: AbstractEventLoop, running: bool
) -> None:
    """No part of the coroutine runs during the create_task() call.

    If this fails, look for a create_task() that starts the coroutine itself: an eager
    start is only for loops on which an eager task factory was installed.
    """
    ran: list[str] = []
    tasks: list[asyncio.Task[None]] = []
    ran_during_the_call: list[list[str]] = []

    async def body() -> None:
        ran.append("body")

    def create() -> None:
        tasks.append(loop.create_task(body()))
        ran_during_the_call.append(ran.copy())

    if running:
        loop.call_soon(create)
    else:
        create()
    run_turns(loop)

    assert ran_during_the_call == [[]], (
        f"create_task() had run {ran_during_the_call} of the coroutine by the time it returned; "
        "expected nothing of it"
    )
    assert ran == ["body"], (
        f"the turns after create_task() ran {ran} of the coroutine; expected its body, once"
    )


@requirement(
    "create_task.scheduling.first_step_fifo",
    api="loop.create_task",
    level="implied",
    since="3.11",
    doc=CALL_SOON,
)
def test_a_new_task_queues_among_the_callbacks(loop: AbstractEventLoop) -> None:
    """A task's first step takes its place in the queue that call_soon() uses.

    If this fails, look for tasks that are kept in a queue of their own, or for a
    first step that is put at the front or one turn late.
    """
    ran: list[str] = []

    async def step(label: str) -> None:
        ran.append(label)

    loop.call_soon(ran.append, "callback 1")
    first = loop.create_task(step("task 2"))
    loop.call_soon(ran.append, "callback 3")
    second = loop.create_task(step("task 4"))
    loop.call_soon(ran.append, "callback 5")
    run_turns(loop)
    del first, second

    assert ran == ["callback 1", "task 2", "callback 3", "task 4", "callback 5"], (
        f"call_soon() and create_task() in turn were run as {ran}; "
        "expected the order in which they were scheduled"
    )


@requirement(
    "create_task.scheduling.creation_order",
    api="loop.create_task",
    level="implied",
    since="3.11",
    doc=CALL_SOON,
)
def test_tasks_start_in_the_order_of_their_creation(loop: AbstractEventLoop) -> None:
    """Tasks created one after another take their first steps in the order of their creation.

    If this fails, look for new tasks that wait on a stack or in a set.
    """
    started: list[int] = []

    async def step(number: int) -> None:
        started.append(number)

    tasks = [loop.create_task(step(number)) for number in range(20)]
    run_turns(loop)
    del tasks

    assert started == list(range(20)), (
        f"20 tasks, numbered as they were created, started as {started}; "
        "expected the order of their creation"
    )


@requirement(
    "create_task.scheduling.next_iteration_from_task",
    api="loop.create_task",
    level="implied",
    since="3.11",
    doc=CALL_SOON,
)
def test_a_task_made_by_a_task_starts_after_what_was_queued(loop: AbstractEventLoop) -> None:
    """A task created by a running task starts after the callbacks that were already queued.

    If this fails, look for a child that is stepped as soon as its creator pauses, or
    that is put at the front of the ready queue.
    """
    ran: list[str] = []
    tasks: list[asyncio.Task[None]] = []

    async def child() -> None:
        ran.append("child")

    async def parent() -> None:
        ran.append("parent")
        tasks.append(loop.create_task(child()))

    tasks.append(loop.create_task(parent()))
    loop.call_soon(ran.append, "already queued")
    run_turns(loop)

    assert ran == ["parent", "already queued", "child"], (
        f"a task that created a child, with a callback already queued, ran as {ran}; "
        "expected the child after the queued callback"
    )


@requirement(
    "create_task.loop_not_running.deferred", api="loop.create_task", level="implied", since="3.11"
)
@pytest.mark.parametrize("has_run", [False, True], ids=["before_first_run", "between_runs"])
def test_a_task_made_while_the_loop_is_stopped_starts_with_the_next_run(
    loop: AbstractEventLoop, has_run: bool
) -> None:
    """A task created on a stopped loop stays pending, and starts when the loop is next run.

    If this fails, look for a create_task() that insists on a running loop, or for
    start-up code that throws away what was queued before the run.
    """
    if has_run:
        run_turns(loop)

    try:
        task = loop.create_task(nothing())
    except NotImplementedError:
        raise
    except RuntimeError as error:
        raise AssertionError(
            f"create_task() on a stopped loop raised {error!r}; expected a pending task"
        ) from error
    was_done = task.done()
    run_turns(loop)

    assert not was_done, (
        "the task was done before the loop had been run; expected it to stay pending"
    )
    assert task.done(), (
        f"a task created on a stopped loop was still pending after {SETTLE} turns; "
        "expected the next run to start it"
    )


@requirement(
    "create_task.step.sleep0_one_iteration",
    api="loop.create_task",
    level="documented",
    since="3.11",
    doc="library/asyncio-task.html#asyncio.sleep",
)
def test_sleep_zero_gives_way_for_one_turn(loop: AbstractEventLoop) -> None:
    """Awaiting asyncio.sleep(0) lets the loop make exactly one turn before the task goes on.

    If this fails, look for a step that resumes a coroutine at once when it yields None,
    through a timer, or through a callback that schedules the step in its turn.
    """
    ran: list[str] = []

    def callback(left: int) -> None:
        ran.append("callback")
        if left > 1:
            loop.call_soon(callback, left - 1)

    async def stepping(label: str, companion: bool) -> None:
        if companion:
            loop.call_soon(callback, 2)
        for _ in range(3):
            ran.append(label)
            await asyncio.sleep(0)

    tasks = [loop.create_task(stepping("A", True)), loop.create_task(stepping("B", False))]
    run_turns(loop, 8)
    del tasks

    assert ran == ["A", "B", "callback", "A", "B", "callback", "A", "B"], (
        f"two tasks that await sleep(0) and a chain of call_soon() ran as {ran}; "
        "expected them to alternate, one turn each"
    )
