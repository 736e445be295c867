"""set_debug(): the flag itself, and that debug mode changes nothing but diagnostics."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from ..support.reports import Planted, error_of, fail_with, keep_reports
from ..support.requirement import requirement
from ..support.tasks import MARK, context_with, nothing, outcome, returning
from ..support.turns import run_turns, turns

SWITCHES = (True, False, True, False)


@requirement("debug.set_get_roundtrip", api="loop.set_debug", level="documented", since="3.11")
@pytest.mark.parametrize("stage", ["stopped", "running", "beside_another_loop"])
def test_get_debug_returns_what_was_set(
    loop: AbstractEventLoop, loop_factory: Callable[[], AbstractEventLoop], stage: str
) -> None:
    """set_debug() is reflected by get_debug() at once, running or not, on this loop alone.

    If this fails, look for a flag that a run reads once, or that all loops share.
    """
    other = loop_factory() if stage == "beside_another_loop" else None
    found: list[tuple[bool, bool]] = []

    def toggle() -> None:
        for debug in SWITCHES:
            loop.set_debug(debug)
            if other is not None:
                other.set_debug(not debug)
            found.append((loop.get_debug(), debug if other is None else not other.get_debug()))

    if stage == "running":
        loop.call_soon(toggle)
    else:
        toggle()
    run_turns(loop)

    assert [flag for flag, _ in found] == [*SWITCHES], (
        f"set_debug() with {[*SWITCHES]}, {stage.replace('_', ' ')}, made get_debug() return "
        f"{[flag for flag, _ in found]}; expected the same"
    )
    assert [flag for _, flag in found] == [*SWITCHES], (
        f"another loop was set to the opposite of {[*SWITCHES]} and its get_debug() returned the "
        f"opposite of {[flag for _, flag in found]}; expected its own flag"
    )


async def _order(loop: AbstractEventLoop) -> object:
    ran: list[str] = []
    loop.call_soon(ran.append, "callback 1")
    task = loop.create_task(_note(ran, "task 2"))
    loop.call_soon_threadsafe(ran.append, "callback 3")
    await task
    await turns()
    return ran


async def _note(ran: list[str], what: str) -> None:
    ran.append(what)


async def _contexts(loop: AbstractEventLoop) -> object:
    seen: list[str] = []
    done = loop.create_future()
    future = loop.create_future()
    loop.call_soon(lambda: seen.append(MARK.get()), context=context_with("soon"))
    loop.call_later(0, lambda: done.set_result(MARK.get()), context=context_with("later"))
    future.add_done_callback(lambda _: seen.append(MARK.get()), context=context_with("done"))
    future.set_result(None)
    seen.append(await done)
    await turns()
    return sorted(seen)


async def _timers(loop: AbstractEventLoop) -> object:
    fired: list[str] = []
    now, last = loop.time(), loop.create_future()
    for name, delay in (("third", 0.009), ("first", 0.001), ("second", 0.005)):
        loop.call_at(now + delay, fired.append, name)
    loop.call_at(now + 0.012, last.set_result, None)
    await last
    return fired


async def _cancelled(loop: AbstractEventLoop) -> object:
    ran: list[str] = []
    last = loop.create_future()
    handles = [loop.call_soon(ran.append, "soon"), loop.call_later(0, ran.append, "later")]
    waiting = loop.create_task(_wait(loop))
    await asyncio.sleep(0)
    waiting.cancel()
    handles.append(loop.call_soon(ran.append, "cancelled"))
    handles.append(loop.call_later(0.001, ran.append, "cancelled timer"))
    for handle in handles[2:]:
        handle.cancel()
    loop.call_later(0.003, last.set_result, None)
    await last
    return sorted(ran), waiting.cancelled()


async def _wait(loop: AbstractEventLoop) -> None:
    await loop.create_future()


async def _results(loop: AbstractEventLoop) -> object:
    failing = loop.create_task(_fail())
    results = [await loop.create_task(returning(5)), await loop.run_in_executor(None, int, "7")]
    await turns()
    return [*results, type(outcome(failing)).__name__]


async def _fail() -> None:
    raise Planted("from a task")


async def _names(loop: AbstractEventLoop) -> object:
    task = loop.create_task(nothing(), name="given")
    await task
    return task.get_name()


async def _errors(loop: AbstractEventLoop) -> object:
    ran: list[str] = []
    kept = keep_reports(loop, lambda context: str(error_of(context)))
    loop.call_soon(fail_with, Planted("from a callback"))
    loop.call_soon(ran.append, "behind it")
    await turns()
    return kept, ran


SCENES: dict[str, tuple[Callable[[AbstractEventLoop], Awaitable[Any]], object]] = {
    "order": (_order, ["callback 1", "task 2", "callback 3"]),
    "contexts": (_contexts, ["done", "later", "soon"]),
    "timers": (_timers, ["first", "second", "third"]),
    "cancellation": (_cancelled, (["later", "soon"], True)),
    "results": (_results, [5, 7, "Planted"]),
    "names": (_names, "given"),
    "errors": (_errors, (["from a callback"], ["behind it"])),
}


@requirement(
    "debug.everything_still_works",
    api="loop",
    level="implied",
    since="3.11",
    doc="library/asyncio-dev.html#asyncio-debug-mode",
)
@pytest.mark.parametrize("toggled", [False, True], ids=["set_before", "toggled_all_the_time"])
@pytest.mark.parametrize("scene", SCENES)
async def test_debug_mode_changes_nothing_else(
    loop: AbstractEventLoop, scene: str, toggled: bool
) -> None:
    """Order, contexts, timers, cancellation, results, names and errors are the same in debug mode.

    If this fails, look for the debug mode's own way of scheduling or running a callback.
    """
    act, expected = SCENES[scene]
    loop.set_debug(False)
    without = await act(loop)
    over = not toggled

    def toggle() -> None:
        loop.set_debug(not loop.get_debug())
        if not over:
            loop.call_soon(toggle)

    loop.set_debug(True)
    if toggled:
        loop.call_soon(toggle)
    found = await act(loop)
    over = True
    loop.set_debug(False)

    assert found in (without, expected), (
        f"in debug mode{', toggled each turn' if toggled else ''}, the scene of {scene} came to "
        f"{found!r}, without it to {without!r}; expected {expected!r}, or no difference at least"
    )
