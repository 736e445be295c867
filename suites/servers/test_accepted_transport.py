"""create_server(): the transports and sockets of accepted connections."""

from __future__ import annotations

import asyncio
import os
import socket
from asyncio import AbstractEventLoop

import pytest

from ..support.requirement import requirement
from ..support.serving import hosting
from ..support.sockets import exposed_socket

API = "loop.create_server"


@requirement(
    "servers.create_server.accepted_transport_info",
    api=API,
    level="documented",
    since="3.11",
    doc="library/asyncio-protocol.html#asyncio.BaseTransport.get_extra_info",
)
async def test_an_accepted_transport_knows_both_addresses(loop: AbstractEventLoop) -> None:
    """An accepted transport has the client's address as peername, and its own as sockname.

    If this fails, look for extra info that is filled in for outgoing connections only.
    """
    async with hosting(loop) as hosted:
        client, protocol = await hosted.welcome()
        expected = (client.sock.getsockname(), client.sock.getpeername())
        info = protocol.transport.get_extra_info
        seen = (info("peername"), info("sockname"))

    assert seen == expected, (
        f"peername and sockname of an accepted transport are {seen}; expected {expected}, the "
        "client's own address and the one it connected to"
    )


@requirement(
    "servers.create_server.accepted_transport_type",
    api=API,
    level="documented",
    since="3.11",
    doc="library/asyncio-protocol.html#asyncio.Transport",
)
async def test_an_accepted_transport_is_an_asyncio_transport(loop: AbstractEventLoop) -> None:
    """connection_made() of an accepted connection is given an instance of asyncio.Transport.

    If this fails, look for a transport class that stands outside asyncio's hierarchy.
    """
    async with hosting(loop) as hosted:
        _, protocol = await hosted.welcome()
        transport = protocol.transport

    assert isinstance(transport, asyncio.Transport), (
        f"connection_made() of an accepted connection got {transport!r}; expected an instance "
        "of asyncio.Transport"
    )


@requirement("servers.create_server.accepted_nodelay", api=API, level="documented", since="3.11")
async def test_accepted_connections_have_nodelay_on(loop: AbstractEventLoop) -> None:
    """Accepted TCP connections have TCP_NODELAY on.

    If this fails, look for the option being set on connections that the loop opens only.
    """
    async with hosting(loop) as hosted:
        _, protocol = await hosted.welcome()
        sock = exposed_socket(protocol.transport)
        nodelay = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)

    assert nodelay, (
        f"TCP_NODELAY of a connection accepted by create_server() is {nodelay}; expected it on"
    )


@pytest.mark.parametrize("which", ["accepted", "listening"])
@requirement(
    "servers.create_server.accepted_not_inheritable", api=API, level="implied", since="3.11"
)
async def test_descriptors_of_a_server_are_not_inherited(
    loop: AbstractEventLoop, which: str
) -> None:
    """Accepted and listening descriptors are non-inheritable, accepted ones non-blocking too.

    If this fails, look for a plain accept() or socket() of the system, without
    close-on-exec: each child process then keeps the connection open.
    """
    async with hosting(loop) as hosted:
        _, protocol = await hosted.welcome()
        accepted = exposed_socket(protocol.transport).fileno()
        descriptor = accepted if which == "accepted" else hosted.server.sockets[0].fileno()
        inheritable = os.get_inheritable(descriptor)
        blocking = which == "accepted" and os.get_blocking(descriptor)

    assert not inheritable, (
        f"os.get_inheritable() of the {which} descriptor of create_server() is True; expected "
        "it to be closed in child processes"
    )
    assert not blocking, (
        "os.get_blocking() of an accepted descriptor is True; expected it to be non-blocking"
    )
