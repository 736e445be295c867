"""Loops that are clean until the interpreter ends."""

from __future__ import annotations

import asyncio
import atexit
import os
from typing import Any

from . import deaths


def abort_at_exit() -> asyncio.AbstractEventLoop:
    """Die at the exit of every process in which there was a loop."""
    atexit.register(os.abort)
    return asyncio.SelectorEventLoop()


def hang_at_exit() -> asyncio.AbstractEventLoop:
    """Never come out of the exit of a process in which there was a loop."""
    atexit.register(deaths.sleep_in_c)
    return asyncio.SelectorEventLoop()


class AbortsAfterConnecting(asyncio.SelectorEventLoop):
    """Dies at the exit of a process in which it has connected."""

    async def create_connection(self, *args: Any, **kwargs: Any) -> Any:
        atexit.register(os.abort)
        return await super().create_connection(*args, **kwargs)


class FailsAfterConnecting(asyncio.SelectorEventLoop):
    """Makes a process in which it has connected exit with a status that says so."""

    async def create_connection(self, *args: Any, **kwargs: Any) -> Any:
        atexit.register(os._exit, 3)
        return await super().create_connection(*args, **kwargs)
