"""create_task(): the private context of a task that was given none, and what runs beside it."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.requirement import requirement
from ..support.tasks import MARK, context_with, expect_accepted
from ..support.turns import run_turns


@requirement(
    "create_task.context.default_copies_current",
    api="loop.create_task",
    level="documented",
    since="3.11",
)
def test_a_task_runs_in_a_copy_of_its_creators_context(loop: AbstractEventLoop) -> None:
    """Without a context, a task runs in a copy of the one that was current at its creation.

    If this fails, look for steps that run in an empty context, in the creator's own, or
    in the one in which the loop was started.
    """
    seen: list[str] = []
    thread = MARK.get()

    async def body() -> None:
        seen.append(MARK.get())
        MARK.set("task")

    creator, starter = context_with("creator"), context_with("starter")
    task = creator.run(loop.create_task, body())
    starter.run(run_turns, loop)
    del task

    assert seen == ["creator"], (
        f"a task created where the variable is 'creator' read {seen}; expected the creator's value"
    )
    after = [creator[MARK], starter[MARK], MARK.get()]
    assert after == ["creator", "starter", thread], (
        f"after the task had set the variable, its creator, the loop's starter and the thread "
        f"read {after}; expected what the task set to stay its own"
    )


@requirement(
    "create_task.context.default_snapshot_at_creation",
    api="loop.create_task",
    level="documented",
    since="3.11",
)
def test_the_context_is_copied_when_the_task_is_created(loop: AbstractEventLoop) -> None:
    """The context is copied when create_task() is called: what its creator sets later is not seen.

    If this fails, look for a copy that is made with the first step.
    """
    seen: list[str] = []

    async def body() -> None:
        seen.append(MARK.get())

    creator = context_with("before")
    task = creator.run(loop.create_task, body())
    creator.run(MARK.set, "after")
    creator.run(run_turns, loop)
    del task

    assert seen == ["before"], (
        f"a task created before its creator changed the variable read {seen}; "
        "expected the value at the call of create_task()"
    )


@requirement(
    "create_task.context.default_persistent_across_steps",
    api="loop.create_task",
    level="implied",
    since="3.11",
)
def test_a_task_keeps_its_context_from_step_to_step(loop: AbstractEventLoop) -> None:
    """What a coroutine sets in its private context before an await is there after it.

    If this fails, look for a copy that is made for each step, or for a step that runs in
    the context of whoever woke the task.
    """
    seen: dict[str, str] = {}
    gate = loop.create_future()

    async def body() -> None:
        MARK.set("own")
        await asyncio.sleep(0)
        seen["after sleep(0)"] = MARK.get()
        await gate
        seen["after a future"] = MARK.get()

    task = context_with("creator").run(loop.create_task, body())
    run_turns(loop)
    loop.call_soon(gate.set_result, None, context=context_with("waker"))
    run_turns(loop)
    del task

    assert seen == dict.fromkeys(("after sleep(0)", "after a future"), "own"), (
        f"a coroutine that set the variable to 'own' read {seen}; expected its own value each time"
    )


@requirement(
    "create_task.context.none_means_default",
    api="loop.create_task",
    level="documented",
    since="3.11",
)
def test_none_as_context_means_a_copy_of_the_current_one(loop: AbstractEventLoop) -> None:
    """With context=None a task runs in a copy of its creator's context, as without the argument.

    If this fails, look for a create_task() that enters what it is given without a look,
    or that makes an empty context for None.
    """
    seen: list[str] = []

    async def body() -> None:
        seen.append(MARK.get())
        MARK.set("task")

    creator = context_with("creator")
    with expect_accepted("create_task(context=None)"):
        task = creator.run(loop.create_task, body(), context=None)
    run_turns(loop)
    del task

    assert seen == ["creator"], (
        f"a task created with context=None read {seen}; expected the creator's value"
    )
    assert creator[MARK] == "creator", (
        f"a task created with context=None left {creator[MARK]!r} in the creator's context; "
        "expected what it set to stay its own"
    )


@requirement(
    "create_task.context.siblings_isolated",
    api="loop.create_task",
    level="documented",
    since="3.11",
)
def test_tasks_of_one_creator_do_not_share_a_context(loop: AbstractEventLoop) -> None:
    """Tasks created in the same place without a context each have their own.

    If this fails, look for one copy that serves all tasks of a turn, or for a context
    that is left entered between two steps.
    """
    seen: dict[str, str] = {}

    async def body(label: str) -> None:
        MARK.set(label)
        await asyncio.sleep(0)
        seen[label] = MARK.get()

    tasks = [loop.create_task(body(label)) for label in ("A", "B")]
    run_turns(loop)
    del tasks

    assert seen == {"A": "A", "B": "B"}, (
        f"two tasks that each set the variable to their label read {seen}; "
        "expected each its own value"
    )


@requirement(
    "create_task.context.child_inherits",
    api="loop.create_task",
    level="documented",
    since="3.11",
)
def test_a_child_starts_from_its_parents_context(loop: AbstractEventLoop) -> None:
    """A task created by a task starts from a copy of the parent's context.

    If this fails, look for a copy of the context in which the loop runs.
    """
    seen: list[str] = []
    given = context_with("given")

    async def child() -> None:
        seen.append(MARK.get())
        MARK.set("child")

    async def parent() -> None:
        MARK.set("parent")
        await loop.create_task(child())

    task = loop.create_task(parent(), context=given)
    run_turns(loop)
    del task

    assert seen == ["parent"], (
        f"a child of a task that had set the variable to 'parent' read {seen}; "
        "expected the parent's value"
    )
    assert given[MARK] != "child", (
        f"a child left {given[MARK]!r} in its parent's context; "
        "expected what it set to stay its own"
    )


@requirement(
    "create_task.context.call_soon_inside",
    api="loop.create_task",
    level="implied",
    since="3.11",
    doc="library/asyncio-eventloop.html#asyncio.loop.call_soon",
)
@pytest.mark.parametrize("method", ["call_soon", "call_later"])
def test_callbacks_that_a_task_schedules_run_in_its_context(
    loop: AbstractEventLoop, method: str
) -> None:
    """Callbacks that a task schedules run in a copy of the task's context.

    If this fails, look for a callback whose context is taken when it runs, or from
    where the loop was started.
    """
    seen: list[str] = []

    def record() -> None:
        seen.append(MARK.get())

    async def body() -> None:
        MARK.set("task")
        if method == "call_soon":
            loop.call_soon(record)
        else:
            loop.call_later(0, record)

    task = loop.create_task(body())
    run_turns(loop)
    if not seen:  # a clock may be too coarse for a timer to be due by now
        loop.call_later(0.02, loop.stop)
        loop.run_forever()
    del task

    assert seen == ["task"], (
        f"a callback that a task scheduled with {method}() read {seen}; "
        "expected the value of the task's context"
    )


@requirement(
    "create_task.context.done_callback_context",
    api="loop.create_task",
    level="documented",
    since="3.11",
    doc="library/asyncio-future.html#asyncio.Future.add_done_callback",
)
@pytest.mark.parametrize("explicit", [False, True], ids=["current", "given"])
def test_a_done_callback_runs_in_the_context_of_who_added_it(
    loop: AbstractEventLoop, explicit: bool
) -> None:
    """A done callback runs in the context in which it was added, or the one it was given.

    If this fails, look for callbacks that are called from the last step of the task, or
    that are scheduled without the context they came with.
    """
    seen: list[str] = []
    ran: list[str] = []

    async def body() -> None:
        MARK.set("task")
        ran.append(f"{len(seen)} callbacks before")

    task = loop.create_task(body())
    was_done = task.done()
    options: dict[str, Any] = {"context": context_with("given")} if explicit else {}
    adder = context_with("adder")
    adder.run(task.add_done_callback, lambda _: seen.append(MARK.get()), **options)
    run_turns(loop)

    expected = "given" if explicit else "adder"
    assert seen == [expected], (
        f"a done callback added {'with a context' if explicit else 'without a context'} read "
        f"{seen}; expected [{expected!r}]"
    )
    assert (was_done, ran) == (False, ["0 callbacks before"]), (
        f"done() of the new task was {was_done} when a callback was added, and its coroutine ran "
        f"with {ran}; expected False, and ['0 callbacks before']"
    )
