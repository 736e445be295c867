"""Plain TCP connections of the loop under test; the check holds the other end.

The far end is a non-blocking socket without a thread: the kernel's buffers do the work,
and the check reads, writes and ends it between the loop's turns. `narrow` makes both
buffers so small that BIG bytes stay in the transport until the far end reads.

Waiting for the far end takes PATIENCE seconds at most, which only ends what went wrong;
waiting for callbacks is `soon` and `lost` of tls_sessions.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
import time
from asyncio import AbstractEventLoop
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from itertools import groupby
from typing import Generic, TypeVar

from .connecting import connected
from .expect import is_missing
from .listeners import connected_pair
from .protocols import Recorder, dispose
from .tls_peers import PATIENCE

P = TypeVar("P", bound=asyncio.BaseProtocol)
PROTOCOLS = "library/asyncio-protocol.html"
CLOSE = "asyncio.BaseTransport.close"
BIG = 600_000
"""As many bytes as never fit into the kernel's buffers of a narrow connection."""
_NARROW = 65536
DOING = "create_connection(sock=...)"


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
        give_up = time.monotonic() + PATIENCE
        self.listen()
        while not (happened() or self.ended or time.monotonic() >= give_up):
            await asyncio.sleep(0)
            self.listen()


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
    with connected_pair() as (ours, theirs):
        if narrow:
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _NARROW)
            theirs.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _NARROW)
        theirs.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        theirs.setblocking(False)
        call = loop.create_connection(lambda: protocol, sock=ours)
        transport, _ = await connected(call, DOING)
        try:
            yield Stream(transport, protocol, FarEnd(theirs))
        except GeneratorExit:  # the check itself is being closed, and can't wait any more
            transport.abort()
            raise
        except BaseException:
            with suppress(Exception):  # what the check found counts
                await dispose(transport)
            raise
        if "connection_lost" not in getattr(protocol, "calls", ()):  # abort() has its own checks
            await dispose(transport)


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
