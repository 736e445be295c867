"""loop.shutdown_default_executor(timeout=...): a limit that is reached, and one that is not."""

from __future__ import annotations

import asyncio
import threading
import warnings
from asyncio import AbstractEventLoop
from typing import Any

from ..support.jobs import PATIENCE, blocked, ended, known_thread, linger
from ..support.requirement import requirement
from ..support.tracking import state_of
from ..support.turns import turns

GENEROUS = 10
"""Seconds; a shutdown that takes so long has waited for its limit."""


def _texts(caught: list[warnings.WarningMessage]) -> list[str]:
    return [str(w.message) for w in caught if issubclass(w.category, RuntimeWarning)]


@requirement(
    "shutdown_default_executor.timeout_reached",
    api="loop.shutdown_default_executor",
    level="documented",
    since="3.13",
)
async def test_shutdown_gives_up_at_its_time_limit(loop: AbstractEventLoop) -> None:
    """Where threads are busy beyond the time limit, the shutdown warns and returns without them.

    If this fails, look for a limit that is not passed on, or for a TimeoutError that is let
    out. The warning is a RuntimeWarning.
    """
    before = set(threading.enumerate())
    shut_down: Any = loop.shutdown_default_executor
    with blocked() as job:
        future = loop.run_in_executor(None, job)
        await job.until_started("run_in_executor(None, function)")

        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            shutdown = asyncio.ensure_future(shut_down(timeout=0.01))
            await ended(shutdown, "shutdown_default_executor(timeout=0.01)")
        finished = job.finished.copy()
        job.release()
        await ended(future, "the function that the shutdown did not wait for")
    for thread in set(threading.enumerate()) - before:
        thread.join(PATIENCE)
    await turns()

    assert finished == [], (
        "shutdown_default_executor(timeout=0.01) returned when the function that was running had "
        "ended; expected it not to wait beyond its limit"
    )
    assert state_of(shutdown) == "returned None", (
        f"shutdown_default_executor(timeout=0.01), with a function running, {state_of(shutdown)}; "
        "expected it to return, with a warning"
    )
    assert len(_texts(caught)) == 1, (
        "shutdown_default_executor(timeout=0.01), with a function running, issued the "
        f"RuntimeWarnings {_texts(caught)}; expected one"
    )


@requirement(
    "shutdown_default_executor.timeout_not_reached",
    api="loop.shutdown_default_executor",
    level="documented",
    since="3.12",
)
async def test_shutdown_within_its_time_limit(loop: AbstractEventLoop) -> None:
    """Within its time limit the shutdown joins the threads, returns at once and warns of nothing.

    If this fails, look for a shutdown that sleeps until its limit, or warns whenever there is one.
    """
    threads: list[threading.Thread | None] = []
    shut_down: Any = loop.shutdown_default_executor

    def work() -> None:
        linger()
        threads.append(known_thread())

    future = loop.run_in_executor(None, work)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        shutdown = asyncio.ensure_future(shut_down(timeout=GENEROUS))
        await ended(
            shutdown, f"shutdown_default_executor(timeout={GENEROUS}), with a short function,"
        )
    ran = len(threads)
    alive = [thread for thread in threads if thread is not None and thread.is_alive()]
    await future

    assert _texts(caught) == [], (
        f"shutdown_default_executor(timeout={GENEROUS}), with a short function, issued the "
        f"RuntimeWarnings {_texts(caught)}; expected none"
    )
    assert (ran, alive) == (1, []), (
        f"when shutdown_default_executor(timeout={GENEROUS}) returned, {ran} of one function had "
        f"ended, and its thread was {alive or 'gone'}; expected the function's end, and no thread"
    )
