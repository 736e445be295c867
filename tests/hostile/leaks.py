"""Loops that work, and leave something behind each time one is made."""

from __future__ import annotations

import asyncio
import os
import subprocess
import threading
from typing import Any

from . import deaths

KEPT: list[Any] = []


def descriptor() -> asyncio.AbstractEventLoop:
    """Leave a descriptor open."""
    os.dup(1)
    return asyncio.SelectorEventLoop()


def every_descriptor() -> asyncio.AbstractEventLoop:
    """Take all descriptors there are, the third time in a process."""
    loop = asyncio.SelectorEventLoop()
    KEPT.append(loop)
    if len(KEPT) == 3:
        try:
            deaths.open_descriptors()
        except OSError as error:
            KEPT.append(error)  # its traceback holds them
    return loop


def thread() -> asyncio.AbstractEventLoop:
    """Leave a thread that never ends."""
    threading.Thread(target=threading.Event().wait, name="helper").start()
    return asyncio.SelectorEventLoop()


def child() -> asyncio.AbstractEventLoop:
    """Leave a child process that is not waited for."""
    KEPT.append(subprocess.Popen(["sleep", str(deaths.FOR_EVER)]))
    return asyncio.SelectorEventLoop()


def child_in_session() -> asyncio.AbstractEventLoop:
    """Leave a child process that no signal to a group can reach."""
    KEPT.append(subprocess.Popen(["sleep", str(deaths.FOR_EVER)], start_new_session=True))
    return asyncio.SelectorEventLoop()


def twin() -> asyncio.AbstractEventLoop:
    """Fork, and go on in both processes."""
    os.fork()
    return asyncio.SelectorEventLoop()


class Unclosable(asyncio.SelectorEventLoop):
    """Its close() does its work, and raises."""

    def close(self) -> None:
        was_closed = self.is_closed()
        super().close()
        if not was_closed:
            raise RuntimeError("handles are still open")


class PanickingClose(asyncio.SelectorEventLoop):
    """Its close() does its work, and panics."""

    def close(self) -> None:
        was_closed = self.is_closed()
        super().close()
        if not was_closed:
            deaths.panic()


def singleton() -> asyncio.AbstractEventLoop:
    """Return the same loop each time."""
    if not KEPT:
        KEPT.append(asyncio.SelectorEventLoop())
    return KEPT[0]


def first_two() -> asyncio.AbstractEventLoop:
    """Work twice in a process."""
    KEPT.append(None)
    if len(KEPT) > 2:
        raise RuntimeError("no more loops")
    return asyncio.SelectorEventLoop()
