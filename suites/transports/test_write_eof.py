"""write_eof() of a stream transport: the end of one direction."""

from __future__ import annotations

import socket
from asyncio import AbstractEventLoop

import pytest

from ..support.connecting import opened
from ..support.expect import expect_raises, not_observable
from ..support.listeners import connected_pair
from ..support.machine import needs_unix_sockets
from ..support.protocols import Recorder, dispose
from ..support.requirement import requirement
from ..support.sockets import Reports
from ..support.streaming import BIG, PROTOCOLS, course, expect_ignored, streaming
from ..support.tls_sessions import lost, soon
from ..support.tls_streams import difference, numbered
from ..support.turns import turns

WRITE_EOF = "asyncio.WriteTransport.write_eof"
DOC = f"{PROTOCOLS}#{WRITE_EOF}"


@requirement(
    "transports.write_eof.half_closes",
    api=WRITE_EOF,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_write_eof_ends_one_direction(loop: AbstractEventLoop) -> None:
    """write_eof() ends the outgoing direction only: what the other end answers still arrives.

    If this fails, look for a write_eof() that closes the transport, or that stops reading.
    """
    protocol = Recorder()
    async with streaming(loop, protocol) as stream:
        stream.transport.write(b"question")
        stream.transport.write_eof()
        ended = await stream.far.until_ended()
        closing = stream.transport.is_closing()
        stream.far.say(b"answer")
        await soon(protocol, lambda: len(protocol.received) == 6)
        answer = bytes(protocol.received)
        heard = bytes(stream.far.heard)

    assert (heard, ended) == (b"question", "end of stream"), (
        f"write(b'question') and write_eof() brought {heard!r}, then {ended}; "
        "expected b'question' and the end of the stream"
    )
    assert (closing, answer) == (False, b"answer"), (
        f"after write_eof(), is_closing() was {closing} and b'answer' arrived as {answer!r}; "
        "expected False and b'answer'"
    )


@requirement(
    "transports.write_eof.waits_for_buffer",
    api=WRITE_EOF,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_write_eof_waits_for_the_buffer(loop: AbstractEventLoop) -> None:
    """The EOF is sent after all buffered data.

    If this fails, look for a write_eof() that shuts the socket down without a look at the
    buffer, or for a flush that forgets the EOF.
    """
    async with streaming(loop, Recorder(), narrow=True) as stream:
        stream.transport.write(numbered(BIG))
        stream.transport.write_eof()
        ended = await stream.far.until_ended()
        heard = bytes(stream.far.heard)

    assert not difference(heard, numbered(BIG)), (
        f"write() of {BIG} bytes and write_eof() brought {difference(heard, numbered(BIG))}, "
        f"then {ended}; expected all of them before the end"
    )
    assert ended == "end of stream", (
        f"write() of {BIG} bytes and write_eof() brought the other end: {ended}; "
        "expected the end of the stream"
    )


@requirement(
    "transports.write_eof.can_write_eof_true",
    api=WRITE_EOF,
    level="documented",
    since="3.11",
    doc=f"{PROTOCOLS}#asyncio.WriteTransport.can_write_eof",
)
@pytest.mark.parametrize("kind", ["TCP", "Unix"])
async def test_sockets_can_end_one_direction(loop: AbstractEventLoop, kind: str) -> None:
    """can_write_eof() of TCP and Unix socket transports is True.

    If this fails, look for the answer of a base class that knows of no socket.
    """
    if kind == "TCP":
        with connected_pair() as (ours, _):
            call = loop.create_connection(Recorder, sock=ours)
            async with opened(call, "create_connection(sock=...)") as (transport, _):
                can = transport.can_write_eof()
    else:
        needs_unix_sockets()
        ours, theirs = socket.socketpair(socket.AF_UNIX)
        with ours, theirs:
            try:
                transport, _ = await loop.create_unix_connection(Recorder, sock=ours)
            except NotImplementedError:
                not_observable("without Unix connections, which chapter unix_sockets misses")
            can = transport.can_write_eof()
            await dispose(transport)

    assert can is True, f"can_write_eof() of a {kind} transport is {can!r}; expected True"


@requirement(
    "transports.write_eof.is_idempotent",
    api=WRITE_EOF,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_a_second_write_eof_changes_nothing(loop: AbstractEventLoop) -> None:
    """A second write_eof() is harmless.

    If this fails, look for a socket that is shut down twice.
    """
    reports = Reports(loop)
    protocol = Recorder()
    doing = "write_eof() twice, and once more when the other end had seen it"
    async with streaming(loop, protocol) as stream:
        stream.transport.write(b"data")
        with expect_ignored(doing):
            stream.transport.write_eof()
            stream.transport.write_eof()
            ended = await stream.far.until_ended()
            stream.transport.write_eof()
        await turns()
        calls, heard = protocol.calls[1:], bytes(stream.far.heard)

    assert (heard, ended, calls) == (b"data", "end of stream", []), (
        f"{doing}, brought {heard!r}, then {ended}, and called {calls}; "
        "expected b'data', the end of the stream, and no callback"
    )
    reports.expect_none(f"after {doing}")


@requirement(
    "transports.write_eof.then_write_is_runtimeerror",
    api=WRITE_EOF,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_write_after_write_eof_is_refused(loop: AbstractEventLoop) -> None:
    """write() after write_eof() is refused: what it takes, it has to send.

    If this fails, look for data that is dropped in silence, or sent to a socket that was
    shut down for writing. asyncio raises RuntimeError; the manual leaves the class open.
    """
    async with streaming(loop, Recorder()) as stream:
        stream.transport.write(b"good")
        stream.transport.write_eof()
        with expect_raises(Exception, "write() after write_eof()"):
            stream.transport.write(b"late")
        await stream.far.until_ended()
        heard = bytes(stream.far.heard)

    assert heard == b"good", (
        f"write(b'good'), write_eof() and a refused write() brought {heard!r}; expected b'good'"
    )


@requirement(
    "transports.write_eof.after_close_is_harmless",
    api=WRITE_EOF,
    level="interop",
    since="3.11",
    libraries=["asyncio.streams"],
    doc=DOC,
)
async def test_write_eof_after_close_is_ignored(loop: AbstractEventLoop) -> None:
    """write_eof() after close(), also after connection_lost(), raises nothing.

    If this fails, look for a shutdown of a socket that is closed, or gone: who writes to
    a stream ends it late, when the other side has closed already.
    """
    protocol = Recorder()
    async with streaming(loop, protocol) as stream:
        stream.transport.close()
        with expect_ignored("write_eof() after close()"):
            stream.transport.write_eof()
            await lost(protocol, "close() and write_eof()")
            stream.transport.write_eof()
        await turns()

    assert protocol.calls[1:] == ["connection_lost"], (
        f"close() and two late write_eof() called {protocol.calls[1:]}; "
        "expected one connection_lost"
    )


@requirement(
    "transports.write_eof.then_close",
    api=WRITE_EOF,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_close_after_write_eof_waits_for_nobody(loop: AbstractEventLoop) -> None:
    """write(), write_eof() and close() deliver the data and end with connection_lost(None).

    If this fails, look for a close() that waits for the other end to close as well.
    """
    protocol = Recorder()
    async with streaming(loop, protocol) as stream:
        stream.transport.write(b"data")
        stream.transport.write_eof()
        stream.transport.close()
        await lost(protocol, "close() after write_eof(), the other end staying open,")
        ended = await stream.far.until_ended()
        heard = bytes(stream.far.heard)

    assert (heard, ended) == (b"data", "end of stream"), (
        f"write(b'data'), write_eof() and close() brought {heard!r}, then {ended}; "
        "expected b'data' and the end of the stream"
    )
    assert protocol.lost_with is None, (
        f"close() after write_eof() called connection_lost({protocol.lost_with!r}); expected None"
    )


@requirement(
    "transports.write_eof.both_sides_then_connection_lost",
    api=WRITE_EOF,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_the_other_end_closes_after_write_eof(loop: AbstractEventLoop) -> None:
    """After write_eof(), the other end's own close leads to eof_received, connection_lost(None).

    If this fails, look for a write_eof() after which nobody reads any more.
    """
    protocol = Recorder()
    async with streaming(loop, protocol) as stream:
        stream.transport.write_eof()
        await stream.far.until_ended()
        stream.far.close()
        await lost(protocol, "the other end's close() after write_eof()")

    assert course(protocol.calls) == ["connection_made", "eof_received", "connection_lost"], (
        f"write_eof(), and then the other end's close(), called {protocol.calls}; "
        "expected connection_made, eof_received, connection_lost"
    )
    assert protocol.lost_with is None, (
        f"the end of both directions called connection_lost({protocol.lost_with!r}); expected None"
    )
