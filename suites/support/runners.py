"""Seeing how an awaitable ends, also on a loop where it never does.

A check of asyncio's own tools waits for timers and wake-ups that a broken loop loses.
Here such a wait ends after PATIENCE with words instead of the watchdog. The loop idles
meanwhile, as it would for an application: the clock that ends the wait is a thread's.
"""

from __future__ import annotations

import asyncio
import threading
from asyncio import AbstractEventLoop
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from .expect import is_missing
from .tracking import state_of
from .turns import turns

T = TypeVar("T")
PATIENCE = 2.0
"""Seconds until a wait is given up. On a loop that keeps its promises none gets so long."""
SHORT = 0.005
"""Seconds: a time limit that is to pass."""
AMPLE = 0.03
"""Seconds: a time limit that is not to pass while a few turns are made."""
FAR = 60.0
"""Seconds: a time limit that never passes."""


async def blocked() -> None:
    """Wait for what never comes, until cancelled."""
    await asyncio.Future(loop=asyncio.get_running_loop())


def cancelling() -> int:
    """How many cancellations of the current task are under way."""
    task = asyncio.current_task()
    assert task is not None, "current_task() was None in a coroutine; expected its task"
    return task.cancelling()


async def ending_of(awaitable: Awaitable[Any]) -> str:
    """How a task that awaits it ends, in the words of `state_of`.

    "pending" when PATIENCE is over; the task is cancelled then. What says that a call
    of the loop does not exist is raised, so that the checker reports it as missing.
    """
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(_awaiting(awaitable))
    await _idle_until_done(loop, task)
    ending = state_of(task)
    if not task.done():
        task.cancel()
        await turns()
    elif not task.cancelled() and (error := task.exception()) is not None and is_missing(error):
        raise error
    return ending


async def with_ample_limit(attempt: Callable[[float], Awaitable[T]]) -> T:
    """Await an attempt that takes less than its time limit, AMPLE seconds.

    One more, with a longer limit, where the machine stood still and the first did not.
    """
    loop = asyncio.get_running_loop()
    before = loop.time()
    try:
        return await attempt(AMPLE)
    except TimeoutError:
        if loop.time() - before < AMPLE:
            raise
    return await attempt(10 * AMPLE)


async def until_past(when: float) -> None:
    """Wait until a timer for a moment shortly after `when`, on the loop's clock, has fired."""
    loop = asyncio.get_running_loop()
    fired: asyncio.Future[None] = asyncio.Future(loop=loop)
    loop.call_at(when + SHORT, fired.set_result, None)
    await fired
    await turns()


def note_troubles(loop: AbstractEventLoop) -> list[str]:
    """Install an exception handler that appends what it is told to the list returned."""
    troubles: list[str] = []

    def note(*args: Any) -> None:  # which arguments it gets is another promise
        context: dict[str, Any] = args[-1]
        troubles.append(f"{context.get('message')}: {context.get('exception')!r}")

    loop.set_exception_handler(note)
    return troubles


def in_thread(work: Callable[[], None]) -> threading.Thread:
    """Start a thread that does the work; the check joins it."""
    thread = threading.Thread(target=work)
    thread.start()
    return thread


async def _awaiting(awaitable: Awaitable[Any]) -> Any:
    return await awaitable


async def _idle_until_done(loop: AbstractEventLoop, task: asyncio.Future[Any]) -> None:
    """Wait for the task, but not longer than PATIENCE, by a clock that is not the loop's."""
    over: asyncio.Future[None] = asyncio.Future(loop=loop)

    def end(_: object = None) -> None:
        if not over.done():
            over.set_result(None)

    task.add_done_callback(end)
    clock = threading.Timer(PATIENCE, loop.call_soon_threadsafe, (end,))
    clock.start()
    try:
        await over
    finally:
        clock.cancel()
        clock.join()
