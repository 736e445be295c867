"""connect_accepted_socket(): what is refused, and TLS on the server's side."""

from __future__ import annotations

import asyncio
import socket
import ssl
from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.certificates import NAME, client_context, server_context
from ..support.connecting import opened
from ..support.conversations import greet_with
from ..support.expect import expect_raises
from ..support.listeners import connected_pair
from ..support.protocols import Recorder, dispose
from ..support.refusals import refused
from ..support.requirement import requirement
from ..support.serving import comes
from ..support.tls_peers import TlsPeer, until_set
from ..support.turns import turns

API = "loop.connect_accepted_socket"
DOING = "connect_accepted_socket(ssl=context)"


async def expect_adopted(loop: AbstractEventLoop, **options: Any) -> None:
    """Adopt an accepted socket with TLS: the control of a refusal, or of silence."""
    made = Recorder()
    with connected_pair() as (sock, peer_sock):
        peer = TlsPeer(
            peer_sock,
            client_context(),
            greet_with(b"hello"),
            server_side=False,
            server_hostname=NAME,
        )
        with peer:
            options = {"ssl": server_context(), **options}
            call = loop.connect_accepted_socket(lambda: made, sock, **options)
            async with opened(call, f"{DOING} with a good client"):
                await comes(lambda: len(made.received) == 5)
                calls = made.calls[:2]

    assert calls == ["connection_made", "data_received"], (
        f"{DOING} with a client that sends a greeting called {calls} on the protocol; expected "
        "connection_made, data_received"
    )


@requirement(
    "servers.connect_accepted_socket.tls_server_side", api=API, level="documented", since="3.11"
)
async def test_with_ssl_the_server_side_of_tls_runs(loop: AbstractEventLoop) -> None:
    """With ssl the server's side of TLS runs; connection_made() follows the handshake.

    If this fails, look for the client's side being taken, as with create_connection(), or for
    an inner TLS protocol that is returned in the place of the factory's.
    """
    made = Recorder()
    with connected_pair() as (sock, peer_sock):
        peer = TlsPeer(
            peer_sock,
            client_context(),
            greet_with(b"hello"),
            server_side=False,
            server_hostname=NAME,
        )
        with peer:
            call = loop.connect_accepted_socket(lambda: made, sock, ssl=server_context())
            async with opened(call, DOING) as (transport, protocol):
                cipher = transport.get_extra_info("cipher")
                await comes(lambda: len(made.received) == 5)
                await until_set(peer.shaken)
                version, received = peer.version, bytes(made.received)

    assert protocol is made, (
        f"{DOING} returned the protocol {protocol!r}; expected the one that the factory made"
    )
    assert (version is not None, cipher is not None, received) == (True, True, b"hello"), (
        f"over {DOING} the client made a handshake of {version}, the transport's cipher is "
        f"{cipher}, and b'hello' arrived as {received!r}; expected TLS and the same bytes"
    )


@requirement(
    "servers.connect_accepted_socket.tls_failure_propagates",
    api=API,
    level="implied",
    since="3.11",
)
async def test_a_failed_handshake_reaches_the_awaiter(loop: AbstractEventLoop) -> None:
    """A failed handshake raises ssl.SSLError, and the protocol hears nothing.

    If this fails, look for a pair that is returned before the handshake is done, or for
    connection_made() at the time of TCP's connect.
    """
    made = Recorder()
    with connected_pair() as (sock, peer):
        peer.sendall(b"GET / HTTP/1.1\r\nHost: example.test\r\n\r\n")
        doing = f"{DOING} with a client that speaks plain HTTP"
        call = loop.connect_accepted_socket(lambda: made, sock, ssl=server_context())
        await refused(ssl.SSLError, doing, call)
        await turns()
    await expect_adopted(loop)

    assert made.calls == [], (
        f"{doing} called {made.calls} on the protocol; expected nothing, the handshake having "
        "failed"
    )


@requirement(
    "servers.connect_accepted_socket.handshake_timeout",
    api=API,
    level="documented",
    since="3.11",
)
async def test_a_silent_client_is_given_up(loop: AbstractEventLoop) -> None:
    """A client silent for ssl_handshake_timeout is a ConnectionAbortedError, its socket closed.

    If this fails, look for a limit that reaches create_server() only.
    """
    await expect_adopted(loop, ssl_handshake_timeout=60)

    with connected_pair() as (sock, peer):
        call = loop.connect_accepted_socket(
            Recorder, sock, ssl=server_context(), ssl_handshake_timeout=0.03
        )
        doing = "connect_accepted_socket(ssl_handshake_timeout=0.03) with a silent client"
        await refused(ConnectionAbortedError, doing, call)
        peer.setblocking(False)
        closed = await comes(lambda: _is_over(peer))

    assert closed, (
        f"{doing} raised ConnectionAbortedError and the client stayed connected; expected its "
        "connection to be closed"
    )


@requirement(
    "servers.connect_accepted_socket.args.datagram_is_valueerror",
    api=API,
    level="implied",
    since="3.11",
)
async def test_a_datagram_socket_is_refused(loop: AbstractEventLoop) -> None:
    """A datagram socket is a ValueError.

    If this fails, look for a kind of socket that is left for the system to complain of.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        call = loop.connect_accepted_socket(Recorder, sock)
        await refused(ValueError, "connect_accepted_socket() with a datagram socket", call)

    await _expect_plain(loop)


@pytest.mark.parametrize("limit", ["ssl_handshake_timeout", "ssl_shutdown_timeout"])
@requirement(
    "servers.connect_accepted_socket.args.timeouts_without_ssl",
    api=API,
    level="implied",
    since="3.11",
)
async def test_limits_of_tls_need_ssl(loop: AbstractEventLoop, limit: str) -> None:
    """ssl_handshake_timeout or ssl_shutdown_timeout without ssl is a ValueError.

    If this fails, look for options of TLS that are only looked at where there is TLS.
    """
    options: Any = {limit: 1}
    await _expect_plain(loop, **{limit: None})

    with connected_pair() as (sock, _), expect_raises(ValueError, f"{API}({limit}=1)"):
        transport, _ = await loop.connect_accepted_socket(asyncio.Protocol, sock, **options)
        await dispose(transport)


async def _expect_plain(loop: AbstractEventLoop, **options: Any) -> None:
    """Adopt an accepted socket without TLS: the control of a refusal that is not TLS's."""
    with connected_pair() as (sock, _):
        call = loop.connect_accepted_socket(Recorder, sock, **options)
        async with opened(call, "connect_accepted_socket() without TLS"):
            pass


def _is_over(peer: socket.socket) -> bool:
    """Whether the other end of a non-blocking socket has gone."""
    try:
        return not peer.recv(65536)
    except BlockingIOError:
        return False
    except OSError:
        return True
