"""Running loops: how far a run got, whether a loop still works, runs elsewhere.

Elsewhere is a callback, another thread or a forked child. What a job does there comes
back to the check as if it had been called here, so that a refusal is expected in the
same words everywhere.
"""

from __future__ import annotations

import os
import signal
import threading
import warnings
from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import NoReturn, TypeVar

from .expect import not_observable
from .turns import SETTLE, turns

T = TypeVar("T")
GUARD = 0.2
"""Seconds after which a run is stopped that keeps an interrupt in; others are over at once."""
CHILD_LIMIT = 3
"""Seconds after which a forked child that hangs is ended by SIGALRM."""


def turns_made(loop: AbstractEventLoop, count: int = SETTLE) -> int:
    """Run a stopped loop with a stop() in its turn `count`; return how many it made."""
    made = 0

    def next_turn() -> None:
        nonlocal made
        made += 1
        if made < count:
            loop.call_soon(next_turn)
        else:
            loop.stop()

    loop.call_soon(next_turn)
    loop.run_forever()
    return made


def expect_usable(loop: AbstractEventLoop, when: str) -> None:
    """Expect a stopped loop to run a coroutine of several turns to its result.

    The proof, in checks of what a loop refuses, that it is not dead. `when` goes into
    the message after the call.
    """

    async def working() -> str:
        await turns()
        return "result"

    coroutine = working()
    try:
        result = loop.run_until_complete(coroutine)
    except NotImplementedError:
        raise
    except (Exception, SystemExit, KeyboardInterrupt) as error:  # an interrupt may come twice
        raise AssertionError(
            f"run_until_complete(coroutine) {when} raised {error!r}; expected its result"
        ) from error
    finally:
        coroutine.close()
    assert result == "result", (
        f"run_until_complete(coroutine) {when} returned {result!r}; expected its result"
    )


def run_to_interrupt(loop: AbstractEventLoop, before: Callable[[], object]) -> None:
    """Run a loop with a callback that calls `before` and raises KeyboardInterrupt.

    That the interrupt leaves the run is a requirement of its own: where it doesn't, a check
    of what comes after has nothing to judge. (SystemExit would end some processes at once.)
    """
    ran: list[object] = []

    def interrupting() -> None:
        ran.append(before())
        raise KeyboardInterrupt("from a callback")

    loop.set_exception_handler(lambda *_: None)  # where it goes if it does not leave the run
    handle = loop.call_soon(interrupting)
    guard = loop.call_later(GUARD, loop.stop)
    try:
        loop.run_forever()
    except KeyboardInterrupt:
        return
    finally:
        handle.cancel()
        guard.cancel()
    assert ran, "run_forever() came back without having run a callback; expected it to run"
    not_observable("the interrupt did not leave the run")


def expect_open(other: AbstractEventLoop) -> None:
    """End the check where a run of one loop has closed another: a requirement of its own."""
    if other.is_closed():
        not_observable("the run of another loop has closed this one")


@contextmanager
def stopped_soon(*loops: AbstractEventLoop, delay: float = 0) -> Iterator[None]:
    """Have the loops stop in their next turn, for a block that expects them not to run.

    A loop that runs nevertheless then comes back, and fails in words. A loop that is to run
    in the block, but not inside itself, is stopped after a `delay`, in seconds.
    """
    guards = [
        loop.call_later(delay, loop.stop) if delay else loop.call_soon(loop.stop) for loop in loops
    ]
    try:
        yield
    finally:
        for guard in guards:
            guard.cancel()


def in_run(loop: AbstractEventLoop, job: Callable[[], T]) -> T:
    """Run a stopped loop to call `job` in a callback; return or raise what it does.

    A callback, unlike a task, does not mind a damaged registration of the running loop.
    """
    answer: Future[T] = Future()

    def callback() -> None:
        _answer(answer, job)
        loop.stop()

    loop.call_soon(callback)
    loop.run_forever()
    assert answer.done(), (
        "run_forever() came back without having run a callback; expected it to run"
    )
    return answer.result()


def in_thread(job: Callable[[], T]) -> T:
    """Call `job` in a new thread and wait for its end; return or raise what it does."""
    answer: Future[T] = Future()
    thread = threading.Thread(target=_answer, args=(answer, job), daemon=True)
    thread.start()
    thread.join()
    return answer.result()


def in_child(job: Callable[[], str]) -> str:
    """Call `job` in a forked child; return its answer, or how the child ended without one."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # whoever runs us may have threads
        child = os.fork()
    if child == 0:
        _answer_and_exit(job, writing)
    os.close(writing)
    with open(reading, encoding="utf-8") as answers:
        answer = answers.read()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return answer or f"nothing: it ended with status {status}"


def _answer_and_exit(job: Callable[[], str], writing: int) -> NoReturn:
    try:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(CHILD_LIMIT)
        try:
            answer = job()
        except BaseException as error:  # noqa: BLE001 - nothing may leave a forked child
            answer = f"an exception: {error!r}"
        os.write(writing, answer.encode())
    finally:
        os.kill(os.getpid(), signal.SIGKILL)  # past all that an exit would tidy up
        raise SystemExit


def _answer(answer: Future[T], job: Callable[[], T]) -> None:
    try:
        answer.set_result(job())
    except BaseException as error:  # noqa: BLE001 - handed on to whoever asked
        answer.set_exception(error)
