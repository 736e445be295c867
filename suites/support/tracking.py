"""Following a task from outside: how it ended, endings to give it, and whether it is gone.

For messages and for comparing in one assertion what would otherwise need several.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

Ending = Literal["returned", "raised", "cancelled"]
ENDINGS: tuple[Ending, ...] = ("returned", "raised", "cancelled")
"""The ways in which a task can end."""


def end(how: Ending) -> int:
    """Leave the calling coroutine in that way; 5 is what it returns."""
    if how == "raised":
        raise ValueError("from the task")
    if how == "cancelled":
        raise asyncio.CancelledError
    return 5


def state_of(future: asyncio.Future[Any]) -> str:
    """How a future or task stands, in words; its exception counts as retrieved."""
    if not future.done():
        return "pending"
    if future.cancelled():
        return "cancelled"
    error = future.exception()
    return f"returned {future.result()!r}" if error is None else f"raised {error!r}"


@contextmanager
def only_new_garbage() -> Iterator[None]:
    """Have gc.collect() look only at what is made inside the block; a decorator too.

    That is quick whatever else the process holds, and leaves to other checks what
    they left behind. Where the process has frozen its objects itself, they stay so.
    """
    if gc.get_freeze_count():
        yield
        return
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
