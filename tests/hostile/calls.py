"""Loops that look good and misbehave in single calls, in the middle of a check.

No two calls of a loop do the same, so that one run shows many ends at once.
"""

from __future__ import annotations

import asyncio
import builtins
import gc
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from . import deaths
from .methods import after, instead, instead_when_running


class Dying(asyncio.SelectorEventLoop):
    """Its calls end the process."""

    call_later = instead(deaths.segfault)
    create_task = instead_when_running("create_task", deaths.leave)
    create_connection = instead(deaths.abort)
    set_exception_handler = instead(deaths.kill_own_group)


class Hanging(asyncio.SelectorEventLoop):
    """Its calls never come back."""

    call_later = instead(deaths.sleep_in_c)
    create_task = instead_when_running("create_task", deaths.spin_without_signals)

    async def create_connection(self, *_args: Any, **_options: Any) -> Any:
        """Wait in the loop's own select, for a future that nobody resolves."""
        await self.create_future()


class Raising(asyncio.SelectorEventLoop):
    """Its calls raise what is no Exception, or what can't be shown."""

    call_later = instead(deaths.system_exit)
    create_task = instead_when_running("create_task", deaths.interrupt)
    create_connection = instead(deaths.panic)  # it comes out of run_until_complete()

    def set_exception_handler(self, handler: Any) -> None:
        """Raise what has no text, or a text that is too long and can't be encoded."""
        if handler is None:
            deaths.unspeakable()
        deaths.gibberish()


class Exhausting(asyncio.SelectorEventLoop):
    """Its calls take all there is."""

    call_later = instead(deaths.allocate)
    create_task = instead_when_running("create_task", deaths.open_descriptors)


def _refuse(*_args: object, **_options: object) -> NoReturn:
    raise RuntimeError("this name was replaced")


def _replacing(module: object, *names: str) -> Callable[[], None]:
    def replace() -> None:
        for name in names:
            setattr(module, name, _refuse)

    return replace


def _replace_what_a_worker_needs() -> None:
    for module, name in (
        (json, "dumps"), (os, "listdir"), (time, "perf_counter"), (gc, "collect"),
        (threading, "enumerate"),
    ):  # fmt: skip
        setattr(module, name, _refuse)


class Patching(asyncio.SelectorEventLoop):
    """Its calls replace names that everybody in the process uses, or change its limits."""

    call_later = after(_replacing(asyncio, "all_tasks", "sleep", "run", "Task"), "call_later")
    create_task = after(
        _replacing(builtins, "open", "isinstance", "len", "print", "sorted", "set"), "create_task"
    )
    create_connection = after(_replace_what_a_worker_needs, "create_connection")
    set_exception_handler = after(lambda: sys.setrecursionlimit(60), "set_exception_handler")


def _hang_once() -> None:
    try:
        Path(os.environ["HOSTILE_FLAG"]).touch(exist_ok=False)
    except FileExistsError:
        return
    deaths.spin()


class HangingOnce(asyncio.SelectorEventLoop):
    """Its call_later() never comes back, until the file exists that HOSTILE_FLAG names."""

    call_later = after(_hang_once, "call_later")


def _kill_and_spin() -> None:
    deaths.kill_parent()
    deaths.spin()


class Murderous(asyncio.SelectorEventLoop):
    """Its call_later() kills the process that runs the checks, and never comes back."""

    call_later = instead(_kill_and_spin)
