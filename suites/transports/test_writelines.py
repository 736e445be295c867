"""writelines() of a stream transport: what it takes, and that all of it arrives in order."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.streaming import BIG, PROTOCOLS, streaming
from ..support.tls_streams import difference, numbered

WRITELINES = "asyncio.WriteTransport.writelines"
DOC = f"{PROTOCOLS}#{WRITELINES}"
PIECES = [b"one", b"two", b"three"]


@requirement(
    "transports.writelines.equals_successive_writes",
    api=WRITELINES,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_writelines_is_one_write_after_another(loop: AbstractEventLoop) -> None:
    """writelines() is writing each item in turn, in order with other writes.

    If this fails, look for a vectored send that is tried while older data is still
    waiting, or for a buffer of its own.
    """
    data = numbered(BIG)
    async with streaming(loop, Recorder(), narrow=True) as stream:
        stream.transport.write(data)
        stream.far.listen()  # makes room in the kernel, with data in the buffer
        stream.transport.writelines([b"one", bytearray(b"two"), memoryview(b"three")])
        stream.transport.write(b"end")
        heard = await stream.far.until_heard(BIG + 14)

    assert not difference(heard[:BIG], data), (
        f"write() of {BIG} bytes and writelines() brought {difference(heard[:BIG], data)} first; "
        "expected the bytes of write() before those of writelines()"
    )
    assert heard[BIG:] == b"onetwothreeend", (
        "writelines() of b'one', bytearray(b'two') and memoryview(b'three'), and then "
        f"write(b'end'), brought {heard[BIG:][:99]!r}; expected b'onetwothreeend'"
    )


@requirement(
    "transports.writelines.accepts_any_iterable",
    api=WRITELINES,
    level="documented",
    since="3.11",
    doc=DOC,
)
@pytest.mark.parametrize(
    "iterable",
    [tuple, dict.fromkeys, lambda pieces: (piece for piece in pieces), iter],
    ids=["tuple", "mapping", "generator", "iterator"],
)
async def test_any_iterable_is_written(
    loop: AbstractEventLoop, iterable: Callable[[list[bytes]], Iterable[bytes]]
) -> None:
    """writelines() takes any iterable of bytes-like items: a tuple, a generator, a mapping.

    If this fails, look for len(), an index or a second pass over the argument.
    """
    async with streaming(loop, Recorder()) as stream:
        try:
            stream.transport.writelines(iterable(PIECES))
        except TypeError as error:
            raise AssertionError(
                f"writelines({type(iterable(PIECES)).__name__} of bytes) raised {error!r}; "
                "expected them to be sent"
            ) from error
        heard = await stream.far.until_heard(11)

    assert heard == b"onetwothree", (
        f"writelines({type(iterable(PIECES)).__name__} of {PIECES}) brought {heard!r}; "
        "expected b'onetwothree'"
    )


@requirement(
    "transports.writelines.empty_iterable",
    api=WRITELINES,
    level="implied",
    since="3.11",
    doc=DOC,
)
@pytest.mark.parametrize("empty", [[], ()], ids=["list", "tuple"])
async def test_writing_no_lines_does_nothing(loop: AbstractEventLoop, empty: Any) -> None:
    """writelines() of an empty list or tuple sends nothing, and does no harm.

    If this fails, look for a send() of an empty buffer, or for an assertion that there is
    something to send.
    """
    async with streaming(loop, Recorder()) as stream:
        try:
            stream.transport.writelines(empty)
        except (AssertionError, OSError, ValueError, IndexError) as error:
            raise AssertionError(
                f"writelines({empty!r}) raised {error!r}; expected nothing to happen"
            ) from error
        stream.transport.write(b"later")
        heard = await stream.far.until_heard(5)

    assert heard == b"later", (
        f"writelines({empty!r}) and write(b'later') brought {heard!r}; expected b'later'"
    )


@requirement(
    "transports.writelines.many_pieces",
    api=WRITELINES,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_thousands_of_pieces_arrive(loop: AbstractEventLoop) -> None:
    """Thousands of pieces, more than one vectored write takes, arrive in order.

    If this fails, look for sendmsg() or writev() with more buffers than IOV_MAX, which is
    1024 on most systems.
    """
    data = numbered(20_000)
    async with streaming(loop, Recorder()) as stream:
        stream.transport.writelines([data[start : start + 4] for start in range(0, 20_000, 4)])
        heard = await stream.far.until_heard(20_000)

    assert not difference(heard, data), (
        f"writelines() of 5000 pieces of 4 bytes brought {difference(heard, data)}; "
        "expected all of them, in order"
    )


@requirement(
    "transports.writelines.large_is_complete",
    api=WRITELINES,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_large_pieces_arrive_complete(loop: AbstractEventLoop) -> None:
    """A writelines() far larger than the socket's buffers arrives complete, before later writes.

    If this fails, look for what happens when the socket takes a part of a piece, or some
    of the pieces: nobody may wait for the socket to take the rest.
    """
    data = numbered(BIG)
    async with streaming(loop, Recorder(), narrow=True) as stream:
        stream.transport.writelines([data[at : at + 20_000] for at in range(0, BIG, 20_000)])
        stream.far.listen()  # makes room in the kernel, with data in the buffer
        stream.transport.write(b"end")
        heard = await stream.far.until_heard(BIG + 3)

    assert not difference(heard, data + b"end"), (
        f"writelines() of {BIG // 20_000} pieces of 20 kB, and write() of 3 bytes, brought "
        f"{difference(heard, data + b'end')}; expected all of them, in order"
    )
