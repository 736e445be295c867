"""Server.close(): nobody is accepted any more, and who is connected stays."""

from __future__ import annotations

import socket
from asyncio import AbstractEventLoop
from typing import Any

from ..support.requirement import requirement
from ..support.serving import comes, falls_silent, hosting
from ..support.turns import turns

API = "asyncio.Server"
CLOSE = "library/asyncio-eventloop.html#asyncio.Server.close"


@requirement(
    "servers.close.refuses_new_connections",
    api=API,
    level="documented",
    since="3.11",
    doc=CLOSE,
)
async def test_a_closed_server_refuses_clients(loop: AbstractEventLoop) -> None:
    """After close() new clients are refused, also while earlier ones are connected.

    If this fails, look for listeners that stay open until the last client has left.
    """
    async with hosting(loop) as hosted:
        address = hosted.address
        await hosted.welcome()
        hosted.server.close()
        refused = await falls_silent(address)

    assert refused, (
        "after close() of a server with one client connected, a new client could connect; "
        "expected it to be refused"
    )


@requirement(
    "servers.close.leaves_clients_open", api=API, level="documented", since="3.11", doc=CLOSE
)
async def test_close_leaves_connections_open(loop: AbstractEventLoop) -> None:
    """close() leaves established connections open, with data flowing both ways.

    If this fails, look for a close() that goes through the connections; that is what
    close_clients() is for.
    """
    async with hosting(loop) as hosted:
        client, protocol = await hosted.welcome()
        hosted.server.close()
        await turns()
        client.sock.sendall(b"?")
        protocol.transport.write(b"!")
        answer = await client.hears(1)
        await comes(lambda: protocol.received or "connection_lost" in protocol.calls)
        lost = "connection_lost" in protocol.calls

    assert (bytes(protocol.received), answer, lost) == (b"?", b"!", False), (
        f"after close() of its server a client sent b'?', of which the protocol got "
        f"{bytes(protocol.received)!r}, and write(b'!') brought the client {answer!r}, with "
        f"connection_lost() {'' if lost else 'not '}called; expected the connection to stay"
    )


@requirement("servers.close.is_idempotent", api=API, level="implied", since="3.11", doc=CLOSE)
async def test_closing_again_is_harmless(loop: AbstractEventLoop) -> None:
    """Further calls of close() do nothing.

    If this fails, look for listeners that are unregistered a second time.
    """
    errors: list[Exception] = []
    async with hosting(loop) as hosted:
        before = hosted.server.is_serving()
        for _ in range(3):
            try:
                hosted.server.close()
            except Exception as error:  # noqa: BLE001 - whatever it is, it is told
                errors.append(error)
            await turns()
        serving = (before, hosted.server.is_serving())

    assert (errors, serving) == ([], (True, False)), (
        f"three calls of close() raised {errors}, and is_serving() before and after them was "
        f"{serving}; expected no error and a closed server"
    )


@requirement("servers.close.releases_the_port", api=API, level="implied", since="3.11", doc=CLOSE)
async def test_a_closed_server_releases_its_port(loop: AbstractEventLoop) -> None:
    """Shortly after close() the port is free: it can be bound without SO_REUSEADDR.

    If this fails, look for a listener whose descriptor waits for garbage collection.
    """
    async with hosting(loop) as hosted:
        address, sockets = hosted.address, hosted.server.sockets
        hosted.server.close()
        is_free = await comes(lambda: _can_bind(address))
        del sockets  # whoever looks at them does not keep them open

    assert is_free, (
        "some time after close() another socket could not be bound to the server's address; "
        "expected the port to be free"
    )


def _can_bind(address: Any) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as next_owner:
        try:
            next_owner.bind(address)
        except OSError:
            return False
    return True
