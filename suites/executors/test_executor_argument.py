"""loop.run_in_executor(executor, ...): what an executor of the caller's own is given."""

from __future__ import annotations

import concurrent.futures
import threading
from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.expect import expect_raises
from ..support.jobs import ended, in_thread
from ..support.requirement import requirement
from ..support.tasks import outcome


class Refused(Exception):
    """What an executor of a check raises; nobody else does."""


class OwnExecutor(concurrent.futures.Executor):
    """An executor without threads: it notes each submission, and gives one answer to all."""

    def __init__(self, answer: concurrent.futures.Future[Any] | Refused) -> None:
        self.submissions: list[tuple[object, tuple[object, ...], dict[str, object]]] = []
        self._answer = answer

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> concurrent.futures.Future[Any]:
        """Note the submission; return the answer, or raise it."""
        self.submissions.append((fn, args, kwargs))
        if isinstance(self._answer, Refused):
            raise self._answer
        return self._answer


@requirement(
    "run_in_executor.explicit_executor",
    api="loop.run_in_executor",
    level="documented",
    since="3.11",
)
@pytest.mark.parametrize("finished", ["before the call", "in a thread"])
async def test_an_executor_gets_the_function_and_its_arguments(
    loop: AbstractEventLoop, finished: str
) -> None:
    """An executor that is given gets submit(function, *arguments), and its future gives the result.

    If this fails, look for a function that is wrapped, which a pool of processes could not
    pickle, or for an executor that has to be a pool of threads.
    """
    answer: concurrent.futures.Future[str] = concurrent.futures.Future()
    executor, argument, function = OwnExecutor(answer), object(), print
    if finished == "before the call":
        answer.set_result("value")

    future = loop.run_in_executor(executor, function, argument, None)
    if finished == "in a thread":
        with in_thread(lambda: answer.set_result("value")):
            pass
    await ended(future, "run_in_executor(executor, function, argument, None)")

    assert executor.submissions == [(function, (argument, None), {})], (
        f"run_in_executor(executor, {function!r}, {argument!r}, None) submitted "
        f"{executor.submissions}; "
        "expected the function and the two arguments, once"
    )
    assert outcome(future) == "value", (
        f"the future's outcome is {outcome(future)!r}; expected 'value', which the executor's "
        f"future got {finished}"
    )


@requirement(
    "run_in_executor.submit_error", api="loop.run_in_executor", level="implied", since="3.11"
)
async def test_an_executor_that_refuses(loop: AbstractEventLoop) -> None:
    """What the executor's submit() raises comes out of the run_in_executor() call itself.

    If this fails, look for an error that is put into the future, or for a second attempt
    with the default executor.
    """
    ran = threading.Event()
    executor = OwnExecutor(Refused("by the executor"))

    with expect_raises(Refused, "run_in_executor() with an executor whose submit() raises"):
        loop.run_in_executor(executor, ran.set)

    assert len(executor.submissions) == 1, (
        f"submit() of an executor that refuses was called {len(executor.submissions)} times; "
        "expected one call"
    )
    assert not ran.is_set(), "the function that was refused ran; expected it to be left alone"
