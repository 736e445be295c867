"""Generators that are dropped before their end: the loop closes them.

A generator is gone with its last reference; gc.collect() is there for interpreters and
loops in which it takes more.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
import weakref
from asyncio import AbstractEventLoop
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ..support.factories import turns_until
from ..support.requirement import requirement
from ..support.signals import BACKSTOP, once_idle
from ..support.tracking import only_new_garbage
from ..support.turns import run_turns, turns
from .generators import Ticks, start, ticks

HOOKS = "library/sys.html#sys.set_asyncgen_hooks"
CLOSE = "library/asyncio-eventloop.html#asyncio.loop.close"


@pytest.fixture(autouse=True)
def new_garbage_only() -> Iterator[None]:
    """Let collections look only at what the check and its loop make."""
    with only_new_garbage():
        yield


@contextmanager
def unraisable() -> Iterator[list[str]]:
    """What is raised in the block where nobody can catch it."""
    seen: list[str] = []
    before = sys.unraisablehook
    sys.unraisablehook = lambda told: seen.append(repr(told.exc_value))
    try:
        yield seen
    finally:
        sys.unraisablehook = before


def drop(generators: list[Ticks]) -> None:
    """Let go of the generators, and have them collected."""
    generators.clear()
    gc.collect()


@requirement("asyncgens.gc.finalized_by_loop", api="loop", level="implied", since="3.11", doc=HOOKS)
async def test_a_dropped_generator_is_closed_in_a_task(loop: AbstractEventLoop) -> None:
    """A generator that is dropped unfinished is closed by the loop: its clean-up may await.

    If this fails, look for the finalizer hook: it has to schedule a task that awaits the
    generator's aclose().
    """
    seen: list[str] = []
    own = asyncio.current_task()

    async def unfinished() -> Ticks:
        try:
            yield "item"
        finally:
            others = asyncio.all_tasks(loop) - {own}
            known = asyncio.current_task() in others
            seen.append("in another task of the loop" if known else "in no other task")
            await asyncio.sleep(0)
            seen.append("after its await")

    generators = [unfinished()]
    await start(*generators)
    drop(generators)
    await turns_until(lambda: len(seen) == 2)

    assert seen == ["in another task of the loop", "after its await"], (
        f"the clean-up of a generator that was dropped ran {seen}; expected it to run in a "
        "task made for it, and to go on after its await"
    )


@requirement("asyncgens.gc.from_other_thread", api="loop", level="implied", since="3.11", doc=HOOKS)
async def test_a_generator_dropped_by_another_thread_is_closed_in_the_loops(
    loop: AbstractEventLoop,
) -> None:
    """A generator that another thread drops is closed in the loop's thread, which is woken.

    If this fails, look for a finalizer hook that uses call_soon() where it needs
    call_soon_threadsafe(), or that runs the clean-up itself.
    """
    seen: list[str] = []
    closed = asyncio.Event()
    thread = threading.get_ident()

    async def unfinished() -> Ticks:
        try:
            yield "item"
        finally:
            seen.append("loop's thread" if threading.get_ident() == thread else "other thread")
            await asyncio.sleep(0)
            closed.set()

    def give_up() -> None:
        seen.append(f"a timer, {BACKSTOP} s later")
        closed.set()

    generators = [unfinished()]
    await start(*generators)
    backstop = loop.call_later(BACKSTOP, give_up)
    with once_idle(loop, generators.clear):
        await closed.wait()
    backstop.cancel()

    assert seen == ["loop's thread"], (
        f"a generator that another thread dropped while the loop idled was cleaned up in {seen}; "
        "expected the loop's thread, which is woken for it"
    )


@requirement("asyncgens.gc.not_kept_alive", api="loop", level="implied", since="3.11", doc=HOOKS)
@pytest.mark.parametrize("how", ["exhausted", "unfinished"])
async def test_the_loop_does_not_keep_generators_alive(how: str) -> None:
    """The loop holds the generators that it knows weakly: dropped ones disappear.

    If this fails, look for a plain set of generators, which need a WeakSet, or for a
    closing task that stays referred to.
    """
    ended: list[str] = []
    generators = [ticks(ended)]
    await start(*generators)
    if how == "exhausted":
        await generators[0].aclose()
    gone = weakref.ref(generators[0])

    drop(generators)
    await turns_until(lambda: ended)
    await turns()
    gc.collect()

    assert gone() is None, (
        f"a generator, {how} and dropped, was still there after a collection and some turns, "
        f"with its clean-up {ended}; expected it to be gone"
    )


@requirement("asyncgens.gc.after_close_silent", api="loop.close", level="implied", since="3.11")
def test_a_generator_dropped_after_close_raises_nothing(loop: AbstractEventLoop) -> None:
    """To drop an unfinished generator after its loop was closed raises nothing.

    If this fails, look for a finalizer hook that schedules the closing without asking
    whether the loop is closed.
    """
    ended: list[str] = []
    generators = [ticks(ended)]
    items: list[str] = []

    async def take_an_item() -> None:
        items.append(await anext(generators[0]))

    loop.run_until_complete(take_an_item())
    loop.close()
    with unraisable() as lost:
        drop(generators)

    assert items == ["generator"], (
        f"a run in which a generator was started took {items} from it; expected one item, "
        "without which the rest says nothing"
    )
    assert not lost, (
        f"a generator that was dropped after its loop was closed made {lost} be lost; "
        "expected nothing to be raised"
    )


@requirement("asyncgens.gc.while_stopped", api="loop", level="implied", since="3.11", doc=HOOKS)
def test_a_generator_dropped_between_runs_is_closed_in_the_next(loop: AbstractEventLoop) -> None:
    """A generator that is dropped while the loop is stopped is closed in the loop's next run.

    If this fails, look for a finalizer hook that asks whether the loop is running.
    """
    ended: list[str] = []
    generators = [ticks(ended)]

    loop.run_until_complete(start(*generators))
    drop(generators)
    ended_early = ended.copy()
    run_turns(loop)

    assert not ended_early, (
        f"a generator that was dropped while the loop was stopped ran its clean-up {ended_early} "
        "at once; expected it to wait for the next run"
    )
    assert ended == ["generator"], (
        f"a generator that was dropped while the loop was stopped had run the clean-ups {ended} "
        "after the next run; expected its own"
    )


@requirement("asyncgens.gc.error_reported", api="loop", level="implied", since="3.11", doc=HOOKS)
async def test_an_error_in_the_clean_up_of_a_dropped_generator_is_reported(
    loop: AbstractEventLoop,
) -> None:
    """An error in the clean-up of a dropped generator is reported to the exception handler.

    If this fails, look for a closing that is driven by the finalizer hook itself, or for
    a closing task whose exception is thrown away.
    """
    reported: list[object] = []
    error = ZeroDivisionError("from the clean-up")

    async def failing() -> Ticks:
        try:
            yield "failing"
        finally:
            raise error

    generators = [failing()]
    loop.set_exception_handler(lambda _, context: reported.append(context.get("exception")))
    await start(*generators)
    with unraisable() as lost:
        drop(generators)
        await turns_until(lambda: reported)
        gc.collect()

    assert not lost, (
        f"the clean-up of a dropped generator raised, and {lost} was lost in a finalizer; "
        "expected a task to keep it"
    )
    assert reported == [error], (
        f"the clean-up of a dropped generator raised, and {reported} was reported to the "
        "exception handler; expected its ZeroDivisionError"
    )
