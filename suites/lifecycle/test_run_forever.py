"""run_forever(): how long a run lasts, what one turn is, and runs after runs."""

from __future__ import annotations

import threading
import time
from asyncio import AbstractEventLoop
from collections.abc import Callable

from ..support.connecting import running_loop
from ..support.expect import expect_raises
from ..support.requirement import requirement
from ..support.running import expect_usable
from ..support.tracking import state_of
from ..support.turns import run_turns, turns

CLOSE = "library/asyncio-eventloop.html#asyncio.loop.close"
IDLE = 0.04
"""Seconds for which a loop is left without work."""


@requirement("run_forever.until_stop", api="loop.run_forever", level="documented", since="3.11")
def test_run_forever_lasts_until_stop(loop: AbstractEventLoop) -> None:
    """run_forever() runs on while there is nothing to do, and returns None once stop() was called.

    If this fails, look for a run that ends when no callback is ready, or when only timers are
    left.
    """
    ran: list[str] = []

    def last() -> None:
        ran.append("timer")
        loop.stop()

    loop.call_later(0.01, last)
    run_forever: Callable[[], object] = loop.run_forever
    returned = run_forever()

    assert ran == ["timer"], (
        "run_forever() came back before a timer that was pending had called stop(); "
        "expected it to run until then"
    )
    assert returned is None, f"run_forever() returned {returned!r}; expected None"


@requirement(
    "run_forever.idle_until_other_thread", api="loop.run_forever", level="documented", since="3.11"
)
def test_a_loop_without_work_waits_for_another_thread(loop: AbstractEventLoop) -> None:
    """A loop without work blocks, neither returning nor spinning, until another thread stops it.

    If this fails, look for a poll with no time to wait, or for a run that ends when there is
    nothing to wait for.
    """
    begun, left = threading.Event(), threading.Event()
    ran_out: list[bool] = []
    used: list[float] = []

    def stop_after_a_while() -> None:
        begun.wait()
        used.append(time.process_time())
        ran_out.append(not left.wait(IDLE))
        used.append(time.process_time())
        if ran_out[0]:
            loop.call_soon_threadsafe(loop.stop)

    other = threading.Thread(target=stop_after_a_while, daemon=True)
    other.start()
    loop.call_soon(begun.set)
    try:
        loop.run_forever()
    finally:
        came_back = begun.is_set()
        left.set()
        begun.set()
        other.join()

    assert came_back, "run_forever() came back without having run a callback; expected it to run"
    assert ran_out == [True], "run_forever() came back with nothing to do; expected it to wait"
    spent = used[1] - used[0]
    assert spent < IDLE / 10, (
        f"run_forever() with nothing to do used {spent:.3f} s of CPU time in {IDLE} s; "
        "expected it to block"
    )


@requirement("run_forever.restartable", api="loop.run_forever", level="documented", since="3.11")
def test_a_stopped_loop_can_be_run_again_and_again(loop: AbstractEventLoop) -> None:
    """A stopped loop can be run any number of times, and keeps its timers and tasks in between.

    If this fails, look for state of one run that the next one finds, or for queues that are
    emptied when a run ends.
    """
    fired = loop.create_future()
    runs: list[int] = []

    async def working() -> str:
        await turns(12)
        await fired
        return "result"

    loop.call_later(0.01, fired.set_result, None)
    task = loop.create_task(working())
    for number in range(10):
        loop.call_soon(runs.append, 2 * number)
        loop.call_soon(loop.stop)
        loop.run_forever()
        loop.call_soon(runs.append, 2 * number + 1)
        loop.run_until_complete(turns(1))
    loop.call_later(0.012, loop.stop)  # due after the other, which the loop still has to have
    loop.run_forever()
    run_turns(loop)

    assert runs == list(range(20)), (
        f"20 runs, run_forever() and run_until_complete() in turn, ran {runs} of one callback "
        "each; expected all, in order"
    )
    assert fired.done(), (
        "a timer that was set before the first of many runs had not fired when a later one did; "
        "expected it to be kept"
    )
    assert state_of(task) == "returned 'result'", (
        f"a task that began in the first of many runs is {state_of(task)} after the last; "
        "expected it to have gone on to its end"
    )


@requirement(
    "run_forever.closed_loop",
    api="loop.run_forever",
    level="implied",
    since="3.11",
    doc=CLOSE,
)
def test_a_closed_loop_does_not_run(loop: AbstractEventLoop) -> None:
    """run_forever() on a closed loop raises RuntimeError.

    If this fails, look for a run that does not ask whether the loop is closed, or that asks
    after it has registered the loop as running.
    """
    expect_usable(loop, "on a new loop")
    loop.close()

    with expect_raises(RuntimeError, "run_forever() on a closed loop"):
        loop.run_forever()

    running, registered = loop.is_running(), running_loop()
    assert running is False, (
        f"is_running() after a closed loop refused to run is {running!r}; expected False"
    )
    assert registered is None, (
        f"get_running_loop() after a closed loop refused to run is {registered!r}; "
        "expected no running loop"
    )


@requirement(
    "run_forever.iteration_semantics", api="loop.run_forever", level="documented", since="3.11"
)
def test_a_turn_runs_what_was_ready_when_it_began(loop: AbstractEventLoop) -> None:
    """One turn runs exactly the callbacks that were ready when it began.

    If this fails, look for a turn that works off the ready queue until it is empty, or for a
    stop() that needs a turn of its own.
    """
    links: list[int] = []
    after_each_run: list[int] = []

    def next_link() -> None:
        links.append(len(links))
        loop.call_soon(next_link)
        if len(links) > 20:  # where a turn has no end
            raise SystemExit("endless")

    loop.call_soon(next_link)
    try:
        for _ in range(5):
            loop.call_soon(loop.stop)
            loop.run_forever()
            after_each_run.append(len(links))
    except SystemExit:
        after_each_run.append(len(links))

    assert after_each_run == [1, 2, 3, 4, 5], (
        f"five runs of one turn each had run {after_each_run} links of a chain of callbacks by "
        "their ends; expected one link a run"
    )
