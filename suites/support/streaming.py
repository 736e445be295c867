"""Plain TCP connections of the loop under test; the check holds the other end.

The far end is a non-blocking socket without a thread: the kernel's buffers do the work,
and the check reads, writes and ends it between the loop's turns. `narrow` makes both
buffers so small that BIG bytes stay in the transport until the far end reads.

Waiting for the far end ends when nothing has come for as long as `soon` of flowing waits,
which only ends what went wrong; waiting for callbacks is `soon` and `lost` of tls_sessions.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
import time
from asyncio import AbstractEventLoop
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Generic, TypeVar

from .expect import is_missing
from .flowing import PATIENCE, soon, stream
from .protocols import Recorder

P = TypeVar("P", bound=asyncio.BaseProtocol)
PROTOCOLS = "library/asyncio-protocol.html"
CLOSE = "asyncio.BaseTransport.close"
BIG = 600_000
"""As many bytes as never fit into the kernel's buffers of a narrow connection."""


class FarEnd:
    """The other end of a connection. `heard` is what came, `ended` how the stream ended.

    `ended` is "" while it has not, then "end of stream" or "reset".
    """

    def __init__(self, sock: socket.socket) -> None:
        self.heard = bytearray()
        self.ended = ""
        self._sock = sock

    def listen(self) -> None:
        """Read what is there now."""
        while not self.ended:
            try:
                data = self._sock.recv(65536)
            except BlockingIOError:
                return
            except OSError:
                self.ended = "reset"
                return
            if data:
                self.heard += data
            else:
                self.ended = "end of stream"

    async def until_heard(self, size: int) -> bytes:
        """Read until that many bytes have come; return all that came."""
        await self._until(lambda: len(self.heard) >= size)
        return bytes(self.heard)

    async def until_ended(self) -> str:
        """Read to the end; return how it ended, "no end" when it did not."""
        await self._until(lambda: False)
        return self.ended or "no end"

    def say(self, data: bytes) -> None:
        """Send a little, which the kernel takes at once."""
        self._sock.send(data)

    async def say_all(self, data: bytes) -> None:
        """Send as much as one likes, as the loop reads it."""
        give_up, rest = time.monotonic() + PATIENCE, memoryview(data)
        while rest and time.monotonic() < give_up:
            try:
                rest = rest[self._sock.send(rest) :]
                give_up = time.monotonic() + PATIENCE
            except BlockingIOError:
                await asyncio.sleep(0)

    def finish(self) -> None:
        """End the own direction, and go on listening."""
        self._sock.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """End both directions in order."""
        self._sock.close()

    def reset(self) -> None:
        """End the connection with a reset."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._sock.close()

    async def _until(self, happened: Callable[[], bool]) -> None:
        self.listen()
        while not (happened() or self.ended):
            if not await soon(partial(self._has_news, len(self.heard))):
                return

    def _has_news(self, known: int) -> bool:
        self.listen()
        return self.ended != "" or len(self.heard) > known


@dataclass(frozen=True)
class Stream(Generic[P]):
    """The loop's end of a connection, and the far one."""

    transport: asyncio.Transport
    protocol: P
    far: FarEnd


@asynccontextmanager
async def streaming(
    loop: AbstractEventLoop, protocol: P, *, narrow: bool = False
) -> AsyncIterator[Stream[P]]:
    """A connection of the loop over a socket that is given to it, aborted after the block."""
    async with stream(loop, protocol, narrow=narrow) as (transport, theirs):
        yield Stream(transport, protocol, FarEnd(theirs))


class Answering(Recorder):
    """Answers eof_received() with what it is told to."""

    def __init__(self, answer: object) -> None:
        super().__init__()
        self.answer = answer

    def eof_received(self) -> bool | None:
        """Record and answer."""
        super().eof_received()
        return self.answer  # type: ignore[return-value]  # any true or false value may be given


def course(calls: Sequence[str]) -> list[str]:
    """The callbacks in order, without the repetitions of data_received().

    How a stream is cut into pieces is never promised.
    """
    names: list[str] = []
    for name, group in groupby(calls):
        names += [name] if name == "data_received" else group
    return names


@contextmanager
def expect_ignored(doing: str) -> Iterator[None]:
    """Expect that the block raises nothing; a missing call leaves it as it came."""
    try:
        yield
    except Exception as error:
        if is_missing(error) or isinstance(error, AssertionError):  # words of the check itself
            raise
        raise AssertionError(f"{doing} raised {error!r}; expected it to be ignored") from error


@contextmanager
def rescued(far: FarEnd, after: float = 1.0) -> Iterator[Callable[[], bool]]:
    """Have a thread read the far end, `after` seconds from now, for a call that may block.

    Yields a question: had the thread to begin? It doesn't when the block is left earlier.
    """
    left, begun = threading.Event(), threading.Event()

    def read() -> None:
        if left.wait(after):
            return
        begun.set()
        while not left.wait(0.001):
            far.listen()

    thread = threading.Thread(target=read, name="rescue", daemon=True)
    thread.start()
    try:
        yield begun.is_set
    finally:
        left.set()
        thread.join()
