"""Read pipes: close()."""

from __future__ import annotations

from asyncio import AbstractEventLoop

from ..support.pipes import lost, read_pipe
from ..support.protocols import Recorder
from ..support.requirement import requirement


@requirement(
    "pipes.read.close",
    api="loop.connect_read_pipe",
    level="documented",
    since="3.11",
    platforms=["unix"],
    doc="library/asyncio-protocol.html#asyncio.BaseTransport.close",
)
async def test_close_ends_a_read_pipe(loop: AbstractEventLoop) -> None:
    """close() calls connection_lost(None), closes the pipe object and breaks the pipe.

    If this fails, look for a transport that stops reading and keeps the descriptor, or that
    closes the descriptor behind the back of the object it was given.
    """
    protocol, broken = Recorder(), False
    async with read_pipe(loop, protocol) as piped:
        piped.transport.close()
        await lost(protocol, "close() of a read pipe")
        closed = piped.pipe.closed
        try:
            piped.other.write(b"late")
        except BrokenPipeError:
            broken = True

    assert protocol.lost_with is None, (
        f"close() of a read pipe called connection_lost({protocol.lost_with!r}); expected None"
    )
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
