"""eof_received(): what its answer does, and how often it comes."""

from __future__ import annotations

import asyncio
import time
from asyncio import AbstractEventLoop

import pytest

from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.streaming import BIG, PROTOCOLS, Answering, course, streaming
from ..support.tls_sessions import lost, soon
from ..support.tls_streams import difference, numbered
from ..support.turns import turns

EOF_RECEIVED = "asyncio.Protocol.eof_received"
DOC = f"{PROTOCOLS}#{EOF_RECEIVED}"
IDLE = 0.05
"""Seconds of doing nothing in which a loop that spins can be told from one that waits."""


class Inheriting(Recorder):
    """Has the eof_received() of asyncio.Protocol."""

    eof_received = asyncio.Protocol.eof_received


@requirement(
    "protocols.eof.default_closes_transport",
    api=EOF_RECEIVED,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_eof_closes_the_transport_by_default(loop: AbstractEventLoop) -> None:
    """Without an eof_received() of the protocol's own, EOF closes the transport.

    If this fails, look for a connection that stays half open until the protocol closes it.
    """
    protocol = Inheriting()
    async with streaming(loop, protocol) as stream:
        stream.far.finish()
        await lost(protocol, "EOF, for a protocol that does not override eof_received(),")

    assert protocol.lost_with is None, (
        "EOF, for a protocol that does not override eof_received(), led to connection_lost("
        f"{protocol.lost_with!r}); expected None"
    )


@requirement(
    "protocols.eof.implicit_close_flushes",
    api=EOF_RECEIVED,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_the_close_at_eof_sends_what_is_buffered(loop: AbstractEventLoop) -> None:
    """Buffered data is sent before the transport closes itself at EOF.

    If this fails, look for an EOF that ends the connection like abort(): who ends its
    direction after a request still wants the answer.
    """
    protocol = Recorder()
    async with streaming(loop, protocol, narrow=True) as stream:
        stream.transport.write(numbered(BIG))
        stream.far.finish()
        await soon(protocol, lambda: "eof_received" in protocol.calls)
        await turns(10)
        await stream.far.until_ended()
        await lost(protocol, "EOF with data in the buffer, which the other end then read,")
        heard = bytes(stream.far.heard)

    assert not difference(heard, numbered(BIG)), (
        f"EOF from an end to which {BIG} bytes were being written brought it "
        f"{difference(heard, numbered(BIG))}; expected all of them before the transport closes"
    )


@requirement(
    "protocols.eof.falsy_returns_close",
    api=EOF_RECEIVED,
    level="documented",
    since="3.11",
    doc=DOC,
)
@pytest.mark.parametrize("answer", [None, False, 0, ""], ids=["None", "False", "zero", "empty"])
async def test_a_false_answer_closes_the_transport(loop: AbstractEventLoop, answer: object) -> None:
    """Any false value from eof_received() closes the transport.

    If this fails, look for an answer that is compared with None or False, where its truth
    counts.
    """
    protocol = Answering(answer)
    async with streaming(loop, protocol) as stream:
        stream.far.finish()
        await lost(protocol, f"eof_received() that returned {answer!r}")

    ending = protocol.calls[1:]
    assert ending == ["eof_received", "connection_lost"], (
        f"EOF, and eof_received() that returned {answer!r}, called {ending}; "
        "expected eof_received, connection_lost"
    )


@requirement(
    "protocols.eof.truthy_return_keeps_write_side_open",
    api=EOF_RECEIVED,
    level="documented",
    since="3.11",
    doc=DOC,
)
@pytest.mark.parametrize("answer", [True, 1, "yes"], ids=["True", "one", "string"])
async def test_a_true_answer_keeps_the_transport_open(
    loop: AbstractEventLoop, answer: object
) -> None:
    """A true value from eof_received() keeps the transport open until the protocol closes it.

    If this fails, look for an answer that is compared with True, or that is dropped.
    """
    protocol = Answering(answer)
    async with streaming(loop, protocol) as stream:
        stream.far.finish()
        await soon(protocol, lambda: "eof_received" in protocol.calls)
        await turns(10)
        kept_open = "connection_lost" not in protocol.calls
        stream.transport.write(b"reply")
        heard = await stream.far.until_heard(5)
        stream.transport.close()
        await lost(protocol, f"close() after eof_received() had returned {answer!r}")

    assert (kept_open, heard) == (True, b"reply"), (
        f"eof_received() that returned {answer!r} led to {protocol.calls}, and write(b'reply') "
        f"after it brought {heard!r}; expected connection_lost after close() only, and b'reply'"
    )
    assert protocol.lost_with is None, (
        f"close() after the other end's EOF called connection_lost({protocol.lost_with!r}); "
        "expected None"
    )


@requirement(
    "protocols.eof.called_at_most_once",
    api=EOF_RECEIVED,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_eof_is_told_once(loop: AbstractEventLoop) -> None:
    """eof_received() is called once, even if the transport stays open afterwards.

    If this fails, look for a socket that is still watched for reading, where EOF is
    readable for ever.
    """
    protocol = Answering(True)
    async with streaming(loop, protocol) as stream:
        stream.far.finish()
        await soon(protocol, lambda: "eof_received" in protocol.calls)
        await turns(20)
        stream.transport.close()
        await lost(protocol, "close() after EOF")

    told = protocol.calls.count("eof_received")
    assert told == 1, (
        f"EOF on a transport that stays open called eof_received() {told} times; expected once"
    )


@requirement(
    "protocols.eof.kept_open_connection_does_not_spin",
    api=EOF_RECEIVED,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_a_connection_kept_open_after_eof_costs_nothing(loop: AbstractEventLoop) -> None:
    """A transport that is kept open after EOF uses no processor time while it is idle.

    If this fails, look for a socket that is still watched for reading: at EOF it is
    always ready, and the loop never waits again.
    """
    protocol = Answering(True)
    used: list[float] = []
    async with streaming(loop, protocol) as stream:
        stream.far.finish()
        told = await soon(protocol, lambda: "eof_received" in protocol.calls)
        while len(used) < 3 and (not used or used[-1] > IDLE / 4):  # others may have used it
            before = time.process_time()
            await asyncio.wait({loop.create_future()}, timeout=IDLE)
            used.append(time.process_time() - before)

    assert told, "EOF from the other end never called eof_received(); expected the call"
    assert min(used) <= IDLE / 4, (
        f"with a connection kept open after EOF, the process used {min(used):.3f} s of processor "
        f"time while idle for {IDLE} s; expected next to none"
    )


@requirement(
    "protocols.eof.no_data_after_eof",
    api=EOF_RECEIVED,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_eof_comes_after_all_data(loop: AbstractEventLoop) -> None:
    """All data comes before eof_received(), and none after it.

    If this fails, look for an end of the connection, such as a hang-up event, that is told
    before what is still in the socket has been read.
    """
    protocol, data = Answering(True), numbered(200_000)
    async with streaming(loop, protocol) as stream:
        await stream.far.say_all(data)
        stream.far.finish()
        await soon(protocol, lambda: "eof_received" in protocol.calls)
        await turns(10)
        received = bytes(protocol.received)
        calls = course(protocol.calls)

    assert not difference(received, data), (
        f"200000 bytes and EOF brought {difference(received, data)}; expected all of them"
    )
    assert calls == ["connection_made", "data_received", "eof_received"], (
        f"200000 bytes and EOF called {calls}; expected connection_made, data_received, "
        "eof_received"
    )
