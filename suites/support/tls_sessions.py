"""TLS connections of the loop under test, on the client's or on the server's side.

`session` opens one connection with an independent peer and gives the loop's end of it;
a check that runs with `both_sides` sees the loop once as the client and once as the
server. `serving` runs the loop's TLS server alone, for clients that a check makes
itself. `Filling` is to BufferedProtocol what Recorder is to Protocol.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from asyncio import AbstractEventLoop
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

import pytest

from .certificates import NAME, client_context, server_context
from .connecting import opened
from .conversations import greet_with, read_all
from .protocols import Recorder, dispose
from .sockets import CountedFactory
from .tls_peers import PATIENCE, Peer, TlsPeer, tls_client, tls_server, until_set
from .turns import turns

Side = Literal["client", "server"]
both_sides = pytest.mark.parametrize("side", ["client", "server"])
"""Runs a check with the loop as the client, and with the loop as the server."""
_GLANCE = 0.0003
"""Seconds in which a turn leaves the processor to the peer's thread."""
DOING = {
    "client": "create_connection(ssl=context)",
    "server": "a TLS client of create_server(ssl=context)",
}
"""How a message names a connection, by side."""


class Filling(asyncio.BufferedProtocol):
    """Records the callbacks of one connection; the buffer is a memoryview of `size` bytes.

    A memoryview, since a bytearray spoils data on CPython itself (gh-156275). It lies
    inside `backing`, between two margins that nobody may touch.
    """

    MARGIN = b"margin.."

    def __init__(self, size: int = 65536) -> None:
        self.calls: list[str] = []
        self.received = bytearray()
        self.updates: list[int] = []
        self.transport: asyncio.Transport | None = None
        self.lost_with: Exception | None = None
        self.backing = bytearray(self.MARGIN + bytes(size) + self.MARGIN)
        self._buffer = memoryview(self.backing)[len(self.MARGIN) : -len(self.MARGIN)]
        self._changed: asyncio.Event | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self.transport = transport  # type: ignore[assignment]  # its class is a requirement of its own
        self._record("connection_made")

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - the protocol's form
        """The whole buffer."""
        self._record("get_buffer")
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Add what the buffer holds to `received`, and its size to `updates`."""
        self.received += self._buffer[:nbytes]
        self.updates.append(nbytes)
        self._record("buffer_updated")

    def data_received(self, data: bytes) -> None:
        """Record a call that a BufferedProtocol never gets."""
        self.received += data
        self._record("data_received")

    def eof_received(self) -> bool | None:
        """Record; the default answer lets the transport close."""
        self._record("eof_received")
        return None

    def connection_lost(self, exc: Exception | None) -> None:
        """Keep the reason in `lost_with`."""
        self.lost_with = exc
        self._record("connection_lost")

    async def until(self, happened: Callable[[], bool]) -> None:
        """Wait until `happened()` is true, asking again after each callback."""
        while not happened():
            self._changed = asyncio.Event()
            await self._changed.wait()

    def _record(self, name: str) -> None:
        self.calls.append(name)
        if self._changed is not None:
            self._changed.set()


P = TypeVar("P", bound=Recorder | Filling)
T = TypeVar("T")


@dataclass(frozen=True)
class Session(Generic[P]):
    """The loop's end of a TLS connection, and the peer at the other one."""

    transport: asyncio.Transport
    protocol: P
    peer: TlsPeer
    context: ssl.SSLContext
    doing: str


@asynccontextmanager
async def session(
    loop: AbstractEventLoop,
    side: Side,
    protocol: P,
    talk: Callable[[Any], None] = read_all,
    *,
    client: ssl.SSLContext | None = None,
    server: ssl.SSLContext | None = None,
    strict: bool = False,
) -> AsyncIterator[Session[P]]:
    """Open a TLS connection, the loop on `side`; both handshakes are done inside the block.

    `client` and `server` are the contexts of the two ends, by default in order for each
    other. What is left of the connection is aborted after the block.
    """
    client, server = client or client_context(), server or server_context()
    if side == "client":
        with tls_server(server, talk, strict=strict) as listening:
            call = loop.create_connection(
                lambda: protocol, *listening.address, ssl=client, server_hostname=NAME
            )
            async with opened(call, DOING[side]) as (transport, _):
                await until_set(listening.peer.shaken)
                yield Session(transport, protocol, listening.peer, client, DOING[side])
        return
    async with serving(loop, lambda: protocol, server) as address:
        with tls_client(address, client, talk, server_hostname=NAME, strict=strict) as peer:
            made = await soon(protocol, lambda: protocol.transport is not None)
            assert made, (
                f"{DOING[side]} waited {PATIENCE} s for connection_made() of the server's "
                f"protocol, itself with handshake error {peer.handshake_error!r}; expected the call"
            )
            await until_set(peer.shaken)
            opposite = protocol.transport
            assert opposite is not None
            try:
                yield Session(opposite, protocol, peer, server, DOING[side])
            except GeneratorExit:  # the check itself is being closed, and can't wait any more
                opposite.abort()
                raise
            except BaseException:
                with suppress(Exception):  # what the check found counts
                    await dispose(opposite)
                raise
            await dispose(opposite)


@asynccontextmanager
async def serving(
    loop: AbstractEventLoop,
    factory: Callable[[], asyncio.BaseProtocol],
    context: ssl.SSLContext | None,
    **options: Any,
) -> AsyncIterator[tuple[str, int]]:
    """Run a TLS server of the loop; gives its address. Without a context it speaks plain text."""
    server = await loop.create_server(factory, "127.0.0.1", 0, ssl=context, **options)
    try:
        yield server.sockets[0].getsockname()[:2]
    finally:
        server.close()
        await turns()


async def soon(protocol: Recorder | Filling, happened: Callable[[], bool]) -> bool:
    """Wait for what callbacks of a protocol bring about; False when patience is over."""
    return await within_patience(protocol.until(happened))


async def within_patience(waiting: Coroutine[Any, Any, object]) -> bool:
    """Let something happen; False, and it is given up, when patience is over."""
    task = asyncio.ensure_future(waiting)
    await asyncio.wait({task}, timeout=PATIENCE)
    if not task.done():
        task.cancel()
        await turns()
        return False
    task.result()
    return True


async def heard(protocol: Recorder | Filling, size: int) -> bytes:
    """What has arrived once it is that many bytes, or when the connection or patience has ended."""
    await soon(
        protocol, lambda: len(protocol.received) >= size or "connection_lost" in protocol.calls
    )
    return bytes(protocol.received)


async def lost(protocol: Recorder | Filling, doing: str) -> None:
    """Wait for connection_lost(); `doing` opens the message when it does not come."""
    assert await soon(protocol, lambda: "connection_lost" in protocol.calls), (
        f"{doing}: no connection_lost() within {PATIENCE} s; expected the call"
    )


async def is_served(address: tuple[str, int], factory: CountedFactory) -> bool:
    """Whether the next TLS client of a loop's server is heard; a control, no promise.

    The factory is the server's.
    """
    before = factory.calls
    try:
        client = tls_client(address, client_context(), greet_with(b"hello"), server_hostname=NAME)
    except OSError:  # nobody listens any more
        return False
    with client as peer:
        shaken = await until_any(peer)
        await turns()
        heard_it = [await heard(protocol, 5) for protocol in factory.made[before:] if shaken]
    await turns()
    return heard_it == [b"hello"]


async def expect_served(address: tuple[str, int], factory: CountedFactory) -> None:
    """Expect that the next TLS client of a loop's server is heard; a control, no promise."""
    assert await is_served(address, factory), (
        "a good TLS client wrote b'hello' to create_server(ssl=context), and no new protocol got "
        "it; expected connection_made() and data_received()"
    )


async def until_any(peer: TlsPeer) -> bool:
    """Let the loop turn until a peer's handshake has succeeded, or failed: whether it succeeded."""
    while not (peer.shaken.is_set() or peer.ended.wait(_GLANCE)):
        await asyncio.sleep(0)
    return peer.shaken.is_set()


def ssl_object_of(transport: asyncio.BaseTransport) -> ssl.SSLObject:
    """The session of a TLS transport, for checks that ask it something."""
    ssl_object = transport.get_extra_info("ssl_object")
    assert ssl_object is not None, (
        "get_extra_info('ssl_object') of a TLS transport returned None; expected the session"
    )
    found: ssl.SSLObject = ssl_object
    return found


class Noting(Generic[T]):
    """A conversation that keeps what the peer's own session says, and reads to the end.

    Asked in the peer's thread, as a session that reads a ticket meanwhile may refuse to
    answer another one; `noted` is safe to read when the peer has ended.
    """

    noted: T | None = None

    def __init__(self, ask: Callable[[ssl.SSLSocket], T]) -> None:
        self._ask = ask

    def __call__(self, peer: TlsPeer) -> None:
        """Ask, and read."""
        self.noted = self._ask(peer.sock)
        read_all(peer)


def plain_client(address: tuple[str, int], talk: Callable[[Peer], None]) -> Peer:
    """A client without TLS, connected already, for what spoils a handshake."""
    return Peer(socket.create_connection(address, PATIENCE), talk)
