"""The sock_*() methods together, one after another, on one socket and on many."""

from __future__ import annotations

import asyncio
import socket
from asyncio import AbstractEventLoop

from ..support.listeners import listening
from ..support.plain_sockets import (
    DOC,
    close_accepted,
    result_of,
    tcp_pair,
    unconnected,
    waiting,
)
from ..support.requirement import requirement
from ..support.tls_streams import difference, numbered

API = "loop.sock_*"
MEGABYTE = 1_000_000


@requirement("sock_methods.full_echo_session", api=API, level="documented", since="3.11", doc=DOC)
async def test_a_client_and_a_server_echo_a_megabyte(loop: AbstractEventLoop) -> None:
    """Accept, connect, receive and sendall carry a megabyte there and back, on one loop.

    Both ends are the loop's, since that one does not starve the other is the promise. If
    this fails, look for a call that keeps the loop's thread to itself while it can go on.
    """
    payload = numbered(MEGABYTE)
    with listening() as listener, unconnected() as sock:
        serving = asyncio.ensure_future(echo(loop, listener))
        await result_of(
            loop.sock_connect(sock, listener.getsockname()), "sock_connect()", "a connection"
        )
        sending = asyncio.ensure_future(loop.sock_sendall(sock, payload))
        receiving = receive(loop, sock, len(payload))
        echoed = await result_of(receiving, "receiving the echo of a megabyte", "all of it")
        await result_of(sending, "sock_sendall() of a megabyte, echoed,", "None")
        sock.close()
        await result_of(serving, "the server's side of the session", "it to end with the stream")

    wrong = difference(echoed, payload)
    assert not wrong, f"the echo of a megabyte is {wrong}; expected what was sent"


@requirement(
    "sock_methods.sequential_operations_on_one_socket",
    api=API,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_one_socket_serves_many_calls(loop: AbstractEventLoop) -> None:
    """A hundred calls that wait, one after another on one socket, each do their work.

    If this fails, look for registrations that a call leaves behind, and that make later
    ones fail or wait for ever.
    """
    with tcp_pair() as (sock, peer):
        for number in range(100):
            call = await waiting(
                loop.sock_recv(sock, 9), f"sock_recv(), call {number} on one socket,", turning=1
            )
            peer.sendall(b"%d" % number)
            doing = f"sock_recv(), call {number}, waiting when its number was sent,"
            data = await result_of(call, doing, "the number")

            assert data == b"%d" % number, f"{doing} returned {data!r}; expected the number"


@requirement(
    "sock_methods.socket_closed_and_number_reused",
    api=API,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_a_closed_sockets_number_can_be_used_again(loop: AbstractEventLoop) -> None:
    """After a call is done its socket is closed, and a new one with its number works.

    If this fails, look for a registration by number that outlives the socket: the new
    one then counts as registered, and is never watched.
    """
    numbers = []
    for round_ in range(10):
        with tcp_pair() as (sock, peer):
            numbers.append(sock.fileno())
            call = await waiting(
                loop.sock_recv(sock, 9), f"sock_recv() on socket {numbers}", turning=2
            )
            peer.sendall(b"round")
            doing = f"sock_recv() in round {round_} on a new socket, after numbers {numbers},"
            data = await result_of(call, doing, "b'round'")

        assert data == b"round", f"{doing} returned {data!r}; expected b'round'"


async def echo(loop: AbstractEventLoop, listener: socket.socket) -> None:
    """Accept one client and send back what it sends, to the end of its stream."""
    accepted = await loop.sock_accept(listener)
    try:
        while data := await loop.sock_recv(accepted[0], 65536):
            await loop.sock_sendall(accepted[0], data)
    finally:
        close_accepted(accepted)


async def receive(loop: AbstractEventLoop, sock: socket.socket, size: int) -> bytes:
    """Receive that many bytes; fewer at the end of the stream."""
    received = bytearray()
    while len(received) < size and (data := await loop.sock_recv(sock, 65536)):
        received += data
    return bytes(received)
