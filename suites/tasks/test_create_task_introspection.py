"""create_task(): what a task tells of where it stands and who waits for it."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from typing import Any

from ..support.requirement import requirement
from ..support.tracking import state_of
from ..support.turns import run_turns, turns


@requirement(
    "create_task.get_stack.suspended",
    api="loop.create_task",
    level="documented",
    since="3.11",
    doc="library/asyncio-task.html#asyncio.Task.get_stack",
)
def test_get_stack_shows_where_a_task_is_suspended(loop: AbstractEventLoop) -> None:
    """get_stack() has the one frame in which the task is suspended, and none once it is done.

    If this fails, look for a task that runs a wrapper around its coroutine.
    """
    release = loop.create_future()

    async def suspended_here() -> None:
        await release

    task = loop.create_task(suspended_here())
    run_turns(loop)
    during = [frame.f_code.co_name for frame in task.get_stack()]
    release.set_result(None)
    run_turns(loop)
    after = [frame.f_code.co_name for frame in task.get_stack()]

    assert (during, after) == (["suspended_here"], []), (
        f"get_stack() had the frames {during} while the task was suspended and {after} once it "
        f"was {state_of(task)}; expected ['suspended_here'] and none"
    )


@requirement(
    "create_task.call_graph",
    api="asyncio.capture_call_graph",
    level="documented",
    since="3.14",
    doc="library/asyncio-graph.html#asyncio.capture_call_graph",
)
async def test_the_call_graph_knows_who_awaits_a_task(loop: AbstractEventLoop) -> None:
    """asyncio.capture_call_graph() in a task names that task, and the task that awaits it.

    If this fails, look for a create_task() that puts a future of its own between a task
    and what its coroutine awaits.
    """
    graphs: list[Any] = []

    async def be_awaited() -> None:
        await turns(2)
        graphs.append(asyncio.capture_call_graph())  # type: ignore[attr-defined]  # new in 3.14

    async def wait() -> None:
        await inner

    inner = loop.create_task(be_awaited())
    outer = loop.create_task(wait())
    await turns()

    shown = [(graph.future, [by.future for by in graph.awaited_by]) for graph in graphs]
    assert shown == [(inner, [outer])], (
        f"capture_call_graph() in a task that another one awaits gave (task, awaited by) {shown}; "
        f"expected {[(inner, [outer])]}"
    )
