"""StreamReader: what it reads of the loop's transport, and how it holds it back."""

from __future__ import annotations

import asyncio
import socket

from ..support.expect import expect_raises
from ..support.pipes import difference, patterned
from ..support.requirement import requirement
from ..support.streams import FLOOD, connected, ended
from ..support.turns import turns

API = "asyncio.StreamReader"
STREAM = "library/asyncio-stream.html"
STREAMS = "asyncio.streams"


@requirement(
    "streams.reader.eof_and_incomplete_read",
    api=API,
    level="interop",
    since="3.11",
    libraries=(STREAMS,),
    doc=f"{STREAM}#asyncio.StreamReader.readexactly",
)
async def test_readexactly_across_the_end_keeps_the_partial_data() -> None:
    """readexactly() across the end of the stream raises IncompleteReadError with what came.

    If this fails, look for data that is dropped when it arrives together with the end.
    """
    async with connected() as streams:
        await streams.other.send(b"abc")
        streams.other.finish()
        doing = "readexactly(10) of a stream of b'abc'"
        with expect_raises(asyncio.IncompleteReadError, doing) as caught:
            await ended(streams.reader.readexactly(10), doing, "IncompleteReadError")

    assert (caught.error.partial, caught.error.expected) == (b"abc", 10), (
        f"{doing} raised {caught.error!r} with partial {caught.error.partial!r} and expected "
        f"{caught.error.expected!r}; expected b'abc' and 10"
    )


@requirement(
    "streams.reader.limit_applies_backpressure",
    api=API,
    level="interop",
    since="3.11",
    libraries=(STREAMS,),
    doc=f"{STREAM}#asyncio.StreamReader",
)
async def test_the_limit_of_a_reader_holds_a_flood_back() -> None:
    """A reader at its limit pauses the transport: a flood is held back, and no byte is lost.

    If this fails, look for a pause_reading() that is not heeded, or for what was read
    already when it is called.
    """
    flood = patterned(FLOOD)
    async with connected(limit=1000) as streams:
        streams.other.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536)
        sent = await streams.other.send(flood, idle=50)
        reading = asyncio.ensure_future(streams.reader.readexactly(sent))
        received = await ended(reading, f"readexactly({sent}) of a flood that was held back")

    assert 0 < sent < FLOOD, (
        f"the other end could send {sent} bytes to a reader with a limit of 1000 that nobody read; "
        "expected the flood to be held back"
    )
    wrong = difference(received, flood[:sent])
    assert not wrong, f"{sent} bytes of a flood were read as {wrong}; expected all of them"


@requirement(
    "streams.reader.limit_overrun",
    api=API,
    level="interop",
    since="3.11",
    libraries=(STREAMS,),
    doc=f"{STREAM}#asyncio.StreamReader.readuntil",
)
async def test_readuntil_beyond_the_limit_is_an_overrun() -> None:
    """readuntil() raises LimitOverrunError when more than the limit came without the separator.

    If this fails, look for data that is held back, or for a pause_reading() that fails.
    """
    async with connected(limit=64) as streams:
        await streams.other.send(bytes(200))
        doing = "readuntil() of 200 bytes without a separator, with a limit of 64,"
        with expect_raises(asyncio.LimitOverrunError, doing):
            await ended(streams.reader.readuntil(b"\n"), doing, "LimitOverrunError")


@requirement(
    "streams.reader.async_iteration",
    api=API,
    level="interop",
    since="3.11",
    libraries=(STREAMS,),
    doc=f"{STREAM}#asyncio.StreamReader",
)
async def test_iterating_a_reader_yields_its_lines() -> None:
    """`async for` over a reader yields its lines, also a last one without its newline.

    If this fails, look for data that is dropped when it arrives together with the end.
    """

    async def lines() -> list[bytes]:
        return [line async for line in streams.reader]

    async with connected() as streams:
        await streams.other.send(b"one\ntwo\nthree")
        streams.other.finish()
        yielded = await ended(lines(), "`async for` over a reader")

    assert yielded == [b"one\n", b"two\n", b"three"], (
        f"`async for` over a stream of three lines yielded {yielded}; "
        "expected b'one\\n', b'two\\n', b'three'"
    )


@requirement(
    "streams.reader.reset_raises",
    api=API,
    level="interop",
    since="3.11",
    libraries=(STREAMS,),
    doc=f"{STREAM}#asyncio.StreamReader.read",
)
async def test_a_waiting_read_raises_on_a_reset() -> None:
    """A read() that waits raises ConnectionResetError when the connection is reset.

    If this fails, look for a reset that is told as the end of the stream.
    """
    async with connected() as streams:
        reading = asyncio.ensure_future(streams.reader.read(100))
        await turns()
        streams.other.reset()
        with expect_raises(ConnectionResetError, "a waiting read() on a reset"):
            await ended(reading, "a waiting read() on a reset", "ConnectionResetError")
