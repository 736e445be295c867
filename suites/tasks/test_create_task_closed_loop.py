"""create_task(): what a closed loop does with a coroutine."""

from __future__ import annotations

import asyncio
import inspect
from asyncio import AbstractEventLoop
from collections.abc import Coroutine
from typing import Any

from ..support.expect import expect_raises
from ..support.requirement import requirement
from ..support.tasks import expect_tasks_run, nothing
from ..support.turns import run_turns

CLOSE = "library/asyncio-eventloop.html#asyncio.loop.close"


@requirement(
    "create_task.closed_loop.runtime_error",
    api="loop.create_task",
    level="implied",
    since="3.11",
    doc=CLOSE,
)
def test_a_closed_loop_refuses_a_task(loop: AbstractEventLoop) -> None:
    """On a closed loop, create_task() raises RuntimeError and never starts the coroutine.

    If this fails, look for a create_task() that does not ask whether the loop is closed,
    or that asks after it has stepped the coroutine.
    """
    ran: list[str] = []

    async def body() -> None:
        ran.append("body")

    expect_tasks_run(loop)
    loop.close()
    coroutine = body()
    with expect_raises(RuntimeError, "create_task() on a closed loop"):
        loop.create_task(coroutine)
    coroutine.close()

    assert ran == [], (
        f"create_task() on a closed loop ran {ran} of the coroutine; expected nothing of it"
    )


@requirement(
    "create_task.closed_loop.ensure_future_closes_coroutine",
    api="asyncio.ensure_future",
    level="interop",
    since="3.11",
    libraries=["CPython test_asyncio"],
    doc="library/asyncio-future.html#asyncio.ensure_future",
)
def test_ensure_future_on_a_closed_loop_leaves_no_open_coroutine(loop: AbstractEventLoop) -> None:
    """ensure_future() on a closed loop raises RuntimeError and closes the coroutine.

    If this fails, look for a create_task() that returns normally on a closed loop, or
    refuses with another exception than the RuntimeError that ensure_future() looks for.
    """
    control = asyncio.ensure_future(nothing(), loop=loop)
    run_turns(loop)
    assert control.done(), "ensure_future() on an open loop ran nothing; expected it to work"

    loop.close()
    coroutine = nothing()
    with expect_raises(RuntimeError, "ensure_future() on a closed loop"):
        control = asyncio.ensure_future(coroutine, loop=loop)

    state = inspect.getcoroutinestate(coroutine)
    assert state == inspect.CORO_CLOSED, (
        f"ensure_future() on a closed loop left its coroutine in the state {state}; "
        "expected CORO_CLOSED"
    )


@requirement(
    "create_task.closed_loop.factory_not_called",
    api="loop.create_task",
    level="implied",
    since="3.11",
    doc=CLOSE,
)
def test_a_closed_loop_does_not_call_its_task_factory(loop: AbstractEventLoop) -> None:
    """A closed loop raises RuntimeError before it calls a task factory.

    If this fails, look for a check of the closed state that stands only on the way
    without a factory.
    """
    made: list[object] = []

    def factory(
        loop: AbstractEventLoop, coro: Coroutine[Any, Any, Any], **options: Any
    ) -> asyncio.Task[Any]:
        made.append(coro)
        return asyncio.Task(coro, loop=loop, **options)

    loop.set_task_factory(factory)  # type: ignore[arg-type]  # also takes a generator, before 3.12
    expect_tasks_run(loop)
    assert len(made) == 1, f"an open loop called its factory {len(made)} times; expected once"
    loop.close()
    coroutine = nothing()
    with expect_raises(RuntimeError, "create_task() on a closed loop with a factory"):
        loop.create_task(coroutine)
    coroutine.close()

    assert len(made) == 1, (
        f"create_task() on a closed loop called the factory {len(made) - 1} times; expected no call"
    )
