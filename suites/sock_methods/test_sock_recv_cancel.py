"""sock_recv() and its kin: what a cancelled call leaves behind."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop

from ..support.plain_sockets import (
    PATIENCE,
    arrived,
    cancelled,
    expect_unwatched,
    result_of,
    tcp_pair,
    udp_pair,
    waiting,
)
from ..support.requirement import requirement
from ..support.turns import turns

DOING = "sock_recv() with nothing sent"


@requirement(
    "sock_methods.recv.cancel_does_not_steal_data",
    api="loop.sock_recv",
    level="implied",
    since="3.11",
)
async def test_data_after_a_cancel_stays_in_the_socket(loop: AbstractEventLoop) -> None:
    """Data that arrives after a waiting call was cancelled stays in the socket.

    If this fails, look for a reader that outlives its call and reads for nobody.
    """
    with tcp_pair() as (sock, peer):
        call = await waiting(loop.sock_recv(sock, 100), DOING)
        await cancelled(call, DOING)
        peer.sendall(b"later")
        await turns()
        data = arrived(sock)

    assert data == b"later", (
        f"of b'later', sent after sock_recv() was cancelled, the socket held {data!r}; "
        "expected all of it"
    )


@requirement(
    "sock_methods.recv.usable_after_cancel", api="loop.sock_recv", level="implied", since="3.11"
)
async def test_a_new_call_works_after_a_cancelled_one(loop: AbstractEventLoop) -> None:
    """A new sock_recv() on a socket whose last one was cancelled waits and returns the data.

    If this fails, look for a registration that still belongs to the cancelled call, or for
    its late clean-up, which removes the registration of the new one.
    """
    doing = "a second sock_recv(), after the first was cancelled,"
    with tcp_pair() as (sock, peer):
        first = await waiting(loop.sock_recv(sock, 100), DOING)
        await cancelled(first, DOING, turning=0)
        second = await waiting(loop.sock_recv(sock, 100), doing)
        peer.sendall(b"again")
        data = await result_of(second, doing, "b'again'")

    assert data == b"again", f"{doing} returned {data!r}; expected b'again'"


@requirement(
    "sock_methods.recv.cancel_releases_descriptor_watch",
    api="loop.sock_recv",
    level="implied",
    since="3.11",
)
async def test_a_cancel_ends_the_interest_in_the_descriptor(loop: AbstractEventLoop) -> None:
    """Cancelling the call removes the loop's interest in the descriptor.

    If this fails, look for a cancelled call that never removes its reader.
    """
    with tcp_pair() as (sock, _):
        call = await waiting(loop.sock_recv(sock, 100), DOING)
        await cancelled(call, DOING)

        expect_unwatched(loop.remove_reader, sock)


@requirement(
    "sock_methods.recv.cancel_when_data_already_ready",
    api="loop.sock_recv",
    level="implied",
    since="3.11",
)
async def test_a_cancel_in_the_same_step_keeps_the_data(loop: AbstractEventLoop) -> None:
    """A cancel after data became ready, and before the loop turned, loses none of it.

    It stays in the socket, or the call returns it all the same: a loop whose system calls
    are under way when it is told may have it already. If this fails, look for a reader
    that reads before it looks whether anybody still waits.
    """
    with tcp_pair() as (sock, peer):
        call = await waiting(loop.sock_recv(sock, 100), DOING)
        peer.sendall(b"ready")
        call.cancel()
        await asyncio.wait({call}, timeout=PATIENCE)
        returned = await call if call.done() and not call.cancelled() else b""
        data = returned + arrived(sock)

    assert data == b"ready", (
        f"of b'ready', sent just before sock_recv() was cancelled, the call and the socket held "
        f"{data!r}; expected all of it"
    )


@requirement(
    "sock_methods.recv_into.cancel_leaves_buffer_and_data",
    api="loop.sock_recv_into",
    level="implied",
    since="3.11",
)
async def test_a_cancelled_recv_into_writes_nothing(loop: AbstractEventLoop) -> None:
    """After a cancel the buffer is not written, and data stays in the socket.

    If this fails, look for a reader that outlives its call, and reads into a buffer which
    is the caller's again.
    """
    buffer, doing = bytearray(b"........"), "sock_recv_into() with nothing sent"
    with tcp_pair() as (sock, peer):
        call = await waiting(loop.sock_recv_into(sock, buffer), doing)
        await cancelled(call, doing)
        peer.sendall(b"later")
        await turns()
        data = arrived(sock)

    assert (bytes(buffer), data) == (b"........", b"later"), (
        f"after sock_recv_into() was cancelled and b'later' sent, the buffer held "
        f"{bytes(buffer)!r} and the socket {data!r}; expected b'........' and b'later'"
    )


@requirement(
    "sock_methods.recvfrom.cancel_keeps_datagram",
    api="loop.sock_recvfrom",
    level="implied",
    since="3.11",
)
async def test_a_datagram_after_a_cancel_stays(loop: AbstractEventLoop) -> None:
    """A datagram that arrives after a waiting call was cancelled is not consumed.

    If this fails, look for a reader that outlives its call and reads for nobody.
    """
    doing = "sock_recvfrom() with nothing sent"
    with udp_pair() as (sock, peer):
        call = await waiting(loop.sock_recvfrom(sock, 100), doing)
        await cancelled(call, doing)
        peer.sendto(b"later", sock.getsockname())
        await turns()
        data = arrived(sock)

    assert data == b"later", (
        f"of b'later', sent after sock_recvfrom() was cancelled, the socket held {data!r}; "
        "expected the datagram"
    )
