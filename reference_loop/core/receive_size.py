"""How much to ask of the kernel with the next read.

A read allocates what it asks for. Asking for a quarter of a megabyte to receive sixty
bytes can cost more than the exchange itself, where the allocator takes such blocks from
the kernel each time; asking for little makes a bulk transfer pay for many calls. So the
size follows the traffic: a read that was filled makes the next one larger, a run of
reads that used little of theirs makes it smaller. All sizes are in bytes.
"""

from __future__ import annotations

FIRST = 64 * 1024
SMALLEST = 16 * 1024
LARGEST = 256 * 1024
GROWTH = 4
PATIENCE = 8
"""Reads in a row that used little before the size shrinks."""


class ReceiveSize:
    """The size of the next read, as `current`."""

    def __init__(self) -> None:
        self.current = FIRST
        self._little_used = 0

    def received(self, count: int) -> None:
        """Learn from a read that brought `count` bytes."""
        if count >= self.current:
            self.current = min(self.current * GROWTH, LARGEST)
            self._little_used = 0
        elif self.current > SMALLEST:
            self._little_used = self._little_used + 1 if count * GROWTH <= self.current else 0
            if self._little_used >= PATIENCE:
                self.current = max(self.current // GROWTH, SMALLEST)
                self._little_used = 0
