"""asyncio.TaskGroup: tasks that begin and end with a block of code."""

from __future__ import annotations

import asyncio
from typing import Any

from ..support.requirement import requirement
from ..support.runners import blocked, cancelling, ending_of
from ..support.tasks import returning
from ..support.tracking import state_of
from ..support.turns import turns

TASK_GROUP = "library/asyncio-task.html#asyncio.TaskGroup"


@requirement(
    "task_group.waits_for_children",
    api="asyncio.TaskGroup",
    level="documented",
    since="3.11",
    doc=TASK_GROUP,
)
async def test_a_task_group_waits_for_its_tasks() -> None:
    """The end of a TaskGroup's block waits for all of its tasks, also those added meanwhile.

    If this fails, look for a Task class that loses done callbacks or calls them early.
    """

    async def first(group: asyncio.TaskGroup, tasks: list[asyncio.Task[Any]]) -> str:
        await turns()  # by now the body has ended
        tasks.append(group.create_task(returning("second")))
        await turns()
        return "first"

    async def main() -> list[str]:
        tasks: list[asyncio.Task[Any]] = []
        async with asyncio.TaskGroup() as group:
            tasks.append(group.create_task(first(group, tasks)))
        states = [state_of(task) for task in tasks]
        await asyncio.wait(tasks)
        return states

    ending = await ending_of(main())

    assert ending == """returned ["returned 'first'", "returned 'second'"]""", (
        f"a TaskGroup with a task that adds another gave: {ending} for the states of both after "
        "the block; expected both to have returned"
    )


async def failing() -> None:
    """Raise, after some turns."""
    await turns()
    raise ValueError("from a child")


@requirement(
    "task_group.failure_cancels_siblings",
    api="asyncio.TaskGroup",
    level="documented",
    since="3.11",
    doc=TASK_GROUP,
)
async def test_a_failure_ends_a_task_group() -> None:
    """A task that fails cancels the others and the body; the block raises an ExceptionGroup.

    If this fails, look for a Task class whose cancel() does not wake its task, or whose
    uncancel() does not undo it.
    """
    saw: list[str] = []

    async def waiting(label: str) -> None:
        try:
            await blocked()
        except asyncio.CancelledError:
            saw.append(label)
            raise

    async def main() -> tuple[list[str], int]:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(waiting("sibling"))
                group.create_task(failing())
                await waiting("body")
        except BaseExceptionGroup as group_error:
            errors = [repr(error) for error in group_error.exceptions]
        await turns()
        return errors, cancelling()

    ending = await ending_of(main())

    assert ending == """returned (["ValueError('from a child')"], 0)""", (
        f"a TaskGroup one of whose tasks fails gave: {ending}; expected it to have returned the "
        "exceptions of the group, that ValueError, and then cancelling() as 0"
    )
    assert sorted(saw) == ["body", "sibling"], (
        f"CancelledError was seen by {saw} when a task of a TaskGroup failed; "
        "expected it in the body and in the sibling"
    )


@requirement(
    "task_group.cancelled_from_outside",
    api="asyncio.TaskGroup",
    level="documented",
    since="3.11",
    doc="library/asyncio-task.html#task-groups",
)
async def test_a_task_group_is_cancelled_with_its_task() -> None:
    """Cancelling the task that waits at a TaskGroup's end cancels the children and waits for them.

    If this fails, look for create_future() whose futures can't be cancelled, or for
    Task.cancel() that has no effect when another task calls it.
    """
    cleaned_up: list[str] = []

    async def child() -> None:
        try:
            await blocked()
        finally:
            await turns()
            cleaned_up.append("child")

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(child())

    task = asyncio.ensure_future(main())
    await turns()
    task.cancel()
    await turns(20)
    seen = (state_of(task), cleaned_up.copy())
    task.cancel()

    assert seen == ("cancelled", ["child"]), (
        f"the task of a TaskGroup was cancelled: it was {seen[0]} then, and the clean-up of its "
        f"child had done {seen[1]}; expected it to be cancelled, and the child's clean-up done"
    )


@requirement(
    "task_group.kwargs_forwarded",
    api="TaskGroup.create_task",
    level="documented",
    since="3.14",
    doc="library/asyncio-task.html#asyncio.TaskGroup.create_task",
)
async def test_a_task_group_hands_keywords_to_the_loop() -> None:
    """TaskGroup.create_task() hands its keywords to the loop, eager_start=True for instance.

    If this fails, look for create_task() that has a closed list of keywords, or drops those
    that it does not know.
    """
    ran: list[str] = []
    refusals: list[TypeError] = []

    async def child() -> None:
        ran.append("first step")

    async with asyncio.TaskGroup() as group:
        create: Any = group.create_task  # its keywords came with 3.14
        coro = child()
        try:
            create(coro, name="n", eager_start=True)
        except TypeError as error:  # the group would wrap it
            refusals.append(error)
        ran_during_the_call = ran.copy()
    coro.close()
    for refusal in refusals:
        raise refusal

    assert ran_during_the_call == ["first step"], (
        f"TaskGroup.create_task(..., eager_start=True) had run {ran_during_the_call} of its "
        "coroutine when it returned; expected its first step"
    )
