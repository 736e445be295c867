"""create_task(): what a task comes to."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop

import pytest

from ..support.expect import expect_raises
from ..support.requirement import requirement
from ..support.tasks import escaped_from_run, outcome, returning
from ..support.turns import SETTLE, run_turns

RESULT = "library/asyncio-task.html#asyncio.Task.result"
EXCEPTION = "library/asyncio-task.html#asyncio.Task.exception"


@requirement(
    "create_task.result.value",
    api="loop.create_task",
    level="documented",
    since="3.11",
    doc=RESULT,
)
def test_a_task_keeps_what_its_coroutine_returned(loop: AbstractEventLoop) -> None:
    """When the coroutine returns, the task is done and result() is the returned object.

    If this fails, look for a step that drops the value of StopIteration, or that marks
    the task done before the value is in place.
    """
    answer = object()

    task = loop.create_task(returning(answer))
    for _ in range(SETTLE):
        run_turns(loop, 1)
        if task.done():
            break
    found = outcome(task)
    run_turns(loop)

    assert task.done(), f"a task was still pending {SETTLE} turns later; expected it to be done"
    assert found is answer, (
        f"result() of a task that was just done gave {found!r}; "
        "expected the object that the coroutine returned"
    )
    also = (task.exception(), task.cancelled())
    assert also == (None, False), (
        f"exception() and cancelled() of a task whose coroutine returned are {also}; "
        "expected None and False"
    )


@requirement(
    "create_task.result.exception",
    api="loop.create_task",
    level="documented",
    since="3.11",
    doc=EXCEPTION,
)
def test_an_exception_of_the_coroutine_is_kept_on_the_task(loop: AbstractEventLoop) -> None:
    """An exception that leaves the coroutine is stored on the task and stays inside the loop.

    If this fails, look for a step that lets exceptions through to the run method, wraps
    them, or treats them as a plain end of the coroutine.
    """
    error = ZeroDivisionError("raised by the coroutine")

    async def failing() -> None:
        raise error

    task = loop.create_task(failing())
    escaped = escaped_from_run(loop, ZeroDivisionError)

    assert escaped is None, (
        f"run_forever() raised {escaped!r}, which a task's coroutine had raised; "
        "expected it to be stored on the task"
    )
    assert task.done(), "a task whose coroutine raised is still pending; expected it to be done"
    found = [outcome(task), task.exception()]
    assert found == [error, error], (
        f"result() and exception() of a task whose coroutine raised {error!r} gave {found}; "
        "expected that very exception from both"
    )


class Unusual(BaseException):
    """Neither an Exception nor one of the three that the loop treats apart."""


@requirement(
    "create_task.result.custom_base_exception",
    api="loop.create_task",
    level="implied",
    since="3.11",
    doc=EXCEPTION,
)
def test_a_base_exception_is_kept_on_the_task(loop: AbstractEventLoop) -> None:
    """A BaseException of the coroutine is stored on the task, and the loop keeps running.

    KeyboardInterrupt, SystemExit and CancelledError are treated apart. If this fails,
    look for `except Exception` around the step of a task.
    """
    error = Unusual("raised by the coroutine")

    async def failing() -> None:
        raise error

    task = loop.create_task(failing())
    escaped = escaped_from_run(loop, Unusual)

    assert escaped is None, (
        f"run_forever() raised {escaped!r}, which a task's coroutine had raised; "
        "expected the loop to keep running"
    )
    assert task.done(), (
        "a task whose coroutine raised a BaseException is still pending; expected it to be done"
    )
    assert task.exception() is error, (
        f"exception() of a task whose coroutine raised {error!r} is {task.exception()!r}; "
        "expected that very exception"
    )


@requirement(
    "create_task.result.not_done_invalid_state",
    api="loop.create_task",
    level="documented",
    since="3.11",
    doc=RESULT,
)
@pytest.mark.parametrize("started", [False, True], ids=["not_started", "suspended"])
@pytest.mark.parametrize("method", ["result", "exception"])
def test_a_pending_task_has_no_outcome(loop: AbstractEventLoop, method: str, started: bool) -> None:
    """While the coroutine is unfinished, result() and exception() raise InvalidStateError.

    If this fails, look for a task class that answers None, or waits, before it has an
    outcome, or for a done() that is true once the coroutine has started.
    """
    gate = loop.create_future()

    async def waiting() -> None:
        await gate

    task = loop.create_task(waiting())
    if started:
        run_turns(loop)
    was_done = task.done()
    with expect_raises(asyncio.InvalidStateError, f"{method}() of a pending task"):
        getattr(task, method)()

    assert not was_done, "done() of a pending task is true; expected false"
    gate.set_result(None)
    run_turns(loop)
    assert task.done(), "the task is not done after what it awaited; expected it to finish"


@requirement(
    "create_task.task.no_external_result",
    api="loop.create_task",
    level="documented",
    since="3.11",
    doc="library/asyncio-task.html#asyncio.Task",
)
@pytest.mark.parametrize("method", ["set_result", "set_exception"])
def test_the_outcome_of_a_task_cannot_be_set_from_outside(
    loop: AbstractEventLoop, method: str
) -> None:
    """set_result() and set_exception() of a task are refused; its coroutine alone decides.

    If this fails, look for a create_task() that returns a future, or a task class that
    leaves the setters of Future open.
    """
    answer = object()
    task = loop.create_task(returning(answer))

    with expect_raises(RuntimeError, f"{method}() of a task"):
        getattr(task, method)(ValueError("set from outside"))

    assert not task.done(), f"a task is done after a refused {method}(); expected it to be pending"
    run_turns(loop)
    found = outcome(task)
    assert found is answer, (
        f"after a refused {method}() the task came to {found!r}; "
        "expected the value that its coroutine returned"
    )
