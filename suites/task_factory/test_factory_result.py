"""create_task() with a factory installed: what becomes of the object that the factory makes."""

from __future__ import annotations

import asyncio
import inspect
from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.factories import COMBINATIONS, RecordingFactory, arguments, shown
from ..support.requirement import requirement
from ..support.tasks import MARK, context_with, nothing
from ..support.turns import run_turns, turns

SET_TASK_FACTORY = "library/asyncio-eventloop.html#asyncio.loop.set_task_factory"


class TaskLike:
    """Has of a task set_name() alone, and keeps the true one to itself."""

    def __init__(self, task: asyncio.Task[Any]) -> None:
        self._task = task

    def set_name(self, value: object) -> None:
        """Name the task."""
        self._task.set_name(value)


class NeverTask(asyncio.Future[Any]):
    """What a factory gives that keeps the coroutine for later."""

    def set_name(self, value: object) -> None:
        """Accept a name, as anything that a factory gives has to."""


@requirement(
    "task_factory.result.identity",
    api="loop.create_task",
    level="documented",
    since="3.11",
    doc=SET_TASK_FACTORY,
)
@pytest.mark.parametrize("names", COMBINATIONS, ids=shown)
def test_the_product_is_returned(loop: AbstractEventLoop, names: tuple[str, ...]) -> None:
    """create_task() returns exactly the object that the factory returned.

    If this fails, look for a wrapper around the product, or for a second task that the loop
    makes on its own.
    """
    recorder = RecordingFactory()
    loop.set_task_factory(recorder)

    task = loop.create_task(nothing(), **arguments(names))
    run_turns(loop)

    assert any(task is made for made in recorder.tasks), (
        f"{shown(names)} returned {task!r}; "
        f"expected what the task factory made, which is {recorder.tasks}"
    )


@requirement(
    "task_factory.result.task_subclass",
    api="loop.create_task",
    level="documented",
    since="3.11",
    doc=SET_TASK_FACTORY,
)
async def test_a_subclass_of_task_is_kept(loop: AbstractEventLoop) -> None:
    """A task of a class of the factory's own is returned, run and tracked as it is.

    If this fails, look for a task of the stock class that takes its place, or for the
    coroutine being scheduled by the loop itself.
    """

    class OwnTask(asyncio.Task[Any]):
        pass

    async def look_around() -> tuple[object, bool]:
        current = asyncio.current_task()
        return current, current in asyncio.all_tasks()

    loop.set_task_factory(lambda loop, coro, /, **_keywords: OwnTask(coro, loop=loop))
    task = loop.create_task(look_around())
    current, listed = await task

    assert type(task) is OwnTask, (
        f"create_task() with a factory of OwnTask returned {task!r}; expected an OwnTask"
    )
    assert current is task, (
        f"in a task made by the factory, current_task() was {current!r}; expected the factory's"
    )
    assert listed, "all_tasks() lacked the running task made by the factory; expected it there"


@requirement(
    "task_factory.result.task_like_object",
    api="loop.create_task",
    level="documented",
    since="3.11",
    doc=SET_TASK_FACTORY,
)
def test_a_task_like_object_is_returned(loop: AbstractEventLoop) -> None:
    """What the factory returns need not be an asyncio.Task; create_task() returns it as it is.

    If this fails, look for a test of the product's type, or for calls of its methods other
    than set_name().
    """
    coro = nothing()
    product = TaskLike(asyncio.Task(coro, loop=loop))
    factory: Any = lambda *_args, **_keywords: product  # noqa: E731 - no factory's type fits
    create_task = loop.create_task
    loop.set_task_factory(factory)

    try:
        returned: object = create_task(coro)
    except (AttributeError, TypeError, AssertionError) as error:
        returned = error
    loop.set_task_factory(None)
    run_turns(loop)

    assert returned is product, (
        f"create_task() with a factory that returned a task-like object gave {returned!r}; "
        "expected that object, of which only set_name() may be used"
    )


@requirement(
    "task_factory.result.not_started_twice",
    api="loop.create_task",
    level="implied",
    since="3.11",
    doc=SET_TASK_FACTORY,
)
def test_the_loop_does_not_start_the_coroutine(loop: AbstractEventLoop) -> None:
    """With a factory installed, running the coroutine is the business of its product alone.

    If this fails, look for a task of the loop's own around the coroutine, or for a first
    step that is taken before the factory is called.
    """
    states: list[str] = []
    coro = turns(100)

    def factory(loop: AbstractEventLoop, coro: Any, /, **_keywords: Any) -> asyncio.Future[Any]:
        states.append(inspect.getcoroutinestate(coro))
        return NeverTask(loop=loop)

    loop.set_task_factory(factory)
    loop.create_task(coro)
    run_turns(loop)
    states.append(inspect.getcoroutinestate(coro))
    loop.set_task_factory(None)
    coro.close()

    assert states == [inspect.CORO_CREATED, inspect.CORO_CREATED], (
        f"create_task() with a factory that started nothing had the coroutine {states} in the "
        "factory and some turns later; expected CORO_CREATED both times"
    )


@requirement(
    "task_factory.result.name_applied",
    api="loop.create_task",
    level="documented",
    since="3.11",
    doc=SET_TASK_FACTORY,
)
@pytest.mark.parametrize("name", ["given", "", 5], ids=repr)
def test_the_name_is_on_the_product(loop: AbstractEventLoop, name: Any) -> None:
    """A name given to create_task() is on the task that a keyword-forwarding factory makes.

    If this fails, look for a name that is dropped when a factory is installed, or for a test
    of the name's truth where "is it None" is meant.
    """
    recorder = RecordingFactory()
    loop.set_task_factory(recorder)

    task = loop.create_task(nothing(), name=name)
    run_turns(loop)

    assert recorder.tasks, "create_task() did not call the task factory; expected a call"
    assert task.get_name() == str(name), (
        f"create_task(name={name!r}) through a task factory named the task {task.get_name()!r}; "
        f"expected {str(name)!r}"
    )


@requirement(
    "task_factory.result.own_name_kept_without_name",
    api="loop.create_task",
    level="documented",
    since="3.11",
    not_on=["3.13"],
)
@pytest.mark.parametrize("given", [{}, {"name": None}], ids=["without", "name=None"])
def test_the_factory_s_own_name_is_kept(loop: AbstractEventLoop, given: dict[str, Any]) -> None:
    """Without a name in the call of create_task() the task keeps the one its factory chose.

    If this fails, look for set_name(None) on the product, or for a generated name over the
    factory's.
    """
    loop.set_task_factory(
        lambda loop, coro, /, **_keywords: asyncio.Task(coro, loop=loop, name="the factory's")
    )

    task = loop.create_task(nothing(), **given)
    run_turns(loop)

    assert task.get_name() == "the factory's", (
        f"create_task({'name=None' if given else 'coro'}) renamed the factory's task "
        f'{task.get_name()!r}; expected it to keep "the factory\'s"'
    )


@requirement(
    "task_factory.result.context_honoured",
    api="loop.create_task",
    level="documented",
    since="3.11",
    doc=SET_TASK_FACTORY,
)
def test_every_step_runs_in_the_given_context(loop: AbstractEventLoop) -> None:
    """A factory's task runs each of its steps in the very context that create_task() was given.

    If this fails, look for a context that is dropped or copied on its way to the task.
    """
    recorder = RecordingFactory()
    context = context_with("given")
    seen: list[str] = []

    async def step_by_step() -> None:
        for step in range(3):
            seen.append(MARK.get())
            MARK.set(f"set in step {step}")
            await turns(1)

    loop.set_task_factory(recorder)
    loop.create_task(step_by_step(), context=context)
    run_turns(loop)
    left = context[MARK]

    assert recorder.tasks, "create_task() did not call the task factory; expected a call"
    assert seen == ["given", "set in step 0", "set in step 1"], (
        f"a factory's task in a context where the variable was 'given' saw {seen} in its steps; "
        "expected 'given', then what the step before had set"
    )
    assert left == "set in step 2", (
        f"after the task, the variable was {left!r} in the context given to create_task(); "
        "expected what the task had set last"
    )


@requirement(
    "task_factory.result.default_context_copy",
    api="loop.create_task",
    level="implied",
    since="3.11",
    doc=SET_TASK_FACTORY,
)
async def test_without_a_context_the_task_gets_a_copy(loop: AbstractEventLoop) -> None:
    """A factory's task that is given no context runs in a copy of its creator's.

    If this fails, look for a factory that is called in an empty context or in the loop's.
    """
    recorder = RecordingFactory()
    seen: list[str] = []

    async def look_and_set() -> None:
        seen.append(MARK.get())
        MARK.set("the task's")

    loop.set_task_factory(recorder)
    MARK.set("at creation")
    task = loop.create_task(look_and_set())
    MARK.set("the creator's")
    await task

    assert recorder.tasks, "create_task() did not call the task factory; expected a call"
    assert seen == ["at creation"], (
        f"a factory's task created when the variable was 'at creation' saw {seen}; "
        "expected the value at its creation"
    )
    assert MARK.get() == "the creator's", (
        f"after a factory's task had set the variable, its creator saw {MARK.get()!r}; "
        "expected the creator's own value"
    )
