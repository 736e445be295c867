"""loop.run_in_executor(): cancelling what waits, what runs, and what the executor drops."""

from __future__ import annotations

from asyncio import AbstractEventLoop

from ..support.jobs import blocked, ended, pool_of
from ..support.requirement import requirement
from ..support.tracking import state_of
from ..support.turns import turns


@requirement(
    "run_in_executor.cancel_queued", api="loop.run_in_executor", level="implied", since="3.11"
)
async def test_a_function_cancelled_in_the_queue_never_runs(loop: AbstractEventLoop) -> None:
    """Cancelling the future of a function that is still queued keeps it from ever running.

    If this fails, look for a cancel() that lets go of the executor's future without
    cancelling it.
    """
    ran: list[str] = []

    with pool_of(1) as pool, blocked() as job:
        running = loop.run_in_executor(pool, job)
        queued = loop.run_in_executor(pool, ran.append, "cancelled")
        behind = loop.run_in_executor(pool, ran.append, "behind it")
        await job.until_started("run_in_executor(pool, function)")
        answer = queued.cancel()
        await turns()
        job.release()
        await ended(behind, "the function behind the cancelled one")
    await running

    assert answer is True, f"cancel() of a queued function returned {answer!r}; expected True"
    assert ran == ["behind it"], (
        f"of two queued functions, the first of them cancelled, {ran} ran; expected the second only"
    )


@requirement(
    "run_in_executor.cancel_running", api="loop.run_in_executor", level="implied", since="3.11"
)
async def test_cancelling_does_not_wait_for_a_function_that_runs(loop: AbstractEventLoop) -> None:
    """Cancelling a task that awaits a running function ends the task, not the function.

    If this fails, look for a cancellation that waits for the worker, or for a late result
    that is set on a future that is cancelled.
    """
    told: list[object] = []
    loop.set_exception_handler(lambda _, context: told.append(context))

    with pool_of(1) as pool, blocked() as job:

        async def wait() -> None:
            await loop.run_in_executor(pool, job)

        task = loop.create_task(wait())
        await job.until_started("run_in_executor(pool, function)")
        task.cancel()
        await turns()
        meanwhile, finished = state_of(task), job.finished.copy()
        job.release()
    await turns()

    assert (meanwhile, finished) == ("cancelled", []), (
        f"some turns after cancel() the task that awaits a running function is {meanwhile}, and "
        f"the function ended as {finished}; expected the task cancelled and the function running"
    )
    assert job.finished == [True], (
        f"the function whose awaiter was cancelled ended as {job.finished}; "
        "expected it to run to its end"
    )
    assert told == [], (
        f"the late result of a function whose awaiter was cancelled brought {told} to the "
        "exception handler; expected silence"
    )


@requirement(
    "run_in_executor.concurrent_future_cancelled",
    api="loop.run_in_executor",
    level="implied",
    since="3.11",
)
async def test_a_function_that_the_executor_drops(loop: AbstractEventLoop) -> None:
    """When the executor cancels a function, its awaiter gets CancelledError.

    If this fails, look for a completion that asks the executor's future for its result
    without asking first whether it was cancelled.
    """
    with pool_of(1) as pool, blocked() as job:
        running = loop.run_in_executor(pool, job)
        queued = loop.run_in_executor(pool, int)
        await job.until_started("run_in_executor(pool, function)")
        pool.shutdown(wait=False, cancel_futures=True)
        await ended(queued, "a queued function, when its pool was shut down with cancel_futures,")
        job.release()
        await ended(running, "the function that ran when its pool was shut down")

    states = [state_of(running), state_of(queued)]
    assert states == ["returned True", "cancelled"], (
        "shutdown(cancel_futures=True) of a pool with one function running and one queued left "
        f"futures that are {states}; expected the second to be cancelled"
    )
