"""Debug mode: reports that tell where a callback was scheduled, or a task created."""

from __future__ import annotations

import asyncio
import gc
from asyncio import AbstractEventLoop

import pytest

from ..support.reports import (
    Context,
    Planted,
    errors_logged,
    expect_contained,
    keep_reports,
    run_failing,
)
from ..support.requirement import requirement
from ..support.tracking import only_new_garbage


def functions_in(context: Context) -> list[str] | None:
    """The names of the functions in 'source_traceback', the outermost first."""
    found = context.get("source_traceback")
    return None if found is None else [frame.name for frame in found]


@requirement(
    "debug.source_traceback.callback_error",
    api="loop.call_exception_handler",
    level="documented",
    since="3.11",
)
@pytest.mark.parametrize("method", ["call_soon", "call_soon_threadsafe", "call_later"])
def test_the_report_tells_where_a_callback_was_scheduled(
    loop: AbstractEventLoop, method: str
) -> None:
    """In debug mode a failed callback's 'source_traceback' shows where it was scheduled.

    If this fails, look for handles that keep no traceback, or one that shows the loop's
    own frames in place of the caller's.
    """
    loop.set_debug(True)
    kept = keep_reports(loop, functions_in)

    def fail() -> None:
        loop.stop()
        raise Planted("from a callback")

    def scheduling_site() -> None:
        if method == "call_later":
            loop.call_later(0, fail)
        elif method == "call_soon":
            loop.call_soon(fail)
        else:
            loop.call_soon_threadsafe(fail)

    scheduling_site()
    with expect_contained("run_forever()"):
        loop.run_forever()

    assert len(kept) == 1, f"a failed callback was reported {len(kept)} times; expected once"
    assert kept[0] is not None, (
        f"in debug mode, a failed callback of {method}() was reported without 'source_traceback'; "
        "expected where it was scheduled"
    )
    assert "scheduling_site" in kept[0], (
        f"a callback was scheduled by {method}() in scheduling_site(), and its source_traceback "
        f"names the functions {kept[0]}; expected scheduling_site among them"
    )


@requirement(
    "debug.source_traceback.task",
    api="loop.call_exception_handler",
    level="documented",
    since="3.11",
    doc="library/asyncio-dev.html#detect-never-retrieved-exceptions",
)
@only_new_garbage()
def test_the_report_tells_where_a_task_was_created(loop: AbstractEventLoop) -> None:
    """In debug mode the report about a task nobody looked at shows where it was created.

    If this fails, look for a create_task() whose own frames push the creator's out of the
    traceback, or for tasks that keep none.
    """
    loop.set_debug(True)
    kept = keep_reports(loop, functions_in)

    async def fail() -> None:
        raise Planted("never seen")

    def creation_site() -> asyncio.Task[None]:
        return loop.create_task(fail())

    task = creation_site()
    run_failing(loop)
    del task
    gc.collect()

    assert len(kept) == 1, (
        f"a failed task that nobody looked at was reported {len(kept)} times; expected once"
    )
    assert "creation_site" in (kept[0] or ()), (
        f"a task was created in creation_site(), and the source_traceback of its report names the "
        f"functions {kept[0]}; expected creation_site among them"
    )


@requirement(
    "debug.source_traceback.logged",
    api="loop.default_exception_handler",
    level="documented",
    since="3.11",
    doc="library/asyncio-dev.html#detect-never-retrieved-exceptions",
)
@only_new_garbage()
def test_the_log_tells_where_a_task_was_created(
    loop: AbstractEventLoop, caplog: pytest.LogCaptureFixture
) -> None:
    """In debug mode the log about a task nobody looked at shows where the task was created.

    If this fails, look for a default handler that drops 'source_traceback', or logs it as
    an object.
    """
    loop.set_debug(True)

    async def fail() -> None:
        raise Planted("never seen")

    def creation_site() -> asyncio.Task[None]:
        return loop.create_task(fail())

    task = creation_site()
    run_failing(loop)
    del task
    gc.collect()
    texts = [record.getMessage() for record in errors_logged(caplog, anywhere=True)]

    assert len(texts) == 1, (
        f"a failed task that nobody looked at made the log {texts}; expected one record"
    )
    assert "in creation_site" in texts[0], (
        f"in debug mode a task was created in creation_site(), failed and was logged as "
        f"{texts[0]!r}; expected a traceback with that function"
    )


@requirement(
    "debug.source_traceback.absent_without_debug",
    api="loop.call_exception_handler",
    level="implied",
    since="3.11",
)
def test_without_debug_mode_no_traceback_is_kept(loop: AbstractEventLoop) -> None:
    """Without debug mode the context of a failed callback has no 'source_traceback'.

    If this fails, look for a traceback that is taken for every handle, which is slow.
    """
    loop.set_debug(False)
    kept = keep_reports(loop, lambda context: "source_traceback" in context)

    def fail() -> None:
        raise Planted("from a callback")

    loop.call_soon(fail)
    run_failing(loop)

    assert kept == [False], (
        f"without debug mode, reports about one failed callback had a source_traceback: {kept}; "
        "expected one report, without"
    )
