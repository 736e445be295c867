"""close() and executors: the default one is shut down, others are left alone."""

from __future__ import annotations

import threading
from asyncio import AbstractEventLoop
from concurrent.futures import ThreadPoolExecutor

from ..support.expect import expect_raises
from ..support.requirement import requirement
from ..support.turns import run_turns

PATIENCE = 1.0
"""Seconds for which a job blocks that close() must not wait for; it is let go long before."""


@requirement("close.executor_shutdown_no_wait", api="loop.close", level="documented", since="3.11")
def test_close_shuts_the_default_executor_down_without_waiting(loop: AbstractEventLoop) -> None:
    """close() shuts the default executor down, but does not wait for its threads.

    If this fails, look for a close() that forgets the executor, or for shutdown(wait=True).
    """
    begun, release, ended = threading.Event(), threading.Event(), threading.Event()

    def job() -> None:
        begun.set()
        release.wait(PATIENCE)
        ended.set()

    with ThreadPoolExecutor(1) as pool:
        loop.set_default_executor(pool)
        future = loop.run_in_executor(None, job)
        has_begun = begun.wait(PATIENCE)
        future.cancel()  # so that nobody hears of the job's end, when the loop is closed
        run_turns(loop)
        loop.close()
        waited = ended.is_set()
        release.set()

        assert has_begun, "run_in_executor() did not run the job; expected it in the default one"
        assert not waited, "close() waited for a job of the default executor; expected it not to"
        with expect_raises(RuntimeError, "submit() to the default executor of a closed loop"):
            pool.submit(int)


@requirement("close.explicit_executor_untouched", api="loop.close", level="implied", since="3.11")
def test_close_leaves_other_executors_alone(loop: AbstractEventLoop) -> None:
    """An executor that was only passed to run_in_executor() is not shut down by close().

    If this fails, look for a loop that keeps every executor it has seen.
    """
    with ThreadPoolExecutor(1) as pool:
        in_executor = loop.run_in_executor(pool, int, "5")
        result = loop.run_until_complete(in_executor)
        loop.close()

        try:
            after = pool.submit(int, "6").result()
        except RuntimeError as error:
            raise AssertionError(
                f"submit() to an executor that a closed loop had used raised {error!r}; "
                "expected it to work as before"
            ) from error

    assert (result, after) == (5, 6), (
        f"jobs in an executor before and after close() gave {(result, after)}; expected (5, 6)"
    )
