"""Loops that do nothing, each in its own way. No check may call any of them conforming."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any


class Refusing(asyncio.AbstractEventLoop):
    """Implements nothing: every call raises NotImplementedError, save those that end it."""

    def is_closed(self) -> bool:
        """Never."""
        return False

    def is_running(self) -> bool:
        """Never."""
        return False

    def close(self) -> None:
        """Do nothing."""


def _nothing(self: object, *args: object, **kwargs: object) -> None:
    """Accept anything, do nothing, return None."""


def _silenced(names: list[str]) -> dict[str, Callable[..., None]]:
    return {name: _nothing for name in names if not name.startswith("_")}


Silent = type(
    "Silent",
    (Refusing,),
    _silenced([n for n in dir(asyncio.AbstractEventLoop) if n not in vars(Refusing)]),
)
"""Accepts every call and returns None."""


class Lazy(asyncio.SelectorEventLoop):
    """Takes everything in and runs nothing: its run methods come back at once."""

    def run_forever(self) -> None:
        """Come back at once."""

    def run_until_complete(self, future: Any) -> Any:
        """Come back at once."""
        if asyncio.iscoroutine(future):
            future.close()
