"""Jobs for executors, and waiting for what comes out of other threads.

A worker's job never blocks for ever: whoever waits here, in the loop or in a worker,
gives up after PATIENCE seconds, so that a broken loop fails in words where it would
otherwise hang. On a sound loop nothing waits for a time, save a job that has to
outlast the loop's last turn: `linger`.
"""

from __future__ import annotations

import asyncio
import threading
import time
from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")

PATIENCE = 2.0
"""Seconds after which something that a sound loop does promptly is taken for undone."""
HELD = 0.03
"""Seconds for which a job is held that a loop ought to wait for."""
LINGER = 0.01
"""Seconds after which a loop that has nothing else to do has fallen asleep."""


def linger() -> None:
    """Keep a worker long enough for its loop to fall asleep."""
    threading.Event().wait(LINGER)


def known_thread() -> threading.Thread | None:
    """The calling thread; None for one that the module threading did not start.

    A loop may run functions in threads of another making, whose end can't be seen.
    """
    ident = threading.get_ident()
    return next((thread for thread in threading.enumerate() if thread.ident == ident), None)


class Blocked:
    """A job that keeps its worker until `release()`, and tells how it went.

    `release` may be called from anywhere, a callback of the loop among others.
    `finished` holds whether the job was released, once it has ended.
    """

    def __init__(self) -> None:
        self.finished: list[bool] = []
        self._thread: threading.Thread | None = None
        self._started = threading.Event()
        self._released = threading.Event()
        self._ended = threading.Event()

    def __call__(self) -> bool:
        """Block, in a worker; whether it was released, or gave up."""
        self._thread = known_thread()
        self._started.set()
        released = self._released.wait(PATIENCE)
        self.finished.append(released)
        self._ended.set()
        return released

    def join(self) -> None:
        """Wait in the calling thread for the job's end, and for its thread's if that is known.

        Only for a worker that has been told to end.
        """
        self._ended.wait(PATIENCE)
        if self._thread is not None:
            self._thread.join(PATIENCE)

    def release(self) -> None:
        """Let the job end."""
        self._released.set()

    @contextmanager
    def released_by_thread(self) -> Iterator[None]:
        """Release it from a thread, HELD seconds after the block began, whatever the loop does."""
        timer = threading.Timer(HELD, self.release)
        timer.start()
        try:
            yield
        finally:
            timer.join()

    def has_thread(self) -> bool:
        """Whether the thread that ran it is alive, as far as that is known."""
        return self._thread is not None and self._thread.is_alive()

    async def until_started(self, doing: str) -> None:
        """Let the loop turn until a worker has taken the job up; `doing` opens the message."""
        await until_set(self._started, doing)


async def until_set(started: threading.Event, doing: str) -> None:
    """Let the loop turn until a function in a worker has set `started`.

    The turns go on, because a loop may need them to hand the function over.
    """
    give_up = time.monotonic() + PATIENCE
    while not started.is_set() and time.monotonic() < give_up:
        await asyncio.sleep(0)
    assert started.is_set(), (
        f"{PATIENCE} s after {doing} the function had not been started; expected it to run"
    )


@contextmanager
def blocked() -> Iterator[Blocked]:
    """A job that blocks its worker, released at the end of the block at the latest."""
    job = Blocked()
    try:
        yield job
    finally:
        job.release()


@contextmanager
def pool_of(workers: int) -> Iterator[ThreadPoolExecutor]:
    """A pool of threads that are joined after the block."""
    pool = ThreadPoolExecutor(workers, thread_name_prefix="the pool of the check")
    try:
        yield pool
    finally:
        pool.shutdown()


@contextmanager
def in_thread(work: Callable[[], object]) -> Iterator[threading.Thread]:
    """Carry out work in a thread of our own, joined after the block."""
    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield thread
    finally:
        thread.join()


def submitted(
    loop: AbstractEventLoop, executor: Executor | None, function: Callable[[], T]
) -> asyncio.Future[T]:
    """What run_in_executor() returns within a run of the loop that is over now.

    That it can be called on a stopped loop is a promise of its own.
    """

    async def submit() -> asyncio.Future[T]:
        return loop.run_in_executor(executor, function)

    return loop.run_until_complete(submit())


async def ended(future: asyncio.Future[T], doing: str) -> asyncio.Future[T]:
    """Wait until a future is done, and return it; `doing` opens the message if it never is."""
    await asyncio.wait({future}, timeout=PATIENCE)
    assert future.done(), f"{doing} was still pending after {PATIENCE} s; expected it to end"
    return future


def run_until_done(loop: AbstractEventLoop, future: asyncio.Future[Any]) -> bool:
    """Run a loop that has nothing to do but wait for the future; whether the future ended the run.

    The run ends with the first turn in which the future's callbacks are called. A timer
    ends it after PATIENCE seconds, on a loop that nothing woke up.
    """
    woken: list[bool] = []

    def stop(by_the_future: bool) -> None:
        woken.append(by_the_future)
        loop.stop()

    rescue = loop.call_later(PATIENCE, stop, False)
    future.add_done_callback(lambda _: stop(True))
    loop.run_forever()
    rescue.cancel()
    return woken[:1] == [True]
