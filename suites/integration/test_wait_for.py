"""asyncio.wait_for(): a time limit for any awaitable."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import Awaitable, Generator
from typing import Any

import pytest

from ..support.requirement import requirement
from ..support.runners import (
    FAR,
    SHORT,
    blocked,
    ending_of,
    note_troubles,
    until_past,
    with_ample_limit,
)
from ..support.tracking import state_of
from ..support.turns import turns

WAIT_FOR = "library/asyncio-task.html#asyncio.wait_for"


@requirement(
    "wait_for.timeout", api="asyncio.wait_for", level="documented", since="3.11", doc=WAIT_FOR
)
async def test_wait_for_gives_up_after_its_timeout(loop: AbstractEventLoop) -> None:
    """After its timeout wait_for() cancels the awaitable, waits for it, and raises TimeoutError.

    If this fails, look for a sweep of cancelled timers that takes others with it, or for
    call_at() and call_later() that measure by another clock than time().
    """
    cleaned_up: list[str] = []

    async def waiting() -> None:
        try:
            await turns()
            for _ in range(200):  # enough to make a loop clear its timers
                loop.call_later(FAR, cleaned_up.append, "timer").cancel()
            await blocked()
        finally:
            await turns()
            cleaned_up.append("clean-up")

    inner = asyncio.ensure_future(waiting())
    ending = await ending_of(asyncio.wait_for(inner, SHORT))
    state, seen = state_of(inner), cleaned_up.copy()

    assert ending.startswith("raised TimeoutError"), (
        f"wait_for(blocked task, {SHORT}) gave: {ending}; expected TimeoutError"
    )
    assert (state, seen) == ("cancelled", ["clean-up"]), (
        f"after wait_for() had raised TimeoutError its task was {state}, having done {seen}; "
        "expected it to be cancelled, with its clean-up"
    )


@requirement(
    "wait_for.in_time", api="asyncio.wait_for", level="documented", since="3.11", doc=WAIT_FOR
)
async def test_wait_for_in_time_leaves_nothing_behind(loop: AbstractEventLoop) -> None:
    """An awaitable that is done in time gives its result, and its timeout has no effect later.

    If this fails, look for timers that fire although their handle was cancelled.
    """
    troubles = note_troubles(loop)

    async def main(limit: float) -> int:
        value = await asyncio.wait_for(asyncio.sleep(0, 5), limit)
        await until_past(loop.time() + limit)
        return value

    ending = await ending_of(with_ample_limit(main))

    assert ending == "returned 5", (
        f"wait_for() of what returns 5 at once, and some time after it, gave: {ending}; "
        "expected it to have returned 5"
    )
    assert troubles == [], (
        f"the timeout of a wait_for() that was done in time had {troubles} reported; "
        "expected nothing"
    )


@requirement(
    "wait_for.zero_timeout", api="asyncio.wait_for", level="implied", since="3.11", doc=WAIT_FOR
)
@pytest.mark.parametrize("timeout", [0, -1])
async def test_wait_for_no_time_at_all(loop: AbstractEventLoop, timeout: int) -> None:
    """With a timeout of zero or less wait_for() takes the result that is there, or gives up.

    If this fails, look for create_future() whose futures can't be cancelled, or end otherwise
    when they are.
    """
    done = loop.create_future()
    done.set_result(5)

    endings = [
        await ending_of(asyncio.wait_for(future, timeout))
        for future in (done, loop.create_future())
    ]

    assert endings[0] == "returned 5", (
        f"wait_for(future that is done, {timeout}) gave: {endings[0]}; expected its result, 5"
    )
    assert endings[1].startswith("raised TimeoutError"), (
        f"wait_for(future that is pending, {timeout}) gave: {endings[1]}; expected TimeoutError"
    )


@requirement(
    "wait_for.outer_cancel", api="asyncio.wait_for", level="documented", since="3.11", doc=WAIT_FOR
)
async def test_a_cancelled_wait_for_cancels_what_it_awaits(loop: AbstractEventLoop) -> None:
    """Cancelling a task in wait_for() cancels what it awaits, and raises CancelledError.

    If this fails, look for Task.cancel() that does not reach the awaited task, or for a
    cancellation that arrives as another exception.
    """
    troubles = note_troubles(loop)
    inner = asyncio.ensure_future(blocked())

    waiting = asyncio.ensure_future(asyncio.wait_for(inner, FAR))
    await turns()
    waiting.cancel()
    await turns(10)
    states = (state_of(waiting), state_of(inner))
    inner.cancel()

    assert states == ("cancelled", "cancelled"), (
        f"a task in wait_for(inner task, {FAR}) was cancelled; it and the inner task were "
        f"{states} then; expected both to be cancelled"
    )
    assert troubles == [], f"cancelling a wait_for() had {troubles} reported; expected nothing"


class Five:
    """An awaitable that is neither coroutine nor future."""

    def __await__(self) -> Generator[Any, Any, int]:
        yield from asyncio.sleep(0).__await__()
        return 5


@requirement(
    "interop.arbitrary_awaitable_in_wait_for",
    api="asyncio.wait_for",
    level="implied",
    since="3.11",
    doc=WAIT_FOR,
)
@pytest.mark.parametrize("kind", ["awaitable", "coroutine", "future", "executor"])
async def test_wait_for_takes_any_awaitable(loop: AbstractEventLoop, kind: str) -> None:
    """wait_for() takes coroutines, awaitable objects, and the futures that the loop makes.

    If this fails, look for create_future() or run_in_executor() that returns something
    other than a future of asyncio, such as a concurrent.futures.Future.
    """
    awaitable: Awaitable[int]
    if kind == "future":
        awaitable = loop.create_future()
        loop.call_soon(awaitable.set_result, 5)
    elif kind == "executor":
        awaitable = loop.run_in_executor(None, int, "5")
    else:
        awaitable = Five() if kind == "awaitable" else asyncio.sleep(0, 5)

    ending = await ending_of(asyncio.wait_for(awaitable, FAR))

    assert ending == "returned 5", f"wait_for({kind}) gave: {ending}; expected it to return 5"
