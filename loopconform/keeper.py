"""The loops that one check uses: made by the factory under test, closed afterwards.

Closing is a courtesy that must not judge: tasks that a check left are cancelled and
get a few turns, by call_soon() and stop() alone, so that a loop whose tasks are broken
does not fail in every check. What close() itself raises is kept in `troubles` for the
oracle that watches it.
"""

from __future__ import annotations

import asyncio
import contextlib
from asyncio import AbstractEventLoop
from collections.abc import Coroutine
from typing import Any

from loopconform.outcome import shown
from loopconform.target import LoopFactory, new_loop

GRACE_TURNS = 5
"""Turns of the loop that cancelled tasks get before it is closed."""


class NoSecondLoop(NotImplementedError):
    """The factory hands out one and the same loop; a promise about two can't be seen."""


class LoopKeeper:
    """Makes loops for one check, and closes all of them after it."""

    def __init__(self, factory: LoopFactory) -> None:
        self._factory = factory
        self._made: list[AbstractEventLoop] = []
        self.troubles: list[str] = []

    def new_loop(self) -> AbstractEventLoop:
        """A new, open loop. Raises NoSecondLoop when the factory repeats itself."""
        loop = new_loop(self._factory)
        if any(loop is earlier for earlier in self._made):
            raise NoSecondLoop("the factory returned the same loop again; expected a second loop")
        self._made.append(loop)
        return loop

    def close_all(self) -> None:
        """Close what is still open, the newest loop first."""
        while self._made:
            loop = self._made.pop()
            try:
                if loop.is_closed():
                    continue
                if not loop.is_running():
                    with contextlib.suppress(Exception):  # judged by checks of these calls
                        _wind_down(loop)
                loop.close()
            except KeyboardInterrupt:  # Ctrl+C, where pytest runs alone
                raise
            except BaseException as error:  # noqa: BLE001 - whatever it is, an oracle tells of it
                self.troubles.append(f"close() raised {shown(error)}")


def run_to_the_end(loop: AbstractEventLoop, check: Coroutine[Any, Any, object]) -> None:
    """Run a coroutine check on a loop.

    Raises AssertionError when the loop comes back before the check has ended, so that a
    loop that runs nothing passes nothing.
    """
    finished = False

    async def to_the_end() -> None:
        nonlocal finished
        await check
        finished = True

    running = to_the_end()
    try:
        loop.run_until_complete(running)
    finally:
        running.close()
        check.close()
    assert finished, (
        "run_until_complete(check()) returned before the coroutine had finished; "
        "expected it to run to its end"
    )


def _wind_down(loop: AbstractEventLoop) -> None:
    """Let the tasks that a check may have left on a stopped loop see their cancellation."""
    leftover = asyncio.all_tasks(loop)
    for task in leftover:
        task.cancel()
    turns = iter(range(GRACE_TURNS))

    def turn() -> None:
        if next(turns, None) is None:
            loop.stop()
        else:
            loop.call_soon(turn)

    if leftover:
        loop.call_soon(turn)
        loop.run_forever()
