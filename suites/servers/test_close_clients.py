"""Server.close_clients() and abort_clients(): ending the connections that were accepted."""

from __future__ import annotations

import asyncio
import socket
from asyncio import AbstractEventLoop

from ..support.certificates import NAME, client_context, server_context
from ..support.conversations import read_all
from ..support.requirement import requirement
from ..support.serving import Hosting, comes, hosting
from ..support.sockets import exposed_socket
from ..support.tls_peers import tls_client, until_set
from ..support.tracking import state_of
from ..support.turns import turns

LARGE = bytes(1_500_000)
"""More than the kernel holds for a connection whose send buffer is small."""


async def ended(hosted: Hosting) -> str:
    """How wait_closed() stands when it had its time."""
    waiting = asyncio.ensure_future(hosted.server.wait_closed())
    await comes(waiting.done)
    state = state_of(waiting)
    waiting.cancel()
    return state


def fill(transport: asyncio.Transport) -> None:
    """Write LARGE to a connection, more than the kernel takes at once."""
    exposed_socket(transport).setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
    transport.write(LARGE)
    waiting = transport.get_write_buffer_size()
    assert waiting, (
        f"get_write_buffer_size() is {waiting} after {len(LARGE)} bytes were written to a client "
        "that reads nothing; expected most of them to wait"
    )


@requirement(
    "servers.close_clients.closes_transports",
    api="Server.close_clients",
    level="documented",
    since="3.13",
)
async def test_close_clients_closes_every_connection(loop: AbstractEventLoop) -> None:
    """close_clients() closes every accepted transport; what was written before is delivered.

    If this fails, look for connections that the server does not keep, or for an abort()
    where a close() is due.
    """
    async with hosting(loop) as hosted:
        clients = [hosted.connect() for _ in range(3)]
        for protocol in await hosted.arrived(3):
            protocol.transport.write(b"goodbye")
        hosted.server.close()
        hosted.server.close_clients()
        waited = await ended(hosted)
        await comes(
            lambda: (
                all(client.has_ended() for client in clients)
                and all("connection_lost" in protocol.calls for protocol in hosted.made)
            )
        )
        heard = [client.look() for client in clients]
        ends = [client.ending for client in clients]
        lost = [(p.calls.count("connection_lost"), p.lost_with) for p in hosted.made]

    assert (heard, ends) == ([b"goodbye"] * 3, ["end of stream"] * 3), (
        f"after write(b'goodbye') and close_clients() three clients received {heard} and then "
        f"{ends}; expected each the goodbye and the end of the stream"
    )
    assert (lost, waited) == ([(1, None)] * 3, "returned None"), (
        f"close() and close_clients() brought three protocols (calls of connection_lost(), with) "
        f"{lost}, and wait_closed() is {waited!r}; expected connection_lost(None) and an end"
    )


@requirement(
    "servers.close_clients.flushes",
    api="Server.close_clients",
    level="documented",
    since="3.13",
)
async def test_close_clients_lets_pending_data_drain(loop: AbstractEventLoop) -> None:
    """close_clients() lets data that waits in a transport drain to a slow client.

    If this fails, look for an abort() where a close() is due.
    """
    async with hosting(loop) as hosted:
        client, protocol = await hosted.welcome()
        fill(protocol.transport)
        hosted.server.close_clients()
        await turns(20)
        received = len(await client.hears(len(LARGE)))

    assert received == len(LARGE), (
        f"a client that had read nothing when close_clients() was called received {received} of "
        f"{len(LARGE)} bytes that were written before; expected all of them"
    )


@requirement(
    "servers.close_clients.does_not_stop_listening",
    api="Server.close_clients",
    level="documented",
    since="3.13",
)
async def test_close_clients_alone_does_not_close_the_server(loop: AbstractEventLoop) -> None:
    """close_clients() alone does not close the server: new clients are served.

    If this fails, look for a close() in close_clients().
    """
    async with hosting(loop) as hosted:
        address = hosted.address
        client, _ = await hosted.welcome(address)
        hosted.server.close_clients()
        ending = await client.ends()
        served = await hosted.serves(address)

    assert (ending, served) == ("end of stream", True), (
        f"close_clients() ended a client's connection with {ending!r} and the next client was "
        f"{'served' if served else 'not served'}; expected the first to be closed, and service"
    )


@requirement(
    "servers.close_clients.with_tls",
    api="Server.close_clients",
    level="implied",
    since="3.13",
)
async def test_close_clients_ends_tls_connections(loop: AbstractEventLoop) -> None:
    """close_clients() ends TLS connections too, and wait_closed() returns then.

    If this fails, look for a server that knows the transports it accepted only as long as
    they are plain.
    """
    async with hosting(loop) as plain:
        plain.server.close_clients()  # who has no such call lacks it, whatever there is of TLS

    async with hosting(loop, ssl=server_context()) as hosted:
        context = client_context()
        with tls_client(hosted.address, context, read_all, server_hostname=NAME) as peer:
            await hosted.arrived()
            await until_set(peer.shaken)
            hosted.server.close()
            hosted.server.close_clients()
            left = await until_set(peer.ended) and not isinstance(peer.error, TimeoutError)
            waited = await ended(hosted)

    assert (left, waited) == (True, "returned None"), (
        f"close_clients() {'ended' if left else 'did not end'} the connection of a TLS client, "
        f"and wait_closed() after it is {waited!r}; expected both to end"
    )


@requirement(
    "servers.abort_clients.discards",
    api="Server.abort_clients",
    level="documented",
    since="3.13",
)
async def test_abort_clients_waits_for_nobody(loop: AbstractEventLoop) -> None:
    """abort_clients() ends connections at once, with the data that waits in them.

    If this fails, look for a close() where an abort() is due: a client that does not read
    keeps such a connection open for as long as it likes.
    """
    async with hosting(loop) as hosted:
        client, protocol = await hosted.welcome()
        fill(protocol.transport)
        hosted.server.close()
        hosted.server.abort_clients()
        waited = await ended(hosted)
        if waited != "pending":  # wait_closed() may return some turns before
            await comes(lambda: "connection_lost" in protocol.calls)
        lost = protocol.calls.count("connection_lost")
        await client.ends()
        received = len(client.received)

    assert (waited, lost) == ("returned None", 1), (
        f"abort_clients() with a client that reads nothing: wait_closed() is {waited!r} after it, "
        f"connection_lost() was called {lost} times; expected both to be over at once"
    )
    assert received < len(LARGE), (
        f"after abort_clients() its client received all {received} bytes that waited; expected "
        "what the kernel had not taken to be lost"
    )
