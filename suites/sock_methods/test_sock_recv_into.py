"""sock_recv_into(): receiving into the caller's buffer."""

from __future__ import annotations

from asyncio import AbstractEventLoop

import pytest

from ..support.plain_sockets import result_of, tcp_pair, waiting
from ..support.requirement import requirement


@requirement(
    "sock_methods.recv_into.fills_buffer",
    api="loop.sock_recv_into",
    level="documented",
    since="3.11",
)
@pytest.mark.parametrize("kind", ["bytearray", "slice"])
async def test_bytes_go_into_the_buffer(loop: AbstractEventLoop, kind: str) -> None:
    """Bytes are written into the given buffer or memoryview; the call returns their number.

    If this fails, look for a call that returns the data instead, that takes a buffer's
    owner for the buffer, or that writes past its end.
    """
    memory = bytearray(b"........")
    buffer = memory if kind == "bytearray" else memoryview(memory)[2:5]
    expected = (6, b"abcdef..") if kind == "bytearray" else (3, b"..abc...")
    doing = f"sock_recv_into({kind} of {len(buffer)}) after b'abcdef' was sent"
    with tcp_pair() as (sock, peer):
        peer.sendall(b"abcdef")
        count = await result_of(loop.sock_recv_into(sock, buffer), doing, f"{expected[0]}")

    assert (count, bytes(memory)) == expected, (
        f"{doing} returned {count!r} and left {bytes(memory)!r} in memory; "
        f"expected {expected[0]} and {expected[1]!r}"
    )


@requirement(
    "sock_methods.recv_into.waits_and_eof",
    api="loop.sock_recv_into",
    level="documented",
    since="3.11",
)
@pytest.mark.parametrize("meanwhile", ["data", "end"])
async def test_it_waits_for_data_or_the_end(loop: AbstractEventLoop, meanwhile: str) -> None:
    """The call waits for data, and returns 0 at the end of the stream.

    If this fails, look for a BlockingIOError that is passed on, or for a loop that takes
    an empty read for no data yet.
    """
    doing = f"sock_recv_into(), waiting when the {meanwhile} came,"
    with tcp_pair() as (sock, peer):
        call = await waiting(
            loop.sock_recv_into(sock, bytearray(8)), "sock_recv_into() with nothing sent"
        )
        if meanwhile == "data":
            peer.sendall(b"abc")
        else:
            peer.close()
        count = await result_of(call, doing, "a count")

    expected = 3 if meanwhile == "data" else 0
    assert count == expected, f"{doing} returned {count!r}; expected {expected}"
