"""connect_accepted_socket(): a connection accepted elsewhere becomes the loop's."""

from __future__ import annotations

import os
import socket
from asyncio import AbstractEventLoop
from collections.abc import Iterator
from contextlib import contextmanager

from ..support.connecting import opened
from ..support.listeners import listening
from ..support.machine import needs_unix_sockets
from ..support.protocols import Recorder, dispose
from ..support.requirement import requirement
from ..support.serving import Client, comes
from ..support.sockets import exposed_socket

API = "loop.connect_accepted_socket"
DOING = "connect_accepted_socket()"


@contextmanager
def accepted() -> Iterator[tuple[socket.socket, Client]]:
    """A blocking socket that was accepted outside of the loop, and its client."""
    with listening() as listener:
        listener.setblocking(True)
        with Client(listener.getsockname()) as client:
            sock, _ = listener.accept()
            with sock:
                yield sock, client


@requirement(
    "servers.connect_accepted_socket.returns_pair", api=API, level="documented", since="3.11"
)
async def test_an_accepted_socket_becomes_transport_and_protocol(loop: AbstractEventLoop) -> None:
    """An accepted socket becomes (transport, protocol), connected, with data flowing both ways.

    If this fails, look for a pair that is returned before connection_made() was called, or
    for a wrapper in the place of the factory's protocol.
    """
    made = Recorder()
    with accepted() as (sock, client):
        call = loop.connect_accepted_socket(lambda: made, sock)
        async with opened(call, DOING) as (transport, protocol):
            pair = (transport is made.transport, protocol is made)
            client.sock.sendall(b"?")
            transport.write(b"!")
            answer = await client.hears(1)
            await comes(lambda: made.received)

    assert pair == (True, True), (
        f"{DOING} returned (the transport that connection_made() got, the factory's protocol): "
        f"{pair}; expected both"
    )
    assert (bytes(made.received), answer) == (b"?", b"!"), (
        f"over {DOING} the client's b'?' arrived as {bytes(made.received)!r}, and write(b'!') "
        f"brought it {answer!r}; expected both to arrive"
    )


@requirement("servers.connect_accepted_socket.order", api=API, level="implied", since="3.11")
async def test_the_factory_comes_first_and_the_return_last(loop: AbstractEventLoop) -> None:
    """The factory is called first, then connection_made(), and then the call returns.

    If this fails, look for a connection_made() that is queued and not waited for.
    """
    order: list[str] = []

    class Ordered(Recorder):
        def _record(self, name: str) -> None:
            order.append(name)
            super()._record(name)

    def factory() -> Ordered:
        order.append("factory")
        return Ordered()

    with accepted() as (sock, _):
        async with opened(loop.connect_accepted_socket(factory, sock), DOING):
            order.append("return")
            seen = order.copy()

    assert seen == ["factory", "connection_made", "return"], (
        f"{DOING} went in the order {seen}; expected factory, connection_made, return"
    )


@requirement(
    "servers.connect_accepted_socket.takes_ownership", api=API, level="documented", since="3.11"
)
async def test_the_socket_belongs_to_the_transport(loop: AbstractEventLoop) -> None:
    """The given socket becomes non-blocking, and is closed with the transport.

    If this fails, look for a duplicate of the descriptor, or for a missing setblocking().
    """
    with accepted() as (sock, client):
        async with opened(loop.connect_accepted_socket(Recorder, sock), DOING) as (transport, _):
            blocks = os.get_blocking(exposed_socket(transport).fileno())
            transport.close()
            ending = await client.ends()

    assert not blocks, (
        f"os.get_blocking() of the descriptor given to {DOING} is True; expected it non-blocking"
    )
    assert ending == "end of stream", (
        f"close() of a transport made by {DOING} brought the client {ending!r}; expected the end "
        "of the stream"
    )


@requirement("servers.connect_accepted_socket.extra_info", api=API, level="implied", since="3.11")
async def test_the_transport_knows_both_addresses(loop: AbstractEventLoop) -> None:
    """The peername and sockname of the transport are those of the accepted socket.

    If this fails, look for extra info that is filled in for connections only that the loop
    opened or accepted itself.
    """
    with accepted() as (sock, _):
        expected = (sock.getpeername(), sock.getsockname())
        async with opened(loop.connect_accepted_socket(Recorder, sock), DOING) as (transport, _):
            seen = (transport.get_extra_info("peername"), transport.get_extra_info("sockname"))

    assert seen == expected, (
        f"peername and sockname of a transport made by {DOING} are {seen}; expected the "
        f"socket's, {expected}"
    )


@requirement(
    "servers.connect_accepted_socket.unix",
    api=API,
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_a_unix_socket_is_accepted(loop: AbstractEventLoop) -> None:
    """A stream socket of the family AF_UNIX is accepted.

    If this fails, look for TCP options that are set on any socket, or for an address that is
    taken apart.
    """
    needs_unix_sockets()

    sock, peer = socket.socketpair(socket.AF_UNIX)
    with sock, peer:
        call = loop.connect_accepted_socket(Recorder, sock)
        async with opened(call, f"{DOING} with one end of a Unix socketpair") as (_, protocol):
            peer.sendall(b"data")
            await comes(lambda: len(protocol.received) == 4)
            received = bytes(protocol.received)

    assert received == b"data", (
        f"over {DOING} with one end of a Unix socketpair b'data' arrived as {received!r}; "
        "expected the same bytes"
    )


@requirement(
    "servers.connect_accepted_socket.factory_error_propagates",
    api=API,
    level="implied",
    since="3.11",
)
async def test_an_exception_of_the_factory_reaches_the_awaiter(loop: AbstractEventLoop) -> None:
    """An exception of the protocol factory reaches the awaiter.

    If this fails, look for the server's way of accepting, which has nobody to tell.
    """

    def factory() -> Recorder:
        raise ZeroDivisionError("no protocol today")

    with accepted() as (sock, _):
        try:
            transport, _ = await loop.connect_accepted_socket(factory, sock)
            await dispose(transport)
            outcome = "returned"
        except ZeroDivisionError:
            outcome = "raised it"

    assert outcome == "raised it", (
        f"{DOING} {outcome} although its factory raised ZeroDivisionError; expected the exception"
    )
