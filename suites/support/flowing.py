"""A plain connection of the loop under test whose other end the check holds itself.

No thread is needed: the peer is a non-blocking socket that the check reads and writes
between the loop's turns, and the kernel's buffers do the rest. They are made small, and
`stuck` fills them first, so that all that is written stays in the transport's own buffer
until the check reads. How much a kernel takes is never assumed: what counts is
get_write_buffer_size(), and what was called.

What does not happen within PATIENCE seconds is given up, so that a check can say in words
what is missing; it is no limit on a loop that does its part.
"""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from asyncio import AbstractEventLoop
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from .connecting import connected
from .listeners import connected_pair
from .protocols import Recorder, dispose
from .turns import turns

CREATE = "create_connection(factory, sock=connected)"
"""How a message names the call that made the connection."""
PATIENCE = 1.5
IDLE = 20
"""Turns after which what the peer has done on loopback has long been noticed."""
ALL = 65536
FILLER = b"."
"""What `stuck` has written, again and again, before the check's own bytes."""
_KERNEL = 65536
"""Bytes asked for as a kernel buffer: small, and yet a few segments of loopback TCP."""
_PIECE = FILLER * 4096
_MARGIN = 100_000
_ACKNOWLEDGE: int | None = getattr(socket, "TCP_QUICKACK", None)
"""Has Linux say at once how much it has got, which it would otherwise do 40 ms later."""
_QUICK = 200
"""Turns without pause before the first glance."""
_GLANCE = 0.0005
"""Seconds in which a turn without news leaves the processor to others."""

Before = Callable[[socket.socket, socket.socket], object]
"""What is done to the two ends, ours and the peer's, before the loop gets the first."""


@asynccontextmanager
async def stream(
    loop: AbstractEventLoop,
    protocol: asyncio.BaseProtocol,
    before: Before | None = None,
    *,
    narrow: bool = True,
) -> AsyncIterator[tuple[asyncio.Transport, socket.socket]]:
    """Connect `protocol`; gives its transport and the peer, and aborts it after the block.

    `narrow` makes the kernel's buffers small; `before` is called ahead of the connect.
    """
    with connected_pair() as (ours, peer):
        for sock in (ours, peer):
            if narrow:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _KERNEL)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _KERNEL)
            sock.setblocking(False)
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if before is not None:
            before(ours, peer)
        call = loop.create_connection(lambda: protocol, sock=ours)
        transport, _ = await connected(call, CREATE)
        try:
            yield transport, peer
        except GeneratorExit:  # the check itself is being closed, and can't wait any more
            transport.abort()
            raise
        except BaseException:
            with suppress(Exception):  # what the check found counts
                await _put_away(transport, protocol)
            raise
        await _put_away(transport, protocol)


async def _put_away(transport: asyncio.BaseTransport, protocol: asyncio.BaseProtocol) -> None:
    """Abort the transport, unless it is lost: whether that is harmless is another promise."""
    if "connection_lost" in getattr(protocol, "calls", ()):
        await turns()
    else:
        await dispose(transport)


@asynccontextmanager
async def stuck(
    loop: AbstractEventLoop, protocol: asyncio.BaseProtocol
) -> AsyncIterator[tuple[asyncio.Transport, socket.socket]]:
    """A `stream` of which the kernel takes nothing more: some FILLER waits in the transport.

    More of it than a kernel may still take after a while, when it probes the peer. The
    high mark is out of reach, until the check sets it.
    """
    async with stream(loop, protocol, fill) as (transport, peer):
        transport.set_write_buffer_limits(high=1 << 30)
        for _ in range(500):
            transport.write(_PIECE)
            await turns(1)
            if transport.get_write_buffer_size() >= _MARGIN:
                break
        else:
            raise AssertionError(
                f"get_write_buffer_size() was {transport.get_write_buffer_size()} after 2 MB were "
                "written to a peer that reads nothing; expected the bytes that were not sent"
            )
        yield transport, peer


def fill(ours: socket.socket, peer: socket.socket) -> None:
    """Send FILLER until the kernel takes no more, although the peer has said what it got."""
    refusals = 0
    while refusals < 3:
        try:
            ours.send(_PIECE)
            refusals = 0
        except BlockingIOError:
            refusals += 1
            if _ACKNOWLEDGE is not None:
                peer.setsockopt(socket.IPPROTO_TCP, _ACKNOWLEDGE, 1)


async def soon(happened: Callable[[], object]) -> bool:
    """Let the loop turn until `happened()` is true; False when patience is over."""
    idle, end, turn = threading.Event(), time.monotonic() + PATIENCE, 0
    while not happened():
        if time.monotonic() > end:
            return False
        if (turn := turn + 1) > _QUICK:
            idle.wait(_GLANCE)
        await asyncio.sleep(0)
    return True


def take(peer: socket.socket, most: int = ALL) -> bytes:
    """What the peer has got, `most` bytes at most; b"" where it has nothing just now."""
    try:
        return peer.recv(most)
    except (BlockingIOError, ConnectionError):
        return b""


async def drain(peer: socket.socket, happened: Callable[[], object], most: int = ALL) -> bytes:
    """Have the peer read in pieces of `most`, a piece a turn, as `soon` waits; what it read."""
    heard = bytearray()

    def read_and_ask() -> object:
        heard.extend(take(peer, most))
        return happened()

    await soon(read_and_ask)
    while data := take(peer):
        heard += data
    return bytes(heard)


async def heard_by(peer: socket.socket, size: int) -> bytes:
    """Have the peer read until it has that many bytes; what it read."""
    heard = bytearray()

    def read_and_ask() -> bool:
        heard.extend(take(peer, size - len(heard)))
        return len(heard) >= size

    await soon(read_and_ask)
    return bytes(heard)


async def drain_to_end(peer: socket.socket) -> tuple[bytes, str]:
    """Have the peer read until its stream ends: what it read, and how that ended."""
    heard, how = bytearray(), "no end"

    def ended() -> bool:
        nonlocal how
        try:
            while data := peer.recv(ALL):
                heard.extend(data)
            how = "end of stream"
        except BlockingIOError:
            return False
        except ConnectionError:
            how = "reset"
        return True

    await soon(ended)
    return bytes(heard), how


async def pump(peer: socket.socket, data: bytes, refusals: int | None = None) -> int:
    """Have the peer send `data` while the loop turns; how much of it the loop's side took.

    It gives up when the kernel takes nothing more for PATIENCE seconds, or `refusals`
    times in a row, where it is expected to get stuck.
    """
    sent = refused = 0
    give_up = time.monotonic() + PATIENCE
    while sent < len(data) and (
        time.monotonic() < give_up if refusals is None else refused < refusals
    ):
        try:
            sent += peer.send(data[sent : sent + ALL])
            refused, give_up = 0, time.monotonic() + PATIENCE
        except BlockingIOError:
            refused += 1
            await turns(2)
        except ConnectionError:
            break
    return sent


async def heard(protocol: Any, size: int) -> bytes:
    """What has arrived once it is that many bytes, or when the connection or patience has ended.

    The protocol is a Recorder, or a buffered protocol like it. Patience begins anew with
    all that arrives: how much of it comes at a time is the loop's affair.
    """
    arrived = -1
    while arrived < len(protocol.received) < size and "connection_lost" not in protocol.calls:
        arrived = len(protocol.received)
        await soon(_more_than(arrived, protocol))
    return bytes(protocol.received)


def _more_than(size: int, protocol: Any) -> Callable[[], bool]:
    return lambda: len(protocol.received) > size or "connection_lost" in protocol.calls


async def lost(protocol: Any, doing: str) -> None:
    """Wait for connection_lost(); `doing` opens the message when it does not come."""
    assert await soon(lambda: "connection_lost" in protocol.calls), (
        f"{doing}: the protocol was called {protocol.calls} and nothing more within {PATIENCE} s; "
        "expected connection_lost"
    )


class Writing(Recorder):
    """A Recorder that writes down how much is buffered when it may write again."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[int] = []

    def resume_writing(self) -> None:
        """Record the size."""
        assert self.transport is not None
        self.sizes.append(self.transport.get_write_buffer_size())
        super().resume_writing()

    @property
    def flow(self) -> list[str]:
        """The calls of flow control."""
        return [name for name in self.calls if name in ("pause_writing", "resume_writing")]
