"""asyncio's own Future and Task on the loop: what they ask of it."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import Callable
from typing import Any

import pytest

from ..support.expect import not_observable
from ..support.requirement import requirement
from ..support.tasks import returning
from ..support.turns import run_turns


class OwnFuture(asyncio.Future[Any]):
    """A future of a class that the loop has never seen."""


class OwnTask(asyncio.Task[Any]):
    """A task of a class that the loop has never seen."""


@requirement(
    "future.constructor_with_loop",
    api="asyncio.Future",
    level="documented",
    since="3.11",
    doc="library/asyncio-future.html#asyncio.Future",
)
@pytest.mark.parametrize("kind", [asyncio.Future, OwnFuture, asyncio.Task, OwnTask])
def test_futures_built_by_their_class_work(loop: AbstractEventLoop, kind: Any) -> None:
    """Futures and tasks that are built directly, with loop=loop, work as the loop's own do.

    If this fails, look for a call_soon() without the context keyword, which asyncio's futures
    and tasks pass, or for a loop that knows only what its own create_future() made.
    """
    called: list[object] = []

    if issubclass(kind, asyncio.Task):
        future = kind(returning("value"), loop=loop)
        future.add_done_callback(lambda future: called.append(future.result()))
    else:
        future = kind(loop=loop)
        future.add_done_callback(lambda future: called.append(future.result()))
        future.set_result("value")
    run_turns(loop)

    assert called == ["value"], (
        f"the done callback of a {kind.__name__} built with loop=loop was called with {called}; "
        "expected its result, 'value'"
    )
    got = loop.run_until_complete(future)
    assert got == "value", (
        f"run_until_complete() of a {kind.__name__} built with loop=loop returned {got!r}; "
        "expected 'value'"
    )


def _counting(kind: type[AbstractEventLoop], seen: list[object]) -> AbstractEventLoop:
    """A loop of a subclass of `kind` whose call_soon() writes down what it is asked for."""

    def call_soon(
        self: Any, callback: Callable[..., object], *args: Any, **options: Any
    ) -> asyncio.Handle:
        seen.append(callback)
        handle: asyncio.Handle = kind.call_soon(self, callback, *args, **options)
        return handle

    try:
        counting: AbstractEventLoop = type("Counting", (kind,), {"call_soon": call_soon})()
    except TypeError as error:
        not_observable(f"this loop's class has no subclass that could be called: {error}")
    return counting


@requirement(
    "future.schedules_on_overridden_call_soon",
    api="loop.call_soon",
    level="implied",
    since="3.11",
    doc="library/asyncio-extending.html#future-and-task-private-constructors",
)
@pytest.mark.parametrize("what", ["done callback", "first step", "wake-up of a task"])
def test_an_overridden_call_soon_sees_what_futures_schedule(
    loop: AbstractEventLoop, what: str
) -> None:
    """A subclass that overrides call_soon() sees the steps of tasks and the done callbacks.

    If this fails, look for futures or tasks that put their callbacks into the loop's queue
    without asking its call_soon().
    """
    seen: list[object] = []
    ran: list[str] = []

    async def wait_for(future: asyncio.Future[None]) -> None:
        await future
        ran.append(what)

    counting = _counting(type(loop), seen)
    try:
        future = counting.create_future()
        if what == "done callback":
            future.add_done_callback(lambda _: ran.append(what))
        if what == "first step":
            future.set_result(None)
        task = None if what != "wake-up of a task" else counting.create_task(wait_for(future))
        run_turns(counting)
        seen.clear()
        if what == "first step":
            task = counting.create_task(wait_for(future))
        else:
            future.set_result(None)
        asked = len(seen)
        run_turns(counting)
        del task
    finally:
        counting.close()

    assert asked >= 1, (
        f"a {what} was scheduled with {asked} calls of the call_soon() of a subclass; "
        "expected it to go through there"
    )
    assert ran == [what], (
        f"the overridden call_soon() passed a {what} on, and {ran} ran; expected it to run"
    )
