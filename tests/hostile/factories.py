"""Factories that misbehave before there is a loop; each ends in a usage error."""

from __future__ import annotations

import asyncio
import os
import sys
import unittest.mock
from typing import NoReturn

from . import deaths
from .deaths import (  # noqa: F401 - each of them is a factory too
    allocate,
    kill_own_group,
    leave,
    open_descriptors,
    panic,
    segfault,
    sleep_in_c,
    spin,
    stop,
    wait_for_nothing,
)

NOT_CALLABLE = 42


class Unspeakable(Exception):  # noqa: N818 - it is no error that anybody could name
    """An exception that can't be shown."""

    def __str__(self) -> str:
        raise self

    __repr__ = __str__


def abort() -> NoReturn:
    """Die of SIGABRT."""
    os.abort()


def system_exit() -> NoReturn:
    """Ask the interpreter to end, successfully."""
    sys.exit(0)


def keyboard_interrupt() -> NoReturn:
    """Raise what Ctrl+C raises."""
    raise KeyboardInterrupt


def unspeakable() -> NoReturn:
    """Raise what has no text."""
    raise Unspeakable


def surrogates() -> NoReturn:
    """Raise an exception whose text can't be encoded."""
    raise RuntimeError("half a \ud800 character and a \x1b[31m colour")


def none() -> None:
    """Return no loop."""


async def coroutine() -> asyncio.AbstractEventLoop:
    """Return a coroutine."""
    return asyncio.SelectorEventLoop()


def closed() -> asyncio.AbstractEventLoop:
    """Return a loop that can't be used any more."""
    loop = asyncio.SelectorEventLoop()
    loop.close()
    return loop


def mock() -> object:
    """Return something that answers every call."""
    return unittest.mock.MagicMock()


def first_loop_only() -> asyncio.AbstractEventLoop:
    """Return a loop once in the life of a process, and die the next time."""
    if hasattr(asyncio, "spent"):
        deaths.segfault()
    setattr(asyncio, "spent", True)
    return asyncio.SelectorEventLoop()
