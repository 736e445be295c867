"""start_tls(): what the protocol is told."""

from __future__ import annotations

import asyncio
import ssl
import threading
from asyncio import AbstractEventLoop

import pytest

from ..support.certificates import TLS_1_2, TLS_1_3
from ..support.conversations import echo, read_all
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.tls_peers import PATIENCE, TlsPeer, until_set
from ..support.turns import turns
from ..support.upgrades import SIDES, Side, in_time, linked

both_sides = pytest.mark.parametrize("side", SIDES)
ENDINGS = ("eof_received", "connection_lost")
PROTOCOL = "library/asyncio-protocol.html#asyncio.BaseProtocol"


class BufferedRecorder(asyncio.BufferedProtocol):
    """Keeps what arrives through a buffer of its own."""

    def __init__(self) -> None:
        self.transport: asyncio.BaseTransport | None = None
        self.received = bytearray()
        self.enough = asyncio.Event()
        self._buffer = memoryview(bytearray(4096))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self.transport = transport

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - asyncio's form
        """Always the same buffer."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Add to what was received; 50,000 bytes are enough."""
        self.received += self._buffer[:nbytes]
        if len(self.received) >= 50_000:
            self.enough.set()


@both_sides
@requirement(
    "start_tls.protocol.connection_made_not_called_again",
    api="loop.start_tls",
    level="documented",
    since="3.11",
    doc=f"{PROTOCOL}.connection_made",
)
async def test_connection_made_is_not_called_again(loop: AbstractEventLoop, side: Side) -> None:
    """The upgrade does not call connection_made() again.

    If this fails, look for a TLS layer that introduces itself to the protocol as it
    does for create_connection(ssl=...).
    """
    async with linked(loop, side) as link:
        transport = await link.secured()
        echoed = await link.echoed(transport)
        made = link.protocol.calls.count("connection_made")

    assert echoed == b"ping", f"{link.doing}: b'ping' brought {echoed!r} back; expected an echo"
    assert made == 1, (
        f"connection_made() was called {made} times until data had flowed after {link.doing}; "
        "expected once, before the upgrade"
    )


@both_sides
@requirement(
    "start_tls.protocol.connection_lost_once",
    api="loop.start_tls",
    level="documented",
    since="3.11",
)
async def test_closing_the_new_transport_closes_all(loop: AbstractEventLoop, side: Side) -> None:
    """close() of the new transport gives connection_lost(None) once, and closes the old one too.

    If this fails, look for a connection_lost() of each layer, or for a TCP connection that
    is left open after the TLS shutdown.
    """
    async with linked(loop, side, read_all) as link:
        transport = await link.secured()
        transport.close()
        await in_time(link.protocol.until_called("connection_lost"))
        await turns()
        lost = link.protocol.calls.count("connection_lost")
        closing = link.transport.is_closing()

    assert (lost, link.protocol.lost_with, closing) == (1, None, True), (
        f"close() after {link.doing}: connection_lost() was called {lost} times, last with "
        f"{link.protocol.lost_with!r}, and is_closing() of the old transport is {closing}; "
        "expected one connection_lost(None), and True"
    )


@both_sides
@requirement(
    "start_tls.protocol.different_protocol_may_be_given",
    api="loop.start_tls",
    level="implied",
    since="3.11",
)
async def test_another_protocol_takes_over(loop: AbstractEventLoop, side: Side) -> None:
    """Another protocol than the transport's own may be given: it alone gets further callbacks.

    If this fails, look for a TLS layer that asks the old transport for its protocol.
    """
    async with linked(loop, side) as link:
        old, link.protocol = link.protocol, Recorder()
        transport = await link.secured(protocol=link.protocol)
        before = list(old.calls)
        echoed = await link.echoed(transport)
        transport.close()
        await in_time(link.protocol.until_called("connection_lost"))
        await turns()
        lost = "connection_lost" in link.protocol.calls

    assert old.calls == before == ["connection_made"], (
        f"{link.doing} with another protocol: the first one was told {old.calls}; "
        "expected connection_made alone"
    )
    assert (echoed, lost) == (b"ping", True), (
        f"{link.doing} with another protocol: it got {echoed!r} back for b'ping' and was told of "
        f"the end: {lost}; expected the echo, and True"
    )


@both_sides
@requirement(
    "start_tls.protocol.buffered",
    api="loop.start_tls",
    level="documented",
    since="3.11",
)
async def test_a_buffered_protocol_gets_plain_data(loop: AbstractEventLoop, side: Side) -> None:
    """A BufferedProtocol can be upgraded, and gets the decrypted data through its buffers.

    If this fails, look for records that are read straight into the protocol's buffer.
    """
    data = b"0123456789" * 5_000
    async with linked(loop, side, echo, factory=BufferedRecorder) as link:
        transport = await link.secured()
        transport.write(data)
        await in_time(link.protocol.enough.wait())
        got = bytes(link.protocol.received)

    assert got == data, (
        f"{link.doing} with a BufferedProtocol: {len(data)} bytes written to an echo brought "
        f"{len(got)} bytes back, from {got[:20]!r} on; expected the same bytes"
    )


@both_sides
@pytest.mark.parametrize("version", [TLS_1_2, TLS_1_3], ids=["1.2", "1.3"])
@requirement(
    "start_tls.peer_close_notify_after_upgrade",
    api="loop.start_tls",
    level="implied",
    since="3.11",
)
async def test_the_peers_clean_close_is_told(
    loop: AbstractEventLoop, side: Side, version: ssl.TLSVersion
) -> None:
    """The peer's close_notify gives eof_received(), then connection_lost(None).

    If this fails, look for a close_notify that is taken for an error, or that closes the
    connection without a word.
    """
    async with linked(loop, side, TlsPeer.say_goodbye, only=version) as link:
        await link.secured()
        await in_time(link.protocol.until_called("connection_lost"))
        await turns()
        calls = [name for name in link.protocol.calls if name in ENDINGS]

    assert (calls, link.protocol.lost_with) == (["eof_received", "connection_lost"], None), (
        f"after {link.doing} the peer sent close_notify: the protocol was told {calls}, "
        f"connection_lost() with {link.protocol.lost_with!r}; "
        "expected eof_received, connection_lost(None)"
    )


@both_sides
@requirement("start_tls.abort_after_upgrade", api="loop.start_tls", level="implied", since="3.11")
async def test_abort_ends_both_ends(loop: AbstractEventLoop, side: Side) -> None:
    """abort() of the new transport ends both ends at once: connection_lost(None), once.

    If this fails, look for an abort() of the TLS layer alone, or for one that waits for
    the peer, which is silent here.
    """
    done = threading.Event()

    def keep_silent_and_read(peer: TlsPeer) -> None:
        done.wait(2 * PATIENCE)
        read_all(peer)

    async with linked(loop, side, keep_silent_and_read) as link:
        transport = await link.secured()
        transport.abort()
        await in_time(link.protocol.until_called("connection_lost"))
        await turns()
        lost = link.protocol.calls.count("connection_lost")
        done.set()
        ended = await until_set(link.peer.ended)
        noticed = ended and not isinstance(link.peer.error, TimeoutError)

    assert (lost, link.protocol.lost_with) == (1, None), (
        f"abort() after {link.doing} called connection_lost() {lost} times, last with "
        f"{link.protocol.lost_with!r}; expected connection_lost(None), once"
    )
    assert noticed, (
        f"abort() after {link.doing}: the peer saw no end in {PATIENCE} s; expected a closed "
        "TCP connection"
    )
