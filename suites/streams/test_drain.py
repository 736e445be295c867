"""StreamWriter.drain(): waiting for room, on the loop's flow control."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop

from ..support.expect import expect_raises
from ..support.requirement import requirement
from ..support.streams import connected, ended
from ..support.turns import turns

API = "asyncio.StreamWriter.drain"
DOC = "library/asyncio-stream.html#asyncio.StreamWriter.drain"
STREAMS = "asyncio.streams"


@requirement(
    "streams.drain.blocks_until_peer_reads",
    api=API,
    level="interop",
    since="3.11",
    libraries=(STREAMS, "hypercorn", "redis"),
    doc=DOC,
)
async def test_drain_waits_until_the_other_end_reads() -> None:
    """drain() waits while the write buffer is above its high mark, and returns once it is low.

    If this fails, look for a pause_writing() that is never called, or a resume_writing().
    """
    async with connected() as streams:
        await streams.clog()
        draining = asyncio.ensure_future(streams.writer.drain())
        await turns(20)
        early = draining.done()
        await streams.other.until(draining.done)
        await ended(draining, "drain() of a connection that was read empty", "it to return")

    assert not early, (
        "drain() returned while the buffer was above its high mark and the other end read nothing; "
        "expected it to wait"
    )


@requirement(
    "streams.drain.returns_at_once_when_idle",
    api=API,
    level="interop",
    since="3.11",
    libraries=(STREAMS,),
    doc=DOC,
)
async def test_drain_of_an_idle_writer_returns_at_once(loop: AbstractEventLoop) -> None:
    """drain() of a writer whose buffer is below its marks returns at once, each time.

    If this fails, look for a protocol that is told to pause before anything was written.
    """

    async def drain_twice() -> None:
        await streams.writer.drain()
        streams.writer.write(b"little")
        await streams.writer.drain()

    async with connected() as streams:
        draining = loop.create_task(drain_twice())
        await turns()
        done = draining.done()
        draining.cancel()
        await turns()

    assert done, (
        "two drain() around a write() of six bytes had not returned after some turns; "
        "expected them to return at once"
    )


@requirement(
    "streams.drain.several_waiters",
    api=API,
    level="interop",
    since="3.11",
    libraries=(STREAMS,),
    doc=DOC,
)
async def test_several_tasks_drain_at_the_same_time() -> None:
    """Several tasks may wait in drain() of one writer; all of them return.

    If this fails, look for a resume_writing() that comes more than once, or never.
    """
    async with connected() as streams:
        await streams.clog()
        draining = [asyncio.ensure_future(streams.writer.drain()) for _ in range(3)]
        await turns()
        early = [task.done() for task in draining]
        await streams.other.until(lambda: all(task.done() for task in draining))
        after = [task.done() for task in draining]
        for task in draining:
            task.cancel()
        outcomes = await asyncio.gather(*draining, return_exceptions=True)

    assert early == [False] * 3, (
        f"of three drain() above the high mark {early} were done; expected all of them to wait"
    )
    assert (after, outcomes) == ([True] * 3, [None] * 3), (
        f"three drain() whose other end had read came to {outcomes}; expected all to return None"
    )


@requirement(
    "streams.drain.raises_after_reset",
    api=API,
    level="interop",
    since="3.11",
    libraries=(STREAMS,),
    doc=DOC,
)
async def test_writing_after_a_reset_ends_in_a_connection_error() -> None:
    """After a reset, write() and drain() in a loop end in ConnectionError.

    If this fails, look for a failed send that is forgotten, or for a transport that is not
    closing when its connection is lost.
    """

    async def write_on() -> None:
        while True:
            streams.writer.write(b"x")
            await streams.writer.drain()
            await asyncio.sleep(0)

    async with connected() as streams:
        streams.other.reset()
        doing = "writing and draining after a reset"
        with expect_raises(ConnectionError, doing):
            await ended(write_on(), doing, "ConnectionError")


@requirement(
    "streams.drain.waiter_wakes_when_connection_lost",
    api=API,
    level="interop",
    since="3.11",
    libraries=(STREAMS,),
    doc=DOC,
)
async def test_a_waiting_drain_is_woken_by_the_loss() -> None:
    """A drain() that waits is woken by the loss of the connection, with ConnectionError.

    If this fails, look for a connection_lost() that is not called while the transport waits
    for room.
    """
    async with connected() as streams:
        await streams.clog()
        draining = asyncio.ensure_future(streams.writer.drain())
        await turns()
        early = draining.done()
        streams.other.reset()
        with expect_raises(ConnectionError, "a drain() whose connection was reset"):
            await ended(draining, "a drain() whose connection was reset", "ConnectionError")

    assert not early, (
        "drain() of a connection that nobody reads had ended before the reset; expected it to wait"
    )
