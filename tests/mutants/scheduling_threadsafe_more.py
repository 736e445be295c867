"""Mutants of call_soon_threadsafe(): many calls, and calls in the loop's own thread."""

from __future__ import annotations

import asyncio
import errno
import threading
from contextvars import Context
from typing import Any

from . import mutant
from .scheduling_parts import Args, Callback, HookedLoop


@mutant(breaks="call_soon_threadsafe.backlog", says="raised BlockingIOError")
class FullPipeLoop(HookedLoop):
    """Has a pipe in which each call leaves a byte, and that is full at some time."""

    unheard = 0

    def soon_threadsafe(self, callback: Callback, args: Args, context: Context | None) -> Any:
        """Write while there is room."""
        self.unheard += 1
        if self.unheard > 1000:
            raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
        return super().soon_threadsafe(self.hear, (callback, args), context)

    def hear(self, callback: Callback, args: Args) -> None:
        """Read."""
        self.unheard -= 1
        callback(*args)


@mutant(breaks="call_soon_threadsafe.backlog", says="ran 1000 callbacks; expected all of them")
class FullRingLoop(FullPipeLoop):
    """Has a ring of so many places for what comes from threads, and loses the rest."""

    def soon_threadsafe(self, callback: Callback, args: Args, context: Context | None) -> Any:
        """Lose what finds no place."""
        if self.unheard >= 1000:
            return asyncio.Handle(callback, args, self, context)
        return super().soon_threadsafe(callback, args, context)


@mutant(
    breaks="call_soon_threadsafe.from_signal_handler",
    says="expected the handler alone, without another thread",
)
class NoWakeInOwnThreadLoop(HookedLoop):
    """Takes itself for awake when it is called in its own thread."""

    thread = 0

    def run_forever(self) -> None:
        """Remember the thread."""
        self.thread = threading.get_ident()
        super().run_forever()

    def soon_threadsafe(self, callback: Callback, args: Args, context: Context | None) -> Any:
        """Don't wake what seems to be awake."""
        if threading.get_ident() == self.thread:
            return self.soon(callback, args, context)
        return super().soon_threadsafe(callback, args, context)
