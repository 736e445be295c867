"""Futures and tasks that failed and were dropped before anybody looked at them."""

from __future__ import annotations

import asyncio
import gc
import sys
import weakref
from asyncio import AbstractEventLoop
from collections.abc import Callable

import pytest

from ..support.expect import not_observable
from ..support.reports import Context, Planted, error_of, keep_reports, message_of
from ..support.requirement import requirement
from ..support.tracking import only_new_garbage
from ..support.turns import run_turns, turns

NEVER_RETRIEVED = "library/asyncio-dev.html#detect-never-retrieved-exceptions"
NEVER_SEEN = repr(Planted("never seen"))
WAYS = ("result()", "exception()", "await", "gather()", "cancelled")


async def failing() -> None:
    """Fail with the first step.

    No check holds the exception: its traceback may lead to the task, by way of the loop.
    """
    raise Planted("never seen")


def expect_collected(task: weakref.ref[asyncio.Task[None]]) -> None:
    """End the check where something still holds the task, which can't be reported then."""
    if task() is not None:
        not_observable("the failed task is held by something and was not collected")


@requirement(
    "future.exception_never_retrieved.reported",
    api="loop.call_exception_handler",
    level="documented",
    since="3.11",
    doc=NEVER_RETRIEVED,
)
@pytest.mark.parametrize("stage", ["loop_stopped", "loop_running", "another_loop_running"])
@only_new_garbage()
def test_a_failed_future_is_reported_when_collected(
    loop: AbstractEventLoop, loop_factory: Callable[[], AbstractEventLoop], stage: str
) -> None:
    """A failed future collected before anyone looked is reported to the handler of its loop.

    If this fails, look for a create_future() whose futures have no such report, or for
    one that goes to whichever loop is running.
    """
    error = Planted("never seen")
    kept = keep_reports(loop, dict)
    running = loop_factory() if stage == "another_loop_running" else loop

    def drop() -> None:
        future = loop.create_future()
        future.set_exception(error)
        del future
        gc.collect()

    running.call_soon(drop if stage != "loop_stopped" else gc.collect)
    run_turns(running)
    if stage == "loop_stopped":
        drop()

    assert [context.get("exception") for context in kept] == [error], (
        f"a future that failed with {error!r} was dropped and its loop's handler got {kept}; "
        "expected one report, with that exception"
    )
    assert "future" in kept[0], (
        f"a failed future was dropped and reported as {kept[0]}; expected it under 'future'"
    )
    assert isinstance(kept[0].get("message"), str), (
        f"a failed future was dropped and reported as {kept[0]}; expected a str under 'message'"
    )


@requirement(
    "task.exception_never_retrieved.reported",
    api="loop.call_exception_handler",
    level="documented",
    since="3.11",
    doc=NEVER_RETRIEVED,
)
@only_new_garbage()
def test_a_failed_task_is_reported_when_collected(loop: AbstractEventLoop) -> None:
    """A failed task collected before anyone looked is reported once, and not earlier.

    If this fails, look for tasks whose failure is dropped, or reported while somebody
    could still ask for it.
    """
    kept = keep_reports(loop, _about_a_future)

    task = loop.create_task(failing())
    run_turns(loop)
    too_early = [*kept]
    was_done, reference = task.done(), weakref.ref(task)
    del task
    gc.collect()

    assert was_done, "a task whose coroutine raised is pending; expected it to have failed"
    assert too_early == [], (
        f"a failed task was still held and had been reported as {too_early}; "
        "expected no report before it is collected"
    )
    if not kept:
        expect_collected(reference)
    assert [(found, is_task) for found, is_task, _ in kept] == [(NEVER_SEEN, True)], (
        f"a task that failed with {NEVER_SEEN} was dropped and reported as {kept}; expected one "
        "report, with that exception and the task under 'future'"
    )
    assert "never retrieved" in kept[0][2], (
        f"a failed task was dropped and reported with the message {kept[0][2]!r}; "
        "expected 'never retrieved' in it"
    )


def _about_a_future(context: Context) -> tuple[str, bool, str]:
    """The exception in words, whether 'future' is a task, and the message."""
    is_task = isinstance(context.get("future"), asyncio.Task)
    return repr(error_of(context)), is_task, str(message_of(context))


@requirement(
    "exception_never_retrieved.not_reported_when_seen",
    api="loop.call_exception_handler",
    level="implied",
    since="3.11",
    doc=NEVER_RETRIEVED,
)
@pytest.mark.parametrize("kind", ["future", "task"])
@pytest.mark.parametrize("way", WAYS)
async def test_an_exception_that_was_seen_is_not_reported(
    loop: AbstractEventLoop, way: str, kind: str
) -> None:
    """Nothing is reported when the exception was retrieved in any way, or after a cancellation.

    If this fails, look for a report on every failed future, or for a way to the
    exception that does not mark it as seen.
    """
    kept = keep_reports(loop, message_of)
    with only_new_garbage():
        future: asyncio.Future[None] = loop.create_future()
        if kind == "task":
            future = loop.create_task(failing())
        elif way != "cancelled":
            future.set_exception(Planted("seen"))

        seen = await _look_at(future, way)
        del future
        gc.collect()
        await turns()
    before = kept.copy()
    loop.call_exception_handler({"message": "control"})

    assert seen is not None, f"a failed {kind} gave nothing by {way}; expected its exception"
    assert kept[len(before) :] == ["control"], (
        f"call_exception_handler() brought {kept} to the handler; expected its message, "
        "without which silence says nothing"
    )
    assert before == [], (
        f"a {kind} whose outcome was seen by {way} was dropped and reported as {before}; "
        "expected no report"
    )


async def _look_at(future: asyncio.Future[None], way: str) -> object:
    """What looking at a failed, or cancelled, future in that way gives."""
    if way == "cancelled":
        future.cancel()
    await turns()
    if way == "exception()":
        return future.exception()
    if way == "cancelled":
        return future.cancelled() or None
    try:
        if way == "result()":
            future.result()
        elif way == "await":
            await future
        else:
            await asyncio.gather(future)
    except Planted as error:
        return str(error)
    return None


@requirement(
    "task.never_retrieved_after_close",
    api="loop.call_exception_handler",
    level="implied",
    since="3.11",
    doc=NEVER_RETRIEVED,
)
@only_new_garbage()
def test_a_report_after_close_reaches_the_handler(
    loop: AbstractEventLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failed task collected after close() is still reported to the handler, and nothing raises.

    If this fails, look for a close() that forgets the handler, or for a check for closed
    loops in call_exception_handler().
    """
    lost: list[str] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda args: lost.append(repr(args.exc_value)))
    kept = keep_reports(loop, lambda context: repr(error_of(context)))
    task = loop.create_task(failing())
    run_turns(loop)
    loop.close()
    reference = weakref.ref(task)

    del task
    gc.collect()

    assert lost == [], (
        f"a failed task was dropped after close() and {lost} was lost in its destructor; "
        "expected no exception"
    )
    if not kept:
        expect_collected(reference)
    assert kept == [NEVER_SEEN], (
        f"a failed task was dropped after close() and the handler was called for {kept}; "
        f"expected one call, for {NEVER_SEEN}"
    )
