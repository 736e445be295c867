"""Loops that keep every promise, until the interpreter ends."""

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


class LeavingAfterConnecting(asyncio.SelectorEventLoop):
    """Gives a process in which it has connected an exit status."""

    async def create_connection(self, *args: Any, **kwargs: Any) -> Any:
        """Connect, and remember it."""
        atexit.register(os._exit, 9)
        return await super().create_connection(*args, **kwargs)
