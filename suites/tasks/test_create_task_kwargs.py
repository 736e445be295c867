"""create_task(): the keyword eager_start."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop

import pytest

from ..support.requirement import requirement
from ..support.tasks import MARK, context_with
from ..support.turns import run_turns, turns


@requirement(
    "create_task.kwargs.eager_start_true",
    api="loop.create_task",
    level="documented",
    since="3.13.3",
)
@pytest.mark.parametrize("suspends", [True, False], ids=["suspends", "returns"])
async def test_an_eager_task_runs_to_its_first_suspension_at_once(
    loop: AbstractEventLoop, suspends: bool
) -> None:
    """On a running loop create_task(eager_start=True) runs up to the first suspension at once.

    If this fails, look for a create_task() that drops keywords which it does not know,
    in place of handing them to the task's class.
    """
    ran: list[str] = []

    async def body() -> None:
        ran.append("first part")
        if suspends:
            await asyncio.sleep(0)
        ran.append("second part")

    task = loop.create_task(body(), eager_start=True)  # type: ignore[call-arg]  # new in 3.13.3
    at_return = (list(ran), task.done())
    await turns()

    expected = (["first part"], False) if suspends else (["first part", "second part"], True)
    assert at_return == expected, (
        f"create_task(eager_start=True) on a running loop returned with {at_return[0]} run and "
        f"done() {at_return[1]}; expected {expected[0]} and {expected[1]}"
    )


@requirement(
    "create_task.kwargs.eager_start_false",
    api="loop.create_task",
    level="documented",
    since="3.14",
)
@pytest.mark.parametrize("factory", ["no factory", "eager factory"])
async def test_eager_start_false_means_ordinary_scheduling(
    loop: AbstractEventLoop, factory: str
) -> None:
    """create_task(eager_start=False) only schedules the task, even with an eager factory.

    If this fails, look for eager_start that is tested for its presence and not for its
    value, or that is not handed to the task factory.
    """
    ran: list[str] = []
    if factory == "eager factory":
        loop.set_task_factory(asyncio.eager_task_factory)  # type: ignore[attr-defined]  # new in 3.12

    async def body() -> None:
        ran.append("body")

    task = loop.create_task(body(), eager_start=False)  # type: ignore[call-arg]  # new in 3.13.3
    at_return = list(ran)
    await turns()

    assert (at_return, ran) == ([], ["body"]), (
        f"create_task(eager_start=False) with {factory} had run {at_return} when it returned and "
        f"{ran} some turns later ({task!r}); expected nothing, then the body"
    )


@requirement(
    "create_task.kwargs.eager_start_none",
    api="loop.create_task",
    level="documented",
    since="3.13.3",
)
async def test_eager_start_none_is_the_default(loop: AbstractEventLoop) -> None:
    """create_task(eager_start=None), without a task factory, only schedules the task.

    If this fails, look for a check of eager_start's type that refuses None, or for None
    that is taken for True because the keyword is there.
    """
    ran: list[str] = []

    async def body() -> None:
        ran.append("body")

    task = loop.create_task(body(), eager_start=None)  # type: ignore[call-arg]  # new in 3.13.3
    at_return = list(ran)
    await turns()

    assert (at_return, ran) == ([], ["body"]), (
        f"create_task(eager_start=None) had run {at_return} when it returned and {ran} some "
        f"turns later ({task!r}); expected nothing, then the body"
    )


@requirement(
    "create_task.kwargs.eager_start_loop_not_running",
    api="loop.create_task",
    level="documented",
    since="3.13.3",
    doc="library/asyncio-task.html#asyncio.Task",
)
def test_a_stopped_loop_starts_nothing_eagerly(loop: AbstractEventLoop) -> None:
    """On a loop that is not running, create_task(eager_start=True) only schedules the task.

    If this fails, look for an eager first step that is taken without asking whether the
    loop is running.
    """
    ran: list[str] = []

    async def body() -> None:
        ran.append("body")

    task = loop.create_task(body(), eager_start=True)  # type: ignore[call-arg]  # new in 3.13.3
    at_return = list(ran)
    run_turns(loop)

    assert (at_return, ran) == ([], ["body"]), (
        f"create_task(eager_start=True) on a stopped loop had run {at_return} when it returned "
        f"and {ran} once the loop had run ({task!r}); expected nothing, then the body"
    )


@requirement(
    "create_task.kwargs.eager_start_with_name_and_context",
    api="loop.create_task",
    level="documented",
    since="3.13.3",
)
async def test_an_eager_first_step_has_its_name_and_context(loop: AbstractEventLoop) -> None:
    """An eagerly started coroutine already runs under its given name and in its given context.

    If this fails, look for a name that is set once the task has been made, or for an eager
    step that is taken outside of context.run().
    """
    seen: list[tuple[str | None, str]] = []

    async def body() -> None:
        task = asyncio.current_task()
        seen.append((task.get_name() if task else None, MARK.get()))

    await loop.create_task(
        body(),
        name="n",
        context=context_with("given"),
        eager_start=True,  # type: ignore[call-arg]  # new in 3.13.3
    )

    assert seen == [("n", "given")], (
        f"create_task(name='n', context=..., eager_start=True) ran the coroutine with name and "
        f"context variable {seen}; expected [('n', 'given')]"
    )
