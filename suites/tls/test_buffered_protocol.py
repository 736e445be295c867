"""BufferedProtocol on TLS transports: the plain data goes through buffers of the protocol's own."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop

from ..support.conversations import echo, greet_with
from ..support.requirement import requirement
from ..support.tls_peers import Peer
from ..support.tls_sessions import Filling, Side, both_sides, heard, lost, session

API = "asyncio.BufferedProtocol (TLS)"
DOC = "library/asyncio-protocol.html#asyncio.BufferedProtocol"


@both_sides
@requirement("tls.buffered_protocol.receives", api=API, level="documented", since="3.11", doc=DOC)
async def test_data_comes_through_the_buffer(loop: AbstractEventLoop, side: Side) -> None:
    """A BufferedProtocol on TLS gets the plain data through get_buffer() and buffer_updated().

    Each update follows a get_buffer(). If this fails, look for data_received() called
    whatever the protocol is, or for the TCP transport's reads let into the buffer.
    """
    async with session(loop, side, Filling(), greet_with(b"hello")) as tls:
        received = await heard(tls.protocol, 5)
        calls = list(tls.protocol.calls)

    assert received == b"hello", (
        f"the peer of {tls.doing} with a BufferedProtocol sent b'hello', and the protocol received "
        f"{received[:100]!r}; expected b'hello'"
    )
    expected = ["connection_made", "get_buffer", "buffer_updated"]
    asked_first = [name for name in calls if name not in expected] == [] and all(
        calls[place - 1] == "get_buffer"
        for place, name in enumerate(calls)
        if name == "buffer_updated"
    )
    assert asked_first, (
        f"{tls.doing} called {calls} on a BufferedProtocol; expected {expected}, each "
        "buffer_updated behind a get_buffer"
    )


@both_sides
@requirement(
    "tls.buffered_protocol.tiny_buffer", api=API, level="documented", since="3.11", doc=DOC
)
async def test_a_tiny_buffer_gets_every_byte(loop: AbstractEventLoop, side: Side) -> None:
    """A buffer of seven bytes works: each update is within its size, and no byte is lost.

    If this fails, look for the rest of a record that did not fit, or for bytes written
    beyond the buffer that get_buffer() returned.
    """
    sent = bytes(range(250)) * 14
    async with session(loop, side, Filling(size=7), greet_with(sent)) as tls:
        received = await heard(tls.protocol, len(sent))
        updates = sorted(set(tls.protocol.updates))

    assert received == sent, (
        f"{tls.doing} with a buffer of 7 bytes brought {len(received)} of {len(sent)} bytes, "
        f"{'a part of them' if sent.startswith(received) else 'not those'} that were sent; "
        "expected all of them"
    )
    assert set(updates) <= set(range(1, 8)), (
        f"{tls.doing} with a buffer of 7 bytes called buffer_updated() with {updates}; expected 1 "
        "to 7"
    )
    margin = Filling.MARGIN
    backing = bytes(tls.protocol.backing)
    assert (backing[: len(margin)], backing[-len(margin) :]) == (margin, margin), (
        f"{tls.doing} wrote beyond the buffer of get_buffer(); expected it to keep inside"
    )


@both_sides
@requirement(
    "tls.buffered_protocol.large_transfer", api=API, level="documented", since="3.11", doc=DOC
)
async def test_a_megabyte_each_way_arrives(loop: AbstractEventLoop, side: Side) -> None:
    """A megabyte each way arrives intact through one buffer that is used again and again.

    If this fails, look for a buffer that is filled again before buffer_updated() was
    called for what it held.
    """
    sent = bytes(range(251)) * 4178  # a period that no record or buffer has
    async with session(loop, side, Filling(), echo) as tls:
        tls.transport.write(sent)
        received = await heard(tls.protocol, len(sent))
        reached_the_peer = bytes(tls.peer.received)

    assert reached_the_peer == sent, (
        f"{tls.doing} wrote a megabyte, and {len(reached_the_peer)} bytes reached the peer, not "
        "what was written; expected it as written"
    )
    assert received == sent, (
        f"{tls.doing} with a BufferedProtocol was sent a megabyte and received {len(received)} "
        "bytes, not what was sent; expected it as sent"
    )


@both_sides
@requirement(
    "tls.buffered_protocol.eof_and_close", api=API, level="documented", since="3.11", doc=DOC
)
async def test_eof_and_loss_follow_the_data(loop: AbstractEventLoop, side: Side) -> None:
    """The peer's end gives a BufferedProtocol eof_received() and connection_lost(), after its data.

    Whether get_buffer() is called once more in between is not judged. If this fails, look
    for an end that only streaming protocols are told of.
    """

    def say_one_byte(peer: Peer) -> None:
        peer.write(b"1")
        peer.say_goodbye()

    async with session(loop, side, Filling(), say_one_byte) as tls:
        await lost(tls.protocol, f"{tls.doing} with a BufferedProtocol, whose peer ended")
        await asyncio.sleep(0)

    calls = [name for name in tls.protocol.calls if name != "get_buffer"]
    expected = ["connection_made", "buffer_updated", "eof_received", "connection_lost"]
    assert calls == expected, (
        f"{tls.doing} with a BufferedProtocol, whose peer sent a byte and ended, called {calls}; "
        f"expected {expected}"
    )
