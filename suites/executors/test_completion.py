"""loop.run_in_executor(): how a function's end reaches the loop."""

from __future__ import annotations

import threading
from asyncio import AbstractEventLoop

from ..support.jobs import PATIENCE, blocked, linger, run_until_done, submitted
from ..support.requirement import requirement
from ..support.tracking import state_of

ROUNDS = 3


@requirement(
    "run_in_executor.wakes_idle_loop", api="loop.run_in_executor", level="implied", since="3.11"
)
def test_a_finished_function_wakes_the_loop(loop: AbstractEventLoop) -> None:
    """A loop that has nothing else to do is woken up when a function is finished, every time.

    If this fails, look for a worker that completes the future itself, or schedules without
    waking the loop.
    """
    for number in range(1, ROUNDS + 1):
        future = submitted(loop, None, linger)

        woken = run_until_done(loop, future)

        assert woken, (
            f"{PATIENCE} s after function {number} of {ROUNDS} was to end, the idle loop had not "
            f"woken up, and its future is {state_of(future)}; expected the end to wake it"
        )


@requirement(
    "run_in_executor.completion_in_loop_thread",
    api="loop.run_in_executor",
    level="implied",
    since="3.11",
)
def test_done_callbacks_run_in_the_loops_thread(loop: AbstractEventLoop) -> None:
    """The done callbacks of the future run in the thread of the loop.

    If this fails, look for a worker that completes the future itself.
    """
    threads: list[threading.Thread] = []
    own = threading.current_thread()

    with blocked() as job:
        future = submitted(loop, None, job)
        future.add_done_callback(lambda _: threads.append(threading.current_thread()))
        job.release()
        run_until_done(loop, future)

    assert threads == [own], (
        f"the done callback of a function's future ran in {threads}; "
        f"expected the loop's thread, {own}"
    )
