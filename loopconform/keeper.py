"""The loops that one check uses: made by the factory under test, closed afterwards.

Closing is a courtesy that must not judge: leftover tasks are cancelled, generators
and the default executor shut down, and what a loop can't do of that is passed over.
What close() itself raises is kept in `troubles` for the oracle that watches it.
"""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop

from loopconform.target import LoopFactory, new_loop


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
                    _wind_down(loop)
                loop.close()
            except Exception as error:
                self.troubles.append(f"close() raised {error!r}")


def _wind_down(loop: AbstractEventLoop) -> None:
    """Finish what a check may have left on a loop that is not running."""
    try:
        leftover = asyncio.all_tasks(loop)
        for task in leftover:
            task.cancel()
        if leftover:
            loop.run_until_complete(asyncio.wait(leftover))
        for step in (loop.shutdown_asyncgens, loop.shutdown_default_executor):
            loop.run_until_complete(step())
    except Exception:  # a loop that can't do this is judged by the checks of these calls
        return
