"""Signals that the program handles itself, by signal.signal(), while the loop waits."""

from __future__ import annotations

import signal
import time
from asyncio import AbstractEventLoop
from types import FrameType

from ..support.expect import expect_raises
from ..support.requirement import requirement
from ..support.signals import BACKSTOP, ignore, once_idle, send
from ..support.turns import run_turns

THREADSAFE = "library/asyncio-eventloop.html#asyncio.loop.call_soon_threadsafe"
PYTHON_HANDLERS = "library/signal.html#execution-of-python-signal-handlers"
THREADS = "library/asyncio-dev.html#asyncio-multithreading"
DELAY = 0.04
TICK = time.get_clock_info("monotonic").resolution


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

    signal.signal(signal.SIGUSR1, handler)
    loop.call_later(BACKSTOP, stop, f"a timer, {BACKSTOP} s later")
    with once_idle(loop, lambda: send(signal.SIGUSR1)):
        loop.run_forever()

    assert ran == ["handler", "stopped by the handler"], (
        f"SIGUSR1, sent while the loop idled, brought {ran}; expected Python's handler, and "
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
def test_what_a_python_handler_raises_comes_out_of_an_idle_loop(loop: AbstractEventLoop) -> None:
    """An error that a Python signal handler raises while the loop waits leaves run_forever().

    If this fails, look for a wait that swallows or logs whatever interrupts it, or for a
    flag that an exception leaves standing.
    """

    def handler(_number: int, _frame: FrameType | None) -> None:
        raise FromHandlerError

    signal.signal(signal.SIGUSR1, handler)
    loop.set_exception_handler(lambda *_: None)
    timer = loop.call_later(BACKSTOP, loop.stop)
    start = time.monotonic()
    with (
        expect_raises(FromHandlerError, "run_forever(), idle when a signal's handler raised,"),
        once_idle(loop, lambda: send(signal.SIGUSR1)),
    ):
        loop.run_forever()
    waited, was_running = time.monotonic() - start, loop.is_running()
    timer.cancel()

    assert waited < BACKSTOP, (
        f"an exception of a signal's handler left an idle loop after {waited:.3f} s, when a timer "
        "was due; expected it to end at once"
    )
    assert was_running is False, (
        f"after the handler's exception is_running() was {was_running}; expected False"
    )
    run_turns(loop)


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
            send(signal.SIGUSR1)

    signal.signal(signal.SIGUSR1, ignore)
    start = loop.time()
    loop.call_later(DELAY, fire)
    with once_idle(loop, send_some):
        loop.run_forever()

    assert fired, "run_forever() ended when a signal came; expected it to run until stop()"
    waited = fired[0] - start
    assert waited >= DELAY - TICK, (
        f"a timer of {DELAY} s fired {waited:.6f} s after it was set, while signals came; "
        "expected it no earlier than without them"
    )
