"""asyncio and threads: to_thread(), and run_coroutine_threadsafe() the other way."""

from __future__ import annotations

import asyncio
import threading
from asyncio import AbstractEventLoop
from collections.abc import Callable
from typing import Any

import pytest

from ..support.expect import expect_raises
from ..support.requirement import requirement
from ..support.runners import PATIENCE, blocked, in_thread
from ..support.tasks import MARK, returning
from ..support.turns import run_turns

THREADSAFE = "library/asyncio-task.html#asyncio.run_coroutine_threadsafe"


@requirement(
    "to_thread.runs_elsewhere_with_context",
    api="asyncio.to_thread",
    level="documented",
    since="3.11",
    doc="library/asyncio-task.html#asyncio.to_thread",
)
async def test_to_thread_takes_arguments_and_context_along() -> None:
    """to_thread() calls a function in another thread, with its arguments, in a context copy.

    If this fails, look for run_in_executor() that can't take a functools.partial, or that
    takes it apart.
    """
    home = threading.get_ident()
    MARK.set("the coroutine's")

    def work(*args: int, **kwargs: int) -> dict[str, Any]:
        seen = MARK.get()
        MARK.set("the thread's")
        elsewhere = threading.get_ident() != home
        return {"elsewhere": elsewhere, "context": seen, "args": args, "kwargs": kwargs}

    seen = await asyncio.to_thread(work, 1, key=2)
    after = MARK.get()

    expected = {
        "elsewhere": True,
        "context": "the coroutine's",
        "args": (1,),
        "kwargs": {"key": 2},
    }
    assert seen == expected, (
        f"to_thread(function, 1, key=2) called it such that it saw {seen}; expected {expected}"
    )
    assert after == "the coroutine's", (
        f"what the thread set was seen in the coroutine as {after!r}; expected no change there"
    )


def in_another_thread(loop: AbstractEventLoop, scenario: Callable[[], str]) -> str:
    """Run the loop while a thread plays the scenario; return what that returned or raised.

    The thread begins when the loop has nothing to do. A timer ends the run where the
    thread's calls do not wake the loop.
    """
    idle = threading.Event()
    told: list[str] = []

    def play() -> None:
        try:
            told.append(scenario() if idle.wait(PATIENCE) else "the loop did not run")
        except Exception as error:  # noqa: BLE001 - told by the check, in its own thread
            told.append(f"raised {error!r}")
        loop.call_soon_threadsafe(loop.stop)

    rescue = loop.call_later(2 * PATIENCE, loop.stop)
    loop.call_soon(idle.set)
    thread = in_thread(play)
    try:
        loop.run_forever()
    finally:
        thread.join()
        rescue.cancel()
    return told[0]


@requirement(
    "run_coroutine_threadsafe.result",
    api="asyncio.run_coroutine_threadsafe",
    level="documented",
    since="3.11",
    doc=THREADSAFE,
)
@pytest.mark.parametrize("ending", ["result", "exception", "cancel"])
def test_a_thread_can_submit_a_coroutine(loop: AbstractEventLoop, ending: str) -> None:
    """A coroutine from another thread runs on the loop, and result or cancellation get through.

    If this fails, look for call_soon_threadsafe() that does not wake an idle loop, or that
    loses some of the calls.
    """
    home = threading.get_ident()
    begun, cancelled = threading.Event(), threading.Event()

    async def main() -> str:
        begun.set()
        if ending == "exception":
            raise ValueError("from the coroutine")
        if ending == "cancel":
            try:
                await blocked()
            except asyncio.CancelledError:
                cancelled.set()
                raise
        return "at home" if threading.get_ident() == home else "in another thread"

    def submit() -> str:
        future = asyncio.run_coroutine_threadsafe(main(), loop)
        if ending != "cancel":
            return f"returned {future.result(PATIENCE)!r}"
        if not begun.wait(PATIENCE):
            return "did not begin"
        future.cancel()
        return "was cancelled" if cancelled.wait(PATIENCE) else "was not cancelled"

    told = in_another_thread(loop, submit)

    expected = {
        "result": "returned 'at home'",
        "exception": "raised ValueError('from the coroutine')",
        "cancel": "was cancelled",
    }[ending]
    assert told == expected, (
        f"a coroutine that a thread submitted to the idle loop {told}; expected that it {expected}"
    )


@requirement(
    "run_coroutine_threadsafe.closed_loop",
    api="asyncio.run_coroutine_threadsafe",
    level="implied",
    since="3.11",
    doc=THREADSAFE,
)
def test_a_closed_loop_takes_no_coroutine(loop: AbstractEventLoop) -> None:
    """run_coroutine_threadsafe() with a closed loop raises RuntimeError at once.

    If this fails, look for call_soon_threadsafe() that accepts work which nobody will do.
    """
    accepted = asyncio.run_coroutine_threadsafe(returning(5), loop)
    run_turns(loop)
    coro = returning(6)
    loop.close()

    try:
        with expect_raises(RuntimeError, "run_coroutine_threadsafe(coro, a closed loop)"):
            asyncio.run_coroutine_threadsafe(coro, loop)
    finally:
        coro.close()

    assert accepted.done(), (
        f"what was submitted while the loop was open became {accepted!r}; expected it to be done, "
        "without which the refusal says nothing"
    )
