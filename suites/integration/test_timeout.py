"""asyncio.timeout(): a time limit for a block of code."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.requirement import requirement
from ..support.runners import (
    FAR,
    SHORT,
    blocked,
    cancelling,
    ending_of,
    note_troubles,
    until_past,
    with_ample_limit,
)
from ..support.turns import turns

TIMEOUT = "library/asyncio-task.html#asyncio.timeout"


@requirement(
    "timeout.expires", api="asyncio.timeout", level="documented", since="3.11", doc=TIMEOUT
)
async def test_a_timeout_expires() -> None:
    """At its deadline a timeout() interrupts its block, raises TimeoutError, and leaves no trace.

    If this fails, look for timers that do not fire, or for a Task class whose uncancel() and
    cancelling() do not go together with cancel().
    """

    async def main() -> tuple[str, bool, int]:
        raised = "nothing"
        try:
            async with asyncio.timeout(SHORT) as block:
                await blocked()
        except TimeoutError:
            raised = "TimeoutError"
        await turns()
        return raised, block.expired(), cancelling()

    ending = await ending_of(main())

    assert ending == "returned ('TimeoutError', True, 0)", (
        f"timeout({SHORT}) around a block without end gave: {ending}; expected it to have returned "
        "what it raised, expired() and cancelling() as ('TimeoutError', True, 0)"
    )


@requirement(
    "timeout.not_expired", api="asyncio.timeout", level="documented", since="3.11", doc=TIMEOUT
)
async def test_a_timeout_is_disarmed_at_the_end_of_its_block(loop: AbstractEventLoop) -> None:
    """A timeout() whose block ends in time does nothing at its deadline; expired() is False.

    If this fails, look for timers that fire although their handle was cancelled.
    """
    troubles = note_troubles(loop)

    async def main(limit: float) -> bool:
        async with asyncio.timeout(limit) as block:
            await turns(1)
        await until_past(loop.time() + limit)
        return block.expired()

    ending = await ending_of(with_ample_limit(main))

    assert ending == "returned False", (
        f"a timeout() whose block had ended in time gave: {ending} after its deadline; "
        "expected it to have returned expired() as False"
    )
    assert troubles == [], (
        f"a timeout() whose block had ended in time had {troubles} reported; expected nothing"
    )


@requirement(
    "timeout.past_deadline",
    api="asyncio.timeout_at",
    level="documented",
    since="3.11",
    doc="library/asyncio-task.html#asyncio.Timeout",
)
async def test_a_deadline_in_the_past_interrupts_at_once(loop: AbstractEventLoop) -> None:
    """A timeout_at() in the past lets the block run to its first await, and interrupts that.

    If this fails, look for call_soon() that loses or defers what a task schedules.
    """
    steps: list[str] = []
    ticks: list[int] = []

    async def ticking() -> None:
        for tick in range(100):
            ticks.append(tick)
            await turns(1)

    async def main() -> None:
        async with asyncio.timeout_at(loop.time() - 1):
            ticker = asyncio.ensure_future(ticking())
            try:
                steps.append("before the await")
                await blocked()
                steps.append("after the await")
            finally:
                ticker.cancel()

    ending = await ending_of(main())

    assert (ending.partition("(")[0], steps) == ("raised TimeoutError", ["before the await"]), (
        f"timeout_at() in the past gave: {ending}, and its block had run {steps}; "
        "expected TimeoutError at its first await"
    )
    assert len(ticks) < 10, (
        f"timeout_at() in the past let the loop make {len(ticks)} turns before it interrupted "
        "its block; expected it to do so in the next turn"
    )


@requirement(
    "timeout.reschedule",
    api="Timeout.reschedule",
    level="documented",
    since="3.11",
    doc="library/asyncio-task.html#asyncio.Timeout.reschedule",
)
@pytest.mark.parametrize(
    ("first", "then", "fires"),
    [
        pytest.param(None, SHORT, True, id="set"),
        pytest.param(FAR, SHORT, True, id="sooner"),
        pytest.param(SHORT, FAR, False, id="later"),
        pytest.param(SHORT, None, False, id="removed"),
    ],
)
async def test_a_timeout_can_be_moved(
    loop: AbstractEventLoop, first: float | None, then: float | None, fires: bool
) -> None:
    """reschedule() sets, moves or removes the deadline of a timeout(), and when() follows.

    If this fails, look for timers that fire although their handle was cancelled, or for
    call_at() that does not measure by time().
    """
    seen: list[Any] = []

    async def main() -> str:
        async with asyncio.timeout(first) as block:
            when = None if then is None else loop.time() + then
            block.reschedule(when)
            seen.append(block.when() == when)
            await (blocked() if fires else until_past(loop.time() + SHORT))
        return "the end"

    ending = await ending_of(main())
    expected = "raised TimeoutError" if fires else "returned 'the end'"

    assert ending.startswith(expected), (
        f"timeout({first}) with reschedule() to {then} s from now gave: {ending}; "
        f"expected that it {expected}"
    )
    assert seen == [True], (
        f"whether when() was what reschedule() had been given: {seen}; expected [True]"
    )


@requirement("timeout.nested", api="asyncio.timeout", level="documented", since="3.11", doc=TIMEOUT)
@pytest.mark.parametrize("expires", ["inner", "outer"])
async def test_timeouts_nest(expires: str) -> None:
    """Of two timeouts, one inside the other, the one that expires raises, and it alone.

    If this fails, look for a loop that keeps one timer for each task, or for a Task class
    that mixes up how often it was cancelled.
    """
    raised: list[str] = []

    async def main() -> tuple[bool, bool, int]:
        limits = (FAR, SHORT) if expires == "inner" else (SHORT, FAR)
        try:
            async with asyncio.timeout(limits[0]) as outer:
                try:
                    async with asyncio.timeout(limits[1]) as inner:
                        await blocked()
                except TimeoutError:
                    raised.append("inner")
                await turns()
        except TimeoutError:
            raised.append("outer")
        await turns()
        return inner.expired(), outer.expired(), cancelling()

    ending = await ending_of(main())

    assert raised == [expires], (
        f"of nested timeouts, the {expires} one expiring, TimeoutError came from {raised}, and the "
        f"task gave: {ending}; expected it from the {expires} one"
    )
    expected = (expires == "inner", expires == "outer", 0)
    assert ending == f"returned {expected}", (
        f"(inner.expired(), outer.expired(), cancelling()) after the {expires} one of nested "
        f"timeouts had expired: {ending}; expected {expected}"
    )
