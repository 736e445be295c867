"""One run of a program on a new loop, looked at from outside: what did it leave behind?

A run is clean if it left no task, no descriptor, no ResourceWarning, nothing that Python
could not raise, and if the exception handler was told nothing. The loop must be closed.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import warnings
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
LIMIT = 30.0
"""Seconds after which a program counts as hanging."""
TURNS = 20
"""Turns of the loop in which tasks that are on their way out may end."""
DESCRIPTORS = "/dev/fd"


class Run(Protocol):
    """Runs a coroutine on a new loop, expects a clean run, returns the result."""

    def __call__(self, main: Coroutine[Any, Any, T]) -> T:
        """Do so, once."""


class WatchedRun:
    """That, on the loops of one factory."""

    def __init__(self, new_loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
        self._new_loop = new_loop

    def __call__(self, main: Coroutine[Any, Any, T]) -> T:
        """The result of `main`; raises what it raises, AssertionError if it left anything."""
        gc.collect()
        before = open_descriptors()
        told: list[dict[str, Any]] = []
        tasks: list[str] = []
        with leavings() as left:
            with asyncio.Runner(loop_factory=self._new_loop) as runner:
                loop = runner.get_loop()
                loop.set_exception_handler(lambda _, context: told.append(context))
                result = runner.run(with_tasks_left(main, tasks))
            gc.collect()
        after = open_descriptors()
        assert loop.is_closed(), f"{loop!r} is open after its Runner; expected it to be closed"
        assert not told, f"the exception handler was told {told}; expected nothing"
        assert not tasks, f"the program left {tasks}; expected no task"
        assert not left, f"the program left {left}; expected no warning"
        new = [f"{number}: {what}" for number, what in after.items() if number not in before]
        assert not new, f"the program left the descriptors {new}; expected none"
        return result


async def with_tasks_left(main: Coroutine[Any, Any, T], tasks: list[str]) -> T:
    """What `main` returns, within the limit; `tasks` learns which others are not over."""
    async with asyncio.timeout(LIMIT):
        result = await main
    this = {asyncio.current_task()}
    for _ in range(TURNS):
        if not asyncio.all_tasks() - this:
            break
        await asyncio.sleep(0)
    tasks += [repr(task) for task in asyncio.all_tasks() - this]
    return result


@contextmanager
def leavings() -> Iterator[list[str]]:
    """What Python complained about meanwhile: unclosed resources, errors in finalizers."""
    left: list[str] = []
    hook = sys.unraisablehook
    sys.unraisablehook = lambda told: left.append(f"{told.err_msg}: {told.exc_value!r}")
    try:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always", ResourceWarning)
            warnings.simplefilter("always", RuntimeWarning)
            yield left
    finally:
        sys.unraisablehook = hook
    left += [
        f"{warning.category.__name__}: {warning.message}"
        for warning in warned
        if issubclass(warning.category, ResourceWarning | RuntimeWarning)
    ]


def open_descriptors() -> dict[int, str]:
    """The numbers of the open descriptors, and what they are open on where that is known."""
    found: dict[int, str] = {}
    for name in os.listdir(DESCRIPTORS):
        path = f"{DESCRIPTORS}/{name}"
        try:
            found[int(name)] = os.readlink(path) if os.path.islink(path) else "?"
        except OSError:
            continue  # the one of this very listing
    return found


async def until_quiet(progress: Callable[[], int], pause: float = 0.05) -> int:
    """Wait until `progress` stays the same for three pauses of so many seconds; its value."""
    seen = [progress()]
    while len(seen) < 4 or len(set(seen[-4:])) > 1:
        await asyncio.sleep(pause)
        seen.append(progress())
    return seen[-1]


def patterned(size: int, seed: int = 0) -> bytes:
    """Bytes in which a piece that is lost, doubled or out of order shows."""
    piece = b"".join((seed + number).to_bytes(4, "big") for number in range(size // 4 + 1))
    return piece[:size]
