"""create_connection(ssl_handshake_timeout=...): a peer that does not answer in time."""

from __future__ import annotations

import threading
from asyncio import AbstractEventLoop

import pytest

from ..support.certificates import NAME, client_context, server_context
from ..support.connecting import opened
from ..support.conversations import echo, read_all
from ..support.listeners import listening, take_connection
from ..support.protocols import Recorder, dispose
from ..support.refusals import expect_trust, refused
from ..support.requirement import requirement
from ..support.sockets import CountedFactory, ending
from ..support.tls_peers import Peer, tls_server
from ..support.told import expect_told
from ..support.turns import turns

LIMIT = 0.03
DOING = f"create_connection(ssl_handshake_timeout={LIMIT}) to a server that never answers"


@requirement(
    "create_connection.ssl.handshake_timeout.raises_connection_aborted",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_a_late_handshake_is_a_connection_aborted(loop: AbstractEventLoop) -> None:
    """A handshake not finished within ssl_handshake_timeout ends with ConnectionAbortedError.

    If this fails, look for a limit that is not handed to the TLS layer, or for the
    TimeoutError of a wait_for() around the handshake.
    """
    await expect_trust()
    with listening() as listener:
        call = loop.create_connection(
            Recorder,
            *listener.getsockname(),
            ssl=client_context(),
            server_hostname=NAME,
            ssl_handshake_timeout=LIMIT,
        )
        await refused(ConnectionAbortedError, DOING, call)


@requirement(
    "create_connection.ssl.handshake_timeout.closes_connection",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_a_late_handshake_closes_the_tcp_connection(loop: AbstractEventLoop) -> None:
    """When ssl_handshake_timeout is over, the TCP connection is closed.

    If this fails, look for a limit that wakes the caller and leaves the socket open.
    """
    await expect_trust()
    with listening() as listener:
        call = loop.create_connection(
            Recorder,
            *listener.getsockname(),
            ssl=client_context(),
            server_hostname=NAME,
            ssl_handshake_timeout=LIMIT,
        )
        await refused(Exception, DOING, call)
        await turns()
        with take_connection(listener) as connection:
            end = ending(connection)

    assert end != "no end", (
        f"{DOING} gave up and left the TCP connection open; expected the server to see its end"
    )


@requirement(
    "create_connection.ssl.handshake_timeout.protocol_sees_nothing",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_a_late_handshake_calls_nothing_on_the_protocol(loop: AbstractEventLoop) -> None:
    """After a handshake that came too late the protocol has seen no callback.

    If this fails, look for connection_lost() passed on from the TCP connection that
    was aborted.
    """
    await expect_told()
    factory = CountedFactory()
    with listening() as listener:
        call = loop.create_connection(
            factory,
            *listener.getsockname(),
            ssl=client_context(),
            server_hostname=NAME,
            ssl_handshake_timeout=LIMIT,
        )
        await refused(Exception, DOING, call)
        await turns()

    calls = [name for protocol in factory.made for name in protocol.calls]
    assert calls == [], f"{DOING} called {calls} on the protocol; expected nothing"


@requirement(
    "create_connection.ssl.handshake_timeout.ends_with_the_handshake",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_the_limit_ends_with_the_handshake(loop: AbstractEventLoop) -> None:
    """Once the handshake is done ssl_handshake_timeout counts no more: the connection outlives it.

    If this fails, look for a timer that is not cancelled when the handshake is done.
    """
    limit, transport, protocol = 0.05, None, None
    time_over = threading.Event()

    def speak_late(peer: Peer) -> None:
        time_over.wait(1.2 * limit)
        peer.write(b"late")
        read_all(peer)

    with tls_server(server_context(), speak_late, connections=3) as server:
        while transport is None or protocol is None:
            try:
                transport, protocol = await loop.create_connection(
                    Recorder,
                    *server.address,
                    ssl=client_context(),
                    server_hostname=NAME,
                    ssl_handshake_timeout=limit,
                )
            except ConnectionAbortedError:  # a handshake that is too slow on a busy machine
                limit *= 10
                if limit > 10:
                    raise
        received = await protocol.until_received(4)
        closing = transport.is_closing()
        await dispose(transport)

    assert (received, closing) == (b"late", False), (
        f"create_connection(ssl_handshake_timeout={limit}) connected, b'late' was sent after that "
        f"time; data_received() got {received!r}, is_closing() is {closing}; "
        "expected the data and an open connection"
    )


@pytest.mark.parametrize("limit", [5, 5.0])
@requirement(
    "create_connection.ssl.handshake_timeout.accepts_float_and_int",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_the_limit_is_an_int_or_a_float(loop: AbstractEventLoop, limit: float) -> None:
    """ssl_handshake_timeout is an int or a float.

    If this fails, look for a test of its type.
    """
    doing = f"create_connection(ssl_handshake_timeout={limit!r})"
    with tls_server(server_context(), echo) as server:
        call = loop.create_connection(
            Recorder,
            *server.address,
            ssl=client_context(),
            server_hostname=NAME,
            ssl_handshake_timeout=limit,
        )
        async with opened(call, doing) as (transport, protocol):
            transport.write(b"ping")
            echoed = await protocol.until_received(4)

    assert echoed == b"ping", f"{doing} brought {echoed!r} back for b'ping'; expected an echo"
