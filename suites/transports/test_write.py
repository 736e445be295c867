"""write() of a stream transport: what it takes, and that all of it arrives in order."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from collections.abc import Callable
from typing import Any

import pytest

from ..support.expect import expect_raises
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.sockets import Reports
from ..support.streaming import BIG, PROTOCOLS, rescued, streaming
from ..support.tls_streams import difference, numbered
from ..support.turns import turns

WRITE = "asyncio.WriteTransport.write"
DOC = f"{PROTOCOLS}#{WRITE}"


@requirement(
    "transports.write.bytes_like_objects",
    api=WRITE,
    level="documented",
    since="3.11",
    doc=DOC,
)
@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
async def test_bytes_like_objects_are_written(
    loop: AbstractEventLoop, kind: Callable[[bytes], Any]
) -> None:
    """write() takes bytes, bytearray and memoryview.

    If this fails, look for a test of the class of the argument, where the buffer protocol
    would do.
    """
    async with streaming(loop, Recorder()) as stream:
        try:
            stream.transport.write(kind(b"data"))
        except TypeError as error:
            raise AssertionError(
                f"write({kind(b'data')!r}) raised {error!r}; expected it to be sent"
            ) from error
        heard = await stream.far.until_heard(4)

    assert heard == b"data", (
        f"write({kind(b'data')!r}) of b'data' brought {heard!r}; expected b'data'"
    )


@requirement(
    "transports.write.non_bytes_is_typeerror",
    api=WRITE,
    level="implied",
    since="3.11",
    doc=DOC,
)
@pytest.mark.parametrize("value", ["s", None, 5, [b"x"]], ids=["str", "None", "int", "list"])
async def test_what_is_not_bytes_like_is_refused(loop: AbstractEventLoop, value: Any) -> None:
    """A str, None, an int or a list is a TypeError at the call, and does no harm.

    If this fails, look for arguments that are looked at when they are sent, or for a test
    of truth that comes before the test of the class.
    """
    reports = Reports(loop)
    async with streaming(loop, Recorder()) as stream:
        with expect_raises(TypeError, f"write({value!r})"):
            stream.transport.write(value)
        stream.transport.write(b"good")
        heard = await stream.far.until_heard(4)

    assert heard == b"good", (
        f"write(b'good') after a refused write({value!r}) brought {heard!r}; expected b'good'"
    )
    reports.expect_none(f"after a refused write({value!r})")


@requirement(
    "transports.write.empty_is_a_no_op",
    api=WRITE,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_writing_nothing_does_nothing(loop: AbstractEventLoop) -> None:
    """An empty write() buffers nothing and sends nothing.

    If this fails, look for an empty piece that waits for the socket to take it, in front
    of all that comes later, or for one that is taken as the end of the stream.
    """
    async with streaming(loop, Recorder()) as stream:
        stream.transport.write(b"")
        size = stream.transport.get_write_buffer_size()
        await turns()
        stream.far.listen()
        ended_early = stream.far.ended
        stream.transport.write(b"later")
        heard = await stream.far.until_heard(5)

    assert size == 0, f"get_write_buffer_size() after write(b'') is {size!r}; expected 0"
    assert (ended_early, heard) == ("", b"later"), (
        f"write(b'') and write(b'later') brought {heard!r}, after {ended_early or 'no end'}; "
        "expected b'later' alone"
    )


@requirement(
    "transports.write.keeps_order",
    api=WRITE,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_writes_arrive_in_the_order_of_the_calls(loop: AbstractEventLoop) -> None:
    """Successive writes arrive in the order of the calls, however full the buffer is.

    If this fails, look for a write() that tries the socket first while older data is
    still waiting, or for a buffer that is emptied from its end.
    """
    data = numbered(BIG)
    async with streaming(loop, Recorder(), narrow=True) as stream:
        for start in range(0, BIG, 1000):
            stream.transport.write(data[start : start + 1000])
            if start == BIG // 2:
                stream.far.listen()  # makes room in the kernel, with data in the buffer
        heard = await stream.far.until_heard(BIG)

    assert not difference(heard, data), (
        f"{BIG // 1000} writes of 1000 bytes brought {difference(heard, data)}; "
        "expected all of them, in the order of the calls"
    )


@requirement(
    "transports.write.large_is_complete",
    api=WRITE,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_large_writes_arrive_complete(loop: AbstractEventLoop) -> None:
    """Writes far larger than the socket's buffers arrive complete.

    If this fails, look for what happens with the rest when the socket takes a part: it
    may be lost, or sent from a wrong offset.
    """
    data = numbered(2 * BIG)
    async with streaming(loop, Recorder(), narrow=True) as stream:
        stream.transport.write(data[:BIG])
        stream.transport.write(memoryview(data)[BIG:])
        heard = await stream.far.until_heard(2 * BIG)

    assert not difference(heard, data), (
        f"two writes of {BIG} bytes, the second a memoryview, brought {difference(heard, data)}; "
        "expected all of them"
    )


@requirement(
    "transports.write.does_not_block",
    api=WRITE,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_write_returns_at_once(loop: AbstractEventLoop) -> None:
    """write() returns at once, whether or not the other end reads, and sends the rest later.

    If this fails, look for a loop around send() that goes on until everything is sent, or
    for a socket in blocking mode.
    """
    async with streaming(loop, Recorder(), narrow=True) as stream:
        with rescued(stream.far) as was_rescued:
            stream.transport.write(bytes(BIG))
            blocked = was_rescued()
        heard = len(await stream.far.until_heard(BIG))

    assert not blocked, (
        f"write() of {BIG} bytes to an end that did not read returned when it began to read, a "
        "second later; expected it to return at once"
    )
    assert heard == BIG, (
        f"write() of {BIG} bytes to an end that did not read at first brought it {heard} when it "
        "did; expected all of them"
    )
