"""loop.shutdown_default_executor(): what it waits for, and what becomes of the functions."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop

import pytest

from ..support.expect import expect_raises
from ..support.jobs import PATIENCE, blocked, ended, pool_of
from ..support.requirement import requirement
from ..support.tracking import state_of
from ..support.turns import turns

SHUTDOWN = "shutdown_default_executor()"


@requirement(
    "shutdown_default_executor.is_coroutine",
    api="loop.shutdown_default_executor",
    level="documented",
    since="3.11",
)
async def test_shutdown_does_nothing_until_awaited(loop: AbstractEventLoop) -> None:
    """shutdown_default_executor() makes a coroutine: nothing happens before that is run.

    If this fails, look for a plain method that shuts down when it is called.
    """
    shutdown = loop.shutdown_default_executor()

    assert asyncio.iscoroutine(shutdown), f"{SHUTDOWN} returned {shutdown!r}; expected a coroutine"
    try:
        got = await loop.run_in_executor(None, int)
    except RuntimeError as error:
        if isinstance(error, NotImplementedError):
            raise
        raise AssertionError(
            f"run_in_executor(None, ...) before the coroutine of {SHUTDOWN} was awaited raised "
            f"{error!r}; expected it to work"
        ) from error
    assert got == 0, f"run_in_executor(None, int) gave {got!r}; expected 0"
    await loop.create_task(shutdown)


@requirement(
    "shutdown_default_executor.waits_for_threads",
    api="loop.shutdown_default_executor",
    level="documented",
    since="3.11",
)
async def test_shutdown_waits_for_the_threads(loop: AbstractEventLoop) -> None:
    """When shutdown_default_executor() returns, functions have ended and threads are joined.

    If this fails, look for a shutdown that only tells the executor to end.
    """
    with blocked() as job:
        future = loop.run_in_executor(None, job)
        await job.until_started("run_in_executor(None, function)")
        with job.released_by_thread():
            await loop.shutdown_default_executor()
            ended_by_then, has_thread = job.finished.copy(), job.has_thread()
        await ended(future, "a function that ran when the shutdown began")

    assert ended_by_then == [True], (
        f"{SHUTDOWN} returned while a function was still running in the default executor; "
        "expected it to wait for the function's end"
    )
    assert not has_thread, (
        f"when {SHUTDOWN} returned, the thread of the default executor was alive; "
        "expected it to be joined"
    )


@requirement(
    "shutdown_default_executor.loop_keeps_running",
    api="loop.shutdown_default_executor",
    level="implied",
    since="3.11",
)
async def test_the_loop_turns_while_the_executor_shuts_down(loop: AbstractEventLoop) -> None:
    """While the shutdown waits for a function, the loop goes on with callbacks and tasks.

    If this fails, look for threads that are joined in the thread of the loop.
    """
    with blocked() as job:
        future = loop.run_in_executor(None, job)
        await job.until_started("run_in_executor(None, function)")

        shutdown = asyncio.ensure_future(loop.shutdown_default_executor())
        await turns()
        job.release()
        await ended(shutdown, SHUTDOWN)

    assert job.finished == [True], (
        f"a function waited {PATIENCE} s, while the executor was shutting down, for a task of "
        "the loop in vain; expected the loop to go on"
    )
    await future


@requirement(
    "shutdown_default_executor.pending_results_delivered",
    api="loop.shutdown_default_executor",
    level="implied",
    since="3.11",
)
@pytest.mark.parametrize("which", ["running", "queued"])
async def test_functions_submitted_before_the_shutdown_end_well(
    loop: AbstractEventLoop, which: str
) -> None:
    """A function submitted before the shutdown still runs, and its future gets the result.

    If this fails, look for a shutdown that cancels what is queued, or for completions that
    are dropped once the executor is marked as shut down.
    """
    with pool_of(1) as pool, blocked() as job:
        loop.set_default_executor(pool)
        futures = [loop.run_in_executor(None, job), loop.run_in_executor(None, lambda: True)]
        await job.until_started("run_in_executor(None, function)")
        with job.released_by_thread():
            await ended(asyncio.ensure_future(loop.shutdown_default_executor()), SHUTDOWN)
        await asyncio.wait(futures, timeout=PATIENCE)  # the results may come after the shutdown

    future = futures[which == "queued"]
    assert state_of(future) == "returned True", (
        f"after {SHUTDOWN}, the future of a function that was {which} when it began "
        f"is {state_of(future)}; expected the function's result"
    )


@requirement(
    "shutdown_default_executor.executor_that_was_set",
    api="loop.shutdown_default_executor",
    level="documented",
    since="3.11",
)
@pytest.mark.parametrize("used", [False, True], ids=["never_used", "used"])
async def test_shutdown_of_the_executor_that_was_set(loop: AbstractEventLoop, used: bool) -> None:
    """An executor given to set_default_executor() is shut down as the loop's own would be.

    If this fails, look for a shutdown that knows only the executor that the loop made.
    """
    with pool_of(1) as pool:
        loop.set_default_executor(pool)
        if used:
            await loop.run_in_executor(None, int)

        await loop.shutdown_default_executor()

        with expect_raises(
            RuntimeError, f"submit() of the executor that was set, after {SHUTDOWN},"
        ):
            pool.submit(int)


@requirement(
    "shutdown_default_executor.never_used",
    api="loop.shutdown_default_executor",
    level="documented",
    since="3.11",
)
async def test_shutdown_of_an_executor_never_used(loop: AbstractEventLoop) -> None:
    """With no default executor yet the shutdown just returns; none can be used from then on.

    If this fails, look for a mark that is set only where there is an executor to shut down.
    """
    shutdown = asyncio.ensure_future(loop.shutdown_default_executor())
    await ended(shutdown, f"{SHUTDOWN}, with no default executor yet,")

    assert state_of(shutdown) == "returned None", (
        f"{SHUTDOWN}, with no default executor yet, {state_of(shutdown)}; expected None"
    )
    with expect_raises(RuntimeError, f"run_in_executor(None, ...) after {SHUTDOWN}"):
        await loop.run_in_executor(None, int)


@requirement(
    "shutdown_default_executor.then_rejects",
    api="loop.shutdown_default_executor",
    level="documented",
    since="3.11",
)
async def test_after_the_shutdown_the_default_executor_is_refused(loop: AbstractEventLoop) -> None:
    """After the shutdown run_in_executor(None, ...) raises RuntimeError at the call; others work.

    If this fails, look for a new default executor made in silence, or for a mark that is
    asked for where an executor is given, too.
    """
    ran: list[str] = []
    await loop.run_in_executor(None, ran.append, "before")
    await loop.shutdown_default_executor()

    with expect_raises(RuntimeError, f"run_in_executor(None, ...) after {SHUTDOWN}"):
        loop.run_in_executor(None, ran.append, "after")

    with pool_of(1) as pool:
        try:
            await loop.run_in_executor(pool, ran.append, "given")
        except RuntimeError as error:
            raise AssertionError(
                f"run_in_executor(pool, ...) after {SHUTDOWN} raised {error!r}; "
                "expected an executor that is given to be used"
            ) from error
    assert ran == ["before", "given"], (
        f"before, after and with an executor after {SHUTDOWN}, run_in_executor() ran {ran}; "
        "expected ['before', 'given']"
    )


@requirement(
    "shutdown_default_executor.rejects_while_in_progress",
    api="loop.shutdown_default_executor",
    level="documented",
    since="3.11",
)
async def test_the_default_executor_is_refused_while_it_shuts_down(
    loop: AbstractEventLoop,
) -> None:
    """From the moment the shutdown begins, run_in_executor(None, ...) raises RuntimeError.

    If this fails, look for a mark that is set when the threads are joined, at the end.
    """
    with blocked() as job:
        future = loop.run_in_executor(None, job)
        await job.until_started("run_in_executor(None, function)")
        shutdown = asyncio.ensure_future(loop.shutdown_default_executor())
        await turns()

        with expect_raises(RuntimeError, f"run_in_executor(None, ...) while {SHUTDOWN} waits"):
            loop.run_in_executor(None, int)

        job.release()
        await ended(shutdown, SHUTDOWN)
    await future


@requirement(
    "shutdown_default_executor.repeatable",
    api="loop.shutdown_default_executor",
    level="implied",
    since="3.11",
)
@pytest.mark.parametrize("used", [False, True], ids=["never_used", "used"])
def test_shutdown_can_be_repeated(loop: AbstractEventLoop, used: bool) -> None:
    """A second shutdown_default_executor(), and close() after it, do no harm.

    If this fails, look for a shutdown, or a close(), that does not ask whether the executor
    is gone already.
    """
    attempts: list[str] = []

    async def shut_down() -> None:
        if used:
            await loop.run_in_executor(None, int)
        for attempt in ("first", "second"):
            attempts.append(attempt)
            await loop.shutdown_default_executor()

    try:
        loop.run_until_complete(shut_down())
        attempts.append("close()")
        loop.close()
    except NotImplementedError:
        raise
    except Exception as error:
        raise AssertionError(
            f"{SHUTDOWN} twice and close(): the {attempts[-1]} raised {error!r}; expected no harm"
        ) from error

    assert attempts == ["first", "second", "close()"], (
        f"{SHUTDOWN} twice and close() went as far as {attempts}; expected all three"
    )
