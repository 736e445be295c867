"""write() of a stream transport that is about to end, or has ended."""

from __future__ import annotations

from asyncio import AbstractEventLoop

from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.sockets import Reports
from ..support.streaming import PROTOCOLS, Answering, expect_ignored, streaming
from ..support.tls_sessions import lost, soon
from ..support.turns import turns

WRITE = "asyncio.WriteTransport.write"
DOC = f"{PROTOCOLS}#{WRITE}"


@requirement(
    "transports.write.after_close_is_ignored",
    api=WRITE,
    level="interop",
    since="3.11",
    libraries=["asyncio.streams", "websockets"],
    doc=DOC,
)
async def test_writes_after_close_are_ignored(loop: AbstractEventLoop) -> None:
    """write() after close(), before or after connection_lost(), raises nothing and sends nothing.

    If this fails, look for a write() that insists on an open transport, or that uses a
    socket which is gone: programs that write race with the close.
    """
    protocol = Recorder()
    async with streaming(loop, protocol) as stream:
        stream.transport.write(b"good")
        stream.transport.close()
        with expect_ignored("write() after close()"):
            for _ in range(4):
                stream.transport.write(b"late")
            await lost(protocol, "close()")
            for _ in range(4):
                stream.transport.write(b"too late")
        await stream.far.until_ended()
        heard = bytes(stream.far.heard)

    assert heard == b"good", (
        f"write(b'good'), close() and eight late writes brought {heard!r}; expected b'good' alone"
    )


@requirement(
    "transports.write.after_abort_is_ignored",
    api=WRITE,
    level="interop",
    since="3.11",
    libraries=["asyncio.streams", "websockets"],
    doc=DOC,
)
async def test_writes_after_abort_are_ignored(loop: AbstractEventLoop) -> None:
    """write() after abort(), before or after connection_lost(), raises nothing and sends nothing.

    If this fails, look for a write() that insists on an open transport, or that uses a
    socket which is gone.
    """
    protocol = Recorder()
    async with streaming(loop, protocol) as stream:
        stream.transport.abort()
        with expect_ignored("write() after abort()"):
            for _ in range(4):
                stream.transport.write(b"late")
            await lost(protocol, "abort()")
            for _ in range(4):
                stream.transport.write(b"too late")
        await stream.far.until_ended()
        heard = bytes(stream.far.heard)

    assert heard == b"", f"abort() and eight late writes brought {heard!r}; expected nothing"


@requirement(
    "transports.write.to_reset_connection_does_not_raise",
    api=WRITE,
    level="interop",
    since="3.11",
    libraries=["asyncio.streams", "aiohttp"],
    doc=DOC,
)
async def test_writing_to_a_reset_connection_raises_nothing(loop: AbstractEventLoop) -> None:
    """write() to a connection that was reset raises nothing; connection_lost() gets the error.

    If this fails, look for an error of the system call that leaves write(), or that is
    reported to the exception handler as if the program were to blame.
    """
    reports = Reports(loop)
    protocol = Recorder()
    async with streaming(loop, protocol) as stream:
        stream.transport.pause_reading()
        await turns()
        stream.far.reset()
        with expect_ignored("write() to a connection that was reset"):
            for _ in range(10):
                stream.transport.write(b"data")
            await turns()
            for _ in range(10):
                stream.transport.write(b"data")
        await lost(protocol, "20 writes to a connection that was reset")

    assert protocol.lost_with is not None, (
        "writing to a connection that was reset led to connection_lost(None); expected the error"
    )
    reports.expect_none("after writing to a connection that was reset")


@requirement(
    "transports.write.after_peer_eof_still_works_when_kept_open",
    api=WRITE,
    level="documented",
    since="3.11",
    doc=f"{PROTOCOLS}#asyncio.Protocol.eof_received",
)
async def test_writing_goes_on_after_the_end_of_the_other_direction(
    loop: AbstractEventLoop,
) -> None:
    """After the other end's EOF, a protocol that kept the transport open can still write.

    If this fails, look for an EOF that ends both directions, whatever eof_received()
    returned.
    """
    protocol = Answering(True)
    async with streaming(loop, protocol) as stream:
        stream.far.finish()
        await soon(protocol, lambda: "eof_received" in protocol.calls)
        await turns()
        stream.transport.write(b"reply")
        heard = await stream.far.until_heard(5)

    assert heard == b"reply", (
        f"write(b'reply') after an eof_received() that returned True brought {heard!r}; "
        "expected b'reply'"
    )
