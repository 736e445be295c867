"""sock_connect(): connecting the caller's socket."""

from __future__ import annotations

import socket
from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.listeners import IPV4, IPV6, bound, filled, listening, port_of
from ..support.machine import needs_ipv6
from ..support.plain_sockets import (
    cancelled,
    error_of,
    expect_unwatched,
    result_of,
    udp_pair,
    unconnected,
    waiting,
)
from ..support.requirement import requirement
from ..support.sockets import Reports
from ..support.turns import turns
from ..support.unix_paths import free_path, listening_at


@requirement(
    "sock_methods.connect.returns_none", api="loop.sock_connect", level="documented", since="3.11"
)
async def test_the_socket_is_connected(loop: AbstractEventLoop) -> None:
    """sock_connect() connects the given socket and returns None.

    If this fails, look for a call that returns before the connection is made, or for a
    result of the loop's own.
    """
    with listening() as listener, unconnected() as sock:
        expected = listener.getsockname()

        async def connecting() -> tuple[Any, Any]:
            call: Any = loop.sock_connect(sock, expected)
            return await call, peer_of(sock)  # at once: no turn comes between the two

        returned, peer = await result_of(connecting(), "sock_connect() to a listener", "None")

    assert (returned, peer) == (None, expected), (
        f"sock_connect() to a listener at {expected} returned {returned!r}, the socket's peer "
        f"was {peer}; expected None, and that address"
    )


@requirement(
    "sock_methods.connect.refused", api="loop.sock_connect", level="documented", since="3.11"
)
async def test_a_refusal_is_raised_and_the_socket_stays_open(loop: AbstractEventLoop) -> None:
    """A refused connect raises ConnectionRefusedError; the socket stays open with its owner.

    If this fails, look for a loop that does not ask for the outcome of a connect
    (SO_ERROR), or that closes a socket which is not its own.
    """
    with bound() as listener, unconnected() as sock:
        address = listener.getsockname()
        await error_of(
            lambda: loop.sock_connect(sock, address),
            ConnectionRefusedError,
            "sock_connect(), refused,",
        )
        number = sock.fileno()
        listener.listen()
        with unconnected() as other:
            doing = "sock_connect() to the same address, listening now,"
            await result_of(loop.sock_connect(other, address), doing, "a connection")

    assert number != -1, "sock_connect(), refused, closed the caller's socket; expected it open"


@requirement(
    "sock_methods.connect.host_name_is_resolved",
    api="loop.sock_connect",
    level="documented",
    since="3.11",
)
async def test_a_host_name_is_resolved(loop: AbstractEventLoop) -> None:
    """A host name in the address is resolved.

    If this fails, look for addresses that are handed to the system as they are.
    """
    with listening() as listener, unconnected() as sock:
        address = ("localhost", port_of(listener))
        doing = f"sock_connect({address})"
        await result_of(loop.sock_connect(sock, address), doing, "a connection")
        peer, expected = peer_of(sock), listener.getsockname()

    assert peer == expected, f"{doing} left the socket's peer {peer}; expected {expected}"


@requirement("sock_methods.connect.ipv6", api="loop.sock_connect", level="documented", since="3.11")
@pytest.mark.parametrize("more", [(), (0, 0)], ids=["two_items", "four_items"])
async def test_ipv6_addresses_have_two_or_four_items(
    loop: AbstractEventLoop, more: tuple[int, ...]
) -> None:
    """An IPv6 address is given as (host, port) or with flow and scope.

    If this fails, look for a loop that unpacks one form only, or that resolves for IPv4.
    """
    needs_ipv6()
    with listening(IPV6) as listener, socket.socket(socket.AF_INET6) as sock:
        sock.setblocking(False)
        address = (IPV6, port_of(listener), *more)
        doing = f"sock_connect({address})"
        await result_of(loop.sock_connect(sock, address), doing, "a connection")
        peer, expected = peer_of(sock), listener.getsockname()

    assert peer == expected, f"{doing} left the socket's peer {peer}; expected {expected}"


@requirement(
    "sock_methods.connect.unix_path",
    api="loop.sock_connect",
    level="implied",
    since="3.11",
    platforms=("unix",),
)
async def test_unix_paths_are_addresses_too(loop: AbstractEventLoop) -> None:
    """The path of a Unix socket is an address; one that is missing is FileNotFoundError.

    If this fails, look for a loop that resolves every address as host and port.
    """
    with free_path() as path, listening_at(path), unix_socket() as sock, unix_socket() as other:
        await result_of(
            loop.sock_connect(sock, path), "sock_connect(path) to a listener", "a connection"
        )
        peer = peer_of(sock)
        await error_of(
            lambda: loop.sock_connect(other, f"{path}-missing"),
            FileNotFoundError,
            "sock_connect(path) where no file is",
        )

    assert peer == path, (
        f"sock_connect(path) to a listener left the socket's peer {peer!r}; expected {path!r}"
    )


@requirement("sock_methods.connect.udp", api="loop.sock_connect", level="implied", since="3.11")
async def test_a_datagram_socket_can_be_connected(loop: AbstractEventLoop) -> None:
    """A datagram socket is connected, which gives it its peer.

    If this fails, look for a loop that takes every socket for a stream.
    """
    doing = "sock_connect() of a UDP socket"
    with udp_pair() as (sock, other):
        await result_of(loop.sock_connect(sock, other.getsockname()), doing, "a connected socket")
        peer, expected = peer_of(sock), other.getsockname()

    assert peer == expected, f"{doing} left its peer {peer}; expected {expected}"


@requirement(
    "sock_methods.connect.cancel_while_pending",
    api="loop.sock_connect",
    level="implied",
    since="3.11",
)
async def test_a_pending_connect_can_be_cancelled(loop: AbstractEventLoop) -> None:
    """Cancelling a pending connect drops the loop's interest; the socket is closed unreported.

    If this fails, look for a writer that outlives its call, and is called for a socket
    that is closed.
    """
    reports, doing = Reports(loop), "sock_connect() to a full queue"
    with bound() as listener, filled(listener), unconnected() as sock:
        call = await waiting(loop.sock_connect(sock, (IPV4, port_of(listener))), doing)
        await cancelled(call, doing)

        expect_unwatched(loop.remove_writer, sock)
        sock.close()
        await turns()
    reports.expect_none("after a cancelled sock_connect() whose socket was closed")


def peer_of(sock: socket.socket) -> Any:
    """The address that a socket is connected to; None where it isn't."""
    try:
        return sock.getpeername()
    except OSError:
        return None


def unix_socket() -> socket.socket:
    """A Unix stream socket, non-blocking."""
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.setblocking(False)
    return sock
