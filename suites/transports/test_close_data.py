"""close() of a stream transport: what still leaves, and what is no longer taken in."""

from __future__ import annotations

from asyncio import AbstractEventLoop

from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.streaming import BIG, CLOSE, PROTOCOLS, streaming
from ..support.tls_sessions import lost, soon
from ..support.tls_streams import difference, numbered
from ..support.turns import turns

DOC = f"{PROTOCOLS}#asyncio.BaseTransport.close"


@requirement(
    "transports.close.flushes_buffered_data",
    api=CLOSE,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_close_sends_what_is_buffered_first(loop: AbstractEventLoop) -> None:
    """Buffered data is sent in full before the connection ends; connection_lost() waits for it.

    If this fails, look for a close() that forgets the buffer, or that ends the connection
    before the other end has taken everything.
    """
    protocol = Recorder()
    async with streaming(loop, protocol, narrow=True) as stream:
        stream.transport.write(numbered(BIG))
        stream.transport.close()
        await turns(20)
        while_stuck = protocol.calls[:]
        ended = await stream.far.until_ended()
        await lost(protocol, f"close(), after the other end had seen {ended},")
        heard = bytes(stream.far.heard)

    assert "connection_lost" not in while_stuck, (
        f"close() with {BIG} bytes written, of which the other end read none, led to "
        f"{while_stuck}; expected connection_lost to wait until they are sent"
    )
    assert not difference(heard, numbered(BIG)), (
        f"write() of {BIG} bytes and close() brought {difference(heard, numbered(BIG))}; "
        "expected all of them before the end"
    )
    assert protocol.lost_with is None, (
        f"close() of a slow connection called connection_lost({protocol.lost_with!r}); "
        "expected None"
    )


@requirement(
    "transports.close.no_data_after_close",
    api=CLOSE,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_nothing_is_received_after_close(loop: AbstractEventLoop) -> None:
    """Data that arrives after close() is not delivered, even while the buffer is being sent.

    If this fails, look for a reader that stays registered until the connection is gone.
    """
    protocol = Recorder()
    async with streaming(loop, protocol, narrow=True) as stream:
        stream.far.say(b"early")
        await soon(protocol, lambda: len(protocol.received) == 5)
        stream.transport.write(bytes(BIG))
        before = len(protocol.calls)
        stream.far.say(b"late")
        stream.transport.close()
        stream.far.say(b"later")
        stream.far.finish()
        await turns(20)
        await stream.far.until_ended()
        await lost(protocol, "close() with data in the buffer")
        after = set(protocol.calls[before:])

    assert protocol.received == b"early", (
        f"data sent before close() of a transport that had data to send, and after it, brought "
        f"{bytes(protocol.received)!r}; expected b'early' alone, which was received before"
    )
    assert "eof_received" not in after, (
        f"the end of the stream after close() led to {sorted(after)}; expected no eof_received"
    )


@requirement(
    "transports.close.peer_sees_eof",
    api=CLOSE,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_the_other_end_sees_the_end(loop: AbstractEventLoop) -> None:
    """The other end sees the end of the stream after close().

    If this fails, look for a transport that tells its protocol of the end and leaves the
    socket open, or that resets the connection.
    """
    async with streaming(loop, Recorder()) as stream:
        stream.transport.close()
        ended = await stream.far.until_ended()

    assert ended == "end of stream", (
        f"close() brought the other end: {ended}; expected the end of the stream"
    )


@requirement(
    "transports.close.other_side_can_keep_sending",
    api=CLOSE,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_a_last_word_before_close_arrives(loop: AbstractEventLoop) -> None:
    """A short write() followed by close() reaches the other end.

    If this fails, look for small writes that are put off to a later turn, and forgotten
    when the transport closes before it.
    """
    async with streaming(loop, Recorder()) as stream:
        stream.transport.write(b"goodbye")
        stream.transport.close()
        await stream.far.until_ended()
        heard = bytes(stream.far.heard)

    assert heard == b"goodbye", (
        f"write(b'goodbye') and close() brought {heard!r} to the other end; expected b'goodbye'"
    )
