"""create_task(): the context that the caller gives to a task."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from contextvars import Context
from typing import Any

import pytest

from ..support.requirement import requirement
from ..support.tasks import MARK, context_with, expect_accepted, outcome
from ..support.turns import run_turns


@requirement(
    "create_task.context.explicit", api="loop.create_task", level="documented", since="3.11"
)
def test_the_coroutine_runs_in_the_given_context(loop: AbstractEventLoop) -> None:
    """The coroutine runs in the context that is given, not in that of the caller.

    If this fails, look for a create_task() that takes the keyword and drops it.
    """
    seen: list[str] = []

    async def body() -> None:
        seen.append(MARK.get())

    caller, given = context_with("caller"), context_with("given")
    task = caller.run(loop.create_task, body(), context=given)
    run_turns(loop)
    del task

    assert seen == ["given"], (
        f"create_task(context=...) ran the coroutine where the variable is {seen}; "
        "expected the value of the context that was given"
    )


@requirement(
    "create_task.context.explicit_not_copied",
    api="loop.create_task",
    level="documented",
    since="3.11",
)
def test_the_given_context_itself_is_used(loop: AbstractEventLoop) -> None:
    """The given context itself is used: what the coroutine sets can be read there later.

    If this fails, look for a copy of the context, or for one that is entered for the
    first step only.
    """

    async def body() -> None:
        MARK.set("first step")
        await asyncio.sleep(0)
        MARK.set("second step")

    caller, given = context_with("caller"), context_with("given")
    task = caller.run(loop.create_task, body(), context=given)
    run_turns(loop)
    del task

    assert given[MARK] == "second step", (
        f"the context given to create_task() holds {given[MARK]!r} after the task; "
        "expected 'second step', what the coroutine last set"
    )
    assert caller[MARK] == "caller", (
        f"the caller's context holds {caller[MARK]!r} after the task; expected it unchanged"
    )


@requirement(
    "create_task.context.explicit_every_step",
    api="loop.create_task",
    level="documented",
    since="3.11",
)
def test_every_step_runs_in_the_given_context(loop: AbstractEventLoop) -> None:
    """Every step of the task runs in the given context, whoever caused it.

    If this fails, look for a wake-up that is scheduled without the task's context, and
    so runs in that of whoever completed the future or cancelled the task.
    """
    seen: dict[str, str] = {}
    gate, never = loop.create_future(), loop.create_future()

    async def body() -> None:
        await asyncio.sleep(0)
        seen["after sleep(0)"] = MARK.get()
        await gate
        seen["after a future"] = MARK.get()
        try:
            await never
        except asyncio.CancelledError:
            seen["on cancellation"] = MARK.get()

    given, other = context_with("given"), context_with("other")
    task = loop.create_task(body(), context=given)
    run_turns(loop)
    loop.call_soon(gate.set_result, None, context=other)
    run_turns(loop)
    loop.call_soon(task.cancel, context=other)
    run_turns(loop)

    steps = ("after sleep(0)", "after a future", "on cancellation")
    assert seen == dict.fromkeys(steps, "given"), (
        f"the steps of a task created with a context saw {seen}; expected 'given' in each"
    )


@requirement(
    "create_task.context.explicit_shared_by_tasks",
    api="loop.create_task",
    level="implied",
    since="3.11",
)
def test_tasks_may_share_a_context(loop: AbstractEventLoop) -> None:
    """Tasks that are given the same context share what they set there.

    If this fails, look for a copy made for each task, or for a context that is entered
    for the life of a task in place of each step.
    """
    seen: list[str] = []
    gate, given = loop.create_future(), context_with("given")

    async def setting() -> None:
        MARK.set("set by the first")
        await gate

    async def reading() -> None:
        await gate
        seen.append(MARK.get())

    first = loop.create_task(setting(), context=given)
    with expect_accepted("create_task(context=...) with a context that a live task uses"):
        second = loop.create_task(reading(), context=given)
    run_turns(loop)
    gate.set_result(None)
    run_turns(loop)

    assert seen == ["set by the first"], (
        f"of two tasks with the same context, the second read {seen}, the tasks having come to "
        f"{outcome(first)!r} and {outcome(second)!r}; expected what the first had set"
    )


@requirement(
    "create_task.context.explicit_current_context",
    api="loop.create_task",
    level="interop",
    since="3.11",
    libraries=["pytest-asyncio"],
)
def test_a_task_may_be_given_the_context_of_its_creator(loop: AbstractEventLoop) -> None:
    """A task may be given the very context in which its creator is running.

    If this fails, look for a context that is entered, or copied, in create_task().
    """
    seen: list[str] = []
    given = context_with("given")

    async def child() -> None:
        MARK.set("set by the child")

    async def parent() -> None:
        with expect_accepted("create_task(context=...) with the current context"):
            task = loop.create_task(child(), context=given)
        await task
        seen.append(MARK.get())

    task = loop.create_task(parent(), context=given)
    run_turns(loop, 8)

    assert seen == ["set by the child"], (
        f"after a child task in the same context the parent read {seen}, having come to "
        f"{outcome(task)!r}; expected what the child had set"
    )


@requirement(
    "create_task.context.get_context",
    api="loop.create_task",
    level="documented",
    since="3.12",
    doc="library/asyncio-task.html#asyncio.Task.get_context",
)
@pytest.mark.parametrize("explicit", [True, False], ids=["given", "default"])
def test_get_context_returns_the_context_of_the_task(
    loop: AbstractEventLoop, explicit: bool
) -> None:
    """get_context() returns the context that the coroutine runs in: the given or the private one.

    If this fails, look for a get_context() that makes a copy, or that answers with the
    context of whoever asks.
    """

    async def body() -> None:
        MARK.set(f"set by a task of the {MARK.get()}")

    creator, given = context_with("creator"), context_with("given")
    options: dict[str, Any] = {"context": given} if explicit else {}
    task: asyncio.Task[None] = creator.run(lambda: loop.create_task(body(), **options))
    context: Context = task.get_context()  # type: ignore[attr-defined]  # since 3.12
    run_turns(loop)

    source = "given" if explicit else "creator"
    found = context.get(MARK)
    assert found == f"set by a task of the {source}", (
        f"in the context that get_context() returned, the variable is {found!r} after the task; "
        f"expected what the coroutine set, from the value of the {source}"
    )
    assert not explicit or context is given, (
        f"get_context() of a task created with a context returned {context!r}; "
        "expected the very context that was given"
    )
