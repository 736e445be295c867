"""Time in checks of timers: how early is punctual, and how time passes without a sleep.

A loop may keep its time in milliseconds and fire a timer up to one step of its clock
early: EARLY is what is allowed. Nothing is bounded from above but by PATIENCE, after
which a check that waits in vain fails in words, before the watchdog ends it.

A loop is kept busy (`run_until`), so that a timer is judged by itself and not by how
the loop wakes up; or it idles and a thread ends its sleep (`woken_by_thread`).
"""

from __future__ import annotations

import threading
import time
from asyncio import AbstractEventLoop, TimerHandle
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

from .turns import run_turns

EARLY = max(0.0015, time.get_clock_info("monotonic").resolution)
"""Seconds by which a timer may be early, or a reading of the loop's clock off."""
PATIENCE = 1.5
"""Seconds after which what has not happened is not going to."""
FAR = 3600.0
"""A delay, in seconds, that no check lives to see."""
TURNS = 100
"""Turns that a loop gets in any case, however slow the machine is."""


def busy_wait(seconds: float) -> None:
    """Occupy the calling thread, and with it a loop that calls this, for that long."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass


def run_until(loop: AbstractEventLoop, happened: Callable[[], object]) -> bool:
    """Run a stopped loop, never idle, until `happened()`; False when it is not going to.

    Raises AssertionError when the loop came back before that, of its own accord.
    """
    give_up = time.monotonic() + PATIENCE
    made, ended, seen = 0, False, False

    def look() -> None:
        nonlocal made, ended, seen
        made += 1
        seen = bool(happened())
        ended = seen or (made >= TURNS and time.monotonic() >= give_up)
        if ended:
            loop.stop()
        else:
            loop.call_soon(look)

    loop.call_soon(look)
    loop.run_forever()
    assert ended, f"run_forever() came back after {made} turns; expected it to run until stop()"
    return seen


def timers_ahead(
    loop: AbstractEventLoop,
    timers: Sequence[tuple[float, Callable[[], object]]],
    *,
    fired: list[Any],
    cancelled: slice = slice(0),
) -> list[TimerHandle]:
    """Make timers with call_at(), given as (seconds after a common moment, callback).

    Those in `cancelled` are cancelled, and the loop makes a few turns, since it may take
    timers up while it runs. On a slow machine all is done anew, with a later moment, until
    it was done before it, and `fired`, what the callbacks fill, is emptied: a loop need not
    put a timer that is overdue from the start in its order.
    """
    lead = 0.002
    while True:
        moment = loop.time() + lead
        handles = [loop.call_at(moment + offset, callback) for offset, callback in timers]
        for handle in handles[cancelled]:
            handle.cancel()
        run_turns(loop)
        if loop.time() < moment or lead > PATIENCE / 4:
            return handles
        for handle in handles:
            handle.cancel()
        fired.clear()
        lead *= 2


@contextmanager
def woken_by_thread(
    loop: AbstractEventLoop, callback: Callable[[], object], after: float
) -> Iterator[None]:
    """Let a thread call call_soon_threadsafe(callback) `after` seconds from now.

    It doesn't when the block is left earlier. Raises, at the end of the block, what the
    call has raised in the thread.
    """
    left = threading.Event()
    submitted: Future[None] = Future()

    def submit() -> None:
        try:
            if not left.wait(after):
                loop.call_soon_threadsafe(callback)
            submitted.set_result(None)
        except BaseException as error:  # noqa: BLE001 - it is raised in the check's own thread
            submitted.set_exception(error)

    thread = threading.Thread(target=submit, daemon=True)
    thread.start()
    try:
        yield
    finally:
        left.set()
        thread.join()
    submitted.result()


@contextmanager
def rescued(loop: AbstractEventLoop, tell: Callable[[], object] = lambda: None) -> Iterator[None]:
    """Stop the loop, from a thread, should it sleep through PATIENCE in the block.

    `tell` is called just before, in the loop.
    """

    def end() -> None:
        tell()
        loop.stop()

    with woken_by_thread(loop, end, after=PATIENCE):
        yield
