"""call_soon_threadsafe(): calls from other threads, and the loop that they wake."""

from __future__ import annotations

import asyncio
import threading
from asyncio import AbstractEventLoop
from concurrent.futures import ThreadPoolExecutor

import pytest

from ..support.clocks import PATIENCE, run_until
from ..support.factories import turns_until
from ..support.requirement import requirement
from ..support.turns import run_turns
from .methods import in_thread

ROUNDS = 100
THREADS, CALLS = 4, 500


async def _answers_to_a_thread(loop: AbstractEventLoop, rounds: int, pause: float) -> int:
    """How often a thread that calls call_soon_threadsafe() sees its callback run, at most `rounds`.

    Before each call the thread gives the loop `pause` seconds to fall asleep: nothing
    depends on it, but a loop that is still awake needs no waking.
    """
    ended = loop.create_future()
    answered = 0

    def end() -> None:
        if not ended.done():
            ended.set_result(None)

    def look(answered_before: int) -> None:  # for a loop that the thread does not wake
        if answered == answered_before:
            end()
        elif not ended.done():
            loop.call_later(PATIENCE, look, answered)

    def play() -> None:
        nonlocal answered
        for _ in range(rounds):
            threading.Event().wait(pause)
            heard = threading.Event()
            loop.call_soon_threadsafe(heard.set)
            if not heard.wait(PATIENCE / 2):
                return
            answered += 1
        loop.call_soon_threadsafe(end)

    loop.call_later(PATIENCE, look, 0)
    with ThreadPoolExecutor(1) as pool:
        playing = pool.submit(play)
        await ended
        playing.result()
    return answered


@requirement(
    "call_soon_threadsafe.wakes_blocked_loop",
    api="loop.call_soon_threadsafe",
    level="documented",
    since="3.11",
)
async def test_a_call_from_a_thread_wakes_the_loop(loop: AbstractEventLoop) -> None:
    """Called from another thread it wakes a loop that waits with nothing to do.

    If this fails, look for a call that appends to the queue and doesn't interrupt the
    poll, or for a note that the loop is awake, taken too early.
    """
    answers = await _answers_to_a_thread(loop, 3, pause=0.006)

    assert answers == 3, (
        f"call_soon_threadsafe() from a thread, to a loop that waited for a timer of {PATIENCE} s, "
        f"ran its callback in {PATIENCE / 2} s {answers} times, then not; expected the call to "
        "wake the loop, 3 times"
    )


@requirement(
    "call_soon_threadsafe.wakes_repeatedly",
    api="loop.call_soon_threadsafe",
    level="implied",
    since="3.11",
)
async def test_every_call_from_a_thread_wakes_the_loop(loop: AbstractEventLoop) -> None:
    """The wake-up works each time, however often thread and loop take turns.

    If this fails, look for a flag that is not reset when the loop has woken up, or for a
    wake-up pipe that is never emptied.
    """
    answers = await _answers_to_a_thread(loop, ROUNDS, pause=0)

    assert answers == ROUNDS, (
        f"a thread that called call_soon_threadsafe() and waited for its callback, {ROUNDS} times, "
        f"was answered {answers} times; expected an answer each time"
    )


@requirement(
    "call_soon_threadsafe.runs_in_loop_thread",
    api="loop.call_soon_threadsafe",
    level="documented",
    since="3.11",
)
async def test_the_callback_runs_in_the_thread_of_the_loop(loop: AbstractEventLoop) -> None:
    """The callback runs in the thread that runs the loop, where the loop is the running one.

    If this fails, look for a call that runs the callback itself, or in a helper thread.
    """
    seen: list[tuple[bool, bool]] = []
    own = threading.get_ident()

    def callback() -> None:
        try:
            running: object = asyncio.get_running_loop()
        except RuntimeError:
            running = None
        seen.append((threading.get_ident() == own, running is loop))

    in_thread(lambda: loop.call_soon_threadsafe(callback))
    await turns_until(lambda: seen)

    assert seen == [(True, True)], (
        "a callback that another thread submitted saw (the loop's thread, the loop running): "
        f"{seen}; expected [(True, True)]"
    )


@requirement(
    "call_soon_threadsafe.order_per_thread",
    api="loop.call_soon_threadsafe",
    level="implied",
    since="3.11",
)
def test_the_calls_of_each_thread_keep_their_order(loop: AbstractEventLoop) -> None:
    """Callbacks of one thread run in the order of submission; none is lost, none comes twice.

    If this fails, look for a queue that two threads change at once without a lock, or for
    one that is handed over in reverse.
    """
    ran: list[tuple[int, int]] = []
    together = threading.Barrier(THREADS)

    def submit(thread: int) -> None:
        together.wait()
        for number in range(CALLS):
            loop.call_soon_threadsafe(ran.append, (thread, number))

    with ThreadPoolExecutor(THREADS) as pool:
        submitting = [pool.submit(submit, thread) for thread in range(THREADS)]
        run_until(loop, lambda: all(each.done() for each in submitting))
    for each in submitting:
        each.result()
    run_turns(loop)

    assert len(ran) == THREADS * CALLS, (
        f"{THREADS} threads submitted {CALLS} callbacks each, and {len(ran)} were run; "
        f"expected {THREADS * CALLS}"
    )
    by_thread = [[number for thread, number in ran if thread == which] for which in range(THREADS)]
    in_order = [numbers == list(range(CALLS)) for numbers in by_thread]
    assert all(in_order), (
        f"{THREADS} threads submitted numbered callbacks, which ran in order: {in_order}; "
        "expected each thread's in the order of submission"
    )


@requirement(
    "call_soon_threadsafe.same_thread_order",
    api="loop.call_soon_threadsafe",
    level="implied",
    since="3.11",
)
def test_calls_from_the_loops_own_thread_queue_with_the_others(loop: AbstractEventLoop) -> None:
    """Used in the loop's own thread it queues behind call_soon(), and before the next call_soon().

    If this fails, look for a second queue that is emptied before or after the first, or
    for a callback that is called at once in the loop's own thread.
    """
    ran: list[int] = []
    ran_during_the_calls: list[list[int]] = []

    def register() -> None:
        loop.call_soon(ran.append, 1)
        loop.call_soon_threadsafe(ran.append, 2)
        loop.call_soon(ran.append, 3)
        ran_during_the_calls.append(ran.copy())

    loop.call_soon(register)
    run_turns(loop)

    assert ran_during_the_calls == [[]], (
        f"call_soon_threadsafe() in a callback had run {ran_during_the_calls} by the time it "
        "returned; expected nothing to have run"
    )
    assert ran == [1, 2, 3], (
        f"call_soon(1), call_soon_threadsafe(2), call_soon(3) in a callback ran as {ran}; "
        "expected [1, 2, 3]"
    )


@requirement(
    "call_soon_threadsafe.before_run",
    api="loop.call_soon_threadsafe",
    level="implied",
    since="3.11",
)
@pytest.mark.parametrize("has_run", [False, True], ids=["before_first_run", "between_runs"])
def test_callbacks_for_a_stopped_loop_wait_for_its_run(
    loop: AbstractEventLoop, has_run: bool
) -> None:
    """What any thread submits while the loop is not running is kept for its next run.

    If this fails, look for a call that insists on a running loop, or for a start that
    throws away what was queued.
    """
    ran: list[str] = []
    if has_run:
        run_turns(loop)

    try:
        loop.call_soon_threadsafe(ran.append, "own thread")
        in_thread(lambda: loop.call_soon_threadsafe(ran.append, "other thread"))
    except NotImplementedError:
        raise
    except RuntimeError as error:
        raise AssertionError(
            f"call_soon_threadsafe() on a stopped loop raised {error!r}; expected it to be kept"
        ) from error
    run_turns(loop)

    assert ran == ["own thread", "other thread"], (
        f"a run after two calls of call_soon_threadsafe() on a stopped loop ran {ran}; "
        "expected both callbacks, in order"
    )
