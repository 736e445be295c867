"""Loops that look good and misbehave in single calls, in the middle of a check.

No two calls of a loop do the same, so that one run shows many ends at once.
`create_task` misbehaves in a running loop only: every coroutine check begins with it.
"""

from __future__ import annotations

import asyncio
import builtins
import gc
import json
import os
import socket
import sys
import threading
import time
from pathlib import Path
from typing import Any, NoReturn

from . import deaths


class Dying(asyncio.SelectorEventLoop):
    """Its calls end the process."""

    def call_later(self, *args: Any, **kwargs: Any) -> Any:
        """Segfault."""
        deaths.segfault()

    def create_task(self, *args: Any, **kwargs: Any) -> Any:
        """Leave with a status that looks like success."""
        if self.is_running():
            deaths.leave()
        return super().create_task(*args, **kwargs)

    async def create_connection(self, *args: Any, **kwargs: Any) -> Any:
        """Abort."""
        deaths.abort()

    def set_exception_handler(self, handler: Any) -> None:
        """Kill the own process group, or leave with a status of its own."""
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
        """Block all signals and spin."""
        if handler is None:
            deaths.spin_without_signals()
        super().set_exception_handler(handler)


class HangingOnce(asyncio.SelectorEventLoop):
    """Its call_later() never comes back, until the file exists that HOSTILE_FLAG names."""

    def call_later(self, *args: Any, **kwargs: Any) -> Any:
        """Hang the first time on this machine."""
        try:
            Path(os.environ["HOSTILE_FLAG"]).touch(exist_ok=False)
        except FileExistsError:
            return super().call_later(*args, **kwargs)
        deaths.spin()


class Murderous(asyncio.SelectorEventLoop):
    """Its call_later() kills the process that runs the checks."""

    def call_later(self, *args: Any, **kwargs: Any) -> Any:
        """Kill, and never come back."""
        deaths.kill_parent()
        deaths.spin()


class Raising(asyncio.SelectorEventLoop):
    """Its calls raise what is no Exception, or what can't be shown."""

    def call_soon(self, *args: Any, **kwargs: Any) -> Any:
        """Raise what has no text."""
        if args[1:] == (1,):
            deaths.unspeakable()
        return super().call_soon(*args, **kwargs)

    def call_later(self, *args: Any, **kwargs: Any) -> Any:
        """Ask the interpreter to end, successfully."""
        deaths.system_exit()

    def create_task(self, *args: Any, **kwargs: Any) -> Any:
        """Raise what Ctrl+C raises."""
        if self.is_running():
            deaths.interrupt()
        return super().create_task(*args, **kwargs)

    async def create_connection(self, *args: Any, **kwargs: Any) -> Any:
        """Panic; it comes out of run_until_complete()."""
        deaths.panic()

    def set_exception_handler(self, handler: Any) -> None:
        """Run out of memory, or raise a text that is too long and can't be encoded."""
        if handler is None:
            deaths.allocate()
        deaths.gibberish()


class Patching(asyncio.SelectorEventLoop):
    """Its calls replace names that everybody in the process uses."""

    def call_later(self, *args: Any, **kwargs: Any) -> Any:
        """Replace names of asyncio that call_later() has no use for."""
        for name in ("all_tasks", "sleep", "run", "wait", "Task"):
            setattr(asyncio, name, _refuse)
        return super().call_later(*args, **kwargs)

    def create_task(self, *args: Any, **kwargs: Any) -> Any:
        """Replace names of the language."""
        if self.is_running():
            for name in ("open", "isinstance", "len", "print", "sorted", "getattr", "set"):
                setattr(builtins, name, _refuse)
        return super().create_task(*args, **kwargs)

    async def create_connection(self, *args: Any, **kwargs: Any) -> Any:
        """Replace names of the standard library, once connected."""
        connection = await super().create_connection(*args, **kwargs)
        for module, name in (
            (json, "dumps"),
            (os, "listdir"),
            (time, "monotonic"),
            (time, "perf_counter"),
            (gc, "collect"),
            (threading, "enumerate"),
            (socket, "socket"),
        ):
            setattr(module, name, _refuse)
        return connection

    def set_exception_handler(self, handler: Any) -> None:
        """Leave hardly any room on the stack."""
        sys.setrecursionlimit(60)
        super().set_exception_handler(handler)


def _refuse(*args: object, **kwargs: object) -> NoReturn:  # noqa: ARG001 - any call's
    raise RuntimeError("this name was replaced")
