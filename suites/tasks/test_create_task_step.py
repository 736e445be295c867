"""create_task(): what a step may yield, and what becomes of what it may not."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import Callable, Generator
from contextvars import Context
from itertools import pairwise
from typing import Any

from ..support.requirement import requirement
from ..support.turns import run_turns

TASK = "library/asyncio-task.html#asyncio.Task"


class Yields:
    """An awaitable that hands one value to the task."""

    def __init__(self, value: object) -> None:
        self._value = value

    def __await__(self) -> Generator[Any, None, None]:
        yield self._value


@requirement(
    "create_task.step.bad_yield", api="loop.create_task", level="implied", since="3.11", doc=TASK
)
def test_a_coroutine_may_not_yield_just_anything(loop: AbstractEventLoop) -> None:
    """A coroutine that yields neither a future nor None gets a RuntimeError at the yield.

    If this fails, look for a step that resumes, or forgets, a coroutine whose yielded
    value it does not know.
    """
    seen: list[str] = []

    async def body() -> None:
        try:
            await Yields(42)
        except RuntimeError:
            seen.append("RuntimeError")
        else:
            seen.append("resumed")

    task = loop.create_task(body())
    run_turns(loop)

    assert seen == ["RuntimeError"], (
        f"a coroutine that yielded 42 to its task saw {seen} ({task!r}); "
        "expected RuntimeError there"
    )


@requirement(
    "create_task.step.bare_yield", api="loop.create_task", level="implied", since="3.11", doc=TASK
)
def test_a_bare_yield_gives_way_for_one_turn(loop: AbstractEventLoop) -> None:
    """A coroutine that yields None is resumed in the next turn of the loop.

    If this fails, look for a step that treats None as an error, or that resumes the
    coroutine on the spot.
    """
    turn = 0
    seen: list[int] = []

    def count() -> None:
        nonlocal turn
        turn += 1
        if turn < 5:
            loop.call_soon(count)
        else:
            loop.stop()

    async def body() -> None:
        seen.append(turn)
        await Yields(None)
        seen.append(turn)

    loop.call_soon(count)
    task = loop.create_task(body())
    loop.run_forever()

    assert [after - before for before, after in pairwise(seen)] == [1], (
        f"a coroutine stood before and after a bare yield in turns {seen} of {turn} ({task!r}); "
        "expected two turns that follow one another"
    )


@requirement(
    "create_task.step.await_itself",
    api="loop.create_task",
    level="implied",
    since="3.11",
    doc=TASK,
)
def test_a_task_that_awaits_itself_is_told(loop: AbstractEventLoop) -> None:
    """A task that awaits itself gets a RuntimeError in place of waiting forever.

    If this fails, look for a step that does not compare the awaited future with its task.
    """
    seen: list[str] = []

    async def body() -> None:
        try:
            await task
        except RuntimeError:
            seen.append("RuntimeError")

    task = loop.create_task(body())
    run_turns(loop)

    assert seen == ["RuntimeError"], (
        f"a task that awaited itself saw {seen} and is {task!r}; expected RuntimeError there"
    )
    assert task.done(), f"a task that awaited itself is {task!r}; expected it to have ended"


@requirement(
    "create_task.step.foreign_loop_future",
    api="loop.create_task",
    level="implied",
    since="3.11",
    doc=TASK,
)
def test_a_future_of_another_loop_can_not_be_awaited(
    loop: AbstractEventLoop, second_loop: AbstractEventLoop
) -> None:
    """Awaiting a future of another loop raises RuntimeError; the future stays pending.

    If this fails, look for a step that does not compare the future's loop with its own, or
    for a create_future() that binds to the running loop.
    """
    seen: list[str] = []
    futures: list[asyncio.Future[None]] = []

    async def body() -> None:
        futures.append(second_loop.create_future())
        try:
            await futures[0]
        except RuntimeError:
            seen.append("RuntimeError")

    task = loop.create_task(body())
    run_turns(loop)

    assert seen == ["RuntimeError"], (
        f"a task that awaited a future of another loop saw {seen} and is {task!r}; "
        "expected RuntimeError there"
    )
    assert not futures[0].done(), (
        f"a future that a task of another loop awaited is {futures[0]!r}; expected it pending"
    )


class _DuckFuture:
    """The least that can be awaited as a future, in the sense of asyncio.isfuture()."""

    _asyncio_future_blocking = False

    def __init__(self, loop: AbstractEventLoop) -> None:
        self._loop = loop
        self._callback: Callable[..., object] | None = None
        self._context: Context | None = None

    def get_loop(self) -> AbstractEventLoop:
        return self._loop

    def add_done_callback(
        self, callback: Callable[..., object], *, context: Context | None = None
    ) -> None:
        self._callback, self._context = callback, context

    def complete(self) -> None:
        if self._callback is not None:
            self._loop.call_soon(self._callback, self, context=self._context)

    def result(self) -> str:
        return "the result"

    def __await__(self) -> Generator[Any, None, str]:
        self._asyncio_future_blocking = True
        yield self
        return self.result()


@requirement(
    "create_task.step.duck_future_awaited",
    api="loop.create_task",
    level="implied",
    since="3.11",
    doc="library/asyncio-future.html#asyncio.isfuture",
)
def test_a_future_like_object_can_be_awaited(loop: AbstractEventLoop) -> None:
    """A task can await whatever asyncio.isfuture() accepts, not only an asyncio.Future.

    If this fails, look for a step that asks isinstance(yielded, asyncio.Future).
    """
    duck = _DuckFuture(loop)
    seen: list[str] = []

    async def body() -> None:
        try:
            seen.append(await duck)
        except RuntimeError as error:
            seen.append(repr(error))

    task = loop.create_task(body())
    run_turns(loop)
    before = list(seen)
    duck.complete()
    run_turns(loop)

    assert (before, seen) == ([], ["the result"]), (
        f"a task that awaited a future-like object saw {before} before and {seen} after that was "
        f"complete ({task!r}); expected nothing, then ['the result']"
    )
