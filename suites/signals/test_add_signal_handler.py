"""add_signal_handler(): how the callback is called when the signal comes."""

from __future__ import annotations

import asyncio
import signal
import threading
from asyncio import AbstractEventLoop
from typing import Any

from ..support.factories import turns_until
from ..support.requirement import requirement
from ..support.signals import deliver, noting, send
from ..support.tasks import MARK
from ..support.turns import turns

CALL_SOON = "library/asyncio-eventloop.html#asyncio.loop.call_soon"
SET_EXCEPTION_HANDLER = "library/asyncio-eventloop.html#asyncio.loop.set_exception_handler"


@requirement(
    "add_signal_handler.invoked",
    api="loop.add_signal_handler",
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_the_signal_makes_the_loop_call_the_callback(loop: AbstractEventLoop) -> None:
    """After add_signal_handler(signum, callback, *args), the signal brings callback(*args).

    If this fails, look for arguments that are not kept with the callback, or for the
    (number, frame) that signal.signal() passes.
    """
    calls: list[tuple[Any, ...]] = []

    def callback(*arguments: Any) -> None:
        calls.append(arguments)

    loop.add_signal_handler(signal.SIGUSR1, callback, 1, "a")
    await deliver(signal.SIGUSR1, calls, 1)
    await turns()

    assert calls == [(1, "a")], (
        f"add_signal_handler(SIGUSR1, callback, 1, 'a') and one SIGUSR1 called it with {calls}; "
        "expected one call, with (1, 'a')"
    )


@requirement(
    "add_signal_handler.runs_as_loop_callback",
    api="loop.add_signal_handler",
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_the_callback_runs_as_one_of_the_loops_own(loop: AbstractEventLoop) -> None:
    """The callback runs as an ordinary callback of the loop, and may use the loop's calls.

    If this fails, look for a callback that the Python signal handler calls itself, in
    the middle of whatever was interrupted, or that a helper thread calls.
    """
    seen: list[str] = []
    thread = threading.get_ident()

    async def task() -> None:
        seen.append("its task")

    def handler(*_: object) -> None:
        here = "" if threading.get_ident() == thread else " in another thread"
        seen.append(f"handler{here}")
        seen.append(f"running loop: {_running_loop() is loop}")
        tasks.append(loop.create_task(task()))
        loop.call_soon(seen.append, "its callback")

    def interrupted() -> None:
        send(signal.SIGUSR1)
        seen.append("what came after the signal")

    tasks: list[asyncio.Task[None]] = []
    loop.add_signal_handler(signal.SIGUSR1, handler)
    loop.call_soon(interrupted)
    await turns_until(lambda: "its callback" in seen)

    order = "what came after the signal", "handler", "running loop: True", "its task"
    assert seen == [*order, "its callback"], (
        f"a callback that sent itself a signal, and the signal's handler, did {seen}; expected "
        "the handler after the callback, in the loop's thread, and what it scheduled"
    )


def _running_loop() -> AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


@requirement(
    "add_signal_handler.every_delivery",
    api="loop.add_signal_handler",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_each_signal_calls_the_handler_again(loop: AbstractEventLoop) -> None:
    """The handler stays installed: each signal that comes after it was called calls it again.

    If this fails, look for a handler that is taken out of the table when it is run, or
    for a wake-up descriptor that is read once.
    """
    calls: list[str] = []

    loop.add_signal_handler(signal.SIGUSR1, noting(calls, "handler"))
    counts: list[int] = []
    for number in range(1, 6):
        await deliver(signal.SIGUSR1, calls, number)
        counts.append(len(calls))

    assert counts == [1, 2, 3, 4, 5], (
        f"five times SIGUSR1, each sent after the one before was handled, brought the number "
        f"of calls to {counts}; expected one more each time"
    )


@requirement(
    "add_signal_handler.context",
    api="loop.add_signal_handler",
    level="implied",
    since="3.11",
    platforms=["unix"],
    doc=CALL_SOON,
)
async def test_the_callback_runs_in_the_context_of_its_adding(loop: AbstractEventLoop) -> None:
    """The callback runs in a copy of the context that was current when it was added.

    If this fails, look for a context that is taken when the signal comes, or for none.
    """
    seen: list[str] = []
    MARK.set("at its adding")
    loop.add_signal_handler(signal.SIGUSR1, lambda *_: seen.append(MARK.get()))
    MARK.set("later")

    await deliver(signal.SIGUSR1, seen, 1)

    assert seen == ["at its adding"], (
        f"a signal's callback saw a context variable as {seen}; expected the value that it "
        "had when add_signal_handler() was called"
    )


@requirement(
    "add_signal_handler.exception_reported",
    api="loop.add_signal_handler",
    level="implied",
    since="3.11",
    platforms=["unix"],
    doc=SET_EXCEPTION_HANDLER,
)
async def test_an_error_in_the_callback_is_reported_and_ends_nothing(
    loop: AbstractEventLoop,
) -> None:
    """An error in a signal's callback goes to the exception handler; the callback stays added.

    If this fails, look for signal callbacks that are called outside of what catches the
    errors of ordinary ones.
    """
    error = ValueError("from the signal's callback")
    calls: list[int] = []
    reported: list[object] = []

    def failing(*_: object) -> None:
        calls.append(len(calls) + 1)
        raise error

    loop.set_exception_handler(lambda _, context: reported.append(context.get("exception")))
    loop.add_signal_handler(signal.SIGUSR1, failing)
    for number in (1, 2):
        await deliver(signal.SIGUSR1, reported, number)

    assert calls == [1, 2], (
        f"two SIGUSR1, one after the other, made the calls {calls} of a callback that raises; "
        "expected two calls"
    )
    assert reported == [error, error], (
        f"the exception handler was given {reported} for two calls of a signal's callback that "
        "raised; expected its ValueError twice"
    )


@requirement(
    "add_signal_handler.returns_none",
    api="loop.add_signal_handler",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_it_returns_nothing(loop: AbstractEventLoop) -> None:
    """add_signal_handler() returns None; only remove_signal_handler() takes a handler back.

    If this fails, look for an internal handle that is passed on to the caller.
    """
    calls: list[str] = []
    add: Any = loop.add_signal_handler  # None is what its type promises

    returned = add(signal.SIGUSR1, noting(calls, "handler"))
    await deliver(signal.SIGUSR1, calls, 1)

    assert calls, (
        "add_signal_handler() and SIGUSR1 brought no call; expected the handler, without which "
        "what was returned says nothing"
    )
    assert returned is None, f"add_signal_handler() returned {returned!r}; expected None"
