"""Errors that a loop reports: making them, and seeing where the reports arrive.

A report arrives at the handler that was installed, or in the log on "asyncio". What is
kept of a context is for each check to say: a stored context can keep a task alive.
"""

from __future__ import annotations

import logging
from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar

import pytest

from .expect import expect_raises, not_observable
from .turns import SETTLE, run_turns

T = TypeVar("T")
Context = dict[str, Any]


class Planted(Exception):
    """An error that a check raises in a callback."""


def fail_with(error: BaseException) -> NoReturn:
    """Raise `error`: a callback that fails."""
    raise error


def error_of(context: Context) -> object:
    """The exception that a report is about."""
    return context.get("exception")


def message_of(context: Context) -> object:
    """The message of a report."""
    return context.get("message")


def keep_reports(loop: AbstractEventLoop, look: Callable[[Context], T]) -> list[T]:
    """Install an exception handler; return the list of what `look` finds in each context.

    The context is taken to be the last argument of the call: with which others a
    handler is called is a requirement of its own.
    """
    kept: list[T] = []

    def handler(*called_with: Any) -> None:
        kept.append(look(called_with[-1]))

    loop.set_exception_handler(handler)
    return kept


@contextmanager
def expect_contained(doing: str) -> Iterator[None]:
    """Expect that no Planted error comes out of the block; `doing` opens the message."""
    try:
        yield
    except Planted as error:
        raise AssertionError(
            f"{doing} raised {error!r} of a callback or handler; expected the loop to keep it in"
        ) from error


def run_failing(loop: AbstractEventLoop) -> None:
    """Let a stopped loop turn a few times, expecting that it keeps Planted errors in."""
    with expect_contained("run_forever()"):
        run_turns(loop)


def ends_by_itself(loop: AbstractEventLoop) -> bool:
    """Run a stopped loop that its callbacks will end; whether they did, within a few turns."""
    running, left = True, SETTLE

    def turn() -> None:
        nonlocal left
        if not running:
            return
        left -= 1
        if left > 0:
            loop.call_soon(turn)
        else:
            loop.stop()

    loop.call_soon(turn)
    try:
        loop.run_forever()
    finally:
        running = False
    return left > 0


def run_until_interrupted(loop: AbstractEventLoop, kind: type[BaseException], who: str) -> None:
    """Run the loop, expecting an interrupt of that kind, which `who` raises in the first turn."""
    with expect_raises(kind, f"run_forever(), in which {who} raised {kind.__name__},"):
        ends_by_itself(loop)


def errors_logged(
    caplog: pytest.LogCaptureFixture, *, anywhere: bool = False
) -> list[logging.LogRecord]:
    """The records from WARNING up on the logger "asyncio", or on any, in order.

    That errors are logged on "asyncio" has its own requirements; other checks of what is
    logged look anywhere.
    """
    return [
        r
        for r in caplog.records
        if r.levelno >= logging.WARNING and (anywhere or r.name == "asyncio")
    ]


def in_brief(records: list[logging.LogRecord]) -> list[tuple[str, str, object]]:
    """Level, text and exception of each record: for messages, and to compare with."""
    return [(r.levelname, r.getMessage(), r.exc_info[1] if r.exc_info else None) for r in records]


def override_default_handler(loop: AbstractEventLoop, handler: Callable[[Context], object]) -> None:
    """Make the loop one of a subclass that overrides default_exception_handler().

    Ends the check where the loop's class allows no such thing.
    """

    def default_exception_handler(_: object, context: Context) -> None:
        handler(context)

    overriding = {"default_exception_handler": default_exception_handler}
    try:
        loop.__class__ = type("Overriding", (type(loop),), overriding)
    except TypeError as error:
        not_observable(f"the loop's class can't be subclassed: {error}")
