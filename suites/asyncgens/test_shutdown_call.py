"""shutdown_asyncgens(): the call itself, what comes after it, and other loops."""

from __future__ import annotations

import asyncio
import warnings
from asyncio import AbstractEventLoop
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from ..support.requirement import requirement
from ..support.running import expect_open
from .generators import Ticks, start, ticks


@contextmanager
def warned() -> Iterator[list[warnings.WarningMessage]]:
    """The ResourceWarnings of the block, once it has ended."""
    with warnings.catch_warnings(record=True) as recorded:
        warnings.simplefilter("always")
        yield recorded
    recorded[:] = [one for one in recorded if issubclass(one.category, ResourceWarning)]


def texts(recorded: list[warnings.WarningMessage]) -> list[str]:
    """What the warnings say."""
    return [str(one.message) for one in recorded]


@requirement(
    "asyncgens.shutdown.then_iteration_warns",
    api="loop.shutdown_asyncgens",
    level="documented",
    since="3.11",
)
async def test_a_generator_started_after_it_brings_a_warning(loop: AbstractEventLoop) -> None:
    """After shutdown_asyncgens() a new generator still works, but brings a ResourceWarning.

    If this fails, look for the hook of a first iteration: it has to know that nobody will
    close the generator any more.
    """
    ended: list[str] = []
    early, late = ticks(ended, "early"), ticks(ended, "late")

    with warned() as before:
        await start(early)
    await loop.shutdown_asyncgens()
    with warned() as after:
        try:
            item = await anext(late)
        except RuntimeError as error:
            item = repr(error)
    await late.aclose()

    assert item == "late", (
        f"a generator first iterated after shutdown_asyncgens() gave {item!r}; expected its item"
    )
    assert not before, (
        f"a generator first iterated before shutdown_asyncgens() brought the ResourceWarnings "
        f"{texts(before)}; expected none"
    )
    assert len(after) == 1, (
        f"a generator first iterated after shutdown_asyncgens() brought the ResourceWarnings "
        f"{texts(after)}; expected one"
    )


@requirement(
    "asyncgens.shutdown.is_coroutine",
    api="loop.shutdown_asyncgens",
    level="documented",
    since="3.11",
)
async def test_a_call_alone_does_nothing(loop: AbstractEventLoop) -> None:
    """shutdown_asyncgens() is a coroutine: a call that is not awaited changes nothing.

    If this fails, look for a plain method that closes the generators or sets its flag
    before anything is awaited.
    """
    ended: list[str] = []
    open_one, new_one = ticks(ended, "open"), ticks(ended, "new")
    await start(open_one)

    coro: Any = loop.shutdown_asyncgens()
    is_coroutine = asyncio.iscoroutine(coro)
    if is_coroutine:
        coro.close()
    ended_by_call = ended.copy()
    with warned() as recorded:
        await start(open_one, new_one)
    await loop.shutdown_asyncgens()
    for generator in (open_one, new_one):
        with suppress(RuntimeError):  # where its closing has begun
            await generator.aclose()

    assert is_coroutine, f"shutdown_asyncgens() returned {coro!r}; expected a coroutine"
    assert not recorded, (
        f"after a call of shutdown_asyncgens() that was not awaited, a new generator brought the "
        f"ResourceWarnings {texts(recorded)}; expected none"
    )
    assert ended_by_call == [], (
        f"a call of shutdown_asyncgens() that was not awaited ran the clean-ups {ended_by_call}; "
        "expected none"
    )


@requirement(
    "asyncgens.other_loop_untouched",
    api="loop.shutdown_asyncgens",
    level="implied",
    since="3.11",
)
def test_it_leaves_what_the_loop_has_not_started(
    loop: AbstractEventLoop, second_loop: AbstractEventLoop
) -> None:
    """Only generators that were first iterated in this loop are closed by its shutdown.

    If this fails, look for one collection of generators that all loops share.
    """
    ended: list[str] = []
    own, other, unstarted = (ticks(ended, name) for name in ("own", "other", "unstarted"))

    async def go_on(*generators: Ticks) -> None:
        items.extend([await anext(generator, "closed") for generator in generators])

    items: list[str] = []
    loop.run_until_complete(start(own))
    expect_open(second_loop)
    second_loop.run_until_complete(start(other))
    expect_open(loop)
    loop.run_until_complete(loop.shutdown_asyncgens())
    expect_open(second_loop)
    ended_by_first = ended.copy()
    second_loop.run_until_complete(go_on(other, unstarted))
    second_loop.run_until_complete(second_loop.shutdown_asyncgens())

    assert ended_by_first == ["own"], (
        f"with a generator of its own and one of another loop, a loop's shutdown_asyncgens() ran "
        f"the clean-ups {ended_by_first}; expected that of its own"
    )
    assert items == ["other", "unstarted"], (
        f"after the shutdown of one loop, generators of another one gave {items}; expected them "
        "to go on"
    )
