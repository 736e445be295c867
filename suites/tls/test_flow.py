"""Flow control of writing on a TLS transport."""

from __future__ import annotations

import threading
from asyncio import AbstractEventLoop

import pytest

from ..support.conversations import read_all
from ..support.expect import expect_raises
from ..support.factories import turns_until
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.tls_peers import TlsPeer, until_set
from ..support.tls_sessions import Side, both_sides, session, soon
from ..support.tls_streams import PROTOCOLS, TRANSPORT, silent_session
from ..support.turns import turns

SET_LIMITS = f"{PROTOCOLS}#asyncio.WriteTransport.set_write_buffer_limits"
PIECE = bytes(200_000)
PIECES = 40
"""As many pieces as no kernel takes from a process whose peer reads nothing."""


@both_sides
@requirement(
    "tls.flow.pause_and_resume_are_paired",
    api=TRANSPORT,
    level="documented",
    since="3.11",
    doc=SET_LIMITS,
)
async def test_pause_and_resume_writing_alternate(loop: AbstractEventLoop, side: Side) -> None:
    """pause_writing() and resume_writing() of a TLS protocol alternate, starting with a pause.

    If this fails, look for pause_writing() called at each write above the mark, or for a
    buffer that drains without a look at the low mark.
    """
    protocol = Recorder()
    async with silent_session(loop, side, protocol, read_all) as (tls, cue):
        tls.transport.set_write_buffer_limits(high=65536, low=1024)
        for _ in range(PIECES):
            tls.transport.write(PIECE)
        await turns(20)
        while_stuck = protocol.calls[1:]
        cue.set()
        await soon(protocol, lambda: "resume_writing" in protocol.calls)
        await turns(20)
        in_all = protocol.calls[1:]

    assert while_stuck == ["pause_writing"], (
        f"{PIECES} times write() of 200 kB on {tls.doing}, whose peer reads nothing, called "
        f"{while_stuck}; expected one pause_writing"
    )
    assert in_all == ["pause_writing", "resume_writing"], (
        f"{PIECES} times write() of 200 kB on {tls.doing}, whose peer then read them, called "
        f"{in_all}; expected one pause_writing and one resume_writing"
    )


@both_sides
@requirement(
    "tls.flow.limits_round_trip",
    api=TRANSPORT,
    level="documented",
    since="3.11",
    doc=SET_LIMITS,
)
@pytest.mark.parametrize(
    "limits",
    [
        {},
        {"high": 1000, "low": 300},
        {"high": 1000},
        {"low": 1000},
        {"high": 0},
    ],
    ids=["defaults", "both", "high_only", "low_only", "zero"],
)
async def test_write_buffer_limits_come_back_as_they_were_set(
    loop: AbstractEventLoop, side: Side, limits: dict[str, int]
) -> None:
    """get_write_buffer_limits() of a TLS transport returns (low, high) as they were set.

    If this fails, look for limits that go to the transport below TLS and not to what is
    asked, or for the order of the pair.
    """
    async with session(loop, side, Recorder(), read_all) as tls:
        tls.transport.set_write_buffer_limits(high=7, low=7)
        tls.transport.set_write_buffer_limits(**limits)
        low, high = tls.transport.get_write_buffer_limits()

    kept = {"high": high, "low": low}
    assert (0 <= low <= high, kept | limits) == (True, kept), (
        f"after set_write_buffer_limits(**{limits}) on {tls.doing} get_write_buffer_limits() "
        f"returned {(low, high)}; expected (low, high) with these values, and low <= high"
    )
    assert limits or kept != {"high": 7, "low": 7}, (
        f"after set_write_buffer_limits() on {tls.doing} get_write_buffer_limits() returned "
        f"{(low, high)}, which was set before; expected the defaults"
    )


@both_sides
@requirement(
    "tls.flow.invalid_limits_are_valueerror",
    api=TRANSPORT,
    level="documented",
    since="3.11",
    doc=SET_LIMITS,
)
@pytest.mark.parametrize(
    "limits",
    [{"high": 1, "low": 2}, {"high": -1}, {"low": -1}, {"high": -1, "low": -2}],
    ids=["low_above_high", "high_negative", "low_negative", "both_negative"],
)
async def test_invalid_limits_are_refused(
    loop: AbstractEventLoop, side: Side, limits: dict[str, int]
) -> None:
    """A low mark above the high one, or a negative mark, is a ValueError.

    If this fails, look for limits that are taken as they come.
    """
    async with session(loop, side, Recorder(), read_all) as tls:
        tls.transport.set_write_buffer_limits(high=2, low=1)
        with expect_raises(ValueError, f"set_write_buffer_limits(**{limits}) on {tls.doing}"):
            tls.transport.set_write_buffer_limits(**limits)


@both_sides
@requirement(
    "tls.flow.buffer_size_drains_to_zero",
    api=TRANSPORT,
    level="documented",
    since="3.11",
    doc=f"{PROTOCOLS}#asyncio.WriteTransport.get_write_buffer_size",
)
async def test_the_write_buffer_fills_and_drains(loop: AbstractEventLoop, side: Side) -> None:
    """get_write_buffer_size() is 0 when idle, positive with a stuck peer, and 0 again later.

    If this fails, look for a size that is a constant, or for written data that is never
    taken off it.
    """
    read_it = threading.Event()

    def read_pieces(peer: TlsPeer) -> None:
        peer.read_exactly(PIECES * len(PIECE))
        read_it.set()
        read_all(peer)

    async with silent_session(loop, side, Recorder(), read_pieces) as (tls, cue):
        idle = tls.transport.get_write_buffer_size()
        for _ in range(PIECES):
            tls.transport.write(PIECE)
        await turns()
        stuck = tls.transport.get_write_buffer_size()
        cue.set()
        await until_set(read_it)
        await turns_until(lambda: not tls.transport.get_write_buffer_size(), 100)
        drained = tls.transport.get_write_buffer_size()

    sizes = f"{idle} at first, {stuck} with a peer that reads nothing, {drained} after it had read"
    assert (idle, stuck > 0, drained) == (0, True, 0), (
        f"get_write_buffer_size() of {tls.doing}, with {PIECES} writes of 200 kB, was {sizes}; "
        "expected 0, more than 0, and 0"
    )


@both_sides
@requirement(
    "tls.flow.write_does_not_block",
    api=TRANSPORT,
    level="documented",
    since="3.11",
    doc=f"{PROTOCOLS}#asyncio.WriteTransport.write",
)
async def test_write_returns_without_waiting_for_the_peer(
    loop: AbstractEventLoop, side: Side
) -> None:
    """write() of a TLS transport returns without waiting for the peer, whatever the size.

    If this fails, look for a blocking send below TLS.
    """
    has_read = threading.Event()

    def read_what_comes(peer: TlsPeer) -> None:
        while peer.read():
            has_read.set()

    async with silent_session(loop, side, Recorder(), read_what_comes, limit=1.0) as (tls, cue):
        tls.transport.write(bytes(10_000_000))
        read_by_then = has_read.is_set()
        cue.set()
        read_later = await until_set(has_read)

    assert not read_by_then, (
        f"write() of 10 MB on {tls.doing} returned after the peer had begun to read, which it did "
        "a second late; expected write() not to wait for it"
    )
    assert read_later, (
        f"the peer of {tls.doing} read nothing after a write() of 10 MB; expected bytes"
    )
