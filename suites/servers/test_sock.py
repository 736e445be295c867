"""create_server(sock=...): the caller's socket becomes the server's listener."""

from __future__ import annotations

import os
from asyncio import AbstractEventLoop

from ..support.listeners import bound, listening
from ..support.requirement import requirement
from ..support.serving import Client, comes, falls_silent, hosting

API = "loop.create_server"


@requirement("servers.create_server.sock", api=API, level="documented", since="3.11")
async def test_a_bound_socket_is_listened_on_and_served(loop: AbstractEventLoop) -> None:
    """A bound socket given as sock is listened on, and its clients are served.

    If this fails, look for a host that is required all the same, or for a socket that is
    watched without listen().
    """
    with bound() as sock:
        address = sock.getsockname()
        async with hosting(loop, sock=sock) as hosted:
            addresses = hosted.addresses
            served = await hosted.serves(address)

    assert (addresses, served) == ([address], True), (
        f"create_server(sock=a socket bound to {address}) listens on {addresses}, its client was "
        f"{'served' if served else 'not served'}; expected that address, and a served client"
    )


@requirement("servers.create_server.sock_already_listening", api=API, level="implied", since="3.11")
async def test_a_client_that_waits_already_is_served(loop: AbstractEventLoop) -> None:
    """A socket that listens already is accepted, and a client that waits there is served.

    If this fails, look for an edge-triggered registration, which hears only of clients that
    come later; or for an error of a second listen().
    """
    with listening() as sock, Client(sock.getsockname()) as client:
        client.sock.sendall(b"hello")
        async with hosting(loop, sock=sock) as hosted:
            await comes(lambda: hosted.made and len(hosted.made[0].received) == 5)
            received = [bytes(protocol.received) for protocol in hosted.made]

    assert received == [b"hello"], (
        f"a client connected and sent b'hello' before create_server(sock=a listening socket), and "
        f"{len(received)} protocols received {received}; expected one to be served"
    )


@requirement("servers.create_server.sock_ownership", api=API, level="documented", since="3.11")
async def test_closing_the_server_closes_the_given_socket(loop: AbstractEventLoop) -> None:
    """The given socket belongs to the server: closing the server closes it.

    If this fails, look for a server that works on a duplicate of the descriptor.
    """
    with bound() as sock:
        address = sock.getsockname()
        async with hosting(loop, sock=sock) as hosted:
            served = await hosted.serves(address)
            hosted.server.close()
            refused = await falls_silent(address)

    assert (served, refused) == (True, True), (
        f"create_server(sock=...) {'served' if served else 'did not serve'} its client; after "
        f"close() a connect was {'refused' if refused else 'answered'}; expected a served client, "
        "then the socket to be closed"
    )


@requirement(
    "servers.create_server.sock_becomes_nonblocking", api=API, level="implied", since="3.11"
)
async def test_a_blocking_listener_becomes_nonblocking(loop: AbstractEventLoop) -> None:
    """A blocking socket given as sock becomes non-blocking.

    If this fails, look for a missing setblocking(False): accept() stops the whole loop when
    a client has gone again before it was accepted.
    """
    with bound() as sock:
        sock.setblocking(True)
        async with hosting(loop, sock=sock) as hosted:
            blocks = os.get_blocking(hosted.server.sockets[0].fileno())

    assert not blocks, (
        "os.get_blocking() of the listener of create_server(sock=a blocking socket) is True; "
        "expected it to be non-blocking"
    )
