"""Letting the loop turn a known number of times, without a clock.

A turn is one pass over the callbacks that were ready when it began. A check that
says "this does not happen" counts turns, because a time would be either too short
on a busy machine or wasted on an idle one.
"""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop

SETTLE = 5
"""Turns after which anything that was merely queued has run."""


async def turns(count: int = SETTLE) -> None:
    """Give control back to the running loop `count` times."""
    for _ in range(count):
        await asyncio.sleep(0)


def run_turns(loop: AbstractEventLoop, count: int = SETTLE) -> None:
    """Run a stopped loop for `count` turns, using call_soon() and stop() alone.

    Raises AssertionError when the loop came back before it had made them, so that
    a loop that does nothing can't look like one on which nothing happened.
    """
    left = count

    def next_turn() -> None:
        nonlocal left
        left -= 1
        if left > 0:
            loop.call_soon(next_turn)
        else:
            loop.stop()

    loop.call_soon(next_turn)
    loop.run_forever()
    assert left == 0, (
        f"run_forever() came back after {count - left} of {count} turns; "
        "expected it to run until stop()"
    )
