"""create_connection(sock=...): the transport owns the socket, alone and until the end."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from contextlib import suppress

from ..support.connecting import opened
from ..support.expect import expect_raises
from ..support.listeners import connected_pair, peer_on
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.sockets import ending, hear
from ..support.turns import turns


@requirement(
    "create_connection.sock.ownership_close_reaches_peer",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_closing_the_transport_ends_the_given_connection(loop: AbstractEventLoop) -> None:
    """The transport owns the socket: close() reaches the peer though the caller refers to it.

    If this fails, look for a transport that works on a duplicate and leaves the caller's
    descriptor open: the connection ends when the last descriptor is closed.
    """
    with connected_pair() as (sock, peer_sock), peer_on(peer_sock, ending) as peer:
        call = loop.create_connection(Recorder, sock=sock)
        async with opened(call, "create_connection(sock=...)") as (transport, _):
            transport.close()
            end = await peer.result()

    assert end == "end of stream", (
        f"close() of the transport of a given socket brought its peer: {end}; "
        "expected the end of the stream"
    )


@requirement(
    "create_connection.sock.ownership_object_is_closed",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_the_given_socket_object_is_closed_in_the_end(loop: AbstractEventLoop) -> None:
    """After connection_lost the given socket object itself is closed.

    If this fails, look for a descriptor that is closed behind the object's back: the
    object then closes another file, one that got the same number later.
    """
    with connected_pair() as (sock, _):
        call = loop.create_connection(Recorder, sock=sock)
        async with opened(call, "create_connection(sock=...)") as (transport, protocol):
            transport.close()
            await protocol.until_called("connection_lost")
            await turns()
        descriptor = sock.fileno()
        with suppress(OSError):  # a descriptor that is closed already, in the bad case
            sock.close()

    assert descriptor == -1, (
        f"after connection_lost() the given socket object still has descriptor {descriptor}; "
        "expected it to be closed, with fileno() -1"
    )


@requirement(
    "create_connection.sock.second_transport_is_runtimeerror",
    api="loop.create_connection",
    level="interop",
    since="3.12",
    libraries=["aiohttp"],
)
async def test_a_socket_of_an_open_transport_is_refused(loop: AbstractEventLoop) -> None:
    """Handing over a socket whose descriptor an open transport already uses is a RuntimeError.

    If this fails, look for descriptors that are watched without a look at who watches
    them already. aiohttp hands its sockets over; a stale one shows by this error.
    """
    with connected_pair() as (sock, _):
        call = loop.create_connection(Recorder, sock=sock)
        async with opened(call, "create_connection(sock=...)"):
            # Without a turn in between: what the refusal does to the socket is the next entry's.
            with expect_raises(RuntimeError, "create_connection(sock=...) with the same socket"):
                await loop.create_connection(Recorder, sock=sock)


@requirement(
    "create_connection.sock.second_transport_leaves_first_working",
    api="loop.create_connection",
    level="interop",
    since="3.12",
    libraries=["aiohttp"],
)
async def test_a_refused_second_hand_over_leaves_the_first_working(
    loop: AbstractEventLoop,
) -> None:
    """When a socket is handed over twice and refused, the transport that has it goes on working.

    If this fails, look for a clean-up after the refusal that closes the socket: it belongs
    to the first transport. aiohttp hands its sockets over.
    """
    with (
        connected_pair() as (sock, peer_sock),
        peer_on(peer_sock, lambda peer: hear(peer, 4)) as peer,
    ):
        call = loop.create_connection(Recorder, sock=sock)
        async with opened(call, "create_connection(sock=...)") as (transport, _):
            with suppress(RuntimeError, OSError):
                await loop.create_connection(Recorder, sock=sock)
            transport.write(b"data")
            heard = await peer.result()

    assert heard == b"data", (
        f"after a second create_connection() with its socket, write(b'data') on the first "
        f"transport brought the peer {heard!r}; expected b'data'"
    )
