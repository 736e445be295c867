"""Streams over the loop's transports, with the check at the other end.

asyncio's own stream classes are the same on every loop, so a check of streams judges the
transports below. The other end is a non-blocking socket that the check reads and writes
between the loop's turns; only TLS peers run in a thread.

Time limits only end what already went wrong: `ended` says so in words, before a peer in
a thread gives up.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from .listeners import IPV4, listening, take_connection
from .tls_peers import PATIENCE
from .turns import turns

T = TypeVar("T")
Address = tuple[str, int]
Handler = Callable[[StreamReader, StreamWriter], Any]

OPEN = "open_connection()"
"""How messages name the call."""
LIMIT = 0.75 * PATIENCE
"""Seconds; an upper bound for broken loops only, never part of a promise."""
FLOOD = 8_000_000
"""Bytes that no kernel holds for a connection on loopback."""
_CHUNK = 65_536


async def ended(work: Awaitable[T], doing: str, expected: str = "it to end") -> T:
    """Await `work`; where it is still pending when patience is over, say so in words.

    What it raises leaves as it came.
    """
    task = asyncio.ensure_future(work)
    await asyncio.wait({task}, timeout=LIMIT)
    if not task.done():
        task.cancel()
        await turns()
        raise AssertionError(f"{doing} was still pending after {LIMIT} s; expected {expected}")
    return task.result()


class Other:
    """The other end of a connection: a socket that is used between the loop's turns."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self.sock = sock
        self.data = bytearray()
        self.end = ""
        """How the stream ended: "end of stream", "reset", or "" while it has not."""

    def look(self, most: int = 1_000_000) -> None:
        """Read what is there, `most` bytes at most."""
        while not self.end and most > 0:
            try:
                piece = self.sock.recv(_CHUNK)
            except BlockingIOError:
                return
            except ConnectionError:
                self.end = "reset"
                return
            self.data += piece
            most -= len(piece)
            self.end = "" if piece else "end of stream"

    async def read(self, size: int) -> bytes:
        """Wait until that many bytes are there in all, or the stream or patience has ended."""
        await self.until(lambda: len(self.data) >= size)
        return bytes(self.data)

    async def read_to_end(self) -> bytes:
        """Wait for the end of the stream, or of patience."""
        await self.until(lambda: False)
        return bytes(self.data)

    async def until(self, happened: Callable[[], bool]) -> None:
        """Read in each turn until something has happened, or the stream or patience has ended.

        Patience begins anew with each byte.
        """
        size, give_up = -1, 0.0
        while not (happened() or self.end):
            if len(self.data) > size:
                size, give_up = len(self.data), time.monotonic() + LIMIT
            if time.monotonic() > give_up:
                return
            self.look()
            await asyncio.sleep(0)

    async def send(self, data: bytes, *, idle: int = 0) -> int:
        """Write between the loop's turns; how many bytes the kernel has taken.

        Ends when all are, when nobody is there to take more or patience is over; with `idle`,
        after that many turns in which the kernel took nothing.
        """
        left, still, give_up = memoryview(data), 0, time.monotonic() + LIMIT
        while left and time.monotonic() < give_up and not (idle and still >= idle):
            still += 1
            try:
                left = left[self.sock.send(left[: 4 * _CHUNK]) :]
                still = 0
            except BlockingIOError:
                pass
            except ConnectionError:
                break
            await asyncio.sleep(0)
        return len(data) - len(left)

    def finish(self) -> None:
        """End the own direction of the stream."""
        self.sock.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Close in a way that the loop's end sees as a TCP reset."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


@dataclass(frozen=True)
class Streams:
    """Reader and writer of a connection that the loop made, and its other end."""

    reader: StreamReader
    writer: StreamWriter
    other: Other

    async def clog(self) -> int:
        """Write zeros until the kernel takes no more, and far more than the high mark waits.

        Returns how many. The other end must not read meanwhile. Raises AssertionError when
        the writer's transport never says that anything waits.
        """
        transport: Any = self.writer.transport
        _, high = transport.get_write_buffer_limits()
        written = 0
        while transport.get_write_buffer_size() <= 2 * high:
            assert written < 8 * FLOOD, (
                f"get_write_buffer_size() after {written} bytes that nobody reads was "
                f"{transport.get_write_buffer_size()}; expected more than {2 * high}"
            )
            self.writer.write(bytes(4 * _CHUNK))
            written += 4 * _CHUNK
            await turns(2)
        return written


@asynccontextmanager
async def connected(**options: Any) -> AsyncIterator[Streams]:
    """A connection of open_connection() to a listener of the check; aborted after the block."""
    with listening() as listener:
        address = listener.getsockname()[:2]
        reader, writer = await ended(asyncio.open_connection(*address, **options), OPEN)
        with take_connection(listener) as sock:
            async with put_away(writer):
                yield Streams(reader, writer, Other(sock))


@asynccontextmanager
async def put_away(writer: StreamWriter) -> AsyncIterator[None]:
    """Abort the writer's connection after the block."""
    try:
        yield
    finally:
        with suppress(Exception):  # abort() after connection_lost() fails on CPython 3.11
            writer.transport.abort()
    await turns()


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[Address]:
    """Run a start_server() with this handler for the block; gives its address."""
    server = await ended(asyncio.start_server(handler, IPV4, 0), "start_server()")
    try:
        address: Address = server.sockets[0].getsockname()[:2]
        yield address
    finally:
        server.close()
        await turns()


def client_of(address: Address) -> socket.socket:
    """A client's socket, connected to a server of the loop: the kernel does that by itself."""
    try:
        return socket.create_connection(address, PATIENCE)
    except OSError as error:
        raise AssertionError(
            f"a client of a server that the loop runs met {error!r}; expected a connection"
        ) from error
