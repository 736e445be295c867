"""sock_sendall(): all of the data, however slowly the peer reads."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.plain_sockets import (
    MORE_THAN_FITS,
    cancelled,
    drained,
    error_of,
    expect_unwatched,
    narrow_pair,
    reset,
    result_of,
    tcp_pair,
    until_quiet,
    waiting,
)
from ..support.requirement import requirement
from ..support.sockets import hear
from ..support.tls_streams import difference, numbered

UNREAD = f"sock_sendall({MORE_THAN_FITS} bytes) to a peer that does not read"


@requirement(
    "sock_methods.sendall.returns_none", api="loop.sock_sendall", level="documented", since="3.11"
)
async def test_success_returns_none(loop: AbstractEventLoop) -> None:
    """The data is sent, and None is returned on success.

    If this fails, look for the count of the system call that is handed on, or for data
    that is only queued.
    """
    doing = "sock_sendall(b'hello')"
    with tcp_pair() as (sock, peer):
        returned: Any = await result_of(loop.sock_sendall(sock, b"hello"), doing, "None")
        received = hear(peer, 5)

    assert (returned, received) == (None, b"hello"), (
        f"{doing} returned {returned!r}, and the peer got {received!r}; expected None and b'hello'"
    )


@requirement(
    "sock_methods.sendall.large_payload_is_complete",
    api="loop.sock_sendall",
    level="documented",
    since="3.11",
)
async def test_a_payload_larger_than_the_buffers_arrives_whole(loop: AbstractEventLoop) -> None:
    """A payload that the socket's buffers can't hold is sent completely and in order.

    If this fails, look for a send that is not repeated for the rest, or for a rest that is
    counted wrongly.
    """
    payload, doing = numbered(MORE_THAN_FITS), f"sock_sendall({MORE_THAN_FITS} bytes)"
    with narrow_pair() as (sock, peer):
        call = asyncio.ensure_future(loop.sock_sendall(sock, payload))
        received = await drained(peer, len(payload))
        await result_of(call, doing, "None")

    wrong = difference(received, payload)
    assert not wrong, f"the peer of {doing} received {wrong}; expected what was sent"


@requirement(
    "sock_methods.sendall.waits_while_peer_is_slow",
    api="loop.sock_sendall",
    level="documented",
    since="3.11",
)
async def test_it_waits_until_the_peer_reads(loop: AbstractEventLoop) -> None:
    """The call waits while the peer does not read, and returns when all was sent.

    If this fails, look for data that the loop queues, or for a BlockingIOError that is
    passed on.
    """
    with narrow_pair() as (sock, peer):
        call = await waiting(loop.sock_sendall(sock, bytes(MORE_THAN_FITS)), UNREAD)
        received = len(await drained(peer, MORE_THAN_FITS))
        doing = f"sock_sendall({MORE_THAN_FITS} bytes), of which the peer got {received},"
        await result_of(call, doing, "it to send all of them")

    assert received == MORE_THAN_FITS, f"{doing} returned; expected it to send all of them"


@requirement(
    "sock_methods.sendall.bytes_like_and_empty",
    api="loop.sock_sendall",
    level="implied",
    since="3.11",
)
@pytest.mark.parametrize(
    "payload",
    [bytearray(b"array"), memoryview(b"view"), b""],
    ids=["bytearray", "memoryview", "empty"],
)
async def test_bytes_like_payloads_are_sent(loop: AbstractEventLoop, payload: Any) -> None:
    """Data is given as any bytes-like object, which may be empty.

    If this fails, look for a check for bytes, or for a loop that waits until nothing has
    been sent.
    """
    doing = f"sock_sendall({type(payload).__name__} of {len(payload)} bytes)"
    with tcp_pair() as (sock, peer):
        await result_of(loop.sock_sendall(sock, payload), doing, "None")
        await result_of(loop.sock_sendall(sock, b"."), "sock_sendall(b'.')", "None")
        received = hear(peer, len(payload) + 1)

    assert received == bytes(payload) + b".", (
        f"the peer of {doing} received {received[:-1]!r}; expected {bytes(payload)!r}"
    )


@requirement(
    "sock_methods.sendall.error_propagates",
    api="loop.sock_sendall",
    level="documented",
    since="3.11",
)
async def test_sending_to_a_peer_that_is_gone_raises(loop: AbstractEventLoop) -> None:
    """Sending to a peer that has reset the connection raises OSError.

    If this fails, look for errors that are taken for success, or for a socket that is not
    ready.
    """
    with tcp_pair() as (sock, peer):
        await result_of(loop.sock_sendall(sock, b"before"), "sock_sendall(b'before')", "None")
        reset(peer)

        await error_of(
            lambda: loop.sock_sendall(sock, b"after"),
            OSError,
            "sock_sendall() after the peer's reset",
        )


@requirement(
    "sock_methods.sendall.peer_closing_midway",
    api="loop.sock_sendall",
    level="documented",
    since="3.11",
)
async def test_a_peer_that_closes_midway_ends_the_call(loop: AbstractEventLoop) -> None:
    """A peer that closes while the call waits ends it with OSError.

    If this fails, look for a call that waits for readiness to write and does not hear of
    errors, or that takes one for the end of its work.
    """
    with narrow_pair() as (sock, peer):
        call = await waiting(loop.sock_sendall(sock, bytes(MORE_THAN_FITS)), UNREAD)
        peer.close()  # with data unread, which resets the connection

        await error_of(call, OSError, "sock_sendall(), waiting when the peer closed,")


@requirement(
    "sock_methods.sendall.cancel_stops_sending",
    api="loop.sock_sendall",
    level="implied",
    since="3.11",
)
async def test_a_cancel_stops_the_sending(loop: AbstractEventLoop) -> None:
    """After a cancel nothing more is sent, and the loop drops its interest in the descriptor.

    If this fails, look for a writer that outlives its call, and sends on when the peer
    reads.
    """
    with narrow_pair() as (sock, peer):
        call = await waiting(loop.sock_sendall(sock, bytes(MORE_THAN_FITS)), UNREAD)
        await cancelled(call, UNREAD)
        received = await until_quiet(peer)

        assert 0 < received < MORE_THAN_FITS, (
            f"of {MORE_THAN_FITS} bytes, more than the buffers hold, {received} arrived though "
            "sock_sendall() was cancelled; expected what was sent before, and no more"
        )
        expect_unwatched(loop.remove_writer, sock)
