"""asyncio.capture_call_graph(): what a debugger sees of the loop's tasks."""

from __future__ import annotations

import asyncio
from typing import Any

from ..support.requirement import requirement
from ..support.runners import blocked
from ..support.turns import turns


@requirement(
    "call_graph.frames_and_awaiters",
    api="asyncio.capture_call_graph",
    level="documented",
    since="3.14",
    doc="library/asyncio-graph.html#asyncio.capture_call_graph",
)
async def test_the_call_graph_names_coroutines_and_awaiters() -> None:
    """The call graph of a task holds the frames of its coroutines, and the task that awaits it.

    If this fails, look for a task that runs another coroutine than the one it was given, or
    for a Task class that does not call asyncio.future_add_to_awaited_by().
    """
    capture: Any = getattr(asyncio, "capture_call_graph", None)  # came with 3.14

    async def inner() -> None:
        await blocked()

    async def outer() -> None:
        await inner()

    child = asyncio.ensure_future(outer())

    async def awaiting() -> None:
        await child

    parent = asyncio.ensure_future(awaiting())
    await turns()
    graph = capture(child)
    frames = [entry.frame.f_code.co_name for entry in graph.call_stack]
    awaiters = [one.future for one in graph.awaited_by]
    child.cancel()

    assert frames == ["blocked", "inner", "outer"], (
        f"the call graph of a task held the frames {frames}; expected ['blocked', 'inner', 'outer']"
    )
    assert awaiters == [parent], (
        f"the call graph of a task was awaited by {awaiters}; expected the task that awaits it"
    )
