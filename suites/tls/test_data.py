"""TLS streams: bytes go there and come back, whatever their size and number."""

from __future__ import annotations

import threading
from asyncio import AbstractEventLoop
from collections.abc import Callable

import pytest

from ..support.certificates import TLS_1_2, TLS_1_3
from ..support.conversations import echo
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.tls_peers import Peer, TlsPeer, until_set
from ..support.tls_sessions import Session, Side, both_sides, heard, lost, session
from ..support.tls_streams import (
    PROTOCOLS,
    TRANSPORT,
    SealedByHand,
    difference,
    numbered,
    opened_by_hand,
    pinned,
    silent_session,
)
from ..support.turns import turns

DATA_RECEIVED = f"{PROTOCOLS}#asyncio.Protocol.data_received"
PIECE = 65536
"""How much a peer sends before it reads as much, when data flows both ways."""


class Chunks(Recorder):
    """Keeps each argument of data_received()."""

    def __init__(self) -> None:
        super().__init__()
        self.chunks: list[object] = []

    def data_received(self, data: bytes) -> None:
        """Keep it."""
        self.chunks.append(data)
        super().data_received(data)


@both_sides
@requirement("tls.data.echo", api=TRANSPORT, level="documented", since="3.11", doc=DATA_RECEIVED)
async def test_bytes_arrive_decrypted_and_come_back(loop: AbstractEventLoop, side: Side) -> None:
    """Bytes written on one end of a TLS connection arrive decrypted at the other and back.

    If this fails, look for records that are handed on as they are, or for written data
    that waits for a flush which never comes.
    """
    protocol = Recorder()
    async with session(loop, side, protocol, echo) as tls:
        tls.transport.write(b"there and back")
        echoed = await heard(protocol, 14)

    assert (bytes(tls.peer.received), echoed) == (b"there and back",) * 2, (
        f"write(b'there and back') on {tls.doing}: the peer read {bytes(tls.peer.received)!r}, "
        f"and its echo came back as {echoed!r}; expected the bytes written, both times"
    )


@both_sides
@requirement(
    "tls.data.received_as_nonempty_bytes",
    api=TRANSPORT,
    level="documented",
    since="3.11",
    doc=DATA_RECEIVED,
)
async def test_data_received_gets_nonempty_bytes(loop: AbstractEventLoop, side: Side) -> None:
    """data_received() gets non-empty bytes objects, up to the end of the connection.

    If this fails, look for a view of the receive buffer that is handed on, or for b""
    passed at the end of the stream.
    """
    data, protocol = numbered(50_000), Chunks()

    def greet_and_leave(peer: TlsPeer) -> None:
        peer.write(data)
        peer.say_goodbye()

    async with session(loop, side, protocol, greet_and_leave) as tls:
        await lost(protocol, f"{tls.doing}, whose peer wrote 50000 bytes and closed")
    wrong = [repr(chunk)[:60] for chunk in protocol.chunks if not chunk or type(chunk) is not bytes]

    assert protocol.chunks, f"{tls.doing}: no data_received(); expected 50000 bytes from its peer"
    assert not wrong, (
        f"data_received() of {tls.doing} was called {len(protocol.chunks)} times, among them with "
        f"{wrong[:3]}; expected bytes objects, none of them empty"
    )


@both_sides
@requirement(
    "tls.data.large_both_ways_at_once",
    api=TRANSPORT,
    level="implied",
    since="3.11",
    doc=DATA_RECEIVED,
)
async def test_megabytes_flow_both_ways_at_once(loop: AbstractEventLoop, side: Side) -> None:
    """Megabytes that flow in both directions at once arrive complete and in order.

    If this fails, look for a loop that stops reading while its writing is stuck, or that
    loses what was decrypted while the transport below is paused.
    """
    data = numbered(3_000_000)
    async with session(loop, side, Recorder(), _exchange(data), **pinned(TLS_1_3)) as tls:
        await _expect_exchange(tls, data)


@both_sides
@requirement(
    "tls.data.large_both_ways_at_once_tls12",
    api=TRANSPORT,
    level="implied",
    since="3.11",
    doc=DATA_RECEIVED,
)
async def test_megabytes_flow_both_ways_at_once_with_tls_1_2(
    loop: AbstractEventLoop, side: Side
) -> None:
    """Megabytes in both directions at once arrive complete and in order with TLS 1.2 too.

    If this fails, while the same with TLS 1.3 does not, look for the size of a record
    taken for granted.
    """
    data = numbered(2_000_000)
    async with session(loop, side, Recorder(), _exchange(data), **pinned(TLS_1_2)) as tls:
        await _expect_exchange(tls, data)


async def _expect_exchange(tls: Session[Recorder], data: bytes) -> None:
    for start in range(0, len(data), 200_000):
        tls.transport.write(data[start : start + 200_000])
    arrived = await heard(tls.protocol, len(data))
    await until_set(tls.peer.ended)

    mine, peers = difference(arrived, data), difference(tls.peer.received, data)
    assert (mine, peers) == ("", ""), (
        f"{len(data)} bytes each way at once over {tls.doing} with {tls.peer.version}: the loop "
        f"received {mine or 'them all'}, its peer {peers or 'them all'}; expected what was sent"
    )


def _exchange(data: bytes) -> Callable[[TlsPeer], None]:
    def talk(peer: TlsPeer) -> None:
        for start in range(0, len(data), PIECE):
            piece = data[start : start + PIECE]
            peer.write(piece)
            peer.read_exactly(len(piece))

    return talk


@both_sides
@requirement(
    "tls.data.many_small_writes_keep_order",
    api=TRANSPORT,
    level="implied",
    since="3.11",
    doc=DATA_RECEIVED,
)
async def test_thousands_of_small_writes_keep_their_order(
    loop: AbstractEventLoop, side: Side
) -> None:
    """Thousands of small writes arrive in order.

    If this fails, look for a backlog that is taken from the wrong end, or for a write
    that goes out at once while others are still queued.
    """
    words = [b"%05d." % number for number in range(2000)]
    sent = b"".join(words)
    async with session(loop, side, Recorder(), lambda peer: peer.read_exactly(len(sent))) as tls:
        for word in words:
            tls.transport.write(word)
        await until_set(tls.peer.ended)

    wrong = difference(tls.peer.received, sent)
    assert not wrong, (
        f"2000 numbered write() calls on {tls.doing} brought the peer {wrong}; "
        "expected all of them, in order"
    )


@requirement(
    "tls.data.record_size_boundaries",
    api=TRANSPORT,
    level="implied",
    since="3.11",
    doc=DATA_RECEIVED,
)
@pytest.mark.parametrize("size", [1, 16383, 16384, 16385, 32768, 65536])
async def test_writes_around_the_record_size_arrive_intact(
    loop: AbstractEventLoop, size: int
) -> None:
    """Writes around the size of a TLS record, which is 16384 bytes, arrive intact.

    If this fails, look for the rest of a write that OpenSSL has taken only a part of, or
    for a reading that stops after one record.
    """
    data, protocol = numbered(size), Recorder()
    async with session(loop, "client", protocol, echo) as tls:
        tls.transport.write(data)
        echoed = await heard(protocol, size)

    wrong = difference(tls.peer.received, data), difference(echoed, data)
    assert wrong == ("", ""), (
        f"one write() of {size} bytes brought the peer {wrong[0] or 'them all'}, and its echo the "
        f"loop {wrong[1] or 'them all'}; expected every byte, both times"
    )


@requirement(
    "tls.data.partial_record_is_held_back",
    api=TRANSPORT,
    level="implied",
    since="3.11",
    doc=DATA_RECEIVED,
)
async def test_half_a_record_is_held_back(loop: AbstractEventLoop) -> None:
    """Half a TLS record brings no data_received(); the whole one does.

    If this fails, look for a receive buffer that is taken for a record, or for the rest
    of a record that is not awaited.
    """
    half_sent, go_on = threading.Event(), threading.Event()

    def send_in_halves(peer: Peer, sealing: SealedByHand) -> None:
        record = sealing.seal(b"in two pieces")
        peer.write(record[: len(record) // 2])
        half_sent.set()
        go_on.wait()
        peer.write(record[len(record) // 2 :])

    protocol = Recorder()
    async with opened_by_hand(loop, protocol, send_in_halves):
        try:
            await until_set(half_sent)
            await turns(20)
            of_half = bytes(protocol.received)
        finally:
            go_on.set()
        of_all = await heard(protocol, 13)

    assert of_half == b"", (
        f"half a TLS record brought data_received({of_half!r}); expected nothing before its end"
    )
    assert of_all == b"in two pieces", (
        f"a TLS record that came in two halves brought {of_all!r}; expected b'in two pieces'"
    )


@both_sides
@requirement(
    "tls.data.received_while_own_write_is_blocked",
    api=TRANSPORT,
    level="implied",
    since="3.11",
    doc=DATA_RECEIVED,
)
async def test_data_is_received_while_the_own_write_is_stuck(
    loop: AbstractEventLoop, side: Side
) -> None:
    """A TLS transport whose large write is stuck still receives.

    If this fails, look for reading that is paused together with writing: two such ends
    wait for each other for ever.
    """
    protocol = Recorder()
    async with silent_session(loop, side, protocol) as (tls, _):
        for _ in range(40):
            tls.transport.write(bytes(200_000))
        await turns(20)
        stuck = tls.transport.get_write_buffer_size()
        tls.peer.write(b"news")
        news = await heard(protocol, 4)

    assert stuck, (
        f"40 times write() of 200 kB on {tls.doing}, whose peer reads nothing, left "
        "get_write_buffer_size() at 0; expected most of it to wait"
    )
    assert news == b"news", (
        f"with 8 MB of writes stuck, {tls.doing} received {news!r}; "
        "expected b'news', which the peer wrote"
    )
