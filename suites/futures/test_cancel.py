"""Future.cancel(): what it returns, what it leaves behind, and its message."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.expect import expect_raises
from ..support.requirement import requirement
from ..support.tracking import state_of
from ..support.turns import run_turns, turns


@requirement("future.cancel.state", api="Future.cancel", level="documented", since="3.11")
@pytest.mark.parametrize("before", ["pending", "cancelled", "returned 1", "raised KeyError()"])
def test_cancel_of_a_future(loop: AbstractEventLoop, before: str) -> None:
    """cancel() of a pending future returns True and cancels it; of a done one it returns False.

    If this fails, look for a cancel() that does not ask whether the future is done, or that
    forgets to schedule the done callbacks.
    """
    called: list[object] = []
    future = loop.create_future()
    future.add_done_callback(called.append)
    if before == "cancelled":
        future.cancel()
    elif before == "returned 1":
        future.set_result(1)
    elif before != "pending":
        future.set_exception(KeyError())

    answer = future.cancel()
    run_turns(loop)

    expected = "cancelled" if before == "pending" else before
    assert answer is (before == "pending"), (
        f"cancel() of a future that was {before} returned {answer!r}; "
        f"expected {before == 'pending'}"
    )
    assert len(called) == 1, (
        f"after cancel() of a future that was {before}, its done callback was called "
        f"{len(called)} times; expected one call"
    )
    assert state_of(future) == expected, (
        f"after cancel() of a future that was {before} it is {state_of(future)}; "
        f"expected {expected}"
    )
    if expected == "cancelled":
        _expect_cancelled(future)


def _expect_cancelled(future: asyncio.Future[Any]) -> None:
    assert future.done(), "done() of a cancelled future is False; expected True"
    for asked in (future.result, future.exception):
        with expect_raises(asyncio.CancelledError, f"{asked.__name__}() of a cancelled future"):
            asked()


@requirement("future.cancel.message", api="Future.cancel", level="documented", since="3.11")
@pytest.mark.parametrize("by", ["keyword", "position"])
@pytest.mark.parametrize("seen_by", ["result", "exception", "task"])
async def test_the_message_of_cancel(loop: AbstractEventLoop, seen_by: str, by: str) -> None:
    """cancel(msg) puts the message into the CancelledError, of result() and at an await.

    If this fails, look for a CancelledError that is made anew, without the message.
    """
    future: asyncio.Future[object] = loop.create_future()

    async def wait() -> object:
        return await future

    task = loop.create_task(wait())
    await turns()
    if by == "keyword":
        future.cancel(msg="the message")
    else:
        future.cancel("the message")
    await turns()

    with expect_raises(asyncio.CancelledError, f"{seen_by}, after cancel(msg) of a future") as got:
        if seen_by == "task":
            await task
        else:
            getattr(future, seen_by)()
    assert got.error.args == ("the message",), (
        f"after cancel('the message') by {by} {seen_by} gave a CancelledError with the arguments "
        f"{got.error.args}; expected the message"
    )
