"""create_task() with a factory installed: which of its keywords reach the factory."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.factories import RecordingFactory, arguments, shown
from ..support.requirement import requirement
from ..support.tasks import context_with, nothing
from ..support.turns import run_turns, turns

SET_TASK_FACTORY = "library/asyncio-eventloop.html#asyncio.loop.set_task_factory"


@requirement(
    "task_factory.call.context_passed",
    api="loop.create_task",
    level="documented",
    since="3.11",
    doc=SET_TASK_FACTORY,
)
def test_the_factory_gets_the_context(loop: AbstractEventLoop) -> None:
    """A context given to create_task() reaches the factory as the keyword context, the same object.

    If this fails, look for a context that is dropped or copied when a factory is installed,
    or for a factory that is called inside the context instead of being given it.
    """
    recorder = RecordingFactory()
    context = context_with("given")
    loop.set_task_factory(recorder)

    loop.create_task(nothing(), context=context)
    run_turns(loop)

    keywords = recorder.last_keywords
    assert keywords.get("context") is context, (
        f"create_task(context={context!r}) called the task factory with {keywords}; "
        "expected the keyword context, with the same object"
    )


@requirement(
    "task_factory.call.name_not_passed",
    api="loop.create_task",
    level="documented",
    since="3.11",
    until="3.14",
    not_on=["3.13.3"],
    doc=SET_TASK_FACTORY,
)
def test_the_name_stays_with_the_loop(loop: AbstractEventLoop) -> None:
    """Before Python 3.14 the factory is not given the name; the loop names the product.

    If this fails, look for a factory call in the manner of Python 3.14, which breaks
    factories that accept (loop, coro, context=None).
    """
    recorder = RecordingFactory()
    loop.set_task_factory(recorder)

    task = loop.create_task(nothing(), name="given")
    run_turns(loop)

    keywords = recorder.last_keywords
    assert "name" not in keywords, (
        f"create_task(name='given') called the task factory with {keywords}; "
        "expected no keyword name before Python 3.14"
    )
    assert task.get_name() == "given", (
        f"create_task(name='given') through a task factory named the task {task.get_name()!r}; "
        "expected 'given', applied by the loop"
    )


@requirement(
    "task_factory.call.name_passed",
    api="loop.create_task",
    level="documented",
    since="3.14",
    doc=SET_TASK_FACTORY,
)
def test_the_factory_gets_the_name(loop: AbstractEventLoop) -> None:
    """A name given to create_task() reaches the factory as the keyword name.

    If this fails, look for the way of Python 3.13 and before, where the loop called
    set_name() on the product.
    """
    recorder = RecordingFactory()
    loop.set_task_factory(recorder)

    loop.create_task(nothing(), name="given")
    run_turns(loop)

    keywords = recorder.last_keywords
    assert keywords.get("name") == "given", (
        f"create_task(name='given') called the task factory with {keywords}; "
        "expected the keyword name='given' from Python 3.14 on"
    )


@requirement(
    "task_factory.call.none_values_passed",
    api="loop.create_task",
    level="documented",
    since="3.14",
    doc=SET_TASK_FACTORY,
)
@pytest.mark.parametrize("keyword", ["name", "context"])
def test_an_explicit_none_is_passed_on(loop: AbstractEventLoop, keyword: str) -> None:
    """The factory gets name and context also when the caller passed None for them.

    If this fails, look for a filter of None values ahead of the call of the factory.
    """
    recorder = RecordingFactory()
    explicit: dict[str, Any] = {keyword: None}
    loop.set_task_factory(recorder)

    loop.create_task(nothing(), **explicit)
    run_turns(loop)

    keywords = recorder.last_keywords
    assert keywords.get(keyword, "absent") is None, (
        f"create_task({keyword}=None) called the task factory with {keywords}; "
        f"expected {keyword}=None among them from Python 3.14 on"
    )


@requirement(
    "task_factory.call.context_none_not_passed",
    api="loop.create_task",
    level="documented",
    since="3.11",
    until="3.14",
    not_on=["3.13.3"],
    doc=SET_TASK_FACTORY,
)
def test_an_explicit_none_context_is_not_passed_on(loop: AbstractEventLoop) -> None:
    """Before Python 3.14 context=None does not reach the factory.

    If this fails, look for a call of the factory that always names the context, which
    breaks factories that accept (loop, coro).
    """
    recorder = RecordingFactory()
    loop.set_task_factory(recorder)

    loop.create_task(nothing(), context=None)
    run_turns(loop)

    keywords = recorder.last_keywords
    assert "context" not in keywords, (
        f"create_task(context=None) called the task factory with {keywords}; "
        "expected no keyword context before Python 3.14"
    )


@requirement(
    "task_factory.call.arbitrary_kwargs",
    api="loop.create_task",
    level="documented",
    since="3.13.3",
)
@pytest.mark.parametrize("names", [(), ("context",)], ids=shown)
def test_unknown_keywords_are_passed_on(loop: AbstractEventLoop, names: tuple[str, ...]) -> None:
    """Keywords that the loop does not know reach the factory unchanged.

    If this fails, look for create_task() with a fixed list of keywords, or for a path that
    drops the others.
    """
    recorder = RecordingFactory()
    create_task: Any = loop.create_task
    loop.set_task_factory(recorder)

    create_task(nothing(), priority=3, **arguments(names))
    run_turns(loop)

    keywords = recorder.last_keywords
    assert keywords.get("priority") == 3, (
        f"{shown((*names, 'priority'))} called the task factory with {keywords}; "
        "expected priority=3 among them"
    )


@requirement(
    "task_factory.call.eager_start_passed",
    api="loop.create_task",
    level="documented",
    since="3.13.3",
)
@pytest.mark.parametrize("value", [True, False])
async def test_eager_start_is_left_to_the_factory(loop: AbstractEventLoop, value: bool) -> None:
    """eager_start is passed on to the factory with its value, and the loop makes nothing of it.

    If this fails, look for create_task() that starts the task itself, or that hides the
    keyword from the factory.
    """
    recorder = RecordingFactory()
    create_task: Any = loop.create_task
    started: list[str] = []

    async def start() -> None:
        started.append("started")

    loop.set_task_factory(recorder)
    create_task(start(), eager_start=value)
    at_once = list(started)
    await turns()

    keywords = recorder.last_keywords
    assert keywords.get("eager_start") is value, (
        f"create_task(eager_start={value}) called the task factory with {keywords}; "
        f"expected eager_start={value} among them"
    )
    assert not at_once, (
        f"create_task(eager_start={value}) with a factory that ignores the keyword started the "
        "coroutine at once; expected the factory alone to decide"
    )


@requirement(
    "task_factory.call.no_eager_start_by_default",
    api="loop.create_task",
    level="documented",
    since="3.11",
)
@pytest.mark.parametrize("names", [(), ("name", "context")], ids=shown)
def test_eager_start_is_not_added(loop: AbstractEventLoop, names: tuple[str, ...]) -> None:
    """Without eager_start in the call of create_task() there is none in the factory's.

    If this fails, look for eager_start=None or False that is passed on although nobody gave
    it; the first of them switches eager factories off.
    """
    recorder = RecordingFactory()
    loop.set_task_factory(recorder)

    loop.create_task(nothing(), **arguments(names))
    run_turns(loop)

    keywords = recorder.last_keywords
    assert "eager_start" not in keywords, (
        f"{shown(names)} called the task factory with {keywords}; expected no eager_start, "
        "so that the factory's own default decides"
    )
