"""Read pipes: close()."""

from __future__ import annotations

from asyncio import AbstractEventLoop

from ..support.pipes import lost, read_pipe, until
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.turns import turns


@requirement(
    "pipes.read.close",
    api="loop.connect_read_pipe",
    level="documented",
    since="3.11",
    platforms=["unix"],
    doc="library/asyncio-protocol.html#asyncio.BaseTransport.close",
)
async def test_close_ends_a_read_pipe(loop: AbstractEventLoop) -> None:
    """close() of a read pipe calls connection_lost(None).

    If this fails, look for a transport that stops reading and tells nobody.
    """
    protocol = Recorder()
    async with read_pipe(loop, protocol) as piped:
        piped.transport.close()
        await lost(protocol, "close() of a read pipe")

    assert protocol.lost_with is None, (
        f"close() of a read pipe called connection_lost({protocol.lost_with!r}); expected None"
    )


@requirement(
    "pipes.read.close_breaks_the_pipe",
    api="loop.connect_read_pipe",
    level="implied",
    since="3.11",
    platforms=["unix"],
    doc="library/asyncio-protocol.html#asyncio.BaseTransport.close",
)
async def test_close_closes_what_it_was_given(loop: AbstractEventLoop) -> None:
    """close() of a read pipe closes the pipe object, and so breaks the pipe for its writer.

    If this fails, look for a transport that reads of a copy of the descriptor and leaves the
    object open, or that closes the descriptor behind the object's back.
    """
    protocol, broken = Recorder(), False
    async with read_pipe(loop, protocol) as piped:
        piped.transport.close()
        await until(lambda: "connection_lost" in protocol.calls)
        await turns()
        closed = piped.pipe.closed
        try:
            piped.other.write(b"late")
        except BrokenPipeError:
            broken = True

    assert closed, "the pipe object was open after close() of its transport; expected it closed"
    assert broken, (
        "a write to the other end after close() of a read pipe was accepted; "
        "expected BrokenPipeError"
    )


@requirement(
    "pipes.read.close_is_idempotent",
    api="loop.connect_read_pipe",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_further_closes_of_a_read_pipe_do_nothing(loop: AbstractEventLoop) -> None:
    """close() of a read pipe's transport may be repeated, before and after connection_lost().

    If this fails, look for a close() that queues connection_lost() without asking whether it
    has done so before.
    """
    protocol = Recorder()
    async with read_pipe(loop, protocol) as piped:
        piped.transport.close()
        piped.transport.close()
        await lost(protocol, "two close() of a read pipe")
        piped.transport.close()
        await lost(protocol, "three close() of a read pipe")

    assert protocol.calls == ["connection_made", "connection_lost"], (
        f"three close() of a read pipe's transport brought the calls {protocol.calls}; "
        "expected connection_made and one connection_lost"
    )
