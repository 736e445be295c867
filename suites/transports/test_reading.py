"""pause_reading() and resume_reading(): what arrives, and when."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop

from ..support.flowing import CREATE, IDLE, heard, pump, soon, stream
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.turns import turns

API = "asyncio.ReadTransport"
ANCHOR = f"library/asyncio-protocol.html#{API}"
PAUSE, RESUME, IS_READING = (
    f"{ANCHOR}.pause_reading",
    f"{ANCHOR}.resume_reading",
    f"{ANCHOR}.is_reading",
)


class _PausedFromTheStart(Recorder):
    """Pauses reading in connection_made()."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Pause."""
        super().connection_made(transport)
        assert self.transport is not None
        self.transport.pause_reading()


class _PausingOnce(Recorder):
    """Pauses reading in the first data_received()."""

    def data_received(self, data: bytes) -> None:
        """Pause."""
        super().data_received(data)
        assert self.transport is not None
        if self.calls.count("data_received") == 1:
            self.transport.pause_reading()


@requirement(
    "transports.reading.is_reading_initially",
    api=API,
    level="documented",
    since="3.11",
    doc=IS_READING,
)
async def test_a_new_transport_is_reading(loop: AbstractEventLoop) -> None:
    """is_reading() of a new transport is True.

    If this fails, look for a state that is set with the first data only.
    """
    async with stream(loop, Recorder()) as (transport, _):
        reading = transport.is_reading()

    assert reading is True, (
        f"is_reading() of a new transport of {CREATE} returned {reading!r}; expected True"
    )


@requirement(
    "transports.reading.pause_holds_data_back", api=API, level="documented", since="3.11", doc=PAUSE
)
async def test_a_paused_transport_delivers_nothing(loop: AbstractEventLoop) -> None:
    """After pause_reading() nothing is delivered; resume_reading() brings what came meanwhile.

    is_reading() tells the two apart. If this fails, look for data that is read and dropped
    while paused, or for a pause that the loop's own read overtakes.
    """
    protocol = Recorder()
    async with stream(loop, protocol) as (transport, peer):
        peer.send(b"early")
        early = await heard(protocol, 5)  # by now another read may be under way
        transport.pause_reading()
        paused = transport.is_reading()
        peer.send(bytes(range(100)))
        await turns(IDLE)
        while_paused = bytes(protocol.received[len(early) :])
        transport.resume_reading()
        resumed = transport.is_reading()
        received = (await heard(protocol, 105))[len(early) :]

    assert while_paused == b"", (
        f"100 bytes that came after pause_reading() were delivered as {while_paused!r}; "
        "expected nothing before resume_reading()"
    )
    assert received == bytes(range(100)), (
        f"100 bytes came while reading was paused, and after resume_reading() {received!r} had "
        "been delivered; expected all of them"
    )
    assert (paused, resumed) == (False, True), (
        f"is_reading() was {paused} after pause_reading() and {resumed} after resume_reading(); "
        "expected False and True"
    )


@requirement(
    "transports.reading.resume_does_not_deliver_synchronously",
    api=API,
    level="implied",
    since="3.11",
    doc=RESUME,
)
async def test_resume_reading_delivers_nothing_itself(loop: AbstractEventLoop) -> None:
    """resume_reading() returns before anything is delivered.

    If this fails, look for a read inside resume_reading(): a protocol that calls it is
    not ready for a nested data_received().
    """
    protocol = Recorder()
    async with stream(loop, protocol) as (transport, peer):
        transport.pause_reading()
        peer.send(b"waiting")
        await turns(IDLE)
        before = len(protocol.calls)
        transport.resume_reading()
        by_then = protocol.calls[before:]
        received = await heard(protocol, 7)

    assert by_then == [], (
        f"resume_reading(), with data waiting, had called {by_then} by the time it returned; "
        "expected nothing before the loop's next turn"
    )
    assert received == b"waiting", (
        f"the turns after resume_reading() delivered {received!r}; expected b'waiting'"
    )


@requirement(
    "transports.reading.pause_in_connection_made",
    api=API,
    level="implied",
    since="3.11",
    doc=PAUSE,
)
async def test_a_pause_in_connection_made_holds_waiting_data_back(loop: AbstractEventLoop) -> None:
    """pause_reading() in connection_made() holds back even data that was there before.

    If this fails, look for reading that starts after connection_made() whatever that did.
    """
    protocol = _PausedFromTheStart()
    async with stream(loop, protocol, lambda _, peer: peer.send(b"early")) as (transport, _):
        await turns(IDLE)
        while_paused = bytes(protocol.received)
        transport.resume_reading()
        received = await heard(protocol, 5)

    assert while_paused == b"", (
        "connection_made() called pause_reading(), and data that had been waiting was delivered "
        f"as {while_paused!r}; expected nothing before resume_reading()"
    )
    assert received == b"early", (
        f"connection_made() called pause_reading(), and after resume_reading() {received!r} had "
        "been delivered; expected b'early', which had been waiting"
    )


@requirement(
    "transports.reading.pause_in_data_received", api=API, level="implied", since="3.11", doc=PAUSE
)
async def test_a_pause_in_data_received_holds_back_the_rest(loop: AbstractEventLoop) -> None:
    """pause_reading() in data_received() holds back everything after that call.

    If this fails, look for a loop over several reads that does not ask in between, or
    for a read that is under way.
    """
    protocol, data = _PausingOnce(), bytes(range(250)) * 1200
    async with stream(loop, protocol) as (transport, peer):
        sent = peer.send(data[:1000])
        await soon(lambda: protocol.received)
        sent += await pump(peer, data[sent:], refusals=IDLE)
        await turns(IDLE)
        calls = protocol.calls.count("data_received")
        transport.resume_reading()
        sent += await pump(peer, data[sent:])
        received = await heard(protocol, sent)

    assert calls == 1, (
        "the first data_received() called pause_reading() while more data was coming, and "
        f"data_received() was called {calls} times before resume_reading(); expected once"
    )
    assert received == data, (
        f"after a pause in data_received() and resume_reading() {len(received)} bytes had been "
        f"delivered; expected the {len(data)} that the peer sent, in order"
    )
