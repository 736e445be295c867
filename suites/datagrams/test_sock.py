"""create_datagram_endpoint(sock=...): a socket that the caller brings."""

from __future__ import annotations

import os
import socket
from asyncio import AbstractEventLoop

from ..support.datagrams import endpoint, heard, send, udp
from ..support.machine import needs_unix_sockets
from ..support.requirement import requirement
from ..support.serving import comes
from ..support.turns import turns

API = "loop.create_datagram_endpoint"


@requirement("datagrams.endpoint.sock", api=API, level="documented", since="3.11")
async def test_a_given_socket_is_used(loop: AbstractEventLoop) -> None:
    """A given datagram socket is used and made non-blocking.

    If this fails, look for a socket that is made anew from the address of the given one, or
    for one that is used as it came: the next read or write would stop the loop.
    """
    with udp() as sock, udp() as peer:
        sock.setblocking(True)
        address = sock.getsockname()
        async with endpoint(loop, sock=sock) as (transport, protocol):
            is_blocking = sock.fileno() >= 0 and os.get_blocking(sock.fileno())
            peer.sendto(b"question", address)
            await protocol.until_received(1)
            send(transport, b"answer", peer.getsockname())
            answers = await heard(peer, 1)

    assert protocol.data == [b"question"], (
        f"a datagram sent to the given socket's address arrived as {protocol.data}; "
        "expected [b'question']"
    )
    assert answers == [(b"answer", address)], (
        f"sendto(b'answer') brought the peer {answers}; expected it from the given socket"
    )
    assert not is_blocking, (
        "create_datagram_endpoint() left the given socket's descriptor blocking; "
        "expected it to be non-blocking"
    )


@requirement("datagrams.endpoint.connected_sock", api=API, level="documented", since="3.11")
async def test_a_connected_socket_needs_no_addresses(loop: AbstractEventLoop) -> None:
    """A connected socket given as sock works without addresses in sendto.

    If this fails, look for an endpoint that counts as connected by its remote_addr alone.
    """
    with udp() as sock, udp() as peer:
        sock.connect(peer.getsockname())
        async with endpoint(loop, sock=sock) as (transport, _):
            send(transport, b"hello")
            greetings = await heard(peer, 1)
            peername = transport.get_extra_info("peername")

        address = peer.getsockname()
    assert [data for data, _ in greetings] == [b"hello"], (
        f"sendto(b'hello') on a connected socket brought its peer {greetings}; expected b'hello'"
    )
    assert peername == address, (
        f"get_extra_info('peername') of a connected socket is {peername!r}; "
        f"expected its peer, {address!r}"
    )


@requirement("datagrams.endpoint.sock_ownership", api=API, level="documented", since="3.11")
async def test_closing_the_transport_closes_the_socket(loop: AbstractEventLoop) -> None:
    """Closing the transport closes the given socket.

    If this fails, look for a duplicate of its descriptor, or for a transport that closes
    only sockets of its own making.
    """
    with udp() as sock, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as successor:
        address = sock.getsockname()
        async with endpoint(loop, sock=sock) as (transport, protocol):
            transport.close()
            await protocol.until_called("connection_lost")
            await turns()
            await comes(lambda: _bind(successor, address) is None)
            is_free = successor.getsockname() == address

    assert protocol.calls == ["connection_made", "connection_lost"], (
        f"close() called {protocol.calls}; expected connection_made, connection_lost"
    )
    assert is_free, (
        "after close() and connection_lost() the socket's address could not be bound again; "
        "expected the socket to be closed"
    )


@requirement(
    "datagrams.endpoint.unix_socketpair",
    api=API,
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_an_end_of_a_unix_socketpair_receives(loop: AbstractEventLoop) -> None:
    """An AF_UNIX datagram socketpair end is accepted and receives.

    If this fails, look for a call that takes Internet sockets alone, or that chokes on a
    socket and a sender without a name.
    """
    needs_unix_sockets()
    sock, peer = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with sock, peer:
        async with endpoint(loop, sock=sock) as (_, protocol):
            peer.send(b"hello")
            await protocol.until_received(1)

    assert protocol.data == [b"hello"], (
        f"the other end of a Unix socketpair sent b'hello', which arrived as {protocol.data}; "
        "expected [b'hello']"
    )


def _bind(sock: socket.socket, address: tuple[str, int]) -> OSError | None:
    try:
        sock.bind(address)
    except OSError as error:
        return error
    return None
