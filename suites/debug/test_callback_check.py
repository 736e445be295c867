"""Debug mode: what is refused as a callback."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.expect import expect_raises
from ..support.requirement import requirement
from ..support.tasks import expect_accepted, nothing

DEBUG_MODE = "library/asyncio-dev.html#asyncio-debug-mode"
METHODS = ("call_soon", "call_soon_threadsafe", "call_later", "call_at")


async def _schedule(loop: AbstractEventLoop, method: str, callback: Any) -> None:
    """Pass the callback to the loop's method of that name."""
    first: dict[str, list[Any]] = {
        "call_later": [0],
        "call_at": [loop.time()],
        "run_in_executor": [None],
    }
    scheduled = getattr(loop, method)(*first.get(method, []), callback)
    if asyncio.isfuture(scheduled):
        await scheduled


@requirement(
    "debug.callback_check.coroutine_function",
    api="loop.call_soon",
    level="interop",
    since="3.11",
    libraries=("CPython test_asyncio",),
    doc=DEBUG_MODE,
)
@pytest.mark.parametrize("kind", ["coroutine function", "coroutine"])
@pytest.mark.parametrize("method", [*METHODS, "run_in_executor"])
async def test_coroutines_are_refused_as_callbacks(
    loop: AbstractEventLoop, method: str, kind: str
) -> None:
    """In debug mode the scheduling methods refuse async functions and coroutines: TypeError.

    If this fails, look for a callback that makes a coroutine nobody awaits, or for a
    check that call_soon() alone makes.
    """
    loop.set_debug(True)
    coroutine = nothing()

    try:
        with expect_raises(TypeError, f"in debug mode, {method}() with a {kind}"):
            await _schedule(loop, method, nothing if kind == "coroutine function" else coroutine)
    finally:
        coroutine.close()
    with expect_accepted(f"in debug mode, {method}() with a plain function"):
        await _schedule(loop, method, lambda: None)


@requirement(
    "debug.callback_check.not_callable",
    api="loop.call_soon",
    level="interop",
    since="3.11",
    libraries=("CPython test_asyncio",),
    doc=DEBUG_MODE,
)
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("value", [None, 1, "x"], ids=repr)
async def test_what_is_not_callable_is_refused(
    loop: AbstractEventLoop, method: str, value: object
) -> None:
    """In debug mode a callback that is not callable raises TypeError at the call.

    If this fails, look for callbacks that are taken unseen and fail when they are run.
    """
    loop.set_debug(True)

    with expect_raises(TypeError, f"in debug mode, {method}() with the callback {value!r}"):
        await _schedule(loop, method, value)
    with expect_accepted(f"in debug mode, {method}() with a plain function"):
        await _schedule(loop, method, lambda: None)
