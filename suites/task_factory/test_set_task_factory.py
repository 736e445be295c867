"""set_task_factory(): what it accepts, and from when on and for which loop it counts."""

from __future__ import annotations

import asyncio
import functools
from asyncio import AbstractEventLoop
from collections.abc import Callable
from typing import Any

import pytest

from ..support.expect import expect_raises
from ..support.factories import RecordingFactory, install_eager, make_task
from ..support.requirement import requirement
from ..support.tasks import expect_accepted, nothing, returning
from ..support.turns import run_turns, turns

EAGER_TASK_FACTORY = "library/asyncio-task.html#asyncio.eager_task_factory"


KINDS = ("function", "lambda", "bound method", "partial", "instance", "class", "no signature")


def factory_of(kind: str, recorder: RecordingFactory) -> Any:
    """A factory of that kind, whose tasks end up in `recorder.tasks`."""

    def function(loop: AbstractEventLoop, coro: Any, /, **keywords: Any) -> asyncio.Task[Any]:
        return recorder(loop, coro, **keywords)

    class TaskByFactory(asyncio.Task[Any]):
        def __init__(self, loop: AbstractEventLoop, coro: Any, /, **_ignored: object) -> None:
            super().__init__(coro, loop=loop)
            recorder.tasks.append(self)

    class Unsigned:
        __call__ = staticmethod(function)

        @property
        def __signature__(self) -> object:
            raise ValueError("no signature found, as with some callables written in C")

    kinds: dict[str, Any] = {
        "function": function,
        "lambda": lambda *args, **keywords: recorder(*args, **keywords),
        "bound method": recorder.__call__,
        "partial": functools.partial(recorder),
        "instance": recorder,
        "class": TaskByFactory,
        "no signature": Unsigned(),
    }
    return kinds[kind]


@requirement(
    "task_factory.set.none_restores_default",
    api="loop.set_task_factory",
    level="documented",
    since="3.11",
)
def test_none_removes_the_factory(loop: AbstractEventLoop) -> None:
    """set_task_factory(None) brings back plain asyncio tasks, and None from the getter.

    If this fails, look for None taken as "no change", or for a second place that still
    holds the old factory.
    """
    recorder = RecordingFactory()
    with_factory, without = nothing(), nothing()
    loop.set_task_factory(recorder)
    loop.create_task(with_factory)

    loop.set_task_factory(None)
    found = loop.get_task_factory()
    task = loop.create_task(without)
    run_turns(loop)

    assert with_factory in recorder.coros, (
        "create_task() did not call the installed factory; expected a call until it was removed"
    )
    assert without not in recorder.coros, (
        "create_task() called the old factory after set_task_factory(None); expected no call"
    )
    assert isinstance(task, asyncio.Task), (
        f"create_task() after set_task_factory(None) returned {task!r}; expected an asyncio.Task"
    )
    assert found is None, (
        f"get_task_factory() after set_task_factory(None) returned {found!r}; expected None"
    )


@requirement(
    "task_factory.set.returns_none", api="loop.set_task_factory", level="implied", since="3.11"
)
def test_installing_a_factory_returns_nothing(loop: AbstractEventLoop) -> None:
    """set_task_factory() returns None, never the factory that it replaced.

    If this fails, look for a setter that hands out the previous value.
    """
    recorder = RecordingFactory()
    install: Callable[[Any], object] = loop.set_task_factory

    returned = [install(make_task), install(recorder)]
    loop.create_task(nothing())
    run_turns(loop)

    assert returned == [None, None], (
        f"set_task_factory(f), then set_task_factory(g) returned {returned}; expected None twice"
    )
    assert recorder.coros, (
        "create_task() after set_task_factory(g) did not call g; expected it to be installed"
    )


@requirement(
    "task_factory.set.non_callable_type_error",
    api="loop.set_task_factory",
    level="documented",
    since="3.11",
)
@pytest.mark.parametrize("value", [1, 0, "x", "", object(), ()], ids=repr)
def test_what_cannot_be_called_is_refused(loop: AbstractEventLoop, value: Any) -> None:
    """set_task_factory() raises TypeError for what is neither callable nor None.

    If this fails, look for a setter that leaves the check to create_task(), or that
    takes everything falsy for None.
    """
    loop.set_task_factory(make_task)

    with expect_raises(TypeError, f"set_task_factory({value!r})"):
        loop.set_task_factory(value)
    run_turns(loop)


@requirement(
    "task_factory.set.rejected_keeps_previous",
    api="loop.set_task_factory",
    level="implied",
    since="3.11",
)
def test_a_refused_factory_leaves_the_installed_one(loop: AbstractEventLoop) -> None:
    """A refused set_task_factory() leaves the factory that was installed before in force.

    If this fails, look for the assignment before the check of the argument.
    """
    recorder = RecordingFactory()
    refused: Any = 1
    loop.set_task_factory(recorder)

    with expect_raises(TypeError, "set_task_factory(1)"):
        loop.set_task_factory(refused)
    found = loop.get_task_factory()
    with expect_accepted("create_task() after a refused set_task_factory(1)"):
        loop.create_task(nothing())
    run_turns(loop)

    assert found is recorder, (
        f"after a refused set_task_factory(1), get_task_factory() returned {found!r}; "
        "expected the factory installed before"
    )
    assert recorder.coros, (
        "after a refused set_task_factory(1), create_task() did not call the factory installed "
        "before; expected a call"
    )


@requirement(
    "task_factory.set.per_loop", api="loop.set_task_factory", level="implied", since="3.11"
)
@pytest.mark.parametrize("made", ["before", "after"])
def test_other_loops_have_no_part_in_it(
    loop_factory: Callable[[], AbstractEventLoop], made: str
) -> None:
    """A task factory belongs to one loop; loops made before or after have none.

    If this fails, look for a factory that is kept on the class or in the module.
    """
    recorder = RecordingFactory()
    loop = loop_factory()
    existing = loop_factory()
    loop.set_task_factory(recorder)
    other = existing if made == "before" else loop_factory()

    found = other.get_task_factory()
    loop.create_task(nothing())
    run_turns(loop)
    calls = len(recorder.coros)
    other.create_task(nothing())
    run_turns(other)

    assert calls > 0, "create_task() did not call the factory of its own loop; expected a call"
    assert found is None, (
        f"get_task_factory() of a loop made {made} another one got a factory returned {found!r}; "
        "expected None"
    )
    assert len(recorder.coros) == calls, (
        f"create_task() of a loop made {made} another one got a factory called that factory; "
        "expected no call"
    )


@requirement(
    "task_factory.set.affects_later_tasks_only",
    api="loop.set_task_factory",
    level="implied",
    since="3.11",
)
async def test_only_later_tasks_are_affected(loop: AbstractEventLoop) -> None:
    """A factory counts for the tasks created while it is installed; others go on as they are.

    If this fails, look for a factory that is read once, when the loop starts, or for
    tasks that are made anew when the factory changes.
    """
    recorder = RecordingFactory()
    before, during, after = returning("before"), returning("during"), returning("after")

    tasks = [loop.create_task(before)]
    loop.set_task_factory(recorder)
    tasks.append(loop.create_task(during))
    loop.set_task_factory(None)
    tasks.append(loop.create_task(after))
    results = [await task for task in tasks]

    assert set(recorder.coros) == {during}, (
        f"a factory installed for the second of three tasks was given {recorder.coros}; "
        f"expected {during} alone"
    )
    assert results == ["before", "during", "after"], (
        f"tasks created before, during and after a factory's time returned {results}; "
        "expected each its own result"
    )


@requirement(
    "task_factory.set.any_callable", api="loop.set_task_factory", level="documented", since="3.11"
)
@pytest.mark.parametrize("kind", KINDS)
def test_any_callable_is_a_factory(loop: AbstractEventLoop, kind: str) -> None:
    """Every kind of callable is accepted as a factory, and makes the tasks.

    If this fails, look for a test of the factory's type, or of its signature.
    """
    recorder = RecordingFactory()
    factory = factory_of(kind, recorder)

    with expect_accepted(f"a task factory of the kind {kind!r}"):
        loop.set_task_factory(factory)
        task = loop.create_task(nothing())
    run_turns(loop)

    assert any(task is made for made in recorder.tasks), (
        f"with a task factory of the kind {kind!r}, create_task() returned {task!r}; "
        f"expected what the factory made, which is {recorder.tasks}"
    )


@requirement(
    "task_factory.eager.switch_back",
    api="loop.set_task_factory",
    level="implied",
    since="3.12",
    doc=EAGER_TASK_FACTORY,
)
async def test_removing_the_eager_factory_makes_tasks_lazy(loop: AbstractEventLoop) -> None:
    """Tasks are lazy again as soon as the eager factory is removed, in the middle of a run.

    If this fails, look for the factory, or a flag made from it, that is read once a run.
    """
    started: list[str] = []

    async def start(label: str) -> None:
        started.append(label)

    install_eager(loop)
    loop.create_task(start("eager"))
    loop.set_task_factory(None)
    loop.create_task(start("lazy"))
    at_once = list(started)
    await turns()

    assert at_once == ["eager"], (
        f"create_task() under the eager factory and after its removal had started {at_once}; "
        "expected the first task alone"
    )
    assert started == ["eager", "lazy"], (
        f"tasks created under the eager factory and after its removal had run as {started} "
        "some turns later; expected both, each once"
    )
