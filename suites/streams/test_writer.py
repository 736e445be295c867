"""StreamWriter: closing, writing, and what it tells of its transport."""

from __future__ import annotations

from ..support.expect import expect_raises
from ..support.pipes import difference, patterned
from ..support.requirement import requirement
from ..support.streams import connected, ended

API = "asyncio.StreamWriter"
STREAM = "library/asyncio-stream.html"
STREAMS = "asyncio.streams"


@requirement(
    "streams.writer.close_and_wait_closed",
    api=API,
    level="interop",
    since="3.11",
    libraries=(STREAMS, "redis"),
    doc=f"{STREAM}#asyncio.StreamWriter.wait_closed",
)
async def test_wait_closed_returns_after_close() -> None:
    """After close() of a writer wait_closed() returns; is_closing() is True from close() on.

    If this fails, look for a connection_lost() that is never called after close().
    """
    async with connected() as streams:
        closing = [streams.writer.is_closing()]
        streams.writer.close()
        closing.append(streams.writer.is_closing())
        await ended(streams.writer.wait_closed(), "wait_closed() after close()", "it to return")

    assert closing == [False, True], (
        f"is_closing() before and after close() of a writer was {closing}; expected False and True"
    )


@requirement(
    "streams.writer.wait_closed_raises_connection_error",
    api=API,
    level="interop",
    since="3.11",
    libraries=(STREAMS,),
    doc=f"{STREAM}#asyncio.StreamWriter.wait_closed",
)
async def test_read_and_wait_closed_raise_after_a_reset() -> None:
    """After a reset read() and wait_closed() raise ConnectionResetError.

    If this fails, look for a connection_lost() that is given None, or another error.
    """
    async with connected() as streams:
        streams.other.reset()
        with expect_raises(ConnectionResetError, "read() after a reset"):
            await ended(streams.reader.read(), "read() after a reset", "ConnectionResetError")
        streams.writer.close()
        with expect_raises(ConnectionResetError, "wait_closed() after a reset"):
            await ended(
                streams.writer.wait_closed(), "wait_closed() after a reset", "ConnectionResetError"
            )


@requirement(
    "streams.writer.close_flushes",
    api=API,
    level="interop",
    since="3.11",
    libraries=(STREAMS,),
    doc=f"{STREAM}#asyncio.StreamWriter.close",
)
async def test_close_of_a_writer_delivers_what_was_written() -> None:
    """close() of a writer delivers all that was written before, then the end of the stream.

    If this fails, look for a close() that closes the socket while data waits.
    """
    async with connected() as streams:
        sent = bytes(await streams.clog()) + patterned(50_000)
        streams.writer.write(sent[-50_000:])
        streams.writer.close()
        received = await streams.other.read_to_end()
        end = streams.other.end

    wrong = difference(received, sent)
    assert not wrong, (
        f"write() of {len(sent)} bytes and close() delivered {wrong}; expected all of them"
    )
    assert end == "end of stream", (
        f"the other end met {end or 'no end'!r} after close() of a writer; expected 'end of stream'"
    )


@requirement(
    "streams.writer.writelines",
    api=API,
    level="interop",
    since="3.11",
    libraries=(STREAMS,),
    doc=f"{STREAM}#asyncio.StreamWriter.writelines",
)
async def test_writelines_sends_its_pieces_in_order() -> None:
    """writelines() of a writer sends its pieces one after another.

    If this fails, look at the transport's writelines().
    """
    async with connected() as streams:
        streams.writer.writelines([b"one ", b"two ", b"three"])
        received = await streams.other.read(13)

    assert received == b"one two three", (
        f"writelines() of three pieces sent {received!r}; expected b'one two three'"
    )


@requirement(
    "streams.writer.extra_info_and_transport",
    api=API,
    level="interop",
    since="3.11",
    libraries=(STREAMS,),
    doc=f"{STREAM}#asyncio.StreamWriter.get_extra_info",
)
async def test_a_writer_tells_what_its_transport_knows() -> None:
    """get_extra_info() and transport of a writer give the information of the loop's transport.

    If this fails, look for addresses that a transport does not keep.
    """
    async with connected() as streams:
        told = {
            name: (ask("peername"), ask("sockname"), ask("unknown", "default"))
            for name, ask in (
                ("the writer", streams.writer.get_extra_info),
                ("its transport", streams.writer.transport.get_extra_info),
            )
        }
        sock = streams.other.sock
        expected = (sock.getsockname(), sock.getpeername(), "default")

    for who, answers in told.items():
        assert answers == expected, (
            f'get_extra_info() of {who} answered "peername", "sockname" and an unknown name with '
            f"{answers}; expected {expected}"
        )
