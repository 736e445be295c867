"""Debug mode: what the loop looks at only then, and where coroutines were created.

Debug mode changes diagnostics, nothing else. In it
- scheduling from a thread that does not run the loop is refused;
- a callback that is a coroutine, or can't be called, is refused at once;
- slow callbacks are logged (the kernel does that);
- handles and coroutines remember where they come from.

Source: library/asyncio-dev.html#debug-mode, library/asyncio-eventloop.html#enabling-debug-mode
"""

from __future__ import annotations

import asyncio
import inspect
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import get_ident
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..loop import ReferenceLoop

ORIGIN_DEPTH = 10
"""Frames that a coroutine remembers of where it was created."""


def get_debug(loop: ReferenceLoop) -> bool:
    """Whether the loop is in debug mode."""
    return loop.kernel.debug


def set_debug(loop: ReferenceLoop, enabled: bool) -> None:
    """Switch debug mode; a run in progress follows with its next turn."""
    loop.kernel.debug = bool(enabled)
    if loop.is_running():
        loop.call_soon_threadsafe(loop.origins.follow, loop.kernel.debug)


def debug_by_default() -> bool:
    """Whether new loops are in debug mode: by development mode or the environment."""
    asked = not sys.flags.ignore_environment and bool(os.environ.get("PYTHONASYNCIODEBUG"))
    return sys.flags.dev_mode or asked


class Origins:
    """Coroutine origin tracking, on while a loop in debug mode runs.

    It is a setting of the thread: the depth found before the run is back after it.
    """

    def __init__(self) -> None:
        self._before: int | None = None

    @contextmanager
    def tracked(self, debug: bool) -> Iterator[None]:
        """Follow debug mode during one run."""
        self.follow(debug)
        try:
            yield
        finally:
            self.follow(False)

    def follow(self, debug: bool) -> None:
        """Switch tracking in this thread."""
        if debug and self._before is None:
            self._before = sys.get_coroutine_origin_tracking_depth()
            sys.set_coroutine_origin_tracking_depth(ORIGIN_DEPTH)
        elif not debug and self._before is not None:
            sys.set_coroutine_origin_tracking_depth(self._before)
            self._before = None


def expect_schedulable(loop: ReferenceLoop, callback: object) -> None:
    """In debug mode: raise TypeError for no callback, RuntimeError in the wrong thread."""
    expect_callback(callback)
    if loop.kernel.thread not in (None, get_ident()):
        raise RuntimeError(
            "the event loop runs in another thread; call_soon_threadsafe() is the way into it"
        )


def expect_callback(callback: object) -> None:
    """Raise TypeError for a coroutine, a coroutine function and what can't be called."""
    if asyncio.iscoroutine(callback) or inspect.iscoroutinefunction(callback):
        raise TypeError(f"{callback!r} is a coroutine; expected a callback, or use create_task()")
    if not callable(callback):
        raise TypeError(f"{callback!r} can't be called; expected a callback")
