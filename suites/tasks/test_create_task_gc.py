"""create_task(): who keeps a task alive, and what a task can be a key of."""

from __future__ import annotations

import asyncio
import gc
import weakref
from asyncio import AbstractEventLoop
from collections.abc import Callable
from typing import Any

import pytest

from ..support.requirement import requirement
from ..support.tracking import ENDINGS, Ending, end, only_new_garbage, state_of
from ..support.turns import run_turns, turns

CREATE_TASK = "library/asyncio-task.html#asyncio.create_task"
RESCUE = 0.1
"""Seconds after which a run ends that stop() did not end."""


@requirement(
    "create_task.gc.only_weak_reference",
    api="loop.create_task",
    level="documented",
    since="3.11",
    doc=CREATE_TASK,
)
@only_new_garbage()
def test_the_loop_does_not_keep_a_suspended_task(loop: AbstractEventLoop) -> None:
    """A suspended task can be collected when nobody else references it or what it awaits.

    If this fails, look for a strong set of tasks in the loop.
    """
    started: list[str] = []
    loop.set_exception_handler(lambda _loop, _context: None)

    async def wait() -> None:
        started.append("task")
        await loop.create_future()

    reference = weakref.ref(loop.create_task(wait()))
    run_turns(loop)
    gc.collect()

    assert started == ["task"], f"the task's body ran as {started}; expected it to have started"
    assert reference() is None, (
        f"gc.collect() left {reference()!r}, suspended on a future of its own; "
        "expected the loop to hold only a weak reference"
    )


def _run_what_is_left(loop: AbstractEventLoop) -> None:
    """Run callbacks of the loop's own, with none of ours behind the last step.

    That a stop() before the run ends it is judged elsewhere; a timer of ours ends it too.
    """
    rescue = loop.call_later(RESCUE, loop.stop)
    loop.stop()
    loop.run_forever()
    rescue.cancel()


@requirement(
    "create_task.gc.finished_task_released",
    api="loop.create_task",
    level="implied",
    since="3.11",
    doc=CREATE_TASK,
)
@pytest.mark.parametrize("how", ENDINGS)
@only_new_garbage()
def test_the_loop_does_not_keep_a_finished_task(loop: AbstractEventLoop, how: Ending) -> None:
    """A task that has ended goes away once its creator drops it.

    If this fails, look for a list of tasks in the loop, or for the handle that ran last
    and is kept until the next one runs.
    """

    async def body() -> int:
        loop.stop()
        return end(how)

    task = loop.create_task(body())
    loop.run_forever()
    _run_what_is_left(loop)
    ended = state_of(task)
    reference = weakref.ref(task)
    del task
    gc.collect()

    assert ended.startswith(how), (
        f"a task that {how} was {ended} when the loop had run; expected it to have ended"
    )
    assert reference() is None, (
        f"gc.collect() left {reference()!r}, which ended and was dropped; "
        "expected the loop to let it go"
    )


@requirement(
    "create_task.gc.scheduled_task_kept", api="loop.create_task", level="implied", since="3.11"
)
@only_new_garbage()
def test_the_loop_keeps_a_task_that_is_ready_to_run(loop: AbstractEventLoop) -> None:
    """A task whose next step is queued is held by the loop, even when its creator drops it.

    If this fails, look for a ready queue that holds its callbacks weakly.
    """
    ran: list[str] = []

    async def body() -> None:
        ran.append("body")

    loop.create_task(body())  # dropped on purpose
    gc.collect()
    run_turns(loop)

    assert ran == ["body"], (
        f"create_task() with its result dropped, gc.collect() and some turns ran {ran}; "
        "expected ['body']"
    )


def _is_weak_key(one: asyncio.Task[Any], other: asyncio.Task[Any]) -> bool:
    table = weakref.WeakKeyDictionary({one: "one", other: "other"})
    return [table[one], table[other]] == ["one", "other"]


USES: dict[str, Callable[[asyncio.Task[Any], asyncio.Task[Any]], bool]] = {
    "weakref.ref(task)() is task": lambda one, _: weakref.ref(one)() is one,
    "{one, other, one} has two members": lambda one, other: len({one, other, one}) == 2,
    "WeakKeyDictionary tells two tasks apart": _is_weak_key,
    "one == one, one != other": lambda one, other: one == one and one != other,
}


@requirement(
    "create_task.task.weakrefable_hashable",
    api="loop.create_task",
    level="interop",
    since="3.11",
    libraries=("anyio",),
)
@pytest.mark.parametrize("use", USES)
async def test_a_task_can_be_a_weak_key(loop: AbstractEventLoop, use: str) -> None:
    """Tasks can be referenced weakly and used as keys, and equal only themselves.

    If this fails, look for a task class with __slots__ and no __weakref__, or with an
    __eq__ and no __hash__ to go with it.
    """
    one, other = (loop.create_task(turns(1), name="same") for _ in range(2))

    try:
        holds = USES[use](one, other)
    except TypeError as error:
        raise AssertionError(f"{use}: raised {error!r}; expected it to hold") from error
    await turns()

    assert holds, f"{use}: false for two tasks of one name; expected it to hold"
