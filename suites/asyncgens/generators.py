"""Asynchronous generators for the checks of this chapter, and starting them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

Ticks = AsyncGenerator[str, None]


async def ticks(ended: list[str], name: str = "generator") -> Ticks:
    """Yield for ever; write the name down at the end of a clean-up that awaits."""
    try:
        while True:
            yield name
    finally:
        await asyncio.sleep(0)
        ended.append(name)


async def start(*generators: Ticks) -> None:
    """Take the first item of each, inside the run."""
    for generator in generators:
        await anext(generator)
