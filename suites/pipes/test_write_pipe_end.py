"""Write pipes: how they end, from this side and from the reader's."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.expect import not_observable
from ..support.pipes import (
    MORE,
    Collected,
    difference,
    lost,
    patterned,
    write_pipe,
)
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.turns import turns

PROTOCOLS = "library/asyncio-protocol.html"


@requirement(
    "pipes.write.close_flushes",
    api="loop.connect_write_pipe",
    level="documented",
    since="3.11",
    platforms=["unix"],
    doc=f"{PROTOCOLS}#asyncio.BaseTransport.close",
)
async def test_close_of_a_write_pipe_delivers_what_was_written(loop: AbstractEventLoop) -> None:
    """close() of a write pipe delivers buffered data, then calls connection_lost(None).

    If this fails, look for a close() that closes the descriptor while data waits.
    """
    sent, protocol = patterned(MORE), Recorder()
    async with write_pipe(loop, protocol) as piped:
        piped.transport.write(sent)
        piped.transport.close()
        received = await Collected(piped.other).until_size(MORE)
        await lost(protocol, "close() of a write pipe")

    wrong = difference(received, sent)
    assert not wrong, (
        f"write() of {len(sent)} bytes and close() delivered {wrong}; expected all of them"
    )
    assert protocol.lost_with is None, (
        f"close() of a write pipe called connection_lost({protocol.lost_with!r}); expected None"
    )


@requirement(
    "pipes.write.close_ends_the_pipe",
    api="loop.connect_write_pipe",
    level="implied",
    since="3.11",
    platforms=["unix"],
    doc=f"{PROTOCOLS}#asyncio.BaseTransport.close",
)
async def test_the_reader_meets_the_end_after_close(loop: AbstractEventLoop) -> None:
    """After close() of a write pipe the reader meets the end of file.

    If this fails, look for a transport that writes to a copy of the descriptor, and leaves
    the pipe object that it was given open.
    """
    async with write_pipe(loop, Recorder()) as piped:
        reading = Collected(piped.other)
        piped.transport.close()
        await reading.until_end()

    assert reading.ended, "the reader met no end of file after close(); expected one"


@requirement(
    "pipes.write.write_eof_closes",
    api="loop.connect_write_pipe",
    level="implied",
    since="3.11",
    platforms=["unix"],
    doc=f"{PROTOCOLS}#asyncio.WriteTransport.write_eof",
)
async def test_write_eof_ends_a_write_pipe(loop: AbstractEventLoop) -> None:
    """write_eof() of a write pipe ends it for the reader, after its data and without an error.

    A transport may have no write_eof(), and says so by can_write_eof(); that connection_lost()
    follows is stated nowhere. If this fails, look for a shutdown() on what is no socket, or for
    a write_eof() that ends the pipe ahead of what waits.
    """
    sent, protocol = patterned(MORE), Recorder()
    async with write_pipe(loop, protocol) as piped:
        if not piped.transport.can_write_eof():
            not_observable("write pipes of this loop have no write_eof()")
        reading = Collected(piped.other)
        piped.transport.write(sent)
        piped.transport.write_eof()
        received = await reading.until_end()
        await turns(20)

    wrong = difference(received, sent)
    assert reading.ended, "the reader met no end of file after write_eof(); expected one"
    assert not wrong, (
        f"write() of {len(sent)} bytes and write_eof() delivered {wrong}; expected all of them"
    )
    assert protocol.lost_with is None, (
        f"write_eof() on a pipe called connection_lost({protocol.lost_with!r}); expected None"
    )


@requirement(
    "pipes.write.abort_discards",
    api="loop.connect_write_pipe",
    level="documented",
    since="3.11",
    platforms=["unix"],
    doc=f"{PROTOCOLS}#asyncio.WriteTransport.abort",
)
async def test_abort_of_a_write_pipe_discards_what_waits(loop: AbstractEventLoop) -> None:
    """abort() of a write pipe discards buffered data and calls connection_lost(None).

    If this fails, look for an abort() that is close() by another name.
    """
    protocol = Recorder()
    async with write_pipe(loop, protocol) as piped:
        reading = Collected(piped.other)
        piped.transport.write(bytes(MORE))
        piped.transport.abort()
        await lost(protocol, "abort() of a write pipe with data waiting")
        received = await reading.until_size(MORE)

    assert len(received) < MORE, (
        f"write() of {MORE} bytes and abort() delivered all of them; expected what waited "
        "to be discarded"
    )
    assert protocol.lost_with is None, (
        f"abort() of a write pipe called connection_lost({protocol.lost_with!r}); expected None"
    )


@requirement(
    "pipes.write.reader_closing_is_noticed",
    api="loop.connect_write_pipe",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_the_readers_close_ends_an_idle_write_pipe(loop: AbstractEventLoop) -> None:
    """The reader's close ends a write pipe to which nothing is written.

    An eof_received() before is nobody's promise: a protocol that lacks it has its own check.
    If this fails, look for a write pipe that is watched only while data waits.
    """
    protocol = Recorder()
    async with write_pipe(loop, protocol) as piped:
        piped.other.close()
        await lost(protocol, "the reader's close of a write pipe")
        lost_calls = protocol.calls.count("connection_lost")

    assert lost_calls == 1, (
        f"the reader's close of a write pipe called connection_lost() {lost_calls} times; "
        "expected once"
    )


@requirement(
    "pipes.write.reader_closing_with_pending_data",
    api="loop.connect_write_pipe",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_the_readers_close_with_data_pending_is_an_error(loop: AbstractEventLoop) -> None:
    """With data pending the reader's close is told as an error of the operating system.

    The manual promises an exception; which OSError it is depends on who noticed. If this fails,
    look for a hang-up that is always taken for the end in order.
    """
    protocol = Recorder()
    async with write_pipe(loop, protocol) as piped:
        piped.transport.write(bytes(MORE))
        piped.other.close()
        await lost(protocol, "the reader's close of a write pipe with data pending")

    assert isinstance(protocol.lost_with, OSError), (
        f"the reader's close with data pending called connection_lost({protocol.lost_with!r}); "
        "expected an OSError, such as BrokenPipeError"
    )


@pytest.mark.parametrize("when", ["before_connection_lost", "after_connection_lost"])
@requirement(
    "pipes.write.after_close_is_ignored",
    api="loop.connect_write_pipe",
    level="interop",
    since="3.11",
    platforms=["unix"],
    libraries=("asyncio.streams", "asyncio.subprocess"),
)
async def test_a_late_write_to_a_pipe_is_ignored(loop: AbstractEventLoop, when: str) -> None:
    """write() on a write pipe after close() raises nothing, and nothing is sent.

    If this fails, look for a write() that refuses a closing transport, or that uses a
    descriptor which has been closed.
    """
    protocol = Recorder()
    async with write_pipe(loop, protocol) as piped:
        piped.transport.write(b"early")
        piped.transport.close()
        if when == "after_connection_lost":
            await lost(protocol, "close() of a write pipe")
        raised = error_of_write(piped.transport, b"late")
        received = await Collected(piped.other).until_end()

    assert raised is None, f"write() on a pipe after close() raised {raised!r}; expected nothing"
    assert received == b"early", (
        f"write(b'early'), close() and write(b'late') on a pipe sent {received!r}; "
        "expected b'early'"
    )


def error_of_write(transport: Any, data: bytes) -> Exception | None:
    """What write() raises, if anything."""
    try:
        transport.write(data)
    except Exception as error:  # noqa: BLE001 - whatever it is, the message tells of it
        return error
    return None
