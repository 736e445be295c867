"""close(): what becomes of the tasks that are still pending."""

from __future__ import annotations

import asyncio
import gc
import sys
import warnings
from asyncio import AbstractEventLoop

import pytest

from ..support.requirement import requirement
from ..support.tracking import only_new_garbage, state_of
from ..support.turns import run_turns


@requirement(
    "create_task.closed_loop.after_pending_tasks",
    api="loop.close",
    level="implied",
    since="3.11",
)
@only_new_garbage()
def test_close_leaves_pending_tasks_as_they_are(
    loop: AbstractEventLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """close() neither runs nor ends pending tasks, and dropping them later raises nothing.

    If this fails, look for a close() that cancels tasks or lets the loop turn once more.
    """
    ran: list[str] = []
    unraisable: list[str] = []
    loop.set_exception_handler(lambda _loop, _context: None)
    monkeypatch.setattr(sys, "unraisablehook", lambda args: unraisable.append(repr(args.exc_value)))

    async def body(label: str) -> None:
        ran.append(f"{label} ran")
        try:
            await loop.create_future()
        except asyncio.CancelledError:
            ran.append(f"{label} was cancelled")
            raise

    tasks = {"started": loop.create_task(body("started"))}
    run_turns(loop)
    tasks["new"] = loop.create_task(body("new"))
    loop.close()
    left = {label: state_of(task) for label, task in tasks.items()}
    ran_by_then = list(ran)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # the new one's coroutine: never awaited
        tasks.clear()
        gc.collect()

    assert loop.is_closed(), "close() left is_closed() false; expected the loop closed"
    assert (left, ran_by_then) == ({"started": "pending", "new": "pending"}, ["started ran"]), (
        f"close() left the tasks {left}, of which {ran_by_then}; "
        "expected both pending, and nothing run but the first step before"
    )
    assert unraisable == [], (
        f"dropping the pending tasks of a closed loop raised {unraisable}; expected nothing"
    )
