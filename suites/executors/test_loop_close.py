"""loop.close() while a function still runs in an executor."""

from __future__ import annotations

import logging
import sys
import threading
from asyncio import AbstractEventLoop
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ..support.jobs import blocked, pool_of, submitted
from ..support.requirement import requirement


class _Lines(logging.Handler):
    def __init__(self, lines: list[str]) -> None:
        super().__init__()
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        self._lines.append(f"{record.getMessage()}: {error!r}")


@contextmanager
def _complaints(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What workers complain of: to the two hooks, and to the log of concurrent.futures."""
    complaints: list[str] = []
    monkeypatch.setattr(threading, "excepthook", lambda a: complaints.append(repr(a.exc_value)))
    monkeypatch.setattr(sys, "unraisablehook", lambda a: complaints.append(repr(a.exc_value)))
    logger, handler = logging.getLogger("concurrent.futures"), _Lines(complaints)
    monkeypatch.setattr(logger, "propagate", False)
    logger.addHandler(handler)
    try:
        yield complaints
    finally:
        logger.removeHandler(handler)


@requirement(
    "run_in_executor.loop_closed_before_completion",
    api="loop.run_in_executor",
    level="implied",
    since="3.11",
    doc="library/asyncio-eventloop.html#asyncio.loop.close",
)
@pytest.mark.parametrize("own_pool", [False, True], ids=["default_executor", "given_executor"])
def test_a_function_may_outlive_its_loop(
    loop: AbstractEventLoop, monkeypatch: pytest.MonkeyPatch, own_pool: bool
) -> None:
    """A function that ends after its loop was closed does no harm in its worker's thread.

    If this fails, look for a completion that calls call_soon_threadsafe() without asking
    whether the loop is closed, and so raises in the worker.
    """
    with _complaints(monkeypatch) as complaints, pool_of(1) as pool, blocked() as job:
        executor = pool if own_pool else None
        control = loop.run_until_complete(submitted(loop, executor, "control".__len__))
        future = submitted(loop, executor, job)
        loop.run_until_complete(job.until_started("run_in_executor()"))
        loop.close()
        job.release()
        pool.shutdown(wait=False)
        job.join()
    del future

    assert control == 7, (
        f"a function that ended before loop.close() gave {control!r}; expected 7, without which "
        "silence says nothing"
    )
    assert job.finished == [True], (
        f"the function that outlived its loop ended as {job.finished}; expected its normal end"
    )
    assert complaints == [], (
        f"a function that ended after loop.close() brought {complaints} in its worker's thread; "
        "expected silence"
    )
