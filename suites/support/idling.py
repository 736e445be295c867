"""Whether a loop with nothing to do waits, or looks again and again."""

from __future__ import annotations

import asyncio
import time

IDLE = 0.05
"""Seconds for which the loop is left with nothing to do."""


async def used_while_idle() -> float:
    """Seconds of processor time that the process used while the loop idled for IDLE.

    The least of up to three tries, since other threads may have used it in one.
    """
    used: list[float] = []
    while len(used) < 3 and (not used or used[-1] > IDLE / 8):
        before = time.process_time()
        await asyncio.wait({asyncio.get_running_loop().create_future()}, timeout=IDLE)
        used.append(time.process_time() - before)
    return min(used)


def expect_idle(used: float, after: str) -> None:
    """Expect next to nothing of `used_while_idle`; `after` opens the message."""
    assert used <= IDLE / 8, (
        f"after {after} the process used {used:.3f} s of processor time while idle for {IDLE} s; "
        "expected next to none"
    )
