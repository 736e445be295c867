"""Signals to this process, sent so that a loop that gets them wrong fails instead of dying.

The chapter's conftest.py has every check begin with Python handlers that do nothing, no
wake-up descriptor and the same mask, and puts back afterwards what was there.

`once_idle` acts from a thread when the loop has nothing left to do. Where the system can
tell that a thread sleeps, it asks; elsewhere it allows a moment. A loop that is never
idle gets no more than that moment.
"""

from __future__ import annotations

import os
import signal
import threading
from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterator, Sized
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from .factories import turns_until

GLANCE = 0.001
"""Seconds between two looks at whether the loop sleeps."""
GLANCES = 30
BACKSTOP = 2.5
"""Seconds after which a check of an idle loop stops it: less than any watchdog's limit."""


def ignore(_number: int, _frame: FrameType | None) -> None:
    """Be a Python signal handler that does nothing."""


def send(number: int) -> None:
    """Send a signal to this process, unless it would end it: then nothing is sent."""
    if signal.getsignal(number) != signal.SIG_DFL:
        os.kill(os.getpid(), number)


@contextmanager
def once_idle(loop: AbstractEventLoop, act: Callable[[], None]) -> Iterator[None]:
    """Run the loop, from the calling thread, in the block: once it idles, a thread calls `act`.

    The thread is gone after the block. A block that ends before has `act` not called.
    """
    turning, over = threading.Event(), threading.Event()
    runner = threading.get_native_id()

    def watch() -> None:
        turning.wait()
        for _ in range(GLANCES):
            if _is_asleep(runner) or over.wait(GLANCE):
                break
        if not over.is_set():
            act()

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        loop.call_soon(turning.set)
        yield
    finally:
        over.set()
        turning.set()
        watcher.join()


def _is_asleep(thread: int) -> bool:
    """Whether a thread of this process waits in the system; False where that can't be told.

    To read the file is to give up the interpreter's lock, so a thread that waits for
    that one alone is awake by then.
    """
    try:
        status = Path(f"/proc/self/task/{thread}/stat").read_bytes()
    except OSError:
        return False
    return status.rpartition(b")")[2].split()[0] == b"S"


async def deliver(number: int, handled: Sized, count: int) -> None:
    """Send a signal; let the loop turn until `handled` holds `count` items, or for long enough.

    What is still waiting then, because the loop blocks it, is taken out of its way.
    """
    send(number)
    await turns_until(lambda: len(handled) >= count)
    for waiting in signal.sigpending() & {number}:
        signal.sigwait({waiting})


def noting(ran: list[str], name: str) -> Callable[..., None]:
    """A callback that writes its name down, whatever it is called with."""

    def callback(*_arguments: object) -> None:
        ran.append(name)

    return callback


async def expect_handled(loop: AbstractEventLoop) -> None:
    """Expect a handler for SIGUSR2 to work: the control of a refusal, no promise."""
    ran: list[str] = []

    loop.add_signal_handler(signal.SIGUSR2, noting(ran, "handler"))
    await deliver(signal.SIGUSR2, ran, 1)
    loop.remove_signal_handler(signal.SIGUSR2)

    assert ran, "SIGUSR2, for which a handler had been added, ran nothing; expected the handler"
