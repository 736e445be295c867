"""Telling what does not exist from what is broken."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from loopconform.missing import why_missing


def create_task(self: object, coro: object) -> None:
    """Accept no keyword."""


Bare: Any = type("Bare", (asyncio.AbstractEventLoop,), {"create_task": create_task})
"""A loop with nothing but a call that lacks its keywords."""


nothing: Any = object()


def refused_by_factory() -> None:
    def factory(loop: object, coro: object) -> None:
        """Accept no keyword."""

    loop: Any = factory
    loop(None, None, eager_start=None)


def raised(act: Callable[[], object]) -> BaseException:
    """What `act` raises."""
    try:
        act()
    except BaseException as error:  # noqa: BLE001 - whatever it is
        return error
    raise AssertionError("nothing was raised")


def chained() -> None:
    try:
        Bare().time()
    except NotImplementedError as error:
        raise AssertionError("time() failed") from error


@pytest.mark.parametrize(
    ("act", "api", "missing"),
    [
        (lambda: Bare().time(), "loop.time", True),
        (lambda: Bare().no_such_call(), "loop.other", True),
        (lambda: Bare()._slip, "loop.time", False),
        (lambda: nothing.get_context(), "Task.get_context", True),
        (lambda: Bare().create_task(None, name="x"), "loop.create_task", True),
        (lambda: nothing.get_name(), "Task.get_context", False),
        (refused_by_factory, "loop.create_task", False),
        (lambda: int("x"), "loop.time", False),
        (chained, "loop.time", True),
    ],
)
def test_signs_of_a_missing_call(act: Callable[[], object], api: str, missing: bool) -> None:
    reason = why_missing(raised(act), api)

    assert (reason is not None) == missing, reason
