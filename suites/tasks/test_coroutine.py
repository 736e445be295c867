"""Coroutine objects on the loop: the warning for one that nobody awaits."""

from __future__ import annotations

import gc
import warnings
from asyncio import AbstractEventLoop

from ..support.requirement import requirement
from ..support.tracking import only_new_garbage
from ..support.turns import turns


@requirement(
    "coroutine.never_awaited_warning",
    api="loop",
    level="documented",
    since="3.11",
    doc="library/asyncio-dev.html#detect-never-awaited-coroutines",
)
@only_new_garbage()
def test_only_a_forgotten_coroutine_is_warned_of(loop: AbstractEventLoop) -> None:
    """A coroutine that is neither awaited nor scheduled brings a RuntimeWarning, no other does.

    If this fails, look for a loop that filters warnings while it runs, or for a
    create_task() that makes coroutines of its own and leaves some of them unused.
    """

    async def nobody_awaits() -> None: ...

    async def scheduled() -> None: ...

    async def main() -> str:
        nobody_awaits()  # type: ignore[unused-coroutine]  # dropped on purpose
        await loop.create_task(scheduled())
        await turns(1)
        return "the end"

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        reached = loop.run_until_complete(main())
        gc.collect()
    warned = [str(w.message) for w in caught if issubclass(w.category, RuntimeWarning)]

    assert reached == "the end", (
        f"run_until_complete() of a coroutine returned {reached!r}; expected 'the end'"
    )
    assert len(warned) == 1, (
        f"one forgotten and one scheduled coroutine brought the warnings {warned}; expected one"
    )
    assert "nobody_awaits" in warned[0], (
        f"a forgotten coroutine brought the warning {warned[0]!r}; expected one that names it"
    )
