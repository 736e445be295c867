"""create_connection(): the options and the mode of the connection's socket."""

from __future__ import annotations

import os
import socket
from asyncio import AbstractEventLoop, BaseTransport
from typing import Any

from ..support.certificates import NAME, client_context, server_context
from ..support.connecting import opened
from ..support.conversations import read_all
from ..support.listeners import IPV4, IPV6, connected_pair, listening, port_of
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.sockets import exposed_socket
from ..support.tls_peers import tls_server


@requirement(
    "create_connection.tcp.nodelay_is_set",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_nodelay_is_set(loop: AbstractEventLoop) -> None:
    """TCP connections are created with TCP_NODELAY on.

    If this fails, look for a setsockopt() that only accepted connections get, or that
    is missing.
    """
    with listening() as listener:
        call = loop.create_connection(Recorder, IPV4, port_of(listener))
        async with opened(call, "create_connection(host, port)") as (transport, _):
            nodelay = _nodelay(transport)

    assert nodelay, f"TCP_NODELAY of a new connection is {nodelay}; expected it to be on"


@requirement(
    "create_connection.tcp.nodelay_is_set_ipv6",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_nodelay_is_set_on_ipv6(loop: AbstractEventLoop) -> None:
    """TCP_NODELAY is on for IPv6 connections too.

    If this fails, look for a comparison of the family with AF_INET alone.
    """
    with listening(IPV6) as listener:
        call = loop.create_connection(Recorder, IPV6, port_of(listener))
        async with opened(call, "create_connection('::1', port)") as (transport, _):
            nodelay = _nodelay(transport)

    assert nodelay, f"TCP_NODELAY of a new IPv6 connection is {nodelay}; expected it to be on"


@requirement(
    "create_connection.tcp.nodelay_is_set_for_given_sock",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_nodelay_is_set_on_a_given_socket(loop: AbstractEventLoop) -> None:
    """A given TCP socket, created with proto IPPROTO_TCP, gets TCP_NODELAY as well.

    If this fails, look for options that are set only where the loop creates the socket.
    """
    with connected_pair() as (sock, _):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 0)
        call = loop.create_connection(Recorder, sock=sock)
        async with opened(call, "create_connection(sock=...)") as (transport, _):
            nodelay = _nodelay(transport)

    assert nodelay, (
        f"TCP_NODELAY after create_connection(sock=a TCP socket) is {nodelay}; expected it on"
    )


@requirement(
    "create_connection.tcp.nodelay_is_set_under_tls",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_nodelay_is_set_under_tls(loop: AbstractEventLoop) -> None:
    """TCP_NODELAY is on for TLS connections.

    If this fails, look for options that are set by the plain transport alone.
    """
    with tls_server(server_context(), read_all) as server:
        call = loop.create_connection(
            Recorder, server.host, server.port, ssl=client_context(), server_hostname=NAME
        )
        async with opened(call, "create_connection(ssl=...)") as (transport, _):
            nodelay = _nodelay(transport)

    assert nodelay, f"TCP_NODELAY of a new TLS connection is {nodelay}; expected it to be on"


@requirement(
    "create_connection.tcp.descriptor_not_inheritable",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_the_descriptor_is_not_inherited(loop: AbstractEventLoop) -> None:
    """The connection's descriptor is not inherited by child processes.

    If this fails, look for a socket that is created without close-on-exec (SOCK_CLOEXEC).
    """
    with listening() as listener:
        call = loop.create_connection(Recorder, IPV4, port_of(listener))
        async with opened(call, "create_connection(host, port)") as (transport, _):
            inheritable = os.get_inheritable(exposed_socket(transport).fileno())

    assert not inheritable, (
        "os.get_inheritable() of a new connection's descriptor is True; expected False"
    )


@requirement(
    "create_connection.tcp.socket_reports_nonblocking",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_the_exposed_socket_is_nonblocking(loop: AbstractEventLoop) -> None:
    """The exposed socket object reports a zero timeout and its descriptor is non-blocking.

    If this fails, look for an object that get_extra_info("socket") makes for the occasion
    and that does not know the descriptor's mode.
    """
    with listening() as listener:
        call = loop.create_connection(Recorder, IPV4, port_of(listener))
        async with opened(call, "create_connection(host, port)") as (transport, _):
            sock = exposed_socket(transport)
            seen = (sock.gettimeout(), os.get_blocking(sock.fileno()))

    assert seen == (0, False), (
        f"gettimeout() of a new connection's socket and os.get_blocking() of its descriptor are "
        f"{seen}; expected (0, False)"
    )


@requirement(
    "create_connection.extra_info.available_in_connection_made",
    api="loop.create_connection",
    level="implied",
    since="3.11",
    doc="library/asyncio-protocol.html#asyncio.BaseTransport.get_extra_info",
)
async def test_extra_info_is_there_in_connection_made(loop: AbstractEventLoop) -> None:
    """The extra info peername, sockname and socket can be queried inside connection_made.

    If this fails, look for extra info that is filled in after connection_made() was called.
    """
    seen: dict[str, Any] = {}

    class Curious(Recorder):
        def connection_made(self, transport: BaseTransport) -> None:
            for name in ("peername", "sockname", "socket"):
                seen[name] = transport.get_extra_info(name)
            super().connection_made(transport)

    with listening() as listener:
        call = loop.create_connection(Curious, IPV4, port_of(listener))
        async with opened(call, "create_connection(host, port)"):
            address = listener.getsockname()

    found = (seen.get("peername"), [name for name, value in seen.items() if value is not None])
    assert found == (address, ["peername", "sockname", "socket"]), (
        f"inside connection_made(), get_extra_info() gave {seen}; "
        f"expected the listener's address {address} as peername, and the others to be there"
    )


def _nodelay(transport: BaseTransport) -> int:
    option: int = exposed_socket(transport).getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    return option
