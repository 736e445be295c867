"""Streams over pipes, as programs make them of their standard input and output."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop, StreamReader, StreamReaderProtocol, StreamWriter

from ..support.pipes import Collected, read_pipe, write_pipe
from ..support.requirement import requirement
from ..support.streams import ended

API = "asyncio.StreamReaderProtocol"
DOC = "library/asyncio-stream.html#asyncio.StreamReader"


@requirement(
    "streams.pipe.reader_protocol",
    api=API,
    level="interop",
    since="3.11",
    platforms=["unix"],
    libraries=("aioconsole",),
    doc=DOC,
)
async def test_a_stream_reader_reads_a_pipe(loop: AbstractEventLoop) -> None:
    """A StreamReader on a read pipe gives its lines, and its end.

    If this fails, look for a pipe whose end is not told by eof_received().
    """
    reader = StreamReader(loop=loop)
    async with read_pipe(loop, StreamReaderProtocol(reader, loop=loop)) as piped:
        piped.other.write(b"line\nrest")
        line = await ended(reader.readline(), "readline() of a pipe")
        piped.other.close()
        rest = await ended(reader.read(), "read() to the end of a pipe")
        at_eof = reader.at_eof()

    assert (line, rest, at_eof) == (b"line\n", b"rest", True), (
        f"a pipe of b'line\\nrest' was read as {line!r} and {rest!r}, with at_eof() {at_eof}; "
        "expected b'line\\n', b'rest' and True"
    )


@requirement(
    "streams.pipe.writer",
    api=API,
    level="interop",
    since="3.11",
    platforms=["unix"],
    libraries=("aioconsole",),
    doc=DOC,
)
async def test_a_stream_writer_writes_to_a_pipe(loop: AbstractEventLoop) -> None:
    """A StreamWriter on a write pipe writes, drains and closes.

    If this fails, look for the flow control of pipes, or for a close() that never comes to
    connection_lost().
    """
    protocol = StreamReaderProtocol(StreamReader(loop=loop), loop=loop)
    async with write_pipe(loop, protocol) as piped:
        writer = StreamWriter(piped.transport, protocol, None, loop)
        collected = Collected(piped.other)
        writer.write(bytes(1_000_000))
        writer.write(b"end")
        draining = asyncio.ensure_future(writer.drain())
        await collected.until_size(1_000_003)
        await ended(draining, "drain() of a pipe that was read empty", "it to return")
        writer.close()
        collected.look()
        received = bytes(collected.data)
        await ended(writer.wait_closed(), "wait_closed() of a pipe's writer", "it to return")

    assert (len(received), received[-3:]) == (1_000_003, b"end"), (
        f"write() of 1000003 bytes, drain() and close() of a pipe's writer sent {len(received)}, "
        f"the last of them {received[-3:]!r}; expected all, and b'end' at the end"
    )
