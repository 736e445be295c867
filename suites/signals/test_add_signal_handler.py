"""add_signal_handler(): how the callback is called when the signal comes."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from asyncio import AbstractEventLoop
from typing import Any

from ..support.expect import not_observable
from ..support.factories import turns_until
from ..support.requirement import requirement
from ..support.signals import PATIENCE, deliver, noting, send
from ..support.tasks import MARK
from ..support.turns import turns

CALL_SOON = "library/asyncio-eventloop.html#asyncio.loop.call_soon"
UNUSED = "SIGPROF", "SIGURG", "SIGVTALRM", "SIGWINCH"
"""Signals of no other check: a native handler that one installed may stay for the process."""
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
    sent = await deliver(signal.SIGUSR1, calls, 1)
    await turns()

    assert calls == [(1, "a")] * max(1, min(sent, len(calls))), (
        f"add_signal_handler(SIGUSR1, callback, 1, 'a') and {sent} times SIGUSR1 called it with "
        f"{calls}; expected one call, with (1, 'a')"
    )


@requirement(
    "add_signal_handler.in_place_on_return",
    api="loop.add_signal_handler",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_a_handler_is_in_place_when_its_adding_returns(loop: AbstractEventLoop) -> None:
    """When add_signal_handler() has returned, the handler is installed: no signal is missed.

    If this fails, look for an installation that is left to another thread, or to a later
    turn of the loop.
    """
    at_once: list[str] = []
    later: list[str] = []

    for name in UNUSED:
        loop.add_signal_handler(signal.Signals[name], noting(at_once, name))
        send(signal.Signals[name])
    end = time.monotonic() + PATIENCE
    while len(at_once) < len(UNUSED) and time.monotonic() < end:
        await turns()
    missed = sorted({*UNUSED} - {*at_once})
    if missed:
        loop.add_signal_handler(signal.SIGUSR2, noting(later, "handler"))
        await deliver(signal.SIGUSR2, later, 1)

    assert not missed or not later, (
        f"{missed}, sent when add_signal_handler() had just returned, ran nothing, but a signal "
        "that was sent again and again its handler; expected each to run it at once"
    )
    if missed:
        not_observable("handlers of signals are not called at all")


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
    end = time.monotonic() + PATIENCE
    while len(seen) < 2 and time.monotonic() < end:
        seen.clear()
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
    for _ in range(5):
        await deliver(signal.SIGUSR1, calls, len(calls) + 1)
        counts.append(len(calls))

    before = [0, *counts]
    assert all(count > earlier for earlier, count in zip(before, counts, strict=False)), (
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
    """An error in a signal's callback goes to the exception handler, and ends no run.

    If this fails, look for signal callbacks that are called outside of what catches the
    errors of ordinary ones.
    """
    error = ValueError("from the signal's callback")
    reported: list[object] = []

    def failing(*_: object) -> None:
        raise error

    loop.set_exception_handler(lambda _, context: reported.append(context.get("exception")))
    loop.add_signal_handler(signal.SIGUSR1, failing)
    await deliver(signal.SIGUSR1, reported, 1)

    assert set(map(id, reported)) == {id(error)}, (
        f"the exception handler was given {reported} for a signal's callback that raised; "
        "expected its ValueError"
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
