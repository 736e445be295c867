"""Clients that spoil, delay or abandon their handshake with a TLS server of the loop."""

from __future__ import annotations

import ssl
from asyncio import AbstractEventLoop
from contextlib import suppress

import pytest

from ..support.certificates import NAME, client_context, server_context
from ..support.conversations import read_all
from ..support.requirement import requirement
from ..support.sockets import CountedFactory, Reports
from ..support.tls_peers import Peer, until_set
from ..support.tls_sessions import (
    expect_served,
    is_served,
    plain_client,
    serving,
)
from ..support.turns import turns

API = "loop.create_server (ssl=)"
DOC = "library/asyncio-eventloop.html#asyncio.loop.create_server"
LIMIT = 0.03


def client_hello() -> bytes:
    """The first record of a TLS client."""
    outgoing = ssl.MemoryBIO()
    tls = client_context().wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=NAME)
    with suppress(ssl.SSLWantReadError):
        tls.do_handshake()
    return outgoing.read()


def talk_junk(peer: Peer) -> None:
    """Send what is no TLS record, and read to the end."""
    peer.write(b"\x00no record of TLS\r\n" * 3)
    read_all(peer)


def close_at_once(peer: Peer) -> None:
    """Say nothing."""
    peer.say_goodbye()
    read_all(peer)


def close_amidst(peer: Peer) -> None:
    """Make half of the handshake, and close."""
    peer.write(client_hello())
    peer.read()
    peer.say_goodbye()
    read_all(peer)


def reset_amidst(peer: Peer) -> None:
    """Make half of the handshake, and reset the connection."""
    peer.write(client_hello())
    peer.read()
    peer.reset()


@pytest.mark.parametrize("spoil", [talk_junk, close_at_once])
@requirement(
    "tls.handshake.failed_client_does_not_stop_server",
    api=API,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_a_failed_handshake_does_not_stop_the_server(
    loop: AbstractEventLoop, spoil: object
) -> None:
    """A client whose handshake fails does not disturb the server: the next good one is served.

    If this fails, look for an error of one handshake that reaches the code which accepts
    connections.
    """
    Reports(loop)  # whether the failed handshake is reported is not judged here
    factory = CountedFactory()
    talk = talk_junk if spoil is talk_junk else close_at_once
    async with serving(loop, factory, server_context()) as address:
        await expect_served(address, factory)
        with plain_client(address, talk) as peer:
            await until_set(peer.ended)
        await turns()
        served = await is_served(address, factory)

    assert served, (
        "after a client whose handshake failed, the next client of create_server(ssl=context) was "
        "not served; expected connection_made() and data_received() for it"
    )


@pytest.mark.parametrize("leave", [close_amidst, reset_amidst])
@requirement(
    "tls.handshake.aborted_by_client_is_not_reported",
    api=API,
    level="interop",
    since="3.11",
    libraries=("uvicorn", "aiohttp"),
    doc=DOC,
)
async def test_a_client_that_leaves_in_the_handshake_is_not_reported(
    loop: AbstractEventLoop, leave: object
) -> None:
    """A client that closes or resets during the handshake is routine, and is not reported.

    Health checks and scanners do so all day. If this fails, look for every error of a
    handshake passed to the exception handler outside debug mode.
    """
    loop.set_debug(False)
    reports, factory = Reports(loop), CountedFactory()
    talk = close_amidst if leave is close_amidst else reset_amidst
    async with serving(loop, factory, server_context()) as address:
        await expect_served(address, factory)
        with plain_client(address, talk) as peer:
            await until_set(peer.ended)
        await turns(20)
        answered = bytes(peer.received)

    assert answered, "create_server(ssl=context) sent no ServerHello; expected a handshake"
    reports.expect_none("a client of create_server(ssl=context) left in the handshake")


@requirement(
    "tls.handshake.server_timeout_drops_silent_client",
    api=API,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_a_silent_client_is_dropped_when_its_time_is_over(loop: AbstractEventLoop) -> None:
    """ssl_handshake_timeout of create_server() ends a client that never says a word.

    The server goes on. If this fails, look for a limit that holds for clients alone, or
    that wakes somebody and leaves the connection open.
    """
    Reports(loop)  # whether the end of the time is reported is not judged here
    factory, served = CountedFactory(), False
    options = {"ssl_handshake_timeout": LIMIT}
    async with serving(loop, factory, server_context(), **options) as address:
        with plain_client(address, read_all) as peer:
            ended = await until_set(peer.ended)
            stayed_open = not ended or isinstance(peer.error, TimeoutError)
        for _ in range(20):  # a busy machine may need more than the limit for a handshake
            served = served or await is_served(address, factory)

    assert not stayed_open, (
        f"a silent client of create_server(ssl_handshake_timeout={LIMIT}) stayed connected; "
        "expected the end of its connection"
    )
    assert served, (
        f"after a silent client of create_server(ssl_handshake_timeout={LIMIT}) good ones were not "
        "served; expected the server to go on"
    )
