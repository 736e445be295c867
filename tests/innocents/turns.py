"""Innocent loops whose turns have another order, or take longer."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from itertools import count
from typing import Any

from reference_loop import ReferenceLoop
from reference_loop.core import timers
from reference_loop.kernel import kernel
from reference_loop.kernel.waker import Waker
from reference_loop.kernel.watches import Watches
from reference_loop.parts import transports

from . import put

WAKES_AFTER = 0.003
"""Seconds that a wake-up takes on its way."""
LOSS_IN_TURNS = 3


class LateWatches(Watches):
    """Hands on in the next turn what this turn's wait has found."""

    found: deque[Any]

    def poll(self, timeout: float | None, ready: deque[Any]) -> None:
        """Hand on what was found, or look for more; a find is followed by a turn at once."""
        if getattr(self, "found", None):
            ready.extend(self.found)
            self.found.clear()
            return
        self.found = deque()
        super().poll(timeout, self.found)


class EagerWatches(Watches):
    """Puts callbacks of descriptors before what was ready."""

    def poll(self, timeout: float | None, ready: deque[Any]) -> None:
        """Put them there."""
        found: deque[Any] = deque()
        super().poll(timeout, found)
        ready.extendleft(reversed(found))


class BackwardTimers(timers.Timers[Any]):
    """Counts arrivals down."""

    def __init__(self) -> None:
        super().__init__()
        self._arrivals = count(0, -1)


class SlowWaker(Waker):
    """Takes its time to wake the loop, the first times."""

    slow = 100

    def wake(self) -> None:
        """Wait in the thread that calls."""
        if self.slow:
            self.slow -= 1
            threading.Event().wait(WAKES_AFTER)
        super().wake()


def io_a_turn_later() -> asyncio.AbstractEventLoop:
    """Call back for descriptors one turn later."""
    put(kernel, "Watches", LateWatches)
    return ReferenceLoop()


def io_before_ready() -> asyncio.AbstractEventLoop:
    """Call back for descriptors before the callbacks that are ready."""
    put(kernel, "Watches", EagerWatches)
    return ReferenceLoop()


def equal_deadlines_in_reverse() -> asyncio.AbstractEventLoop:
    """Run timers of one moment in the reverse order."""
    put(kernel, "Timers", BackwardTimers)
    return ReferenceLoop()


def slow_wake_ups() -> asyncio.AbstractEventLoop:
    """Be woken late by other threads."""
    put(kernel, "Waker", SlowWaker)
    return ReferenceLoop()


_lose = transports.DescriptorTransport._lose


def _lose_later(transport: Any, error: BaseException | None, turns: int = LOSS_IN_TURNS) -> None:
    if turns and not transport.loop.is_closed():
        transport.loop.call_soon(_lose_later, transport, error, turns - 1)
    else:
        _lose(transport, error)


def connection_lost_later() -> asyncio.AbstractEventLoop:
    """Call connection_lost() some turns after a transport has ended."""
    put(transports.DescriptorTransport, "_lose", _lose_later)
    return ReferenceLoop()


def no_abstract_loop() -> asyncio.AbstractEventLoop:
    """Be no AbstractEventLoop, so that set_event_loop() refuses it."""
    own = {
        name: value
        for name, value in {**vars(asyncio.AbstractEventLoop), **vars(ReferenceLoop)}.items()
        if name not in ("__dict__", "__weakref__", "__doc__", "__module__")
    }
    loop: asyncio.AbstractEventLoop = type("ForeignLoop", (), own)()
    return loop
