"""Factories and loops that leave something behind, or run out of what they need."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import threading
from asyncio import AbstractEventLoop, SelectorEventLoop

from . import deaths

KEPT: list[object] = []


def descriptor() -> AbstractEventLoop:
    """Leave a descriptor open."""
    os.dup(1)
    return SelectorEventLoop()


def every_descriptor() -> AbstractEventLoop:
    """Give back the descriptors taken before, and take all that there are."""
    for fd in (fd for fd in KEPT if isinstance(fd, int)):
        os.close(fd)
    KEPT.clear()
    loop = SelectorEventLoop()
    try:
        while True:
            KEPT.append(os.dup(2))
    except OSError:
        return loop


def thread() -> AbstractEventLoop:
    """Leave a thread that never ends."""
    threading.Thread(target=threading.Event().wait, name="helper").start()
    return SelectorEventLoop()


def child() -> AbstractEventLoop:
    """Leave a child process, in a session of its own where no signal to a group comes."""
    KEPT.append(subprocess.Popen(["sleep", str(deaths.FOR_EVER)], start_new_session=True))
    return SelectorEventLoop()


def helper() -> AbstractEventLoop:
    """Fork a process that keeps all descriptors and never ends."""
    if os.fork() == 0:
        signal.pause()
    return SelectorEventLoop()


def twin() -> AbstractEventLoop:
    """Fork, and go on in both processes."""
    os.fork()
    return SelectorEventLoop()


def singleton() -> AbstractEventLoop:
    """Return the same loop each time."""
    if not KEPT:
        KEPT.append(SelectorEventLoop())
    (loop,) = KEPT
    assert isinstance(loop, SelectorEventLoop)
    return loop


def two_a_process() -> AbstractEventLoop:
    """Work twice in a process."""
    KEPT.append(None)
    if len(KEPT) > 2:
        raise RuntimeError("no more loops")
    return SelectorEventLoop()


class Unclosable(asyncio.SelectorEventLoop):
    """Its close() does its work, and raises."""

    def close(self) -> None:
        """Close, and complain."""
        was_closed = self.is_closed()
        super().close()
        if not was_closed:
            raise RuntimeError("handles are still open")


class PanickingAtClose(asyncio.SelectorEventLoop):
    """Its close() does its work, and panics."""

    def close(self) -> None:
        """Close, and panic."""
        was_closed = self.is_closed()
        super().close()
        if not was_closed:
            deaths.panic()
