"""Signals to this process, sent so that a loop that gets them wrong fails instead of dying.

The chapter's conftest.py has every check begin with signals that end no process when they
are sent from here, no wake-up descriptor and the same mask, and puts back what was there.
SIGUSR1 and SIGUSR2 are for handlers of the loop alone: signal.signal() would take them
away from loops that install a native handler once for the process.

What a signal is set to is asked of the system where it can tell, because Python does not
know of handlers that native code installs. Signals are sent again until something comes
of them: that a handler is in place when its adding returns has a requirement of its own.

`once_idle` acts from a thread when the loop has nothing left to do. Where the system can
tell that a thread sleeps, it asks; elsewhere it allows a moment. A loop that is never
idle gets no more than that moment.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterator, Sized
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from .expect import not_observable
from .factories import turns_until

GLANCE = 0.001
"""Seconds between two looks at whether the loop sleeps."""
GLANCES = 30
AGAIN = 0.05
"""Seconds after which an idle loop that did not stop is disturbed once more."""
BACKSTOP = 2.5
"""Seconds after which a check of an idle loop stops it: less than any watchdog's limit."""
KNOWS_NATIVE = Path("/proc/self/status").exists()
"""Whether the system tells of handlers that native code installed."""
PATIENCE = 0.3
"""Seconds for which a signal is sent again and again to a loop that does nothing about it."""


def ignore(_number: int, _frame: FrameType | None) -> None:
    """Be a Python signal handler that does nothing."""


def default_of(number: int) -> object:
    """What Python sets a signal to when it starts."""
    return signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL


def put_at_default(number: int) -> None:
    """Set a signal to its default, before the check makes its loop."""
    signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)


def setting_of(number: int) -> object:
    """What a signal is set to: by Python, unless the system knows better."""
    known, caught = signal.getsignal(number), _is_in_mask("SigCgt", number)
    if caught is None or caught is callable(known):
        return known
    if caught:
        return "a native handler"
    return signal.SIG_IGN if _is_in_mask("SigIgn", number) else signal.SIG_DFL


def _is_in_mask(mask: str, number: int) -> bool | None:
    """Whether a mask of this process's signals has that one; None where that can't be told."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    for line in lines:
        if line.startswith(f"{mask}:"):
            return bool(int(line.split()[1], 16) >> (number - 1) & 1)
    return None


def send(number: int) -> None:
    """Send a signal to this process, unless it would end it: then nothing is sent."""
    if setting_of(number) != signal.SIG_DFL:
        os.kill(os.getpid(), number)


@contextmanager
def once_idle(loop: AbstractEventLoop, act: Callable[[], None], times: int = 1) -> Iterator[None]:
    """Run the loop, from the calling thread, in the block: once it idles, a thread calls `act`.

    While the block goes on it calls up to so many `times`, a moment apart. The thread is
    gone after the block. A block that ends before has `act` not called.
    """
    turning, over = threading.Event(), threading.Event()
    runner = threading.get_native_id()

    def watch() -> None:
        turning.wait()
        for _ in range(GLANCES):
            if _is_asleep(runner) or over.wait(GLANCE):
                break
        for _ in range(times):
            if not over.is_set():
                act()
                over.wait(AGAIN)

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


async def deliver(number: int, handled: Sized, count: int) -> int:
    """Send a signal until `handled` holds `count` items; return how often it was sent.

    What is still waiting then, because the loop blocks it, is taken out of its way.
    """
    return await deliver_until(lambda: len(handled) >= count, number)


async def deliver_until(happened: Callable[[], object], *numbers: int) -> int:
    """Send signals, together, until it has happened or for long enough; return how often."""
    end = time.monotonic() + PATIENCE
    sent = 0
    while not happened() and (sent == 0 or time.monotonic() < end):
        for number in numbers:
            with suppress(KeyboardInterrupt):  # from Python's handler, until the loop's is there
                send(number)
        sent += 1
        await turns_until(happened)
    for waiting in signal.sigpending() & set(numbers):
        signal.sigwait({waiting})
    return sent


def removed(loop: AbstractEventLoop, number: int) -> bool:
    """Remove a handler; say whether there was one. A removal that raises leaves nothing to judge.

    What remove_signal_handler() answers has a requirement of its own.
    """
    remove = loop.remove_signal_handler
    try:
        return bool(remove(number))
    except NotImplementedError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it is another promise
        not_observable(f"remove_signal_handler() raised {error!r}")


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
    with suppress(Exception):  # whether it can be removed has requirements of its own
        loop.remove_signal_handler(signal.SIGUSR2)

    assert ran, "SIGUSR2, for which a handler had been added, ran nothing; expected the handler"
