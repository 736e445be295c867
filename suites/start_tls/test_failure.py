"""start_tls(): handshakes that fail."""

from __future__ import annotations

import ssl
from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.certificates import (
    NAME,
    certificate,
    client_context,
    server_context,
    trust_clients,
)
from ..support.refusals import REASONS
from ..support.requirement import requirement
from ..support.tls_peers import PATIENCE, Peer, until_set
from ..support.turns import turns
from ..support.upgrades import (
    GO,
    SIDES,
    Side,
    expect_upgrade,
    in_time,
    linked,
    refused_upgrade,
)

both_sides = pytest.mark.parametrize("side", SIDES)


def _distrusting(side: Side) -> dict[str, Any]:
    """Contexts with which the loop's end, on that side, does not trust its peer."""
    if side == "client":
        return {"peers_context": server_context(by_stranger=True)}
    ours, theirs = server_context(), client_context()
    trust_clients(ours)
    certificate(NAME, by_stranger=True).configure_cert(theirs)
    return {"context": ours, "peers_context": theirs}


@both_sides
@requirement(
    "start_tls.failure.untrusted_certificate_raises",
    api="loop.start_tls",
    level="documented",
    since="3.11",
)
async def test_an_untrusted_certificate_is_refused(loop: AbstractEventLoop, side: Side) -> None:
    """An untrusted certificate makes start_tls() raise ssl.SSLCertVerificationError.

    If this fails, look for a context that is replaced, or for ssl's exception turned into
    one of the loop's own.
    """
    async with linked(loop, side, **_distrusting(side)) as link:
        doing = f"{link.doing} to a peer of an untrusted issuer"
        error = await refused_upgrade(link, ssl.SSLCertVerificationError, doing)

    assert error.verify_code in REASONS["issuer"], (
        f"{doing} raised {error!r}, with verify_code {error.verify_code}; "
        "expected a refusal of the issuer"
    )


@both_sides
@requirement(
    "start_tls.failure.closes_the_transport", api="loop.start_tls", level="implied", since="3.11"
)
async def test_a_failed_upgrade_closes_the_connection(loop: AbstractEventLoop, side: Side) -> None:
    """After a failed upgrade the connection is closed.

    If this fails, look for a plain transport that is left open, or goes back to plain text.
    """
    await expect_upgrade(loop, side)
    async with linked(loop, side, **_distrusting(side)) as link:
        doing = f"{link.doing} to a peer of an untrusted issuer"
        error = await refused_upgrade(link, Exception, doing)
        await turns()
        closing, ended = link.transport.is_closing(), await until_set(link.peer.ended)

    assert closing, (
        f"{doing} raised {error!r}, and is_closing() of the old transport is {closing}; "
        "expected True"
    )
    assert ended, f"{doing} raised {error!r}, and the peer saw no end in {PATIENCE} s"


@both_sides
@requirement(
    "start_tls.failure.connection_lost_is_called_with_the_error",
    api="loop.start_tls",
    level="documented",
    since="3.11",
    doc="library/asyncio-protocol.html#asyncio.BaseProtocol.connection_lost",
)
async def test_a_failed_upgrade_is_told_to_the_protocol(
    loop: AbstractEventLoop, side: Side
) -> None:
    """The protocol's connection_made() was called, so a failed handshake calls connection_lost().

    It is called once, with the TLS error. If this fails, look for a TLS layer that tells
    nobody before its handshake is done, as is right for create_connection(ssl=...).
    """
    async with linked(loop, side, **_distrusting(side)) as link:
        doing = f"{link.doing} to a peer of an untrusted issuer"
        await refused_upgrade(link, Exception, doing)
        await in_time(link.protocol.until_called("connection_lost"))
        await turns()
        lost = link.protocol.calls.count("connection_lost")

    assert lost == 1, f"{doing} called connection_lost() {lost} times; expected once"
    assert isinstance(link.protocol.lost_with, ssl.SSLError), (
        f"{doing} called connection_lost() with {link.protocol.lost_with!r}; expected an SSLError"
    )


@both_sides
@requirement(
    "start_tls.failure.garbage_from_peer", api="loop.start_tls", level="implied", since="3.11"
)
async def test_garbage_from_the_peer_is_an_sslerror(loop: AbstractEventLoop, side: Side) -> None:
    """A peer that answers in plain text ends start_tls() with ssl.SSLError, and the connection.

    If this fails, look for bytes that the handshake passes over, or hands to the protocol.
    """

    def answer_in_plain_text(peer: Peer) -> None:
        peer.read_exactly(len(GO) + (side == "client"))  # the client speaks first
        peer.write(b"500 there is no such command\r\n")
        while peer.read():
            pass

    async with linked(loop, side, raw=answer_in_plain_text) as link:
        doing = f"{link.doing} to a peer that answers in plain text"
        await refused_upgrade(link, ssl.SSLError, doing)
        await turns()
        closing, received = link.transport.is_closing(), bytes(link.protocol.received)

    assert received == b"", f"{doing} handed {received!r} to the protocol; expected nothing"
    assert closing, f"{doing} left is_closing() of the old transport {closing}; expected True"


@both_sides
@requirement(
    "start_tls.failure.peer_closes_midway", api="loop.start_tls", level="implied", since="3.11"
)
async def test_a_peer_that_closes_midway_is_a_connection_error(
    loop: AbstractEventLoop, side: Side
) -> None:
    """A peer that closes during the handshake ends start_tls() at once with a ConnectionError.

    The protocol gets connection_lost(). If this fails, look for an end of the stream that
    only the established connection reacts to, so that the call waits for its time limit.
    """
    await expect_upgrade(loop, side)

    def close_midway(peer: Peer) -> None:
        peer.read_exactly(len(GO))
        if side == "client":
            peer.read()

    async with linked(loop, side, raw=close_midway) as link:
        doing = f"{link.doing} to a peer that closes midway"
        error = await refused_upgrade(link, ConnectionError, doing)
        await in_time(link.protocol.until_called("connection_lost"))
        told = "connection_lost" in link.protocol.calls

    assert told, (
        f"{doing} raised {error!r} and called {link.protocol.calls} on the protocol; "
        "expected connection_lost() as well"
    )
