"""asyncio.sleep() on the loop's timers; here, and here alone, time itself is what is judged."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop

from ..support.requirement import requirement
from ..support.runners import ending_of

SLEEP = "library/asyncio-task.html#asyncio.sleep"
TICK = 0.001
"""Seconds by which a timer may be early: some loops count milliseconds."""


@requirement(
    "sleep.duration_and_result", api="asyncio.sleep", level="documented", since="3.11", doc=SLEEP
)
async def test_sleep_lasts_and_returns_its_result(loop: AbstractEventLoop) -> None:
    """asyncio.sleep() pauses its task alone, for the time asked at least, and returns its result.

    If this fails, look for timers that are rounded down or that lose the arguments of their
    callback, or for a wait that keeps ready tasks waiting too.
    """
    result = object()
    others: list[str] = []
    delay = 0.01

    async def other() -> None:
        others.append("other")

    async def sleeping() -> tuple[object, float, list[str]]:
        task = asyncio.ensure_future(other())
        before = loop.time()
        got = await asyncio.sleep(delay, result)
        ended = loop.time(), others.copy()
        await task
        return got, ended[0] - before, ended[1]

    task = asyncio.ensure_future(sleeping())
    ending = await ending_of(asyncio.shield(task))
    assert ending.startswith("returned"), f"sleep({delay}) {ending}; expected it to return"
    got, seconds, ran = task.result()

    assert got is result, f"sleep({delay}, {result!r}) returned {got!r}; expected that object"
    assert seconds >= delay - TICK, (
        f"sleep({delay}) took {seconds} s on the loop's clock; expected {delay} s at least"
    )
    assert ran == ["other"], f"during sleep({delay}) {ran} ran; expected the other task"


@requirement("sleep.concurrent", api="asyncio.sleep", level="implied", since="3.11", doc=SLEEP)
async def test_sleeping_tasks_overlap(loop: AbstractEventLoop) -> None:
    """Tasks that sleep do so at the same time, and wake in the order of their deadlines.

    If this fails, look for timers that wait for one another, for a bound on their number, or
    for a coarse timer wheel.
    """
    woken: list[int] = []
    steps, each = range(10), 10

    async def sleeping(step: int) -> None:
        await asyncio.sleep(0.004 + 0.002 * step)
        woken.append(step)

    in_turn = sum(each * (0.004 + 0.002 * step) for step in steps)
    before = loop.time()
    ending = await ending_of(
        asyncio.gather(*(sleeping(step) for step in steps for _ in range(each)))
    )
    seconds = loop.time() - before

    assert ending.startswith("returned"), (
        f"gather() of 100 tasks that sleep {ending}, with {len(woken)} woken; expected all to wake"
    )
    assert seconds < 0.9 * in_turn, (
        f"100 tasks that sleep {in_turn:.1f} s in all took {seconds:.1f} s; "
        "expected them to sleep at the same time"
    )
    assert woken == sorted(woken), (
        f"tasks woke in the order {woken}, numbered by deadline; expected ascending numbers"
    )
