"""Write pipes: what reaches the reader, and the flow of writing."""

from __future__ import annotations

import os
import threading
from asyncio import AbstractEventLoop
from collections.abc import Callable
from typing import Any

import pytest

from ..support.pipes import (
    MORE,
    WRITE,
    Collected,
    attached,
    difference,
    fill,
    os_pipe,
    patterned,
    until,
    write_pipe,
)
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.tls_peers import PATIENCE
from ..support.turns import turns

PROTOCOLS = "library/asyncio-protocol.html"
WORDS = (b"one ", b"two ", b"three ")


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
@requirement(
    "pipes.write.data_reaches_reader",
    api="loop.connect_write_pipe",
    level="documented",
    since="3.11",
    platforms=["unix"],
    doc=f"{PROTOCOLS}#asyncio.WriteTransport.write",
)
async def test_what_is_written_to_a_pipe_reaches_the_reader(
    loop: AbstractEventLoop, kind: Callable[[bytes], Any]
) -> None:
    """What write() is given, of each bytes-like kind, arrives in order.

    If this fails, look for a kind of data that is refused, or for a queue from which a later
    write is sent ahead of an earlier one.
    """
    async with write_pipe(loop, Recorder()) as piped:
        for word in WORDS:
            piped.transport.write(kind(word))
        received = await Collected(piped.other).until_size(14)

    assert received == b"one two three ", (
        f"three write() of {kind.__name__} to a pipe brought {received!r}; "
        "expected b'one two three '"
    )


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
@requirement(
    "pipes.write.writelines",
    api="loop.connect_write_pipe",
    level="documented",
    since="3.11",
    platforms=["unix"],
    doc=f"{PROTOCOLS}#asyncio.WriteTransport.writelines",
)
async def test_a_list_that_is_written_to_a_pipe_keeps_its_place(
    loop: AbstractEventLoop, kind: Callable[[bytes], Any]
) -> None:
    """writelines() on a write pipe sends all of its pieces, between what is written around it.

    If this fails, look for a queue of its own, or for a writelines() that only sockets have.
    """
    async with write_pipe(loop, Recorder()) as piped:
        piped.transport.write(b"zero ")
        piped.transport.writelines([kind(word) for word in WORDS])
        piped.transport.write(b"four")
        received = await Collected(piped.other).until_size(23)

    assert received == b"zero one two three four", (
        f"write(), writelines() of {kind.__name__} and write() to a pipe brought {received!r}; "
        "expected b'zero one two three four'"
    )


@requirement(
    "pipes.write.large_and_ordered",
    api="loop.connect_write_pipe",
    level="documented",
    since="3.11",
    platforms=["unix"],
    doc=f"{PROTOCOLS}#asyncio.WriteTransport.write",
)
async def test_more_than_a_pipe_holds_is_buffered_and_delivered(loop: AbstractEventLoop) -> None:
    """write() buffers what the pipe can't hold, without waiting, and delivers it all.

    If this fails, look for a blocking write, or for a write that the pipe took in part and
    that is repeated from its beginning, or not at all.
    """
    sent, received, cue = patterned(MORE), bytearray(), threading.Event()

    with os_pipe() as (reader, writer):

        def read_on_cue() -> bool:
            in_time = cue.wait(PATIENCE / 2)
            while len(received) < len(sent) and (piece := reader.read(65536)):
                received.extend(piece)
            return in_time

        async with attached(loop.connect_write_pipe(Recorder, writer), WRITE) as (transport, _):
            began: list[bool] = []
            thread = threading.Thread(target=lambda: began.append(read_on_cue()), daemon=True)
            thread.start()
            transport.write(sent)
            waiting = transport.get_write_buffer_size()
            cue.set()
            if await until(lambda: not thread.is_alive()):
                await until(lambda: transport.get_write_buffer_size() == 0)
            left = transport.get_write_buffer_size()
        writer.close()
        thread.join(PATIENCE)

    wrong = difference(bytes(received), sent)
    assert not wrong, f"{len(sent)} bytes written to a pipe arrived as {wrong}; expected them all"
    assert began == [True], (
        "write() of more than a pipe holds returned after the reader had begun to read; "
        "expected it to return at once"
    )
    assert waiting > 0, (
        f"get_write_buffer_size() after write() of {len(sent)} bytes, none of them read, "
        f"was {waiting}; expected more than 0"
    )
    assert left == 0, f"get_write_buffer_size() after all was read was {left}; expected 0"


@pytest.mark.parametrize(
    ("high", "buffered", "expected"),
    [
        (1_000, 2_000, ["pause_writing", "resume_writing"]),
        (1_000_000, 200_000, []),
    ],
    ids=["small_limit", "large_limit"],
)
@requirement(
    "pipes.write.flow_control",
    api="loop.connect_write_pipe",
    level="documented",
    since="3.11",
    platforms=["unix"],
    doc=f"{PROTOCOLS}#asyncio.WriteTransport.set_write_buffer_limits",
)
async def test_writing_to_a_pipe_is_flow_controlled(
    loop: AbstractEventLoop, high: int, buffered: int, expected: list[str]
) -> None:
    """Above the limit of set_write_buffer_limits() a write pipe pauses and resumes its protocol.

    If this fails, look for limits that are fixed, or for flow control that only socket
    transports have.
    """
    protocol = Recorder()
    with os_pipe() as (reader, writer):
        os.set_blocking(reader.fileno(), False)
        filled = fill(writer)  # so what is written waits, also where a loop writes in a later turn
        call = loop.connect_write_pipe(lambda: protocol, writer)
        async with attached(call, WRITE) as (transport, _):
            transport.set_write_buffer_limits(high=high, low=0)
            transport.write(bytes(buffered))
            await turns(10)
            unread = protocol.calls[1:]
            await Collected(reader).until_size(filled + buffered)
            await until(lambda: protocol.calls[1:] == expected)
            after = protocol.calls[1:]

    assert unread == expected[:1], (
        f"write() of {buffered} bytes to a full pipe, with a high mark of {high}, brought the "
        f"calls {unread}; expected {expected[:1]}"
    )
    assert after == expected, (
        f"a write pipe that was read empty, with a high mark of {high}, brought the calls {after} "
        f"in all; expected {expected}"
    )
