"""Pipes whose descriptor has the number of one that the loop has closed."""

from __future__ import annotations

import os
from asyncio import AbstractEventLoop
from io import FileIO
from typing import Any

import pytest

from ..support.pipes import MORE, READ, attached, feed, lost, os_pipe, read_pipe, write_pipe
from ..support.protocols import Recorder
from ..support.requirement import requirement


@requirement(
    "pipes.descriptor_number_is_free_after_the_end",
    api="loop.connect_read_pipe",
    level="implied",
    since="3.11",
    platforms=["unix"],
    doc="library/asyncio-protocol.html#asyncio.BaseTransport.close",
)
@pytest.mark.parametrize(
    ("first", "end"),
    [(write_pipe, "close"), (write_pipe, "abort"), (read_pipe, "close")],
    ids=["write-close", "write-abort", "read-close"],
)
async def test_a_pipe_with_the_number_of_a_closed_one_is_read(
    loop: AbstractEventLoop, first: Any, end: str
) -> None:
    """A pipe is read though its descriptor's number was that of a pipe the loop has closed.

    If this fails, look for a watch on the descriptor that outlives the transport: a write
    pipe may be watched for reading, too, to learn of its reader's end.
    """
    before, protocol = Recorder(), Recorder()
    with os_pipe() as (reader, writer):
        os.set_blocking(writer.fileno(), False)
        async with first(loop, before) as piped:
            number = piped.pipe.fileno()
            if end == "abort":
                piped.transport.write(bytes(MORE))  # it is watched for room, too
            getattr(piped.transport, end)()
            await lost(before, f"{end}() of a pipe")
            again = FileIO(os.dup2(reader.fileno(), number), "r")
            async with attached(loop.connect_read_pipe(lambda: protocol, again), READ):
                moved = await feed(writer, b"data", protocol)

    assert moved == b"data", (
        f"a pipe got descriptor {number}, which a closed one had had, and connect_read_pipe() "
        f"brought {moved!r} of it; expected b'data'"
    )
