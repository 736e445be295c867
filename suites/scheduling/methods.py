"""The four methods that schedule a callback, called in one way; and calls from a thread."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")

READY = ("call_soon", "call_soon_threadsafe")
TIMED = ("call_later", "call_at")
ALL = READY + TIMED


def schedule(
    loop: AbstractEventLoop,
    method: str,
    callback: Callable[..., object],
    *args: Any,
    delay: float = 0,
    **options: Any,
) -> Any:
    """Schedule a callback with the method of that name; `delay`, in seconds, is for timers.

    Returns the handle. Its type is Any, since what a handle can do is what is judged.
    """
    if method == "call_later":
        return loop.call_later(delay, callback, *args, **options)
    if method == "call_at":
        return loop.call_at(loop.time() + delay, callback, *args, **options)
    return getattr(loop, method)(callback, *args, **options)


def in_thread(work: Callable[[], T]) -> T:
    """Call `work` in another thread, wait for its end, and return or raise what it did."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()
