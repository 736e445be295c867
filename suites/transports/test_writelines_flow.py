"""writelines() of a stream transport: flow control, refusals, and the end after it."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.expect import expect_raises
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.streaming import BIG, PROTOCOLS, expect_ignored, streaming
from ..support.tls_sessions import lost
from ..support.tls_streams import difference, numbered
from ..support.turns import turns

WRITELINES = "asyncio.WriteTransport.writelines"
DOC = f"{PROTOCOLS}#{WRITELINES}"
PIECES = [numbered(BIG)[at : at + 20_000] for at in range(0, BIG, 20_000)]


@requirement(
    "transports.writelines.pauses_protocol",
    api=WRITELINES,
    level="documented",
    since="3.14",
    doc=f"{PROTOCOLS}#asyncio.WriteTransport.set_write_buffer_limits",
)
async def test_writelines_pauses_the_protocol(loop: AbstractEventLoop) -> None:
    """writelines() beyond the high mark calls pause_writing(), just as write() does.

    If this fails, look for a look at the high mark that only write() takes.
    """
    protocol = Recorder()
    async with streaming(loop, protocol, narrow=True) as stream:
        stream.transport.set_write_buffer_limits(high=1000)
        stream.transport.writelines(PIECES)
        await turns()
        calls = protocol.calls[1:]

    assert calls == ["pause_writing"], (
        f"writelines() of {BIG} bytes, with the high mark at 1000, called {calls}; "
        "expected pause_writing once"
    )


@requirement(
    "transports.writelines.after_close_is_ignored",
    api=WRITELINES,
    level="interop",
    since="3.14",
    libraries=["asyncio.streams"],
    doc=DOC,
)
async def test_writelines_after_close_is_ignored(loop: AbstractEventLoop) -> None:
    """writelines() after close(), also after connection_lost(), raises nothing and sends nothing.

    If this fails, look for a writelines() without the look at the transport's state that
    write() takes.
    """
    protocol = Recorder()
    async with streaming(loop, protocol) as stream:
        stream.transport.write(b"good")
        stream.transport.close()
        with expect_ignored("writelines() after close()"):
            stream.transport.writelines([b"late"])
            await lost(protocol, "close() and writelines()")
            stream.transport.writelines([b"too late"])
        await stream.far.until_ended()
        heard = bytes(stream.far.heard)

    assert heard == b"good", (
        f"write(b'good'), close() and two late writelines() brought {heard!r}; "
        "expected b'good' alone"
    )


@requirement(
    "transports.writelines.after_write_eof_is_runtimeerror",
    api=WRITELINES,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_writelines_after_write_eof_is_refused(loop: AbstractEventLoop) -> None:
    """writelines() after write_eof() is refused: what it takes, it has to send.

    If this fails, look for data that is dropped in silence, or sent to a socket that was
    shut down for writing. asyncio raises RuntimeError; the manual leaves the class open.
    """
    async with streaming(loop, Recorder()) as stream:
        stream.transport.writelines([b"good"])
        stream.transport.write_eof()
        with expect_raises(Exception, "writelines() after write_eof()"):
            stream.transport.writelines([b"late"])
        await stream.far.until_ended()
        heard = bytes(stream.far.heard)

    assert heard == b"good", (
        f"writelines([b'good']), write_eof() and a refused writelines() brought {heard!r}; "
        "expected b'good'"
    )


@requirement(
    "transports.writelines.non_bytes_item_is_typeerror",
    api=WRITELINES,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_an_item_that_is_not_bytes_like_is_refused(loop: AbstractEventLoop) -> None:
    """A str among the items of writelines() is a TypeError.

    If this fails, look for strings that are encoded on the quiet, or for items that are
    looked at when they are sent.
    """
    items: Any = ["s"]
    async with streaming(loop, Recorder()) as stream:
        stream.transport.writelines([b"good"])
        with expect_raises(TypeError, f"writelines({items})"):
            stream.transport.writelines(items)
        heard = await stream.far.until_heard(4)

    assert heard == b"good", (
        f"writelines([b'good']) and a refused writelines({items}) brought {heard!r}; "
        "expected b'good'"
    )


@requirement(
    "transports.writelines.then_write_eof",
    api=WRITELINES,
    level="implied",
    since="3.11",
    doc=f"{PROTOCOLS}#asyncio.WriteTransport.write_eof",
)
async def test_write_eof_waits_for_the_lines(loop: AbstractEventLoop) -> None:
    """Everything that writelines() was given is sent before the EOF of a write_eof().

    If this fails, look for a write_eof() that counts on write() to have made the socket
    wait, or for a flush that sends one piece and then the EOF.
    """
    async with streaming(loop, Recorder(), narrow=True) as stream:
        stream.transport.writelines(PIECES)
        stream.transport.write_eof()
        ended = await stream.far.until_ended()
        heard = bytes(stream.far.heard)

    assert not difference(heard, numbered(BIG)), (
        f"writelines() of {BIG} bytes and write_eof() brought "
        f"{difference(heard, numbered(BIG))}, then {ended}; expected all of them"
    )
    assert ended == "end of stream", (
        f"writelines() and write_eof() brought the other end: {ended}; "
        "expected the end of the stream"
    )


@requirement(
    "transports.writelines.empty_item",
    api=WRITELINES,
    level="implied",
    since="3.11",
    doc=DOC,
)
@pytest.mark.parametrize("items", [[b"data", b""], [b"", b"data"]], ids=["last", "first"])
async def test_an_empty_item_holds_nothing_up(loop: AbstractEventLoop, items: list[bytes]) -> None:
    """An empty item of writelines() sends nothing, and keeps a close() from nothing.

    If this fails, look for an empty piece in the buffer that no send() ever takes out.
    """
    protocol = Recorder()
    async with streaming(loop, protocol) as stream:
        stream.transport.writelines(items)
        stream.transport.close()
        await lost(protocol, f"writelines({items}) and close()")
        await stream.far.until_ended()
        heard = bytes(stream.far.heard)

    assert heard == b"data", f"writelines({items}) and close() brought {heard!r}; expected b'data'"
