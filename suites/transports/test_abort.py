"""abort() of a stream transport: the end at once."""

from __future__ import annotations

from asyncio import AbstractEventLoop

from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.sockets import Reports
from ..support.streaming import BIG, PROTOCOLS, expect_ignored, streaming
from ..support.tls_sessions import lost, soon
from ..support.turns import turns

ABORT = "asyncio.WriteTransport.abort"
DOC = f"{PROTOCOLS}#{ABORT}"


class AbortingWhenPaused(Recorder):
    """Aborts the connection as soon as its buffer is full."""

    def pause_writing(self) -> None:
        """Give up."""
        super().pause_writing()
        assert self.transport is not None
        self.transport.abort()


@requirement(
    "transports.abort.connection_lost_with_none",
    api=ABORT,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_abort_closes_at_once_and_without_error(loop: AbstractEventLoop) -> None:
    """abort() marks the transport closing at once, and leads to connection_lost(None).

    If this fails, look for an error made up for the protocol, such as ECANCELED. That the
    callback is not made inside the call is a requirement of connection_lost() itself.
    """
    protocol = Recorder()
    async with streaming(loop, protocol) as stream:
        stream.transport.abort()
        closing = stream.transport.is_closing()
        await lost(protocol, "abort()")

    assert closing is True, f"is_closing() right after abort() is {closing!r}; expected True"
    assert protocol.lost_with is None, (
        f"abort() called connection_lost({protocol.lost_with!r}); expected None"
    )


@requirement(
    "transports.abort.discards_buffer",
    api=ABORT,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_abort_drops_what_is_buffered(loop: AbstractEventLoop) -> None:
    """abort() does not wait for buffered data, which is lost.

    If this fails, look for an abort() that is close() by another name.
    """
    protocol = Recorder()
    async with streaming(loop, protocol, narrow=True) as stream:
        stream.transport.write(bytes(BIG))
        stream.transport.abort()
        await lost(protocol, f"abort() with {BIG} bytes written, of which the other end read none")
        await turns()
        await stream.far.until_ended()
        heard = len(stream.far.heard)

    assert heard < BIG, (
        f"abort() after write() of {BIG} bytes to an end that did not read brought it {heard}; "
        "expected the buffered ones to be dropped"
    )


@requirement(
    "transports.abort.no_data_after_abort",
    api=ABORT,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_nothing_is_received_after_abort(loop: AbstractEventLoop) -> None:
    """Data that is there when abort() is called, or arrives later, is not delivered.

    If this fails, look for a read that was queued before the call, or for a last read that
    is to empty the socket.
    """
    protocol = Recorder()
    async with streaming(loop, protocol) as stream:
        stream.far.say(b"early")
        await soon(protocol, lambda: len(protocol.received) == 5)
        stream.far.say(b"late")
        stream.transport.abort()
        await lost(protocol, "abort() beside waiting data")
        await turns(10)

    assert protocol.received == b"early", (
        f"abort() beside waiting data brought {bytes(protocol.received)!r}; "
        "expected b'early' alone, which was received before"
    )


@requirement(
    "transports.abort.is_idempotent",
    api=ABORT,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_aborting_again_changes_nothing(loop: AbstractEventLoop) -> None:
    """abort() and close() after abort() do nothing more.

    If this fails, look for a connection_lost() scheduled by each call, or for a call that
    uses what was released.
    """
    reports = Reports(loop)
    protocol = Recorder()
    doing = "abort() and close() after abort(), before and after connection_lost(),"
    async with streaming(loop, protocol) as stream:
        stream.transport.abort()
        with expect_ignored(doing):
            stream.transport.abort()
            stream.transport.close()
            await lost(protocol, "abort()")
            stream.transport.abort()
            stream.transport.close()
        await turns()

    assert protocol.calls[1:] == ["connection_lost"], (
        f"{doing} led to {protocol.calls[1:]}; expected one connection_lost"
    )
    reports.expect_none(f"after {doing}")


@requirement(
    "transports.abort.after_close_with_stuck_buffer",
    api=ABORT,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_abort_ends_a_close_that_is_stuck(loop: AbstractEventLoop) -> None:
    """abort() after close() ends a flush that is stuck, with one connection_lost(None).

    If this fails, look for an abort() that has nothing to do on a transport that is
    closing already.
    """
    protocol = Recorder()
    async with streaming(loop, protocol, narrow=True) as stream:
        stream.transport.write(bytes(BIG))
        stream.transport.close()
        await turns(10)
        stream.transport.abort()
        await lost(protocol, "abort() after close(), the other end reading nothing")
        await turns()
        ends = protocol.calls.count("connection_lost")

    assert ends == 1, (
        f"abort() after a close() that was stuck led to {protocol.calls}; "
        "expected connection_lost once"
    )
    assert protocol.lost_with is None, (
        f"abort() after close() called connection_lost({protocol.lost_with!r}); expected None"
    )


@requirement(
    "transports.abort.no_resume_writing_after_abort",
    api=ABORT,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_a_protocol_that_aborts_when_paused_is_not_resumed(loop: AbstractEventLoop) -> None:
    """Aborting inside pause_writing() leads to connection_lost(), and to no resume_writing().

    If this fails, look for a low mark that is compared with a buffer which is empty only
    because it was dropped.
    """
    protocol = AbortingWhenPaused()
    async with streaming(loop, protocol, narrow=True) as stream:
        stream.transport.set_write_buffer_limits(high=65536)
        stream.transport.write(bytes(BIG))
        await lost(protocol, f"abort() inside pause_writing(), after write() of {BIG} bytes,")
        await turns()

    assert protocol.calls == ["connection_made", "pause_writing", "connection_lost"], (
        f"a protocol that aborts in pause_writing() got {protocol.calls}; "
        "expected connection_made, pause_writing, connection_lost"
    )


@requirement(
    "transports.abort.after_flushed_close",
    api=ABORT,
    level="interop",
    since="3.11",
    libraries=["anyio"],
    doc=DOC,
)
async def test_abort_after_a_close_that_had_to_wait_is_ignored(loop: AbstractEventLoop) -> None:
    """abort() raises nothing when close() has sent what was buffered and the connection is gone.

    If this fails, look for a close() that counts as an end only where nothing was buffered.
    anyio closes, lets the loop turn and aborts whatever is left by then.
    """
    protocol = Recorder()
    async with streaming(loop, protocol, narrow=True) as stream:
        stream.transport.write(bytes(BIG))
        stream.transport.close()
        await stream.far.until_ended()
        await lost(protocol, "close() with data in the buffer")
        with expect_ignored("abort() after close() and connection_lost()"):
            stream.transport.abort()
        await turns()

    assert protocol.calls.count("connection_lost") == 1, (
        f"abort() after close() and connection_lost() led to {protocol.calls}; "
        "expected connection_lost once"
    )
