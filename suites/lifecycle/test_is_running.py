"""is_running(): before, in, after and besides a run."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop

import pytest

from ..support.expect import expect_raises
from ..support.requirement import requirement
from ..support.running import expect_usable, in_run, in_thread, run_to_interrupt, stopped_soon
from ..support.tasks import nothing
from ..support.turns import run_turns


@requirement("is_running.states", api="loop.is_running", level="documented", since="3.11")
def test_is_running_follows_the_runs(loop: AbstractEventLoop) -> None:
    """is_running() is False before a run, True in it, for all threads, and False after it; a bool.

    If this fails, look for a mark that a run sets and does not take back, or that belongs to
    a thread.
    """
    seen: dict[str, object] = {"before": loop.is_running()}

    def in_callback() -> None:
        seen["in a callback"] = loop.is_running()
        seen["in another thread"] = in_thread(loop.is_running)

    async def in_task() -> None:
        seen["in a task"] = loop.is_running()

    loop.call_soon(in_callback)
    task = loop.create_task(in_task())
    run_turns(loop)
    seen["after a run"] = loop.is_running()

    expected = dict.fromkeys(seen, False)
    expected |= dict.fromkeys(("in a callback", "in another thread", "in a task"), True)
    assert repr(seen) == repr({name: expected[name] for name in seen}), (
        f"is_running() answered {seen}; expected {expected}"
    )
    assert (len(seen), task.done()) == (5, True), (
        f"is_running() was asked {list(seen)}; expected five times"
    )


@requirement(
    "is_running.false_after_interrupt", api="loop.is_running", level="documented", since="3.11"
)
def test_a_loop_is_not_running_after_an_interrupt(loop: AbstractEventLoop) -> None:
    """is_running() is False again when a run was ended by an interrupt that a callback raised.

    If this fails, look for a mark that is taken back only when a run ends normally.
    """
    seen: list[object] = []
    run_to_interrupt(loop, lambda: seen.append(loop.is_running()))
    after = loop.is_running()

    assert seen == [True], (
        f"is_running() in a run that an interrupt ended was {seen}; expected [True]"
    )
    assert after is False, (
        f"is_running() after a run that an interrupt ended is {after!r}; expected False"
    )


@requirement(
    "is_running.false_after_failed_start", api="loop.is_running", level="implied", since="3.11"
)
@pytest.mark.parametrize("because", ["closed", "other_loop_running"])
def test_a_refused_run_leaves_the_loop_not_running(loop: AbstractEventLoop, because: str) -> None:
    """A run refused for a closed loop, or another running loop, leaves is_running() False.

    If this fails, look for a mark that is set before it is known whether the run may begin.
    """
    expect_usable(loop, "on a new loop")
    coroutine = nothing()

    def refused() -> object:
        with expect_raises(RuntimeError, f"run_until_complete() where the reason is {because!r}"):
            loop.run_until_complete(coroutine)
        return loop.is_running()

    if because == "closed":
        loop.close()
        running = refused()
    else:
        other = asyncio.SelectorEventLoop()
        try:
            with stopped_soon(loop):
                running = in_run(other, refused)
        finally:
            other.close()
        expect_usable(loop, "after it was refused inside a run of another loop")
    coroutine.close()

    assert running is False, (
        f"is_running() after a run was refused ({because}) is {running!r}; expected False"
    )
