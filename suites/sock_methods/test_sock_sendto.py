"""sock_sendto(): sending single datagrams."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.datagrams import heard
from ..support.plain_sockets import error_of, result_of, udp_pair
from ..support.requirement import requirement


@requirement(
    "sock_methods.sendto.returns_count", api="loop.sock_sendto", level="documented", since="3.11"
)
async def test_a_datagram_is_sent_and_its_size_returned(loop: AbstractEventLoop) -> None:
    """sock_sendto() sends one datagram to the address and returns its number of bytes.

    If this fails, look for a result that is lost, or for an address that is ignored.
    """
    doing = "sock_sendto(b'hello')"
    with udp_pair() as (sock, peer):
        count = await result_of(loop.sock_sendto(sock, b"hello", peer.getsockname()), doing, "5")
        received = [data for data, _ in await heard(peer, 1)]

    assert (count, received) == (5, [b"hello"]), (
        f"{doing} returned {count!r}, and the receiver got {received}; expected 5 and [b'hello']"
    )


@requirement(
    "sock_methods.sendto.bytes_like", api="loop.sock_sendto", level="implied", since="3.11"
)
@pytest.mark.parametrize(
    "payload",
    [bytearray(b"array"), memoryview(b"view"), b""],
    ids=["bytearray", "memoryview", "empty"],
)
async def test_bytes_like_payloads_are_sent(loop: AbstractEventLoop, payload: Any) -> None:
    """A datagram is given as any bytes-like object; an empty one is sent as well.

    If this fails, look for a check for bytes, or for a shortcut when there is nothing to
    send: an empty datagram is one.
    """
    doing = f"sock_sendto({type(payload).__name__} of {len(payload)} bytes)"
    with udp_pair() as (sock, peer):
        call = loop.sock_sendto(sock, payload, peer.getsockname())
        await result_of(call, doing, "it to be sent")
        received = [data for data, _ in await heard(peer, 1)]

    assert received == [bytes(payload)], (
        f"the receiver of {doing} got {received}; expected {[bytes(payload)]}"
    )


@requirement(
    "sock_methods.sendto.error_propagates", api="loop.sock_sendto", level="implied", since="3.11"
)
async def test_an_error_reaches_the_awaiter(loop: AbstractEventLoop) -> None:
    """An error of the system, such as a datagram that is too long, is raised to the awaiter.

    If this fails, look for errors that become a count of 0, or that are taken for a socket
    which is not ready.
    """
    with udp_pair() as (sock, peer):
        address = peer.getsockname()
        await result_of(loop.sock_sendto(sock, b"short", address), "sock_sendto(b'short')", "5")

        await error_of(
            lambda: loop.sock_sendto(sock, bytes(70_000), address),
            OSError,
            "sock_sendto(70000 bytes)",
        )
