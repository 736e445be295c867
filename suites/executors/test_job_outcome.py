"""loop.run_in_executor(): what a function raises."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from typing import NoReturn

import pytest

from ..support.expect import expect_raises
from ..support.jobs import PATIENCE, ended, run_until_done
from ..support.requirement import requirement
from ..support.tracking import state_of
from ..support.turns import run_turns


@requirement("run_in_executor.exception", api="loop.run_in_executor", level="implied", since="3.11")
async def test_the_functions_exception_is_raised_to_the_awaiter(loop: AbstractEventLoop) -> None:
    """An exception raised by the function is raised where the future is awaited, unchanged.

    If this fails, look for a worker that reports the exception, or wraps it, in place of
    putting it into the future.
    """
    error = ValueError("from the worker")

    def work() -> NoReturn:
        raise error

    future = await ended(loop.run_in_executor(None, work), "a function that raises")

    with expect_raises(ValueError, f"awaiting a function that raised {error!r}") as caught:
        await future
    assert caught.error is error, (
        f"awaiting a function that raised {error!r} raised {caught.error!r}; "
        "expected that very exception"
    )


@requirement(
    "run_in_executor.base_exception", api="loop.run_in_executor", level="implied", since="3.11"
)
@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt])
def test_an_exit_in_a_worker_reaches_the_awaiter(
    loop: AbstractEventLoop, kind: type[BaseException]
) -> None:
    """SystemExit or KeyboardInterrupt of the function goes to the awaiter, and there it can end.

    If this fails, look for an `except Exception` in the worker, or for a completion that
    raises the exception in the loop in place of storing it.
    """
    caught: list[BaseException] = []
    error = kind("from the worker")

    def work() -> NoReturn:
        raise error

    async def catch() -> None:
        try:
            await loop.run_in_executor(None, work)
        except kind as raised:
            caught.append(raised)

    task = loop.create_task(catch())
    try:
        done = run_until_done(loop, task)
    except kind as raised:
        raise AssertionError(
            f"a {kind.__name__} raised by the function and caught by its awaiter left "
            "run_forever(); expected the loop to go on"
        ) from raised

    assert done, (
        f"{PATIENCE} s after the function had raised {kind.__name__}, its awaiter was "
        f"{state_of(task)}; expected it to be raised there"
    )
    assert caught == [error], (
        f"the awaiter of a function that raised {error!r} caught {caught}, and {state_of(task)}; "
        "expected that exception"
    )
    run_turns(loop)


@requirement(
    "run_in_executor.stop_iteration", api="loop.run_in_executor", level="implied", since="3.13"
)
async def test_stop_iteration_becomes_a_runtime_error(loop: AbstractEventLoop) -> None:
    """A function that raises StopIteration gives its awaiter a RuntimeError, not silence.

    If this fails, look for a completion that fails to store the StopIteration, which no
    future can hold, and leaves the future pending.
    """
    error = StopIteration("from the worker")

    def work() -> NoReturn:
        raise error

    future = await ended(loop.run_in_executor(None, work), "a function that raises StopIteration")

    with expect_raises(RuntimeError, "awaiting a function that raised StopIteration") as caught:
        await future
    assert caught.error.__cause__ is error, (
        f"awaiting it raised {caught.error!r} with the cause {caught.error.__cause__!r}; "
        "expected the StopIteration as its cause"
    )
