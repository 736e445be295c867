"""Signals that the program handles itself, by signal.signal(), while the loop waits."""

from __future__ import annotations

import signal
import time
from asyncio import AbstractEventLoop
from types import FrameType
from typing import Any

from ..support.requirement import requirement
from ..support.signals import BACKSTOP, ignore, once_idle, send

THREADSAFE = "library/asyncio-eventloop.html#asyncio.loop.call_soon_threadsafe"
PYTHON_HANDLERS = "library/signal.html#execution-of-python-signal-handlers"
THREADS = "library/asyncio-dev.html#asyncio-multithreading"
DELAY = 0.04


class FromHandlerError(Exception):
    """Raised by a Python signal handler."""


@requirement(
    "signal.python_handler_runs_while_idle",
    api="loop.run_forever",
    level="documented",
    since="3.11",
    platforms=["unix"],
    doc=THREADSAFE,
)
def test_a_python_handler_runs_while_the_loop_idles_and_wakes_it(loop: AbstractEventLoop) -> None:
    """A Python signal handler runs while the loop idles; its call_soon_threadsafe() wakes it.

    If this fails, look for a wait in native code that starts again after a signal without
    Python's handlers, or for a wake-up that is left out for calls of the loop's own thread.
    """
    ran: list[str] = []

    def stop(how: str) -> None:
        ran.append(how)
        loop.stop()

    def handler(_number: int, _frame: FrameType | None) -> None:
        ran.append("handler")
        loop.call_soon_threadsafe(stop, "stopped by the handler")

    signal.signal(signal.SIGHUP, handler)
    loop.call_later(BACKSTOP, stop, f"a timer, {BACKSTOP} s later")
    with once_idle(loop, lambda: send(signal.SIGHUP)):
        loop.run_forever()

    assert ran == ["handler", "stopped by the handler"], (
        f"SIGHUP, sent while the loop idled, brought {ran}; expected Python's handler, and "
        "its call_soon_threadsafe() to wake the loop"
    )


@requirement(
    "signal.python_handler_exception_propagates",
    api="loop.run_forever",
    level="implied",
    since="3.11",
    platforms=["unix"],
    doc=PYTHON_HANDLERS,
)
def test_what_a_python_handler_raises_in_an_idle_loop_is_not_lost(loop: AbstractEventLoop) -> None:
    """What a Python signal handler raises while the loop waits leaves the run, or is reported.

    If this fails, look for a wait that swallows whatever interrupts it, or that starts again
    without Python's handlers.
    """
    reported: list[object] = []

    def report(_: AbstractEventLoop, context: dict[str, Any]) -> None:
        reported.append(context.get("exception"))
        loop.stop()

    def handler(_number: int, _frame: FrameType | None) -> None:
        raise FromHandlerError

    signal.signal(signal.SIGHUP, handler)
    loop.set_exception_handler(report)
    timer = loop.call_later(BACKSTOP, loop.stop)
    start = time.monotonic()
    try:
        with once_idle(loop, lambda: send(signal.SIGHUP)):
            loop.run_forever()
    except FromHandlerError as error:
        reported.append(error)
    waited = time.monotonic() - start
    timer.cancel()

    assert list(map(type, reported)) == [FromHandlerError], (
        f"run_forever(), idle when a signal's handler raised, raised or reported {reported}; "
        "expected FromHandlerError, once"
    )
    assert waited < BACKSTOP, (
        f"an exception of a signal's handler came out of an idle loop after {waited:.3f} s, when a "
        "timer was due; expected it at once"
    )


@requirement(
    "signal.unrelated_signal_does_not_disturb",
    api="loop.run_forever",
    level="implied",
    since="3.11",
    platforms=["unix"],
    doc=THREADS,
)
def test_a_signal_for_somebody_else_does_not_disturb_a_timer(loop: AbstractEventLoop) -> None:
    """Signals that the program handles itself neither end nor shorten the loop's waiting.

    If this fails, look for an interrupted wait that raises InterruptedError, or that is
    taken for the end of the time it was to last.
    """
    fired: list[float] = []

    def fire() -> None:
        fired.append(loop.time())
        loop.stop()

    def send_some() -> None:
        for _ in range(5):
            send(signal.SIGHUP)

    signal.signal(signal.SIGHUP, ignore)
    start = loop.time()
    loop.call_later(DELAY, fire)
    with once_idle(loop, send_some):
        loop.run_forever()

    assert fired, "run_forever() ended when a signal came; expected it to run until stop()"
    waited = fired[0] - start
    assert waited >= DELAY * 0.9, (  # a timer's own exactness is another promise
        f"a timer of {DELAY} s fired {waited:.6f} s after it was set, while signals came; "
        "expected it no earlier than without them"
    )
