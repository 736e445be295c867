"""start_tls(): from plain text to TLS, with a peer that is a blocking ssl socket."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from asyncio import AbstractEventLoop
from hashlib import sha256

import pytest

from ..support.certificates import NAME, TLS_1_2, TLS_1_3, client_context, server_context
from ..support.conversations import echo
from ..support.protocols import Recorder, dispose
from ..support.requirement import requirement
from ..support.tls_peers import PATIENCE, Peer, TlsPeer, until_set
from ..support.turns import turns
from ..support.upgrades import (
    GO,
    SIDES,
    Link,
    Side,
    TurningPeer,
    in_time,
    linked,
)

both_sides = pytest.mark.parametrize("side", SIDES)
both_versions = pytest.mark.parametrize("version", [TLS_1_2, TLS_1_3], ids=["1.2", "1.3"])
HANDSHAKE = 22
"""The type of a TLS record that carries a part of a handshake; its first byte."""


@both_sides
@both_versions
@requirement("start_tls.upgrade.both_sides", api="loop.start_tls", level="documented", since="3.11")
async def test_a_plain_connection_is_upgraded(
    loop: AbstractEventLoop, side: Side, version: ssl.TLSVersion
) -> None:
    """After a dialogue in plain text either end can be upgraded, and data flows when that is done.

    If this fails, look for a start_tls() that returns before the handshake has ended. The
    peer holds its part of the handshake back for a while.
    """
    gate, asked = threading.Event(), threading.Event()

    def greet_and_wait(peer: TurningPeer) -> None:
        peer.write_plain(b"220 ready\r\n")
        peer.read_plain()
        asked.set()
        gate.wait(PATIENCE)

    async with linked(loop, side, first=greet_and_wait, only=version) as link:
        greeting = await in_time(link.protocol.until_received(11))
        call = asyncio.ensure_future(link.upgrade())
        await until_set(asked)
        await turns()
        was_done = call.done()
        gate.set()
        transport = await link.finished(call)
        heard = await link.echoed(transport)

    assert greeting == b"220 ready\r\n", f"in plain text {greeting!r} arrived; expected a greeting"
    assert not was_done, f"{link.doing} had ended before the peer made its part of the handshake"
    assert heard == b"220 ready\r\nping", (
        f"{link.doing} between a greeting and an echo brought {heard!r}; "
        "expected b'220 ready\\r\\nping'"
    )


@both_sides
@requirement(
    "start_tls.upgrade.really_encrypts", api="loop.start_tls", level="documented", since="3.11"
)
async def test_a_handshake_is_on_the_wire(loop: AbstractEventLoop, side: Side) -> None:
    """After the last plain bytes a TLS handshake record is on the wire.

    If this fails, look for a start_tls() that goes on in plain text.
    """
    seen = threading.Event()

    def look(peer: Peer) -> None:
        peer.read_exactly(len(GO))
        if side == "server":
            hello = ssl.MemoryBIO()
            tls = client_context().wrap_bio(ssl.MemoryBIO(), hello, server_hostname=NAME)
            with pytest.raises(ssl.SSLWantReadError):
                tls.do_handshake()
            peer.write(hello.read())
        peer.read_exactly(1)
        seen.set()

    async with linked(loop, side, raw=look) as link:
        call = asyncio.ensure_future(link.upgrade())
        await until_set(seen)
        wire = bytes(link.peer.received)
        await dispose(link.transport)
        await asyncio.wait({call}, timeout=PATIENCE)
        call.cancelled() or call.exception()

    assert wire == GO + bytes([HANDSHAKE]), (
        f"{link.doing} after {GO!r} put {wire!r} on the wire; expected that and then a record "
        f"of type {HANDSHAKE}, which is a handshake"
    )


@both_sides
@both_versions
@requirement(
    "start_tls.upgrade.with_blocking_peer", api="loop.start_tls", level="implied", since="3.11"
)
async def test_a_blocking_peer_gets_data_and_a_clean_close(
    loop: AbstractEventLoop, side: Side, version: ssl.TLSVersion
) -> None:
    """The upgraded connection carries data to a blocking ssl peer and back, and closes cleanly.

    If this fails, look for a close() that ends the TCP connection without TLS's close_notify,
    or does not wait for the peer's.
    """
    unwrapped = threading.Event()

    def echo_and_unwrap(peer: TlsPeer) -> None:
        while data := peer.read():
            peer.write(data)
        peer.sock.unwrap().close()
        unwrapped.set()

    async with linked(loop, side, echo_and_unwrap, only=version, strict=True) as link:
        transport = await link.secured()
        echoed = await link.echoed(transport)
        transport.close()
        await until_set(link.peer.ended)
        error, spoken = link.peer.error, link.peer.version

    expected = version.name.replace("_", ".")
    assert (echoed, spoken) == (b"ping", expected), (
        f"{link.doing} brought {echoed!r} back for b'ping' over {spoken}; "
        f"expected it over {expected}"
    )
    assert unwrapped.is_set(), (
        f"close() after {link.doing}: the peer's unwrap() ended with {error!r}; "
        "expected an exchange of close_notify"
    )


@both_sides
@requirement(
    "start_tls.large_transfer_after_upgrade", api="loop.start_tls", level="implied", since="3.11"
)
async def test_megabytes_pass_both_ways(loop: AbstractEventLoop, side: Side) -> None:
    """Megabytes both ways at the same time arrive intact after the upgrade.

    If this fails, look for reading that stops while writing is held up: the peer writes
    all of its data before it reads any, and the system holds little of it for either.
    """
    ours, theirs = bytes(range(256)) * 16_000, b"0123456789abcdef" * 125_000

    def narrow(peer: TurningPeer) -> None:
        for buffer in (socket.SO_SNDBUF, socket.SO_RCVBUF):
            peer.sock.setsockopt(socket.SOL_SOCKET, buffer, 65536)
        peer.read_plain()

    def write_first(peer: Peer) -> None:
        peer.write(theirs)
        peer.read_exactly(len(ours))

    async with linked(loop, side, write_first, first=narrow) as link:
        transport = await link.secured()
        transport.write(ours)
        await in_time(link.protocol.until_received(len(theirs)))
        await until_set(link.peer.ended)
        sent, got = bytes(link.peer.received), bytes(link.protocol.received)

    for whose, what, arrived in (("the peer", ours, sent), ("the protocol", theirs, got)):
        assert sha256(arrived).digest() == sha256(what).digest(), (
            f"{len(what)} bytes each way after {link.doing}: {whose} got {len(arrived)}, "
            f"of which {_same(what, arrived)} were right; expected all of them intact"
        )


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("connects", [True, False], ids=["connecting", "accepting"])
@requirement(
    "start_tls.server_side_roles_are_independent_of_connecting",
    api="loop.start_tls",
    level="implied",
    since="3.11",
)
async def test_either_end_may_be_the_tls_server(
    loop: AbstractEventLoop, side: Side, connects: bool
) -> None:
    """server_side alone says who is the TLS server, whoever connected.

    If this fails, look for a role that is derived from the kind of the transport.
    """
    async with linked(loop, side, connects=connects) as link:
        transport = await link.secured()
        echoed = await link.echoed(transport)

    assert echoed == b"ping", (
        f"{link.doing} on the end that {'connected' if connects else 'accepted'} brought "
        f"{echoed!r} back for b'ping'; expected an echo"
    )


@both_sides
@requirement(
    "start_tls.unix_transport_can_be_upgraded",
    api="loop.start_tls",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_a_unix_connection_is_upgraded(loop: AbstractEventLoop, side: Side) -> None:
    """The transport of a Unix socket can be upgraded as well.

    If this fails, look for a start_tls() that knows TCP transports only.
    """
    near, far = socket.socketpair()
    with far, near:
        if side == "client":
            pair = await loop.create_unix_connection(Recorder, sock=near)
        else:
            pair = await loop.connect_accepted_socket(Recorder, near)
        theirs = server_context() if side == "client" else client_context()
        name = None if side == "client" else NAME
        ours = client_context() if side == "client" else server_context()
        options = {"server_hostname": NAME} if side == "client" else {"server_side": True}
        with TurningPeer(
            far,
            theirs,
            echo,
            first=TurningPeer.read_plain,
            server_side=side == "client",
            server_hostname=name,
        ) as peer:
            link = Link(loop, side, *pair, peer, ours, options)
            transport = await link.secured()
            echoed = await link.echoed(transport)
            await dispose(transport)

    assert echoed == b"ping", (
        f"{link.doing} over a Unix socket brought {echoed!r} back for b'ping'; expected an echo"
    )


def _same(expected: bytes, arrived: bytes) -> int:
    """How many bytes at the beginning are the same."""
    pairs = zip(expected, arrived, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(expected), len(arrived)))
