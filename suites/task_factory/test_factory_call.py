"""create_task() with a factory installed: when and with what the factory is called."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from asyncio import AbstractEventLoop
from collections.abc import Callable
from typing import Any

import pytest

from ..support.factories import COMBINATIONS, RecordingFactory, arguments, make_task, shown
from ..support.requirement import requirement
from ..support.tasks import MARK, context_with, nothing
from ..support.turns import run_turns

SET_TASK_FACTORY = "library/asyncio-eventloop.html#asyncio.loop.set_task_factory"


class RefusedError(TypeError):
    """Raised by a factory of ours, so that it is told from the loop's own TypeError."""


@requirement(
    "task_factory.call.loop_and_coro",
    api="loop.create_task",
    level="documented",
    since="3.11",
    doc=SET_TASK_FACTORY,
)
def test_the_factory_gets_the_loop_and_the_coroutine(loop: AbstractEventLoop) -> None:
    """The factory's two positional arguments are the loop itself and the very coroutine.

    If this fails, look for a coroutine that is wrapped on its way, for swapped arguments,
    for keywords in their place, or for an inner loop that shows.
    """
    calls: list[tuple[object, ...]] = []
    coro = nothing()

    def factory(*args: Any, **_keywords: Any) -> asyncio.Task[Any]:
        calls.append(args)
        return asyncio.Task(coro, loop=loop)

    loop.set_task_factory(factory)
    loop.create_task(coro)
    loop.set_task_factory(None)
    run_turns(loop)

    assert calls, "create_task() did not call the installed factory; expected a call"
    assert [id(argument) for argument in calls[0]] == [id(loop), id(coro)], (
        f"create_task({coro!r}) on {loop!r} called the factory with the positional arguments "
        f"{calls[0]}; expected the loop itself and the very coroutine"
    )


@requirement(
    "task_factory.call.exactly_once",
    api="loop.create_task",
    level="implied",
    since="3.11",
    doc=SET_TASK_FACTORY,
)
@pytest.mark.parametrize("error", [None, RefusedError("refused")], ids=["works", "refuses"])
@pytest.mark.parametrize("names", COMBINATIONS, ids=shown)
def test_the_factory_is_called_once_a_task(
    loop: AbstractEventLoop, names: tuple[str, ...], error: Exception | None
) -> None:
    """Each create_task() calls the factory exactly once, whatever arguments it is given.

    If this fails, look for a path around the factory when there is a name or a context, or
    for a second try with fewer arguments.
    """
    recorder = RecordingFactory(error)
    coro = nothing()
    loop.set_task_factory(recorder)

    with contextlib.suppress(RefusedError):
        loop.create_task(coro, **arguments(names))
    run_turns(loop)
    coro.close()
    loop.set_task_factory(None)

    assert len(recorder.coros) == 1, (
        f"{shown(names)} called the task factory {len(recorder.coros)} times; expected exactly once"
    )


@requirement(
    "task_factory.call.synchronous",
    api="loop.create_task",
    level="implied",
    since="3.11",
    doc=SET_TASK_FACTORY,
)
async def test_the_factory_runs_inside_create_task(loop: AbstractEventLoop) -> None:
    """The factory runs within create_task(), in the caller's thread and the caller's context.

    If this fails, look for a call of the factory that is put off to the next turn, or that
    happens within the context meant for the task.
    """
    calls: list[tuple[int, str]] = []

    def factory(loop: AbstractEventLoop, coro: Any, /, **keywords: Any) -> asyncio.Task[Any]:
        calls.append((threading.get_ident(), MARK.get()))
        return make_task(loop, coro, **keywords)

    loop.set_task_factory(factory)
    MARK.set("the caller's")
    task = loop.create_task(nothing(), context=context_with("the task's"))
    on_return = list(calls)
    await task

    assert on_return, (
        "create_task() returned before the task factory had been called; expected the call within"
    )
    thread, mark = on_return[0]
    assert thread == threading.get_ident(), (
        f"create_task() called the factory in thread {thread}; "
        f"expected the caller's, {threading.get_ident()}"
    )
    assert mark == "the caller's", (
        f"create_task(context=...) called the factory in {mark} context; expected the caller's"
    )


def plain_create_task(loop: AbstractEventLoop) -> None:
    """Create a task by the loop's method, with nothing but the coroutine."""
    loop.create_task(nothing())
    run_turns(loop)


def plain_run(loop: AbstractEventLoop) -> None:
    """Have run_until_complete() make the task."""
    loop.run_until_complete(nothing())


def plain_asyncio_create_task(loop: AbstractEventLoop) -> None:
    """Create a task by asyncio.create_task(), with nothing but the coroutine."""

    async def main() -> None:
        await asyncio.create_task(nothing())

    loop.run_until_complete(main())


@requirement(
    "task_factory.call.no_kwargs_when_none_given",
    api="loop.create_task",
    level="interop",
    since="3.11",
    not_on=["3.13.3"],
    libraries=["aws-xray-sdk", "aiotask-context"],
    doc=SET_TASK_FACTORY,
)
@pytest.mark.parametrize(
    ("call", "create"),
    [
        ("loop.create_task(coro)", plain_create_task),
        ("run_until_complete(coro)", plain_run),
        ("asyncio.create_task(coro)", plain_asyncio_create_task),
    ],
)
def test_a_factory_of_two_arguments_is_enough(
    loop: AbstractEventLoop, call: str, create: Callable[[AbstractEventLoop], None]
) -> None:
    """For a task created with the coroutine alone the factory gets two arguments, no keywords.

    If this fails, look for keywords with a default value (context=None, name=None,
    eager_start=None) that are passed on although nobody gave them.
    """
    recorder = RecordingFactory()
    loop.set_task_factory(recorder)

    create(loop)

    assert recorder.keywords, f"{call} did not call the task factory; expected a call"
    assert not any(recorder.keywords), (
        f"{call} called the task factory with the keywords {recorder.keywords}; expected none, "
        "because factories of two arguments, (loop, coro), are in wide use"
    )


@requirement(
    "task_factory.call.only_kwargs_given",
    api="loop.create_task",
    level="documented",
    since="3.11",
    doc=SET_TASK_FACTORY,
)
@pytest.mark.parametrize("names", COMBINATIONS, ids=shown)
def test_no_keyword_is_added(loop: AbstractEventLoop, names: tuple[str, ...]) -> None:
    """A caller of name and context alone needs a factory of name and context alone.

    If this fails, look for keywords of the loop's own, or eager_start, in the call of the
    factory.
    """
    recorder = RecordingFactory()
    loop.set_task_factory(recorder)

    loop.create_task(nothing(), **arguments(names))
    run_turns(loop)

    added = sorted(recorder.last_keywords.keys() - {"name", "context"})
    assert not added, (
        f"{shown(names)} added the keywords {added} to the call of the task factory; "
        "expected none beyond name and context"
    )
