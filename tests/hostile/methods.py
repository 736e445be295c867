"""Methods for loops that look good until one of them is called."""

from __future__ import annotations

from asyncio import SelectorEventLoop
from collections.abc import Callable
from typing import Any


def instead(end: Callable[[], object]) -> Any:
    """A method that does nothing but this."""

    def method(*_args: object, **_options: object) -> object:
        return end()

    return method


def instead_when_running(name: str, end: Callable[[], object]) -> Any:
    """A method that does this in a running loop; else what the method of that name does.

    For create_task(), with which every coroutine check begins.
    """
    sound = getattr(SelectorEventLoop, name)

    def method(loop: SelectorEventLoop, *args: object, **options: object) -> object:
        return end() if loop.is_running() else sound(loop, *args, **options)

    return method


def after(spoil: Callable[[], object], name: str) -> Any:
    """A method that does this in a running loop, and then what the method of that name does."""
    sound = getattr(SelectorEventLoop, name)

    def method(loop: SelectorEventLoop, *args: object, **options: object) -> object:
        if loop.is_running() or name not in ("create_task", "call_soon"):
            spoil()
        return sound(loop, *args, **options)

    return method
