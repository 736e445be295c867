"""start_tls() on a transport that speaks TLS already."""

from __future__ import annotations

import asyncio
import ssl
from asyncio import AbstractEventLoop
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from ..support.certificates import NAME, client_context, server_context
from ..support.conversations import echo, read_all
from ..support.requirement import requirement
from ..support.tls_peers import Peer, until_set
from ..support.turns import turns
from ..support.upgrades import GO, SIDES, Link, Side, in_time, linked, other

both_sides = pytest.mark.parametrize("side", SIDES)
INNER = "inner.test"


def _nested(side: Side, talk: Callable[[Any], None]) -> Callable[[Peer], None]:
    """The peer's conversation: GO once more, a second handshake inside TLS, then `talk`."""

    def turn_again(peer: Peer) -> None:
        peer.read_exactly(len(GO))
        if other(side) == "server":
            layer = Layer(peer, server_context(INNER, by_stranger=True), server_side=True)
        else:
            trusting = client_context(trusting_stranger=True)
            layer = Layer(peer, trusting, server_side=False, server_hostname=INNER)
        talk(layer)

    return turn_again


async def _upgraded_again(link: Link[Any], outer: asyncio.Transport) -> asyncio.Transport:
    """The transport of the second upgrade, with contexts of its own; says what went wrong."""
    if link.side == "client":
        context, changes = client_context(trusting_stranger=True), {"server_hostname": INNER}
    else:
        context, changes = server_context(INNER, by_stranger=True), {}
    inside = replace(link, transport=outer, context=context)
    return await inside.secured(**changes)


class Layer:
    """TLS by hand inside a TLS peer's connection: the second layer of TLS in TLS.

    Talks like a peer: to be given to a conversation. Raises OSError, ssl.SSLError included.
    """

    def __init__(
        self,
        peer: Peer,
        context: ssl.SSLContext,
        *,
        server_side: bool,
        server_hostname: str | None = None,
    ) -> None:
        self.received = bytearray()
        self._peer = peer
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(
            self._incoming, self._outgoing, server_side=server_side, server_hostname=server_hostname
        )
        self._carry_out(self.tls.do_handshake)

    def read(self, size: int = 65536) -> bytes:
        """Wait for bytes and add them to `received`; b"" at the end of the stream."""
        data: bytes = self._carry_out(self.tls.read, size)
        self.received += data
        return data

    def write(self, data: bytes) -> None:
        """Send all of the data."""
        self._carry_out(self.tls.write, data)

    def say_goodbye(self) -> None:
        """Exchange close_notify on this layer, then on the one below."""
        with suppress(OSError):
            self._carry_out(self.tls.unwrap)
        self._peer.say_goodbye()

    def _carry_out(self, act: Callable[..., Any], *args: Any) -> Any:
        while True:
            try:
                result = act(*args)
            except ssl.SSLWantReadError:
                self._flush()
                if data := self._peer.sock.recv(65536):
                    self._incoming.write(data)
                else:
                    self._incoming.write_eof()
            else:
                self._flush()
                return result

    def _flush(self) -> None:
        if data := self._outgoing.read():
            self._peer.sock.sendall(data)


@both_sides
@requirement("start_tls.tls_in_tls.works", api="loop.start_tls", level="implied", since="3.11")
async def test_a_tls_transport_is_upgraded_again(loop: AbstractEventLoop, side: Side) -> None:
    """An upgraded transport can be upgraded itself, and data flows through both layers.

    If this fails, look for a start_tls() that knows transports of sockets only, or for flow
    control that counts on a socket below.
    """
    data = b"0123456789" * 30_000
    async with linked(loop, side, _nested(side, echo)) as link:
        outer = await link.secured()
        inner = await _upgraded_again(link, outer)
        echoed = await link.echoed(inner, data)

    assert sha256(echoed).digest() == sha256(data).digest(), (
        f"{len(data)} bytes through TLS in TLS to an echo, {link.doing}, brought {len(echoed)} "
        "back; expected the same bytes"
    )


@both_sides
@requirement(
    "start_tls.tls_in_tls.close_propagates", api="loop.start_tls", level="implied", since="3.11"
)
async def test_closing_the_inner_layer_closes_all(loop: AbstractEventLoop, side: Side) -> None:
    """Closing the inner layer closes all layers and both ends, with one connection_lost().

    If this fails, look for a shutdown of the inner layer that ends there.
    """
    async with linked(loop, side, _nested(side, read_all)) as link:
        outer = await link.secured()
        inner = await _upgraded_again(link, outer)
        inner.close()
        await in_time(link.protocol.until_called("connection_lost"))
        await turns()
        layers = {"plain": link.transport, "outer": outer, "inner": inner}
        closing = {name: layer.is_closing() for name, layer in layers.items()}
        lost = link.protocol.calls.count("connection_lost")
        ended = await until_set(link.peer.ended)

    assert closing == {"plain": True, "outer": True, "inner": True}, (
        f"close() of the inner layer of TLS in TLS, {link.doing}: the transports' is_closing() "
        f"is {closing}; expected True of all"
    )
    assert (lost, ended) == (1, True), (
        f"close() of the inner layer of TLS in TLS, {link.doing}: connection_lost() was called "
        f"{lost} times, the peer saw an end: {ended}; expected once, and True"
    )


@requirement(
    "start_tls.tls_in_tls.independent_contexts",
    api="loop.start_tls",
    level="implied",
    since="3.11",
)
async def test_each_layer_has_its_own_context(loop: AbstractEventLoop) -> None:
    """Each layer of TLS in TLS has its own context and its own certificate of the peer.

    If this fails, look for extra information that is looked up in the layer below first.
    """
    async with linked(loop, "client", _nested("client", echo)) as link:
        outer = await link.secured()
        inner = await _upgraded_again(link, outer)
        layers = {"outer": outer, "inner": inner}
        names = {name: _names(layer) for name, layer in layers.items()}
        contexts = {name: layer.get_extra_info("sslcontext") for name, layer in layers.items()}
        outer_is_ours = contexts["outer"] is link.context
        inner_is_other = isinstance(contexts["inner"], ssl.SSLContext) and (
            contexts["inner"] is not link.context
        )

    assert names == {"outer": NAME, "inner": INNER}, (
        f"TLS in TLS: get_extra_info('peercert') names {names}; "
        f"expected {NAME} outside and {INNER} inside"
    )
    assert (outer_is_ours, inner_is_other) == (True, True), (
        f"TLS in TLS: get_extra_info('sslcontext') is {contexts}; expected each layer's own"
    )


def _names(transport: asyncio.BaseTransport) -> Any:
    found = (transport.get_extra_info("peercert") or {}).get("subjectAltName", ())
    return found[0][1] if found else None
