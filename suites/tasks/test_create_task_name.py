"""create_task(): the name of a task."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop

import pytest

from ..support.requirement import requirement
from ..support.tasks import MARK, context_with, expect_accepted, nothing
from ..support.turns import run_turns

SET_NAME = "library/asyncio-task.html#asyncio.Task.set_name"


@requirement("create_task.name.explicit", api="loop.create_task", level="documented", since="3.11")
def test_a_name_passed_to_create_task_is_the_name_of_the_task(loop: AbstractEventLoop) -> None:
    """The name that create_task() is given is what the task's get_name() returns.

    If this fails, look for a create_task() that takes the keyword and drops it, or that
    stores the name beside the task.
    """
    coroutine = nothing()

    task = loop.create_task(coroutine, name="worker-7")
    name = task.get_name()
    run_turns(loop)

    assert name == "worker-7", (
        f"create_task(name='worker-7') named the task {name!r}; expected 'worker-7'"
    )


@requirement(
    "create_task.name.none_means_default",
    api="loop.create_task",
    level="documented",
    since="3.11",
)
def test_none_as_name_means_a_generated_name(loop: AbstractEventLoop) -> None:
    """With name=None the task gets a generated name, as if the argument were left out.

    If this fails, look for a create_task() that passes None on to set_name(), which makes
    a string of it.
    """
    coroutine = nothing()

    task = loop.create_task(coroutine, name=None)
    name = task.get_name()
    run_turns(loop)

    generated = isinstance(name, str) and name not in ("", "None")
    assert generated, f"create_task(name=None) named the task {name!r}; expected a generated name"


@requirement(
    "create_task.name.default_generated",
    api="loop.create_task",
    level="documented",
    since="3.11",
    doc="library/asyncio-task.html#asyncio.Task.get_name",
)
def test_unnamed_tasks_have_generated_names(loop: AbstractEventLoop) -> None:
    """A task created without a name has a generated one, unlike that of any other task.

    If this fails, look for names made from the coroutine alone, or for a name that is
    made only when it is asked for.
    """
    tasks = [loop.create_task(nothing()) for _ in range(50)]
    names = [task.get_name() for task in tasks]
    run_turns(loop)

    unfit = [name for name in names if not isinstance(name, str) or not name]
    assert unfit == [], f"get_name() of unnamed tasks gave {unfit[:3]}; expected non-empty strings"
    different = len(set(names))
    assert different == 50, (
        f"50 unnamed tasks have {different} different names, such as {names[0]!r}; "
        "expected each to have its own"
    )


class Titled:
    """An object whose str() and repr() differ."""

    def __str__(self) -> str:
        return "the title"

    def __repr__(self) -> str:
        return "<Titled>"


@requirement(
    "create_task.name.converted_to_str",
    api="loop.create_task",
    level="documented",
    since="3.11",
    doc=SET_NAME,
)
@pytest.mark.parametrize(
    ("given", "expected"), [(123, "123"), (Titled(), "the title")], ids=["number", "object"]
)
def test_a_name_is_converted_to_a_string(
    loop: AbstractEventLoop, given: object, expected: str
) -> None:
    """A name that is no string is converted with str().

    If this fails, look for a create_task() that insists on a string, or keeps the object.
    """
    coroutine = nothing()

    with expect_accepted(f"create_task(name={given!r})"):
        task = loop.create_task(coroutine, name=given)  # type: ignore[arg-type, unused-ignore]  # str in some stubs
    name = task.get_name()
    run_turns(loop)

    assert (type(name), name) == (str, expected), (
        f"create_task(name={given!r}) named the task {name!r}; expected the string {expected!r}"
    )


@requirement(
    "create_task.name.falsy_value_kept", api="loop.create_task", level="documented", since="3.11"
)
@pytest.mark.parametrize(("given", "expected"), [("", ""), (0, "0")], ids=["empty", "zero"])
def test_a_falsy_name_is_a_name(loop: AbstractEventLoop, given: object, expected: str) -> None:
    """Only None means "no name": an empty string, or zero, is used as the name.

    If this fails, look for `if name` where `if name is not None` is meant.
    """
    coroutine = nothing()

    with expect_accepted(f"create_task(name={given!r})"):
        task = loop.create_task(coroutine, name=given)  # type: ignore[arg-type, unused-ignore]  # str in some stubs
    name = task.get_name()
    run_turns(loop)

    assert name == expected, (
        f"create_task(name={given!r}) named the task {name!r}; expected {expected!r}"
    )


@requirement(
    "create_task.name.in_repr",
    api="loop.create_task",
    level="documented",
    since="3.11",
    doc=SET_NAME,
)
def test_the_name_shows_in_the_repr_of_the_task(loop: AbstractEventLoop) -> None:
    """repr() of a task shows its name, before the task is finished and after.

    If this fails, look for a name that is kept on a wrapper, or for a repr() of the
    loop's own task class.
    """
    coroutine = nothing()

    task = loop.create_task(coroutine, name="needle-42")
    pending = repr(task)
    run_turns(loop)
    finished = repr(task)

    assert "needle-42" in pending, (
        f"repr() of a pending task named 'needle-42' is {pending}; expected the name in it"
    )
    assert "needle-42" in finished, (
        f"repr() of a finished task named 'needle-42' is {finished}; expected the name in it"
    )


@requirement(
    "create_task.name.visible_on_first_step",
    api="loop.create_task",
    level="implied",
    since="3.11",
)
def test_the_coroutine_sees_its_name_from_the_start(loop: AbstractEventLoop) -> None:
    """The name is in place before the coroutine starts.

    If this fails, look for a name that is set by a callback, or after a step that
    create_task() has already made.
    """
    seen: list[str] = []

    async def first_step() -> None:
        current = asyncio.current_task()
        seen.append("no current task" if current is None else current.get_name())

    task = loop.create_task(first_step(), name="worker-7")
    run_turns(loop)
    del task

    assert seen == ["worker-7"], (
        f"the first step of a task created with name='worker-7' saw {seen}; expected that name"
    )


@requirement(
    "create_task.name.set_name_later",
    api="loop.create_task",
    level="documented",
    since="3.11",
    doc=SET_NAME,
)
@pytest.mark.parametrize("finished", [False, True], ids=["pending", "finished"])
def test_the_name_can_be_changed(loop: AbstractEventLoop, finished: bool) -> None:
    """set_name() changes the name of a task, before the task is finished and after.

    If this fails, look for a get_name() that answers from what create_task() noted down.
    """
    task = loop.create_task(nothing(), name="first")
    if finished:
        run_turns(loop)

    task.set_name("second")
    name = task.get_name()
    run_turns(loop)

    assert task.done(), "the task is not done after its turns; expected it to have run"
    assert name == "second", (
        f"get_name() after set_name('second') returned {name!r}; expected 'second'"
    )


@requirement(
    "create_task.name.with_context", api="loop.create_task", level="documented", since="3.11"
)
def test_name_and_context_take_effect_together(loop: AbstractEventLoop) -> None:
    """A name and a context given together both take effect.

    If this fails, look for a create_task() with one branch for the name and another for
    the context.
    """
    seen: list[str] = []

    async def body() -> None:
        seen.append(MARK.get())

    task = loop.create_task(body(), name="worker-7", context=context_with("given"))
    name = task.get_name()
    run_turns(loop)

    assert name == "worker-7", (
        f"create_task(name='worker-7', context=...) named the task {name!r}; expected 'worker-7'"
    )
    assert seen == ["given"], (
        f"create_task(name=..., context=...) ran the coroutine where the variable is {seen}; "
        "expected the context that was given"
    )
