"""Connections that begin in plain text and turn to TLS: the loop on one end, a thread on the other.

`linked` makes the connection, `Link.secured` upgrades the loop's end with start_tls().
The peer is a `TurningPeer`: it reads GO in plain text, so that the TLS handshake never
overtakes the check, then makes the handshake, then holds its conversation. With `raw`
the peer is a plain one that does as it likes. `refused_upgrade` expects start_tls() to
raise, `expect_upgrade` is the control: the same call where nothing is wrong.

The side is the TLS role of the loop's end. Who connected is no part of it, though by
default the client has.

Time limits here only end what already went wrong.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from asyncio import AbstractEventLoop
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from .certificates import NAME, client_context, server_context
from .conversations import echo
from .expect import expect_raises, is_missing, named
from .listeners import IPV4, LIMIT, listening, take_connection
from .protocols import Recorder, dispose
from .tls_peers import PATIENCE, Peer, TlsPeer
from .turns import turns

E = TypeVar("E", bound=BaseException)
P = TypeVar("P")
R = TypeVar("R")
Side = Literal["client", "server"]
SIDES: tuple[Side, Side] = ("client", "server")
GO = b"STARTTLS\r\n"
"""The last line of plain text, which the loop's end sends."""


class TurningPeer(TlsPeer):
    """A TlsPeer that talks in plain text before its handshake.

    `plain` is what it heard so far without TLS.
    """

    def __init__(self, *args: Any, first: Callable[[TurningPeer], None], **options: Any) -> None:
        super().__init__(*args, **options)
        self.plain = bytearray()
        self._first = first

    def run(self) -> None:
        """Hold the plain conversation, make the handshake, hold the other one."""
        try:
            self._first(self)
        except OSError as error:
            self.handshake_error = error
            self.sock.close()
            self.ended.set()
        else:
            super().run()

    def read_plain(self, size: int = len(GO)) -> None:
        """Wait for that many more bytes of plain text, or for the end of the stream."""
        whole = len(self.plain) + size
        while len(self.plain) < whole:
            data = socket.socket.recv(self.sock, whole - len(self.plain))
            if not data:
                raise ConnectionError(f"the stream ended {bytes(self.plain)!r}")
            self.plain += data

    def write_plain(self, data: bytes) -> None:
        """Send all of the data without TLS."""
        socket.socket.sendall(self.sock, data)


@dataclass
class Link(Generic[P]):
    """A plain connection of the loop, its peer, and what start_tls() needs for its upgrade."""

    loop: AbstractEventLoop
    side: Side
    transport: asyncio.Transport
    protocol: P
    peer: Any
    context: ssl.SSLContext
    options: dict[str, Any]

    @property
    def doing(self) -> str:
        """What was done, for messages."""
        return f"start_tls() as the TLS {self.side}"

    async def upgrade(self, **changes: Any) -> Any:
        """Send GO and await start_tls() at once; return what it returned."""
        self.transport.write(GO)
        return await self.start(**changes)

    async def start(self, **changes: Any) -> Any:
        """Await start_tls(), its arguments changed by name, and return what it returned."""
        given = {"transport": self.transport, "protocol": self.protocol, "sslcontext": self.context}
        options = given | self.options | changes
        three = [options.pop(name) for name in given]
        start_tls: Any = self.loop.start_tls  # its types refuse some of these arguments
        return await start_tls(*three, **options)

    async def secured(self, **changes: Any) -> asyncio.Transport:
        """Upgrade the connection; says in words what went wrong."""
        return await self.finished(asyncio.ensure_future(self.upgrade(**changes)))

    async def finished(self, call: asyncio.Future[Any]) -> asyncio.Transport:
        """Wait for a start_tls() that ought to succeed, and return its transport."""
        await asyncio.wait({call}, timeout=PATIENCE)
        assert call.done(), (
            f"{self.doing} was still pending after {PATIENCE} s; expected the handshake to complete"
        )
        try:
            transport: asyncio.Transport = call.result()
        except Exception as error:
            if is_missing(error):
                raise
            raise AssertionError(f"{self.doing} raised {error!r}; expected a transport") from error
        assert transport is not None, f"{self.doing} returned None; expected a transport"
        return transport

    async def echoed(self, transport: asyncio.WriteTransport, data: bytes = b"ping") -> bytes:
        """Write to a peer that echoes; what the protocol got, PATIENCE later at most.

        For a link whose protocol is a Recorder.
        """
        assert isinstance(self.protocol, Recorder)
        expected = len(self.protocol.received) + len(data)
        transport.write(data)
        await in_time(self.protocol.until_received(expected))
        return bytes(self.protocol.received)


async def in_time(happening: Awaitable[R]) -> R | None:
    """What the awaitable returns, or None when patience is over."""
    waiting = asyncio.ensure_future(happening)
    await asyncio.wait({waiting}, timeout=PATIENCE)
    if waiting.done():
        return waiting.result()
    waiting.cancel()
    await turns()
    return None


def take_go(peer: TurningPeer) -> None:
    """Read GO: the plain conversation of most peers."""
    peer.read_plain()


@asynccontextmanager
async def linked(
    loop: AbstractEventLoop,
    side: Side,
    talk: Callable[[Any], None] = echo,
    *,
    factory: Callable[[], Any] = Recorder,
    first: Callable[[TurningPeer], None] = take_go,
    raw: Callable[[Peer], None] | None = None,
    connects: bool | None = None,
    context: ssl.SSLContext | None = None,
    peers_context: ssl.SSLContext | None = None,
    only: ssl.TLSVersion | None = None,
    strict: bool = False,
) -> AsyncIterator[Link[Any]]:
    """A plain connection of the loop to a peer, aborted after the block.

    `side` is the TLS role that the loop's end will have; `connects` says whether it
    makes the connection or accepts it; `only` pins the TLS version of both ends.
    """
    connects = side == "client" if connects is None else connects
    transport, protocol, sock = await _plain(loop, factory, connects)
    contexts = {"client": client_context(only=only), "server": server_context(only=only)}
    names: dict[str, dict[str, Any]]
    names = {"client": {"server_hostname": NAME}, "server": {"server_side": True}}
    ours, theirs = context or contexts[side], peers_context or contexts[other(side)]
    peer: Peer
    if raw is not None:
        peer = Peer(sock, raw)
    else:
        role = {"server_side": False} | names[other(side)]
        peer = TurningPeer(sock, theirs, talk, first=first, strict=strict, **role)
    with peer:
        try:
            yield Link(loop, side, transport, protocol, peer, ours, names[side])
        except GeneratorExit:  # the check itself is being closed, and can't wait any more
            transport.abort()
            raise
        except BaseException:
            with suppress(Exception):  # what the check found counts
                await dispose(transport)
            raise
        await dispose(transport)


def other(side: Side) -> Side:
    """The other TLS role."""
    return "server" if side == "client" else "client"


async def refused_upgrade(link: Link[Any], kind: type[E], doing: str, **changes: Any) -> E:
    """Expect an upgrade to raise `kind`; return the exception. `doing` opens the message."""
    return await raised_by(link.upgrade(**changes), kind, doing)


async def raised_by(attempt: Awaitable[Any], kind: type[E], doing: str) -> E:
    """Expect a start_tls() to raise `kind`; return the exception. `doing` opens the message."""
    call = asyncio.ensure_future(attempt)
    await asyncio.wait({call}, timeout=PATIENCE)
    assert call.done(), f"{doing} was still pending after {PATIENCE} s; expected {named(kind)}"
    with expect_raises(kind, doing) as caught:
        call.result()
    if kind is Exception and is_missing(caught.error):
        raise caught.error
    return caught.error


async def expect_upgrade(loop: AbstractEventLoop, side: Side = "client") -> None:
    """Upgrade a connection where nothing is wrong, and put it away: a control, no promise."""
    async with linked(loop, side) as link:
        transport = await link.secured()
        echoed = await link.echoed(transport)
        shaken = link.peer.shaken.is_set()
    assert shaken, f"{link.doing} made no handshake with its peer; expected one"
    assert echoed == b"ping", f"{link.doing}: b'ping' brought {echoed!r} back; expected an echo"


async def _plain(
    loop: AbstractEventLoop, factory: Callable[[], Any], connects: bool
) -> tuple[asyncio.Transport, Any, socket.socket]:
    """A TCP connection: the loop's transport and protocol, and the peer's socket."""
    if connects:
        with listening() as listener:
            transport, protocol = await loop.create_connection(factory, *listener.getsockname()[:2])
            return transport, protocol, take_connection(listener)
    made: list[Any] = []

    def make() -> Any:
        made.append(factory())
        return made[-1]

    server = await loop.create_server(make, IPV4, 0)
    sock = socket.create_connection(server.sockets[0].getsockname()[:2], LIMIT)
    give_up = time.monotonic() + PATIENCE
    while not made or made[0].transport is None:
        assert time.monotonic() < give_up, (
            "create_server() never called connection_made() for a client; expected a connection"
        )
        await asyncio.sleep(0)
    server.close()
    return made[0].transport, made[0], sock
