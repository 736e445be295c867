"""Exceptions in callbacks: what goes on around them, and which of them end the run."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.reports import (
    Planted,
    error_of,
    expect_contained,
    fail_with,
    keep_reports,
    run_failing,
    run_until_interrupted,
)
from ..support.requirement import requirement
from ..support.turns import run_turns

HANDLER = "library/asyncio-eventloop.html#asyncio.loop.set_exception_handler"
MARGIN = 0.01
"""Seconds after the timers of a check at which another one ends its run."""


class OwnBaseError(BaseException):
    """Neither an Exception nor an interrupt."""


@requirement(
    "exception_handler.callback.loop_continues",
    api="loop.call_soon",
    level="implied",
    since="3.11",
    doc=HANDLER,
)
def test_a_failing_callback_affects_nothing_else(loop: AbstractEventLoop) -> None:
    """After a failing callback the rest of the iteration and later iterations run as ever.

    If this fails, look for an error that leaves the loop over the batch, or one that
    ends the run.
    """
    ran: list[tuple[str, int, bool]] = []
    iteration = 0

    def count() -> None:
        nonlocal iteration
        iteration += 1
        if iteration < 3:
            loop.call_soon(count)
        else:
            loop.stop()

    def note(what: str) -> None:
        ran.append((what, iteration, loop.is_running()))

    async def step() -> None:
        note("task")

    loop.set_exception_handler(lambda *_: None)
    loop.call_soon(count)
    loop.call_soon(fail_with, Planted("from a callback"))
    loop.call_soon(note, "callback")
    task = loop.create_task(step())
    with expect_contained("run_forever()"):
        loop.run_forever()
    del task

    assert ran == [("callback", 1, True), ("task", 1, True)], (
        f"behind a failing callback there ran {ran}; expected the callback and the task, in the "
        "first iteration, with is_running() true"
    )
    assert iteration == 3, (
        f"a run with a failing callback ended in iteration {iteration}; expected it to go on until "
        "stop() in the third"
    )


@requirement(
    "exception_handler.callback.timer_error",
    api="loop.call_later",
    level="implied",
    since="3.11",
    doc=HANDLER,
)
def test_a_failing_timer_affects_no_other_timer(loop: AbstractEventLoop) -> None:
    """An error in a timer's callback goes to the handler, and the other timers still fire.

    If this fails, look for timer callbacks that run outside of what guards callbacks, or
    for due timers that are taken off the heap together and lost.
    """
    error = Planted("from a timer")
    ran: list[str] = []
    kept = keep_reports(loop, error_of)
    when = loop.time()

    loop.call_at(when, fail_with, error)
    loop.call_at(when, ran.append, "due with it")
    loop.call_at(when + MARGIN / 2, ran.append, "due after it")
    loop.call_at(when + MARGIN, loop.stop)
    with expect_contained("run_forever()"):
        loop.run_forever()

    assert kept == [error], (
        f"a timer's callback raised {error!r} and the handler was called for {kept}; "
        "expected one call, for that error"
    )
    assert ran == ["due with it", "due after it"], (
        f"beside a failing timer there fired {ran}; expected the other two"
    )


@requirement(
    "exception_handler.callback.custom_base_exception",
    api="loop.call_soon",
    level="implied",
    since="3.11",
    doc=HANDLER,
)
@pytest.mark.parametrize("kind", [OwnBaseError, asyncio.CancelledError, GeneratorExit])
def test_other_base_exceptions_go_to_the_handler(
    loop: AbstractEventLoop, kind: type[BaseException]
) -> None:
    """A BaseException other than an interrupt goes to the handler and does not end the run.

    If this fails, look for an `except Exception` around callbacks, or for CancelledError
    taken for the end of a task.
    """
    error = kind("from a callback")
    ran: list[str] = []
    kept = keep_reports(loop, error_of)

    loop.call_soon(fail_with, error)
    loop.call_soon(ran.append, "behind it")
    try:
        run_turns(loop)
    except kind as escaped:
        raise AssertionError(
            f"run_forever() raised {escaped!r} of a callback; expected the loop to go on"
        ) from escaped

    assert kept == [error], (
        f"a callback raised {error!r} and the handler was called for {kept}; "
        "expected one call, for that error"
    )
    assert ran == ["behind it"], (
        f"behind a callback that raised {error!r} there ran {ran}; expected the next callback"
    )


@requirement(
    "exception_handler.callback.interrupts_not_handled",
    api="loop.call_soon",
    level="implied",
    since="3.11",
    doc=HANDLER,
)
@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_interrupts_do_not_go_to_the_handler(
    loop: AbstractEventLoop, kind: type[BaseException]
) -> None:
    """KeyboardInterrupt and SystemExit of a callback leave the run, and no handler is called.

    If this fails, look for an `except BaseException` that reports before it raises again.
    """
    interrupt, error = kind("from a callback"), Planted("control")
    kept = keep_reports(loop, error_of)

    loop.call_soon(fail_with, interrupt)
    run_until_interrupted(loop, kind, "a callback")
    loop.call_soon(fail_with, error)
    run_failing(loop)

    assert interrupt not in kept, (
        f"a callback raised {interrupt!r} and the handler was called for it; expected no call"
    )
    assert kept == [error], (
        f"an interrupt and an error after it called the handler for {kept}; "
        f"expected {[error]}, without which silence says nothing"
    )


@requirement(
    "exception_handler.done_callback_error",
    api="Future.add_done_callback",
    level="implied",
    since="3.11",
    doc=HANDLER,
)
def test_a_failing_done_callback_affects_no_other(loop: AbstractEventLoop) -> None:
    """An error in a done callback is reported; other done callbacks and waiters go on.

    If this fails, look for done callbacks that are called in one loop, by one handle.
    """
    error = Planted("from a done callback")
    ran: list[str] = []
    kept = keep_reports(loop, error_of)
    future = loop.create_future()

    async def wait() -> None:
        ran.append(f"waiter got {await future}")

    def fail(_: asyncio.Future[Any]) -> None:
        raise error

    future.add_done_callback(fail)
    future.add_done_callback(lambda _: ran.append("next callback"))
    task = loop.create_task(wait())
    loop.call_soon(future.set_result, 5)
    run_failing(loop)
    del task

    assert kept == [error], (
        f"a done callback raised {error!r} and the handler was called for {kept}; "
        "expected one call, for that error"
    )
    assert sorted(ran) == ["next callback", "waiter got 5"], (
        f"behind a failing done callback there ran {ran}; expected the next one and the waiter"
    )
