"""Timers: callbacks that wait for a moment on the loop's clock.

A `when` is an absolute reading of loop.time(), in seconds. Nothing here reads a
clock: `now` is passed in, so that a test moves time by hand.

A cancelled timer stays in the heap until it reaches the front or until the heap
has doubled since it was last swept. Cancelling is therefore free, and a program
that sets and cancels time limits for ever keeps a heap no larger than twice what
is really waiting.

Source: asyncio manual, call_at() and call_later(). Equal deadlines have no promised
order; the order of arrival here is a courtesy.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from itertools import count
from typing import Generic, Protocol, TypeVar

SMALLEST_SWEEP = 64
"""Timers below which a sweep is not worth its while."""


class Cancellable(Protocol):
    """What a timer has to answer."""

    def cancelled(self) -> bool:
        """Whether it was called off."""
        ...


T = TypeVar("T", bound=Cancellable)


class Timers(Generic[T]):
    """The timers that wait, earliest first."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, T]] = []
        self._arrivals = count()
        self._sweep_at = SMALLEST_SWEEP

    def __len__(self) -> int:
        """How many the heap holds, the cancelled ones that it still keeps among them."""
        return len(self._heap)

    def add(self, when: float, timer: T) -> None:
        """Let `timer` wait until `when`."""
        if len(self._heap) >= self._sweep_at:
            self._sweep()
        heappush(self._heap, (when, next(self._arrivals), timer))

    def next_when(self) -> float | None:
        """The moment of the earliest timer, None if none waits."""
        heap = self._heap
        while heap and heap[0][2].cancelled():
            heappop(heap)
        return heap[0][0] if heap else None

    def pop_due(self, now: float) -> list[T]:
        """Remove and return the timers whose moment has come, earliest first."""
        heap = self._heap
        due = []
        while heap and heap[0][0] <= now:
            timer = heappop(heap)[2]
            if not timer.cancelled():
                due.append(timer)
        return due

    def clear(self) -> None:
        """Forget them all."""
        self._heap.clear()

    def _sweep(self) -> None:
        self._heap = [entry for entry in self._heap if not entry[2].cancelled()]
        heapify(self._heap)
        self._sweep_at = max(SMALLEST_SWEEP, 2 * len(self._heap))
