"""sock_recv(): what it returns, and how it waits."""

from __future__ import annotations

import socket
import threading
from asyncio import AbstractEventLoop
from collections.abc import Awaitable

import pytest

from ..support.listeners import peer_on
from ..support.plain_sockets import (
    MORE_THAN_FITS,
    PATIENCE,
    drained,
    error_of,
    narrow_pair,
    reset,
    result_of,
    tcp_pair,
    waiting,
)
from ..support.requirement import requirement
from ..support.turns import turns


@requirement(
    "sock_methods.recv.available_data", api="loop.sock_recv", level="documented", since="3.11"
)
async def test_data_already_there_is_returned_as_bytes(loop: AbstractEventLoop) -> None:
    """Data that is already there is returned as a bytes object.

    If this fails, look for a receive buffer that is handed on as it is, or for a call that
    waits for readiness which has come before.
    """
    with tcp_pair() as (sock, peer):
        peer.sendall(b"hello")
        data = await result_of(
            loop.sock_recv(sock, 100), "sock_recv() after b'hello' was sent", "bytes"
        )

    assert (type(data), data) == (bytes, b"hello"), (
        f"sock_recv() after b'hello' was sent returned {data!r}; expected b'hello', as bytes"
    )


@requirement(
    "sock_methods.recv.waits_for_data", api="loop.sock_recv", level="documented", since="3.11"
)
async def test_it_waits_until_data_arrives(loop: AbstractEventLoop) -> None:
    """Without data the call waits without blocking the loop and returns once data arrives.

    If this fails, look for a BlockingIOError that is passed on, for a system call that
    blocks, or for a waiting call that nobody wakes.
    """
    with tcp_pair() as (sock, peer):
        call = await waiting(loop.sock_recv(sock, 100), "sock_recv() with nothing sent")
        peer.sendall(b"late")
        data = await result_of(call, "sock_recv(), waiting when b'late' was sent,", "b'late'")

    assert data == b"late", (
        f"sock_recv(), waiting when b'late' was sent, returned {data!r}; expected b'late'"
    )


@requirement(
    "sock_methods.recv.at_most_nbytes", api="loop.sock_recv", level="documented", since="3.11"
)
async def test_at_most_nbytes_are_returned(loop: AbstractEventLoop) -> None:
    """At most nbytes are returned, and the rest stays for the next call.

    If this fails, look for a read of a size of the loop's own, whose surplus is returned
    or thrown away.
    """
    with tcp_pair() as (sock, peer):
        peer.sendall(b"abcdef")
        first = await result_of(loop.sock_recv(sock, 2), "sock_recv(2)", "b'ab'")
        rest = await result_of(
            loop.sock_recv(sock, 10),
            f"sock_recv(10), after sock_recv(2) took {first!r},",
            "b'cdef'",
        )

    assert (first, rest) == (b"ab", b"cdef"), (
        f"of b'abcdef' sock_recv(2) returned {first!r} and sock_recv(10) then {rest!r}; "
        "expected b'ab' and b'cdef'"
    )


@requirement(
    "sock_methods.recv.eof_is_empty_bytes", api="loop.sock_recv", level="documented", since="3.11"
)
@pytest.mark.parametrize("when", ["before", "meanwhile"])
async def test_the_end_of_the_stream_is_empty_bytes(loop: AbstractEventLoop, when: str) -> None:
    """A peer that closes ends the call with b"".

    If this fails, look for a loop that takes an empty read for no data yet, or turns it
    into an exception.
    """
    doing = f"sock_recv() on a connection that the peer closed {when}"
    with tcp_pair() as (sock, peer):
        if when == "before":
            peer.close()
        call: Awaitable[bytes] = loop.sock_recv(sock, 100)
        if when == "meanwhile":
            call = await waiting(call, "sock_recv() with nothing sent")
            peer.close()
        data = await result_of(call, doing, "b''")

    assert data == b"", f"{doing} returned {data!r}; expected b''"


@requirement(
    "sock_methods.recv.error_propagates", api="loop.sock_recv", level="documented", since="3.11"
)
async def test_a_reset_reaches_the_awaiter(loop: AbstractEventLoop) -> None:
    """An error of the socket, such as a reset, is raised to the awaiter.

    If this fails, look for errors that are reported as the end of the stream, or that go
    to the exception handler while the caller waits on.
    """
    doing = "sock_recv(), waiting when the peer reset the connection,"
    with tcp_pair() as (sock, peer):
        call = await waiting(loop.sock_recv(sock, 100), "sock_recv() with nothing sent")
        reset(peer)
        await error_of(call, ConnectionResetError, doing)


@requirement(
    "sock_methods.recv.concurrent_with_sendall",
    api="loop.sock_recv",
    level="implied",
    since="3.11",
)
async def test_it_waits_beside_a_sendall(loop: AbstractEventLoop) -> None:
    """A waiting receive and a waiting send on the same socket work side by side.

    If this fails, look for one registration for each descriptor where reading and writing
    need one each, or for one that is removed when the other is done.
    """
    with narrow_pair() as (sock, peer):
        sending = await waiting(
            loop.sock_sendall(sock, bytes(MORE_THAN_FITS)), "sock_sendall() unread"
        )
        receiving = await waiting(loop.sock_recv(sock, 9), "sock_recv() with nothing sent")
        peer.sendall(b"pong")
        data = await result_of(receiving, "sock_recv(), waiting beside sock_sendall(),", "b'pong'")
        arrived = len(await drained(peer, MORE_THAN_FITS))
        await result_of(
            sending, f"sock_sendall(), waiting beside sock_recv(), {arrived} bytes read,", "None"
        )

    assert (data, arrived) == (b"pong", MORE_THAN_FITS), (
        f"side by side on one socket sock_recv() returned {data!r} and sock_sendall() sent "
        f"{arrived} bytes of {MORE_THAN_FITS}; expected b'pong', and all of them"
    )


@requirement(
    "sock_methods.recv.loop_stays_responsive",
    api="loop.sock_recv",
    level="documented",
    since="3.11",
)
async def test_the_loop_turns_while_it_waits(loop: AbstractEventLoop) -> None:
    """The loop keeps running other callbacks while the call waits.

    If this fails, look for a system call that blocks the loop's thread, for instance on a
    socket that was made blocking.
    """
    turned = threading.Event()

    def answer(peer: socket.socket) -> bool:
        in_time = turned.wait(PATIENCE)
        peer.sendall(b"x")
        return in_time

    with tcp_pair() as (sock, peer_sock), peer_on(peer_sock, answer) as peer:
        call = await waiting(loop.sock_recv(sock, 9), "sock_recv() with nothing sent")
        await turns(20)
        turned.set()
        in_time = await peer.result()
        await result_of(call, "sock_recv(), waiting for 20 turns,", "b'x'")

    assert in_time, (
        f"while sock_recv() waited, the loop made no 20 turns in {PATIENCE} s; expected it to "
        "keep running callbacks"
    )
