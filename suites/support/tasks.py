"""What checks of tasks share: small coroutines, a context variable, ways to look at an outcome.

Nothing here waits: a loop is run for a known number of turns (`turns.py`), and what
a task has come to by then is looked at from outside.
"""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context, ContextVar, copy_context
from typing import Any, TypeVar

from .turns import run_turns

T = TypeVar("T")
E = TypeVar("E", bound=BaseException)

MARK: ContextVar[str] = ContextVar("MARK", default="unset")
"""Tells contexts apart: each context of a check holds a value of its own."""


async def nothing() -> None:
    """Finish with the first step."""


async def returning(value: T) -> T:
    """Finish with the first step, returning `value`."""
    return value


def context_with(mark: str) -> Context:
    """A new context in which MARK has that value."""
    context = copy_context()
    context.run(MARK.set, mark)
    return context


def outcome(task: asyncio.Future[Any]) -> Any:
    """What result() returns, or the exception that it raises."""
    try:
        return task.result()
    except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - the outcome may be any
        return error


def escaped_from_run(loop: AbstractEventLoop, kind: type[E]) -> E | None:
    """Run the loop for a few turns; return the exception of that kind that it let out."""
    try:
        run_turns(loop)
    except kind as error:
        return error
    return None


@contextmanager
def expect_accepted(doing: str) -> Iterator[None]:
    """Expect the block not to refuse what it was given; `doing` opens the message.

    What was raised stays the cause, by which the checker knows a missing keyword.
    """
    try:
        yield
    except NotImplementedError:
        raise
    except (TypeError, ValueError, RuntimeError) as error:
        raise AssertionError(f"{doing} raised {error!r}; expected it to be accepted") from error


def expect_tasks_run(loop: AbstractEventLoop) -> None:
    """Expect create_task() to work with a plain coroutine.

    The control of a check that expects a refusal: a loop that refuses everything, or
    runs nothing, must not pass.
    """
    ran: list[str] = []

    async def step() -> None:
        ran.append("step")

    task = loop.create_task(step())
    run_turns(loop)
    assert ran == ["step"], (
        f"create_task() with a plain coroutine ran {ran} and returned {task!r}; expected "
        "it to run the coroutine, without which a refusal says nothing"
    )
