"""Tasks that are collected while they are pending; and in which context tasks are reported."""

from __future__ import annotations

import gc
from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.reports import Planted, errors_logged, keep_reports, message_of
from ..support.requirement import requirement
from ..support.tasks import MARK, context_with
from ..support.tracking import only_new_garbage
from ..support.turns import run_turns

KEEP_A_REFERENCE = "library/asyncio-task.html#asyncio.create_task"


def drop_a_pending_task(loop: AbstractEventLoop) -> None:
    """Make a task that waits for ever, let it begin to, and have it collected."""
    began: list[str] = []

    async def wait() -> None:
        began.append("task")
        await loop.create_future()

    task = loop.create_task(wait())
    run_turns(loop)
    del task
    gc.collect()
    assert began == ["task"], f"a new task began as {began}; expected its coroutine to run"


@requirement(
    "task.destroyed_pending.reported",
    api="loop.call_exception_handler",
    level="implied",
    since="3.11",
    doc=KEEP_A_REFERENCE,
)
@only_new_garbage()
def test_a_pending_task_that_is_collected_is_reported(loop: AbstractEventLoop) -> None:
    """A task collected while pending is reported to the handler, with the task under 'task'.

    If this fails, look for tasks without the report of asyncio.Task's destructor.
    """
    kept = keep_reports(loop, lambda context: ("task" in context, str(message_of(context))))

    drop_a_pending_task(loop)

    assert [has_task for has_task, _ in kept] == [True], (
        f"a pending task was collected and reported (with 'task', message) as {kept}; "
        "expected one report, with 'task'"
    )
    assert "destroyed" in kept[0][1], (
        f"a pending task was collected and reported with the message {kept[0][1]!r}; "
        "expected 'destroyed' in it"
    )


@requirement(
    "task.destroyed_pending.default_logged",
    api="loop.default_exception_handler",
    level="implied",
    since="3.11",
    doc=KEEP_A_REFERENCE,
)
@only_new_garbage()
def test_a_pending_task_that_is_collected_is_logged(
    loop: AbstractEventLoop, caplog: pytest.LogCaptureFixture
) -> None:
    """Without a handler, a task collected while pending is logged as ERROR.

    If this fails, look for reports that are dropped when no handler is set.
    """
    drop_a_pending_task(loop)
    records = errors_logged(caplog, anywhere=True)
    logged = [(r.levelname, r.getMessage().partition("\n")[0]) for r in records]

    assert [level for level, _ in logged] == ["ERROR"], (
        f"a pending task was collected and {logged} was logged; expected one ERROR"
    )
    assert "Task was destroyed but it is pending" in logged[0][1], (
        f"a pending task was collected and {logged[0][1]!r} was logged; "
        "expected 'Task was destroyed but it is pending'"
    )


@requirement(
    "exception_handler.runs_in_task_context",
    api="loop.set_exception_handler",
    level="documented",
    since="3.12",
)
@pytest.mark.parametrize("way", ["never retrieved", "task"])
@only_new_garbage()
def test_the_handler_runs_in_the_context_of_the_task(loop: AbstractEventLoop, way: str) -> None:
    """When the error concerns a task, the handler runs in that task's context.

    If this fails, look for a handler that is called in the context of whoever collects
    the task or calls call_exception_handler().
    """
    kept = keep_reports(loop, lambda _: MARK.get())

    async def fail() -> None:
        raise Planted("from a task")

    task: Any = context_with("task").run(lambda: loop.create_task(fail()))
    run_turns(loop)
    if way == "never retrieved":
        del task
        gc.collect()
    else:
        task.exception()
        loop.call_exception_handler({"message": "from a check", way: task})

    assert kept == ["task"], (
        f"the handler for an error that concerns a task ({way}) saw the context variable as "
        f"{kept}; expected ['task'], as in the task's context"
    )
