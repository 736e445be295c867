"""get_write_buffer_size(): the bytes that were written and not sent yet."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from itertools import pairwise

from ..support.flowing import drain, heard_by, soon, stream, stuck
from ..support.protocols import Recorder
from ..support.requirement import requirement

API = "asyncio.WriteTransport.set_write_buffer_limits"
DOC = "library/asyncio-protocol.html#asyncio.WriteTransport.get_write_buffer_size"


@requirement(
    "transports.buffer_size.zero_when_idle", api=API, level="documented", since="3.11", doc=DOC
)
async def test_an_idle_transport_has_nothing_buffered(loop: AbstractEventLoop) -> None:
    """get_write_buffer_size() is 0 before anything is written, and when what was written is sent.

    If this fails, look for a size that counts the bytes that have left.
    """
    async with stream(loop, Recorder()) as (transport, peer):
        before = transport.get_write_buffer_size()
        transport.write(b"x")
        heard = await heard_by(peer, 1)
        await soon(lambda: transport.get_write_buffer_size() == 0)
        after = transport.get_write_buffer_size()

    assert (before, after) == (0, 0), (
        f"get_write_buffer_size() was {before} on a new transport and {after} after a byte was "
        "written to an idle peer; expected 0 and, once it was sent, 0"
    )
    assert heard == b"x", f"the peer got {heard!r} of a write() of b'x'; expected that"


@requirement(
    "transports.buffer_size.counts_unsent_bytes",
    api=API,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_each_write_to_a_stuck_peer_counts_with_its_length(loop: AbstractEventLoop) -> None:
    """While the peer takes nothing, each write() raises the size by exactly its length.

    If this fails, look for a size that counts writes, or blocks of memory, and not bytes.
    """
    async with stuck(loop, Recorder()) as (transport, _):
        sizes = [transport.get_write_buffer_size()]
        for data in (bytes(1234), b"1", bytearray(7), memoryview(bytes(100))):
            transport.write(data)
            sizes.append(transport.get_write_buffer_size())

    grown = [after - before for before, after in pairwise(sizes)]
    assert grown == [1234, 1, 7, 100], (
        "get_write_buffer_size(), with a peer that reads nothing, grew by "
        f"{grown} with writes of 1234, 1, 7 and 100 bytes; expected their lengths"
    )


@requirement(
    "transports.buffer_size.drains_to_zero", api=API, level="documented", since="3.11", doc=DOC
)
async def test_the_size_returns_to_zero_when_the_peer_reads(loop: AbstractEventLoop) -> None:
    """get_write_buffer_size() returns to 0 once the peer has read everything.

    If this fails, look for a size that only grows, or a buffer whose rest is never sent.
    """
    async with stuck(loop, Recorder()) as (transport, peer):
        transport.write(bytes(100_000))
        waiting = transport.get_write_buffer_size()
        await drain(peer, lambda: transport.get_write_buffer_size() == 0)
        drained = transport.get_write_buffer_size()

    assert waiting > 0, (
        f"get_write_buffer_size() was {waiting} after a write() of 100 kB to a peer that read "
        "nothing; expected what was not sent"
    )
    assert drained == 0, (
        f"get_write_buffer_size() was {drained} after the peer had read all that came; expected 0"
    )
