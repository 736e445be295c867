"""What a transport still has to send, and when its protocol must be asked to wait.

`Outbox` keeps the bytes that the kernel would not take yet, in order. `WriteLimits`
is the arithmetic of flow control: it is told the size of the backlog, in bytes, and
answers whether the protocol is to be paused or resumed now. Neither of them calls
anybody.

    size > high, not paused   pause_writing(), once
    size <= low, paused       resume_writing(), once

Source: asyncio manual, WriteTransport.set_write_buffer_limits() and "Flow control
callbacks" of the protocols.
"""

from __future__ import annotations

from collections import deque
from itertools import islice

HIGH = 64 * 1024
"""The high mark, in bytes, as long as nobody sets another."""
LOW_SHARE = 4
"""The low mark is this part of the high one as long as nobody sets another."""
VECTOR = 1024
"""Pieces handed to the kernel at once: IOV_MAX, the most that Linux and macOS take."""


class Outbox:
    """Bytes in the order in which they are to leave."""

    def __init__(self) -> None:
        self.size = 0
        self._pieces: deque[memoryview] = deque()

    def __bool__(self) -> bool:
        """Whether anything waits."""
        return self.size > 0

    def append(self, data: bytes | memoryview) -> None:
        """Let `data` wait behind the rest; a copy of it, where somebody might change it."""
        if data:
            piece = memoryview(data)
            self._pieces.append(piece if isinstance(piece.obj, bytes) else memoryview(bytes(piece)))
            self.size += len(data)

    def head(self) -> list[memoryview]:
        """The pieces to offer to the kernel next."""
        if len(self._pieces) == 1:  # islice costs more than the usual case is worth
            return [self._pieces[0]]
        return list(islice(self._pieces, VECTOR))

    def sent(self, count: int) -> None:
        """Forget the first `count` bytes: the kernel took them."""
        self.size -= count
        pieces = self._pieces
        while count:
            piece = pieces.popleft()
            if len(piece) > count:
                pieces.appendleft(piece[count:])
                return
            count -= len(piece)

    def clear(self) -> None:
        """Forget all of it."""
        self._pieces.clear()
        self.size = 0


class WriteLimits:
    """The high and low marks, in bytes, and whether the protocol is paused."""

    def __init__(self) -> None:
        self.low, self.high = marks()
        self.paused = False

    def set(self, high: int | None, low: int | None) -> None:
        """Set the marks. Raises ValueError unless 0 <= low <= high; the old ones then stay."""
        self.low, self.high = marks(high, low)

    def to_pause(self, size: int) -> bool:
        """Whether the protocol must be paused now; True is said once."""
        if self.paused or size <= self.high:
            return False
        self.paused = True
        return True

    def to_resume(self, size: int) -> bool:
        """Whether the protocol may go on now; True is said once."""
        if not self.paused or size > self.low:
            return False
        self.paused = False
        return True


def marks(high: int | None = None, low: int | None = None) -> tuple[int, int]:
    """The pair (low, high) that is meant where one or both are left open.

    Raises ValueError unless 0 <= low <= high.
    """
    if high is None:
        high = HIGH if low is None else max(HIGH, LOW_SHARE * low)
    if low is None:
        low = high // LOW_SHARE
    if not 0 <= low <= high:
        raise ValueError(f"the low mark {low} and the high mark {high}: expected 0 <= low <= high")
    return low, high


def as_bytes(data: object) -> bytes | memoryview:
    """What a caller of write() gave, as something whose length is its bytes.

    Raises TypeError for anything that is not bytes, bytearray or memoryview.
    """
    if isinstance(data, bytes):
        return data
    if isinstance(data, bytearray):
        return memoryview(data)
    if isinstance(data, memoryview):
        return data.cast("B") if data.c_contiguous else data.tobytes()
    raise TypeError(f"data is {type(data).__name__}; expected bytes, bytearray or memoryview")
