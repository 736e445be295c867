"""Context variables, along the ways by which one piece of work leads to the next."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from typing import Any

from ..support.requirement import requirement
from ..support.tasks import MARK, context_with

LINKS = (
    "child task",
    "future's callback",
    "call_soon",
    "call_at",
    "call_soon_threadsafe",
    "call_later",
    "to_thread",
    "after the child",
)


@requirement(
    "contextvars.propagation_chain",
    api="loop.call_soon",
    level="documented",
    since="3.11",
    doc="library/contextvars.html#asyncio-support",
)
async def test_context_flows_from_work_to_work(loop: AbstractEventLoop) -> None:
    """A task's context reaches its children, callbacks, timers and threads, and no sibling.

    If this fails, look in the message for the link that is broken: the call that it names
    runs callbacks in a context that is not a copy of its caller's.
    """
    seen: dict[str, str] = {}
    timer = loop.create_future()

    def note(link: str) -> str:
        seen[link] = MARK.get()
        return link

    async def child(link: str) -> None:
        note(link)
        MARK.set(f"{link}'s")

    async def parent(future: asyncio.Future[Any]) -> None:
        MARK.set("parent's")
        future.add_done_callback(lambda _: note("future's callback"))
        loop.call_soon(note, "call_soon")
        loop.call_at(loop.time(), note, "call_at")
        loop.call_soon_threadsafe(note, "call_soon_threadsafe")
        loop.call_later(0.001, lambda: timer.set_result(note("call_later")))
        await asyncio.ensure_future(child("child task"))
        await asyncio.to_thread(note, "to_thread")
        note("after the child")

    future = loop.create_future()
    context_with("another's").run(loop.call_soon, future.set_result, None)
    tasks = [asyncio.ensure_future(parent(future)), asyncio.ensure_future(child("sibling"))]
    await asyncio.wait([*tasks, timer])

    expected = dict.fromkeys(LINKS, "parent's") | {"sibling": "unset"}
    wrong = {link: seen.get(link) for link in expected if seen.get(link) != expected[link]}
    assert wrong == {}, (
        f'a task had set a variable to "parent\'s", and others read it as {wrong}; '
        f"expected { {link: expected[link] for link in wrong} }"
    )
