"""Factories and loops that print, and that close or use descriptors which are not theirs."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess

from .methods import instead, instead_when_running

MORE_THAN_ALL = 2048
"""Above any descriptor that a worker may have."""


def garbage() -> asyncio.AbstractEventLoop:
    """Write on standard output and standard error what is neither text nor an event."""
    os.write(1, b'{"event": "finished"}\n\xff\xfe{"kind": \x00\n')
    os.write(2, b"\xf0\x28 half a line")
    print("a line that nobody flushes", end="")  # noqa: T201 - this is what it is for
    return asyncio.SelectorEventLoop()


def close_standard_streams() -> asyncio.AbstractEventLoop:
    """Close descriptors 0 to 2; the loop's own take their places."""
    os.closerange(0, 3)
    return asyncio.SelectorEventLoop()


def close_everything() -> asyncio.AbstractEventLoop:
    """Close every descriptor there is."""
    os.closerange(0, MORE_THAN_ALL)
    return asyncio.SelectorEventLoop()


def _flood() -> None:
    """Let a child print, faster than anybody reads, and wait for it."""
    subprocess.run(["yes", "no " * 1000], check=True)


def _write_everywhere() -> None:
    """Write on every descriptor there is what is not, or might be, a message."""
    for fd in range(MORE_THAN_ALL):
        with contextlib.suppress(OSError):
            os.write(fd, b'[1]\n2\n{"done": "small", "half')


class Spoiling(asyncio.SelectorEventLoop):
    """Its calls flood, close, and write on whatever is open."""

    call_later = instead(_flood)
    create_task = instead_when_running("create_task", lambda: os.closerange(0, MORE_THAN_ALL))
    set_exception_handler = instead(_write_everywhere)
