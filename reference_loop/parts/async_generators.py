"""Asynchronous generators: closed by the loop in which they were first iterated.

Python calls two hooks of the running thread: one when a generator is iterated for the
first time, one when a generator that has not finished is about to be collected. The
loop holds its generators weakly; what is collected is closed by a task of its own,
what is left over is closed by shutdown_asyncgens().

Source: library/asyncio-eventloop.html#asyncio.loop.shutdown_asyncgens, PEP 525
"""

from __future__ import annotations

import asyncio
import sys
import warnings
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

if TYPE_CHECKING:
    from ..loop import ReferenceLoop


class AsyncGenerators:
    """The unfinished asynchronous generators of one loop."""

    def __init__(self, loop: ReferenceLoop) -> None:
        self._loop = loop
        self._open: WeakSet[AsyncGenerator[Any, Any]] = WeakSet()
        self._shut_down = False

    @contextmanager
    def hooked(self) -> Iterator[None]:
        """Be told of generators during one run; the hooks found before are back after it."""
        before = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(firstiter=self._begun, finalizer=self._dropped)
        try:
            yield
        finally:
            sys.set_asyncgen_hooks(*before)

    def take_all(self) -> list[AsyncGenerator[Any, Any]]:
        """The open ones, no longer tracked; whoever begins another one is warned from now on."""
        self._shut_down = True
        taken = list(self._open)
        self._open.clear()
        return taken

    def _begun(self, generator: AsyncGenerator[Any, Any]) -> None:
        if self._shut_down:
            warnings.warn(
                f"{generator!r} was begun after shutdown_asyncgens(); nobody will close it",
                ResourceWarning,
                stacklevel=2,
                source=self._loop,
            )
        self._open.add(generator)

    def _dropped(self, generator: AsyncGenerator[Any, Any]) -> None:
        """Runs in whichever thread dropped the last reference."""
        self._open.discard(generator)
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._loop.create_task, generator.aclose())


async def shutdown_asyncgens(loop: ReferenceLoop) -> None:
    """Close every generator that is still open, all of them at once.

    An exception from a clean-up goes to the exception handler, with `asyncgen`.
    """
    generators = loop.asyncgens.take_all()
    ended = await asyncio.gather(*(g.aclose() for g in generators), return_exceptions=True)
    for generator, result in zip(generators, ended, strict=True):
        if isinstance(result, Exception):
            loop.call_exception_handler(
                {
                    "message": f"an error occurred while closing {generator!r}",
                    "exception": result,
                    "asyncgen": generator,
                }
            )
