"""sock_recvfrom() and sock_recvfrom_into(): datagrams and who sent them."""

from __future__ import annotations

from asyncio import AbstractEventLoop

import pytest

from ..support.plain_sockets import result_of, udp_pair, waiting
from ..support.requirement import requirement


@requirement(
    "sock_methods.recvfrom.returns_data_and_address",
    api="loop.sock_recvfrom",
    level="documented",
    since="3.11",
)
async def test_a_datagram_comes_with_its_sender(loop: AbstractEventLoop) -> None:
    """sock_recvfrom() returns a tuple of the datagram, as bytes, and its sender's address.

    If this fails, look for a plain receive that forgets the address.
    """
    with udp_pair() as (sock, peer):
        peer.sendto(b"hello", sock.getsockname())
        doing = "sock_recvfrom() after b'hello' was sent"
        received = await result_of(loop.sock_recvfrom(sock, 100), doing, "data and address")
        expected = (b"hello", peer.getsockname())

    assert received == expected, f"{doing} returned {received!r}; expected {expected!r}"


@requirement(
    "sock_methods.recvfrom.waits", api="loop.sock_recvfrom", level="documented", since="3.11"
)
async def test_recvfrom_waits_for_a_datagram(loop: AbstractEventLoop) -> None:
    """Without a datagram the call waits for one.

    If this fails, look for a BlockingIOError that is passed on, or for a waiting call that
    nobody wakes.
    """
    doing = "sock_recvfrom(), waiting when b'late' was sent,"
    with udp_pair() as (sock, peer):
        call = await waiting(loop.sock_recvfrom(sock, 100), "sock_recvfrom() with nothing sent")
        peer.sendto(b"late", sock.getsockname())
        received = await result_of(call, doing, "the datagram")

    assert received[0] == b"late", f"{doing} returned {received!r}; expected the datagram"


@requirement(
    "sock_methods.recvfrom.one_datagram_per_call",
    api="loop.sock_recvfrom",
    level="documented",
    since="3.11",
)
async def test_each_call_returns_one_datagram(loop: AbstractEventLoop) -> None:
    """Each call returns one datagram, whatever else has arrived.

    If this fails, look for a read until nothing is left, or for the second datagram of a
    batch that is thrown away.
    """
    sent = [b"one", b"two"]
    with udp_pair() as (sock, peer):
        for data in sent:
            peer.sendto(data, sock.getsockname())
        doing = "sock_recvfrom(), called for each of two datagrams,"
        received = [
            (await result_of(loop.sock_recvfrom(sock, 100), doing, "one of them"))[0] for _ in sent
        ]

    assert received == sent, f"{doing} returned the data {received}; expected {sent}"


@requirement(
    "sock_methods.recvfrom_into.returns_count_and_address",
    api="loop.sock_recvfrom_into",
    level="documented",
    since="3.11",
)
@pytest.mark.parametrize("when", ["before", "meanwhile"])
async def test_a_datagram_goes_into_the_buffer(loop: AbstractEventLoop, when: str) -> None:
    """sock_recvfrom_into() fills the buffer and returns count and address, waiting if needed.

    If this fails, look for a call that returns the data, that forgets the address, or that
    passes a BlockingIOError on.
    """
    buffer, doing = bytearray(b"........"), f"sock_recvfrom_into(), b'hello' sent {when},"
    with udp_pair() as (sock, peer):
        if when == "before":
            peer.sendto(b"hello", sock.getsockname())
            returned = await result_of(loop.sock_recvfrom_into(sock, buffer), doing, "5 bytes")
        else:
            waits = "sock_recvfrom_into() with nothing sent"
            call = await waiting(loop.sock_recvfrom_into(sock, buffer), waits)
            peer.sendto(b"hello", sock.getsockname())
            returned = await result_of(call, doing, "5 bytes")
        expected = ((5, peer.getsockname()), b"hello...")

    assert (returned, bytes(buffer)) == expected, (
        f"{doing} returned {returned!r} and left {bytes(buffer)!r} in the buffer; "
        f"expected {expected[0]!r} and {expected[1]!r}"
    )


@requirement(
    "sock_methods.recvfrom_into.nbytes_limits",
    api="loop.sock_recvfrom_into",
    level="documented",
    since="3.11",
)
@pytest.mark.parametrize("nbytes", [2, 0])
async def test_nbytes_limits_what_is_stored(loop: AbstractEventLoop, nbytes: int) -> None:
    """A positive nbytes limits the bytes that are stored; 0 means the buffer's size.

    If this fails, look for an argument that is not passed on, or for a 0 taken literally.
    """
    buffer, doing = bytearray(b"........"), f"sock_recvfrom_into(nbytes={nbytes}) of b'hello'"
    with udp_pair() as (sock, peer):
        peer.sendto(b"hello", sock.getsockname())
        call = loop.sock_recvfrom_into(sock, buffer, nbytes)
        returned = await result_of(call, doing, "a count and an address")

    expected = (2, b"he......") if nbytes else (5, b"hello...")
    assert (returned[0], bytes(buffer)) == expected, (
        f"{doing} returned {returned!r} and left {bytes(buffer)!r} in the buffer; "
        f"expected a count of {expected[0]} and {expected[1]!r}"
    )
