"""loop.run_in_executor(): the call, its arguments and the future."""

from __future__ import annotations

import asyncio
import functools
import threading
from asyncio import AbstractEventLoop
from typing import Any

from ..support.expect import expect_raises
from ..support.jobs import PATIENCE, ended, run_until_done
from ..support.requirement import requirement
from ..support.tasks import outcome
from ..support.tracking import state_of


@requirement(
    "run_in_executor.returns_future", api="loop.run_in_executor", level="documented", since="3.11"
)
async def test_run_in_executor_returns_a_future(loop: AbstractEventLoop) -> None:
    """run_in_executor() returns an asyncio future of the loop right away.

    If this fails, look for an `async def`, whose call does nothing until it is awaited, or for
    the executor's own future.
    """
    future = loop.run_in_executor(None, int)

    assert asyncio.isfuture(future), (
        f"run_in_executor() returned {future!r}; expected an asyncio future"
    )
    assert future.get_loop() is loop, (
        f"run_in_executor() returned a future of {future.get_loop()!r}; expected one of the loop"
    )
    await future


@requirement(
    "run_in_executor.starts_without_await",
    api="loop.run_in_executor",
    level="implied",
    since="3.11",
)
def test_the_call_itself_submits_the_function(loop: AbstractEventLoop) -> None:
    """The call hands the function over: it runs although nobody awaits, on a stopped loop too.

    If this fails, look for a submission that waits for the await or for the loop's next turn.
    """
    ran = threading.Event()

    future = loop.run_in_executor(None, ran.set)
    started = ran.wait(PATIENCE)

    assert started, (
        f"{PATIENCE} s after run_in_executor() on a stopped loop, the function had not run; "
        "expected it to be submitted by the call"
    )
    assert run_until_done(loop, future), (
        f"the next run, {PATIENCE} s long, left a future that is {state_of(future)}; "
        "expected it to get the function's result"
    )


@requirement(
    "run_in_executor.result_and_args",
    api="loop.run_in_executor",
    level="documented",
    since="3.11",
)
async def test_arguments_go_in_and_the_result_comes_out(loop: AbstractEventLoop) -> None:
    """The function gets the positional arguments, and what it returns is the future's result.

    If this fails, look for arguments that are dropped or packed, or for a result that is copied.
    """
    calls: list[tuple[object, ...]] = []
    argument, value = object(), ["value"]

    def work(*args: object) -> list[str]:
        calls.append(args)
        return value

    future = await ended(loop.run_in_executor(None, work, argument, None), "run_in_executor()")

    assert calls == [(argument, None)], (
        f"run_in_executor(None, function, {argument!r}, None) called the function with {calls}; "
        "expected these two arguments, once"
    )
    assert outcome(future) is value, (
        f"the future's outcome is {outcome(future)!r}; expected the very object that the function "
        "returned"
    )


@requirement(
    "run_in_executor.keyword_arguments_rejected",
    api="loop.run_in_executor",
    level="documented",
    since="3.11",
)
async def test_keyword_arguments_are_refused(loop: AbstractEventLoop) -> None:
    """run_in_executor() takes no keyword arguments for the function; functools.partial does.

    If this fails, look for a `**kwargs` that goes on to the function or to the executor.
    """
    calls: list[Any] = []
    call: Any = loop.run_in_executor

    def work(**keywords: object) -> None:
        calls.append(keywords)

    with expect_raises(TypeError, "run_in_executor(None, function, x=1)"):
        await call(None, work, x=1)
    await loop.run_in_executor(None, functools.partial(work, x=2))

    assert calls == [{"x": 2}], (
        f"a refused call with x=1 and one of partial(function, x=2) called the function with "
        f"{calls}; expected the second alone"
    )
