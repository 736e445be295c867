"""Runner.close(): what it still does before it closes the loop."""

from __future__ import annotations

import asyncio
import threading
from asyncio import AbstractEventLoop
from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest

from ..support.requirement import requirement
from ..support.runners import blocked
from ..support.tracking import state_of
from ..support.turns import turns

LoopFactory = Callable[[], AbstractEventLoop]


@requirement(
    "runner.close.cancels_remaining_tasks", api="Runner.close", level="implied", since="3.11"
)
def test_closing_a_runner_cancels_what_is_left(loop_factory: LoopFactory) -> None:
    """Closing the Runner cancels the tasks that are pending and waits for their clean-up.

    If this fails, look for tasks that asyncio.all_tasks() does not list, or for
    run_until_complete() that returns before its future is done.
    """
    cleaned_up: list[str] = []
    left: list[asyncio.Task[None]] = []

    async def waiting() -> None:
        try:
            await blocked()
        finally:
            await turns()
            cleaned_up.append("cleaned up")

    async def main() -> None:
        left.append(asyncio.create_task(waiting()))
        await turns()

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(main())

    assert cleaned_up == ["cleaned up"], (
        f"of a task left to the Runner's end, the clean-up did {cleaned_up} before the with "
        "block was over; expected it to be complete"
    )
    assert [state_of(task) for task in left] == ["cancelled"], (
        f"tasks left to the Runner's end were {[state_of(task) for task in left]}; "
        "expected one, cancelled"
    )


@requirement("runner.close.reports_task_errors", api="Runner.close", level="implied", since="3.11")
def test_closing_a_runner_reports_failed_clean_ups(loop_factory: LoopFactory) -> None:
    """What a task raises while the closing Runner cancels it goes to the exception handler.

    If this fails, look for call_exception_handler() that works only while the loop runs, or
    that forgets the handler at the end of a run.
    """
    error = ValueError("from the clean-up")
    told: list[tuple[Any, Any]] = []
    left: list[asyncio.Task[None]] = []

    async def failing() -> None:
        try:
            await blocked()
        finally:
            raise error

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(
            lambda *args: told.append((args[-1].get("exception"), args[-1].get("task")))
        )
        left.append(asyncio.create_task(failing()))
        await turns()

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(main())

    assert told == [(error, *left)], (
        f"a task that raised {error!r} when the Runner's end cancelled it had the exception "
        f"handler told {told}; expected that exception and that task, once"
    )


@requirement(
    "runner.close.asyncgens_and_executor", api="Runner.close", level="documented", since="3.11"
)
@pytest.mark.parametrize("what", ["asyncgen", "executor"])
def test_closing_a_runner_ends_generators_and_threads(loop_factory: LoopFactory, what: str) -> None:
    """Closing the Runner ends open async generators, and the default executor's threads.

    If this fails, look for shutdown_asyncgens() or shutdown_default_executor() that does
    nothing, or that does not wait.
    """
    ended: list[str] = []
    held: list[Any] = []

    async def generator() -> AsyncGenerator[int, None]:
        try:
            yield 1
        finally:
            await turns()
            ended.append("generator")

    def job() -> None:
        held.append(threading.current_thread())
        threading.Event().wait(0.02)  # outlasts the coroutine that did not wait for the job
        ended.append("job")

    async def main() -> None:
        if what == "asyncgen":
            held.append(generator())
            await anext(held[0])
        else:
            asyncio.get_running_loop().run_in_executor(None, job)

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(main())
    expected = ["generator"] if what == "asyncgen" else ["job"]

    assert ended == expected, (
        f"after the Runner's with block {ended} had ended; expected {expected}"
    )
    threads = held if what == "executor" else []
    alive = [one for one in threads if one.is_alive() and not one.daemon]  # a foreign one is daemon
    assert alive == [], f"after the Runner's with block {alive} were alive; expected no thread"
