"""pause_reading() of a TLS transport: what it means for a fast peer, and near the end."""

from __future__ import annotations

import ssl
from asyncio import AbstractEventLoop

from ..support.conversations import read_all
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.tls_peers import TlsPeer
from ..support.tls_sessions import Side, both_sides, heard, lost, session
from ..support.tls_streams import (
    PROTOCOLS,
    TRANSPORT,
    difference,
    numbered,
    say_end,
    silent_session,
)
from ..support.turns import turns

DOC = f"{PROTOCOLS}#asyncio.ReadTransport.pause_reading"
FLOOD = numbered(8_000_000)
PIECE = 16384
STUCK = 25
"""Turns in a row in which a peer can't send; a loop that reads on makes room in one."""


async def _flood(peer: TlsPeer, start: int = 0) -> int:
    """Send as long as the loop takes it: how far that was; the loop turns in between."""
    peer.sock.setblocking(False)
    refused = 0
    while start < len(FLOOD) and refused < STUCK:
        try:
            start += peer.sock.send(FLOOD[start : start + PIECE])
            refused = 0
        except ssl.SSLWantWriteError:
            refused += 1
            await turns(2)
    return start


@both_sides
@requirement(
    "tls.pause_reading.back_pressure_reaches_the_writer",
    api=TRANSPORT,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_a_paused_reader_stops_its_peer(loop: AbstractEventLoop, side: Side) -> None:
    """A paused TLS reader makes its peer's writing stick; resuming lets everything through.

    If this fails, look for a TLS layer that goes on reading from the socket and keeps
    without limit what the protocol does not want yet.
    """
    protocol = Recorder()
    async with silent_session(loop, side, protocol) as (tls, _):
        tls.transport.pause_reading()
        sent = await _flood(tls.peer)
        tls.transport.resume_reading()
        tls.peer.sock.setblocking(False)
        rest = FLOOD[sent : sent + PIECE]
        while rest and "connection_lost" not in protocol.calls:
            try:
                rest = rest[tls.peer.sock.send(rest) :]
            except ssl.SSLWantWriteError:
                await turns()
        arrived = await heard(protocol, sent + PIECE)

    assert sent < len(FLOOD), (
        f"the peer of {tls.doing}, which had called pause_reading(), could send all of 8 MB; "
        "expected it to stick"
    )
    wrong = difference(arrived, FLOOD[: sent + PIECE])
    assert not wrong, (
        f"after resume_reading() of {tls.doing} {sent + PIECE} bytes were sent in all, and it "
        f"received {wrong}; expected them all"
    )


@both_sides
@requirement(
    "tls.pause_reading.no_data_is_lost_when_peer_closes",
    api=TRANSPORT,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_what_came_before_the_peers_end_survives_a_pause(
    loop: AbstractEventLoop, side: Side
) -> None:
    """If the peer sends and closes while reading is paused, all data comes after the resume.

    If this fails, look for a close_notify that overtakes decrypted data, or for the end
    of the TCP stream reported at once.
    """
    data, protocol = numbered(100_000), Recorder()
    async with silent_session(loop, side, protocol, read_all) as (tls, cue):
        tls.transport.pause_reading()
        tls.peer.write(data)
        say_end(tls.peer)
        await turns(20)
        while_paused = protocol.calls[1:]
        tls.peer.sock.settimeout(1)
        cue.set()
        tls.transport.resume_reading()
        await lost(protocol, f"{tls.doing}, whose peer wrote and closed during a pause, resumed")

    wrong = difference(protocol.received, data)
    assert while_paused == [], (
        f"{tls.doing}, whose peer wrote and closed during a pause, was called {while_paused} "
        "before resume_reading(); expected nothing"
    )
    assert not wrong, (
        f"{tls.doing}, whose peer wrote 100000 bytes and closed during a pause, received {wrong} "
        "after resume_reading(); expected all of them"
    )
    assert protocol.calls[-1] == "connection_lost", (
        f"{tls.doing}, whose peer wrote and closed during a pause, was called {protocol.calls}; "
        "expected connection_lost last"
    )


@both_sides
@requirement(
    "tls.pause_reading.after_close_is_harmless",
    api=TRANSPORT,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_pause_and_resume_after_close_do_nothing(loop: AbstractEventLoop, side: Side) -> None:
    """pause_reading() and resume_reading() on a closing TLS transport do nothing.

    If this fails, look for state that close() has released already, or for a pause that
    keeps the peer's close_notify from being read.
    """
    protocol = Recorder()
    async with session(loop, side, protocol, read_all) as tls:
        tls.transport.close()
        for method in (tls.transport.pause_reading, tls.transport.resume_reading):
            try:
                method()
            except NotImplementedError:
                raise
            except Exception as error:
                raise AssertionError(
                    f"{method.__name__}() after close() of {tls.doing} raised {error!r}; "
                    "expected nothing"
                ) from error
        await lost(protocol, f"close(), pause_reading() and resume_reading() of {tls.doing}")
        await turns()

    assert protocol.calls.count("connection_lost") == 1, (
        f"close(), pause_reading() and resume_reading() of {tls.doing} called {protocol.calls}; "
        "expected one connection_lost"
    )
