"""loop.run_in_executor(None, ...): the threads of the default executor."""

from __future__ import annotations

import asyncio
import threading
from asyncio import AbstractEventLoop

from ..support.jobs import PATIENCE, blocked, ended
from ..support.requirement import requirement

CALLS = 100
POOL = 40
"""No default pool has more threads; asyncio's has 32 at most."""


@requirement(
    "run_in_executor.other_thread", api="loop.run_in_executor", level="documented", since="3.11"
)
async def test_the_loop_turns_while_the_function_runs(loop: AbstractEventLoop) -> None:
    """The default executor runs the function in another thread, and the loop goes on meanwhile.

    If this fails, look for a function that is called on the spot, or for a loop that waits
    for its executor.
    """
    with blocked() as job:

        def work() -> None:
            loop.call_soon_threadsafe(job.release)
            job()

        await ended(loop.run_in_executor(None, work), "a function in the default executor")

    assert job.finished == [True], (
        f"a function waited {PATIENCE} s for a callback of the loop in vain; "
        "expected the loop to go on while the function runs"
    )


@requirement(
    "run_in_executor.default_is_concurrent",
    api="loop.run_in_executor",
    level="documented",
    since="3.11",
)
async def test_the_default_executor_runs_functions_side_by_side(loop: AbstractEventLoop) -> None:
    """The default executor runs several functions at the same time.

    If this fails, look for a default executor with a single thread.
    """
    barrier = threading.Barrier(2)

    def meet() -> bool:
        try:
            barrier.wait(PATIENCE)
        except threading.BrokenBarrierError:
            return False
        return True

    met = await asyncio.gather(*(loop.run_in_executor(None, meet) for _ in range(2)))

    assert met == [True, True], (
        f"of two functions in the default executor that wait for each other, {met} met; "
        "expected them to run at the same time"
    )


@requirement(
    "run_in_executor.default_reused", api="loop.run_in_executor", level="documented", since="3.11"
)
async def test_the_default_executor_is_made_once(loop: AbstractEventLoop) -> None:
    """The default executor is made once and then used again.

    If this fails, look for a pool, or a thread, that is made for each call.
    """
    threads = {await loop.run_in_executor(None, threading.get_native_id) for _ in range(CALLS)}

    assert len(threads) <= POOL, (
        f"{CALLS} functions, one after the other, ran in {len(threads)} different threads; "
        f"expected those of one pool, not more than {POOL}"
    )
