"""Factories that give no loop; what a process can die of, `deaths` has."""

from __future__ import annotations

import asyncio

from .deaths import (  # noqa: F401 - each of them is a factory here
    abort,
    allocate,
    gibberish,
    interrupt,
    kill_own_group,
    leave,
    open_descriptors,
    panic,
    segfault,
    sleep_in_c,
    spin,
    stop,
    system_exit,
    unspeakable,
)

NOT_CALLABLE = 42


def none() -> None:
    """Return nothing."""


async def coroutine() -> asyncio.AbstractEventLoop:
    """Return a loop, but only to those who await it."""
    return asyncio.SelectorEventLoop()


def closed() -> asyncio.AbstractEventLoop:
    """Return a loop that can't be used any more."""
    loop = asyncio.SelectorEventLoop()
    loop.close()
    return loop
