"""start_tls() on a connection that a Server counts."""

from __future__ import annotations

import asyncio
import socket
from asyncio import AbstractEventLoop

from ..support.certificates import NAME, client_context, server_context
from ..support.conversations import read_all
from ..support.listeners import IPV4, LIMIT
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.tls_peers import PATIENCE
from ..support.turns import turns
from ..support.upgrades import Link, TurningPeer, in_time, take_go


@requirement(
    "start_tls.client_counts_towards_server_wait_closed",
    api="loop.start_tls",
    level="implied",
    since="3.12",
    doc="library/asyncio-eventloop.html#asyncio.Server.wait_closed",
)
async def test_an_upgraded_connection_still_counts(loop: AbstractEventLoop) -> None:
    """An accepted connection that was upgraded is still active for Server.wait_closed().

    If this fails, look for a count of connections that ends with the plain protocol.
    """
    protocol = Recorder()
    server = await loop.create_server(lambda: protocol, IPV4, 0)
    sock = socket.create_connection(server.sockets[0].getsockname()[:2], LIMIT)
    with TurningPeer(
        sock, client_context(), read_all, first=take_go, server_side=False, server_hostname=NAME
    ) as peer:
        await in_time(protocol.until_called("connection_made"))
        assert protocol.transport is not None, "create_server() called no connection_made()"
        plain, context = protocol.transport, server_context()
        link = Link(loop, "server", plain, protocol, peer, context, {"server_side": True})
        transport = await link.secured()
        server.close()
        closed = asyncio.ensure_future(server.wait_closed())
        await turns()
        was_closed = closed.done()
        transport.close()
        await asyncio.wait({closed}, timeout=PATIENCE)
        is_closed = closed.done()
        await in_time(protocol.until_called("connection_lost"))
        closed.cancel()
        await turns()

    assert (was_closed, is_closed) == (False, True), (
        "Server.wait_closed() had ended while an upgraded connection was open, and after it was "
        f"closed: {was_closed}, {is_closed}; expected False and True"
    )
