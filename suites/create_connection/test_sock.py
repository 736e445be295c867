"""create_connection(sock=...): the given socket is the connection, and belongs to it."""

from __future__ import annotations

import gc
import os
import socket
from asyncio import AbstractEventLoop

from ..support.certificates import NAME, client_context, server_context
from ..support.connecting import opened
from ..support.conversations import echo
from ..support.listeners import (
    IPV4,
    IPV6,
    connected_pair,
    listening,
    peer_on,
    port_of,
    take_connection,
)
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.sockets import exposed_socket, hear
from ..support.tls_peers import tls_server


@requirement(
    "create_connection.sock.exchanges_data",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_a_given_socket_becomes_the_connection(loop: AbstractEventLoop) -> None:
    """A connected socket given as sock becomes the connection, data flowing both ways.

    If this fails, look for a connect to the socket's peer where the socket itself is
    meant, or for a descriptor that is never watched.
    """

    def answer(peer: socket.socket) -> bytes:
        heard = hear(peer, 4)
        peer.sendall(b"pong")
        return heard

    with connected_pair() as (sock, peer_sock), peer_on(peer_sock, answer) as peer:
        call = loop.create_connection(Recorder, sock=sock)
        async with opened(call, "create_connection(sock=...)") as (transport, protocol):
            transport.write(b"ping")
            heard = await peer.result()
            # The answer to a ping that went elsewhere would be waited for in vain.
            received = await protocol.until_received(4) if heard else b""

    assert (heard, received) == (b"ping", b"pong"), (
        f"over create_connection(sock=...) write(b'ping') brought the socket's peer {heard!r}, "
        f"its answer b'pong' arrived as {received!r}; expected both to arrive"
    )


@requirement(
    "create_connection.sock.is_the_transport_socket",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_the_transport_works_on_the_given_socket(loop: AbstractEventLoop) -> None:
    """The transport works on the given socket: same descriptor, same sockname and peername.

    If this fails, look for a descriptor that is duplicated when the socket is taken over,
    or for extra info that is only filled in for connections the loop opened itself.
    """
    with connected_pair() as (sock, _):
        given = (sock.fileno(), sock.getsockname(), sock.getpeername())
        call = loop.create_connection(Recorder, sock=sock)
        async with opened(call, "create_connection(sock=...)") as (transport, _):
            seen = (
                exposed_socket(transport).fileno(),
                transport.get_extra_info("sockname"),
                transport.get_extra_info("peername"),
            )

    assert seen == given, (
        f"descriptor, sockname and peername of the transport of a given socket are {seen}; "
        f"expected the socket's own, {given}"
    )


@requirement(
    "create_connection.sock.blocking_socket_becomes_nonblocking",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_a_blocking_socket_becomes_nonblocking(loop: AbstractEventLoop) -> None:
    """A blocking socket is accepted, and the transport's descriptor is non-blocking then.

    If this fails, look for a missing sock.setblocking(False) when the socket is taken
    over: one slow peer then stops the whole loop.
    """
    with connected_pair() as (sock, _):
        sock.setblocking(True)
        call = loop.create_connection(Recorder, sock=sock)
        async with opened(call, "create_connection(sock=a blocking socket)") as (transport, _):
            blocks = os.get_blocking(exposed_socket(transport).fileno())

    assert not blocks, (
        "after create_connection(sock=a blocking socket) os.get_blocking() of the transport's "
        "descriptor is True; expected it to be non-blocking"
    )


@requirement(
    "create_connection.sock.timeout_socket_accepted",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_a_socket_with_a_timeout_is_accepted(loop: AbstractEventLoop) -> None:
    """A socket with a timeout is accepted; data arrives and the timeout is dropped to zero.

    If this fails, look for a refusal of sockets whose gettimeout() is not 0, or for a
    missing sock.setblocking(False).
    """
    with connected_pair() as (sock, peer):
        sock.settimeout(3)
        call = loop.create_connection(Recorder, sock=sock)
        async with opened(call, "create_connection(sock=a socket with a timeout)") as (_, protocol):
            peer.sendall(b"data")
            received = await protocol.until_received(4)
            timeout = sock.gettimeout()

    assert (received, timeout) == (b"data", 0), (
        f"after create_connection(sock=a socket with settimeout(3)) its peer's b'data' arrived as "
        f"{received!r} and gettimeout() is {timeout}; expected b'data' and 0"
    )


@requirement(
    "create_connection.sock.not_closed_while_transport_open",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_the_transport_keeps_the_given_socket_alive(loop: AbstractEventLoop) -> None:
    """Dropping the caller's reference does not close the connection while the transport lives.

    If this fails, look for a transport that keeps only the descriptor's number: the
    collected socket object then closes it.
    """
    with listening() as listener:
        sock = socket.create_connection((IPV4, port_of(listener)))
        with peer_on(take_connection(listener), lambda peer: hear(peer, 5)) as peer:
            call = loop.create_connection(Recorder, sock=sock)
            async with opened(call, "create_connection(sock=...)") as (transport, _):
                del sock, call
                gc.collect()
                transport.write(b"alive")
                heard = await peer.result()

    assert heard == b"alive", (
        f"after the last reference to the given socket was dropped, write(b'alive') brought its "
        f"peer {heard!r}; expected b'alive', the transport being open"
    )


@requirement(
    "create_connection.sock.af_unix_stream_accepted",
    api="loop.create_connection",
    level="interop",
    since="3.11",
    platforms=["unix"],
    libraries=["qemu.qmp"],
)
async def test_one_end_of_a_unix_socket_pair_is_accepted(loop: AbstractEventLoop) -> None:
    """An AF_UNIX stream socket, such as one end of a socketpair, is accepted as sock.

    If this fails, look for a look at sock.family, or for TCP options that are set on any
    socket. qemu.qmp passes one end of a socketpair to asyncio.open_connection().
    """

    def hear_and_close(peer: socket.socket) -> bytes:
        with peer:
            return hear(peer, 4)

    sock, peer_sock = socket.socketpair(socket.AF_UNIX)
    with sock, peer_on(peer_sock, hear_and_close) as peer:
        call = loop.create_connection(Recorder, sock=sock)
        doing = "create_connection(sock=one end of a Unix socketpair)"
        async with opened(call, doing) as (transport, protocol):
            transport.write(b"data")
            heard = await peer.result()
            await protocol.until_called("connection_lost")

    assert (heard, protocol.lost_with) == (b"data", None), (
        f"{doing}: write(b'data') brought the other end {heard!r}, and after it closed "
        f"connection_lost({protocol.lost_with!r}) was called; expected b'data' and None"
    )


@requirement(
    "create_connection.sock.ipv6_accepted",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_an_ipv6_socket_is_accepted(loop: AbstractEventLoop) -> None:
    """An AF_INET6 stream socket is accepted as sock.

    If this fails, look for addresses that are taken apart as two items; IPv6 has four.
    """
    with connected_pair(IPV6) as (sock, peer):
        call = loop.create_connection(Recorder, sock=sock)
        async with opened(call, "create_connection(sock=an IPv6 socket)") as (transport, _):
            peername = transport.get_extra_info("peername")

        assert peername == peer.getsockname(), (
            f"after create_connection(sock=an IPv6 socket) peername is {peername}; "
            f"expected the four items of its peer's address, {peer.getsockname()}"
        )


@requirement(
    "create_connection.sock.pending_input_is_delivered",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_bytes_that_wait_in_the_given_socket_are_delivered(loop: AbstractEventLoop) -> None:
    """Bytes already waiting in the socket when it is handed over are delivered.

    If this fails, or hangs, look for an edge-triggered registration that only hears of
    bytes that come later.
    """
    with connected_pair() as (sock, peer):
        peer.sendall(b"early")
        peer.shutdown(socket.SHUT_WR)
        call = loop.create_connection(Recorder, sock=sock)
        async with opened(call, "create_connection(sock=...)") as (_, protocol):
            received = await protocol.until_received(5)

    assert received == b"early", (
        f"b'early' waited in the socket before create_connection(sock=...), and data_received() "
        f"got {received!r}; expected b'early'"
    )


@requirement(
    "create_connection.sock.keeps_socket_options",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_options_of_the_given_socket_stay_in_force(loop: AbstractEventLoop) -> None:
    """Options set by the caller before the hand-over stay in force.

    If this fails, look for a socket that is created anew, or for options that are reset
    to the loop's own.
    """
    with connected_pair() as (sock, _):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        call = loop.create_connection(Recorder, sock=sock)
        async with opened(call, "create_connection(sock=...)") as (transport, _):
            keepalive = exposed_socket(transport).getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)

    assert keepalive, (
        "SO_KEEPALIVE was set before create_connection(sock=...) and is off on the transport's "
        "socket; expected it to stay on"
    )


@requirement(
    "create_connection.sock.ssl_over_given_socket",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_tls_runs_over_the_given_socket(loop: AbstractEventLoop) -> None:
    """With ssl, sock and server_hostname, TLS runs over the given connected socket.

    If this fails, look for a branch for sock that never gets to ssl.
    """
    with (
        tls_server(server_context(), echo) as server,
        socket.create_connection(server.address) as sock,
    ):
        call = loop.create_connection(
            Recorder, sock=sock, ssl=client_context(), server_hostname=NAME
        )
        async with opened(call, "create_connection(sock=..., ssl=...)") as (transport, protocol):
            transport.write(b"through TLS")
            received = await protocol.until_received(11)

    assert received == b"through TLS", (
        f"over create_connection(sock=..., ssl=...) a TLS server's echo of b'through TLS' arrived "
        f"as {received!r}; expected the same bytes"
    )
