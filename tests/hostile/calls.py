"""Loops that look good and misbehave in single calls, in the middle of a check.

No two calls of a loop do the same, so that one run shows many ends at once.
`create_task` misbehaves in a running loop only: every coroutine check begins with it.
"""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any

from . import deaths


class Dying(asyncio.SelectorEventLoop):
    """Its calls end the process."""

    def call_later(self, *args: Any, **kwargs: Any) -> Any:
        """Segfault."""
        deaths.segfault()

    def create_task(self, *args: Any, **kwargs: Any) -> Any:
        """Leave with a status that looks like success."""
        if self.is_running():
            os._exit(0)
        return super().create_task(*args, **kwargs)

    async def create_connection(self, *args: Any, **kwargs: Any) -> Any:
        """Abort."""
        os.abort()

    def set_exception_handler(self, handler: Any) -> None:
        """Kill the own process group, or leave with a status."""
        if handler is None:
            deaths.kill_own_group()
        os._exit(77)


class Hanging(asyncio.SelectorEventLoop):
    """Its calls never come back."""

    def call_later(self, *args: Any, **kwargs: Any) -> Any:
        """Sleep in C with the interpreter lock held."""
        deaths.sleep_in_c()

    def create_task(self, *args: Any, **kwargs: Any) -> Any:
        """Wait in C, with the lock given back."""
        if self.is_running():
            deaths.wait_for_nothing()
        return super().create_task(*args, **kwargs)

    async def create_connection(self, *args: Any, **kwargs: Any) -> Any:
        """Wait in the loop's own select, for a future that nobody resolves."""
        await self.create_future()

    def set_exception_handler(self, handler: Any) -> None:
        """Stop the process, or block all signals and spin."""
        if handler is None:
            deaths.stop()
        deaths.spin_without_signals()


class Raising(asyncio.SelectorEventLoop):
    """Its calls raise what is no Exception, or what can't be shown."""

    def call_later(self, *args: Any, **kwargs: Any) -> Any:
        """Ask the interpreter to end, successfully."""
        sys.exit(0)

    def create_task(self, *args: Any, **kwargs: Any) -> Any:
        """Raise what Ctrl+C raises."""
        if self.is_running():
            raise KeyboardInterrupt
        return super().create_task(*args, **kwargs)

    async def create_connection(self, *args: Any, **kwargs: Any) -> Any:
        """Panic; it comes out of run_until_complete()."""
        deaths.panic()

    def set_exception_handler(self, handler: Any) -> None:
        """Run out of memory, or raise a text that is long and can't be encoded."""
        if handler is None:
            deaths.allocate()
        raise RuntimeError("half a \ud800 character" + "!" * (32 << 20))
