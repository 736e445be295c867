"""Blocking functions, run in threads or in whatever executor the caller brings.

The default executor comes into being with the first job for it. Once its shutdown has
begun, or the loop is closed, it takes no more.

Source: library/asyncio-eventloop.html#executing-code-in-thread-or-process-pools
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from threading import Thread
from typing import TYPE_CHECKING, TypeVar, TypeVarTuple

from .debugging import expect_callback

if TYPE_CHECKING:
    from ..loop import ReferenceLoop

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class DefaultExecutor:
    """The thread pool of one loop, as long as it takes jobs."""

    def __init__(self) -> None:
        self.pool: ThreadPoolExecutor | None = None
        self._refuses = False

    def get(self) -> ThreadPoolExecutor:
        """The pool, made now if need be. Raises RuntimeError after the shutdown began."""
        if self._refuses:
            raise RuntimeError("the default executor was shut down")
        if self.pool is None:
            self.pool = ThreadPoolExecutor(thread_name_prefix="asyncio")
        return self.pool

    def take(self) -> ThreadPoolExecutor | None:
        """Refuse further jobs; the pool that is to be shut down, given once."""
        self._refuses = True
        pool, self.pool = self.pool, None
        return pool

    def abandon(self) -> None:
        """Refuse further jobs and let the threads end by themselves."""
        pool = self.take()
        if pool is not None:
            pool.shutdown(wait=False)


def run_in_executor(
    loop: ReferenceLoop,
    executor: Executor | None,
    func: Callable[[*Ts], T],
    *args: *Ts,
) -> asyncio.Future[T]:
    """Submit func(*args) at once; a future of this loop for what it returns or raises.

    Raises RuntimeError on a closed loop and after shutdown_default_executor(), and
    whatever the executor's submit() raises.
    """
    loop.kernel.expect_open()
    if loop.kernel.debug:
        expect_callback(func)
    chosen = loop.executor.get() if executor is None else executor
    return asyncio.wrap_future(chosen.submit(func, *args), loop=loop)


def set_default_executor(loop: ReferenceLoop, executor: Executor) -> None:
    """Use `executor` where run_in_executor() is given None.

    Raises TypeError for anything but a ThreadPoolExecutor.
    """
    if not isinstance(executor, ThreadPoolExecutor):
        raise TypeError(f"{executor!r} is no ThreadPoolExecutor")
    loop.executor.pool = executor


async def shutdown_default_executor(loop: ReferenceLoop, timeout: float | None = None) -> None:
    """Refuse further jobs and wait until the threads have ended, `timeout` seconds at most.

    Where they have not, a RuntimeWarning says so and the threads are left to themselves.
    """
    pool = loop.executor.take()
    if pool is None:
        return
    joined = loop.create_future()

    def tell() -> None:
        if not joined.done():
            joined.set_result(None)

    def join() -> None:
        pool.shutdown(wait=True)
        if not loop.is_closed():
            loop.call_soon_threadsafe(tell)

    thread = Thread(target=join)
    thread.start()
    try:
        async with asyncio.timeout(timeout):
            await joined
    except TimeoutError:
        warnings.warn(
            f"the default executor's threads had not ended after {timeout} seconds",
            RuntimeWarning,
            stacklevel=2,
        )
        pool.shutdown(wait=False)
    else:
        thread.join()
