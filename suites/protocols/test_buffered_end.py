"""BufferedProtocol: pauses, errors and ends of its connection."""

from __future__ import annotations

import socket
from asyncio import AbstractEventLoop
from contextlib import suppress

from ..support.flowing import IDLE, heard, heard_by, lost, soon, stream
from ..support.reports import Planted, error_of, fail_with, keep_reports
from ..support.requirement import requirement
from ..support.tls_sessions import Filling
from ..support.turns import turns

API = "asyncio.BufferedProtocol"
DOC = f"library/asyncio-protocol.html#{API}"
PAUSE = "library/asyncio-protocol.html#asyncio.ReadTransport.pause_reading"
DRIVERS = ("PyMongo", "asyncio's TLS layer")


class _StayingOpen(Filling):
    """Keeps the connection open at EOF."""

    def eof_received(self) -> bool:
        """Keep it."""
        super().eof_received()
        return True


class _WithoutRoom(Filling):
    """Offers an empty buffer."""

    def get_buffer(self, sizehint: int) -> memoryview:
        """No room."""
        return super().get_buffer(sizehint)[:0]


class _Failing(Filling):
    """Raises in the callback of that name, after it was recorded."""

    def __init__(self, callback: str) -> None:
        super().__init__()
        self.callback = callback
        self.error = Planted(f"from {callback}()")

    def _record(self, name: str) -> None:
        super()._record(name)
        if name == self.callback:
            fail_with(self.error)


@requirement(
    "protocols.buffered.empty_buffer_is_fatal",
    api=API,
    level="implied",
    since="3.11",
    doc=f"{DOC}.get_buffer",
)
async def test_an_empty_buffer_ends_the_connection(loop: AbstractEventLoop) -> None:
    """A buffer of size zero is an error, which ends the connection: connection_lost(exception).

    asyncio makes it a RuntimeError and reports it; the manual says "an error" alone. If this
    fails, look for a read of zero bytes, which looks like EOF, or for a loop that asks again
    and again.
    """
    protocol = _WithoutRoom()
    keep_reports(loop, error_of)
    async with stream(loop, protocol) as (_, peer):
        with suppress(ConnectionError):  # a loop that asks early has ended it by now
            peer.send(b"hello")
        await lost(protocol, "get_buffer() returning an empty buffer")
        await turns()

    assert protocol.lost_with is not None, (
        "get_buffer() returned an empty buffer, and connection_lost() got None; "
        "expected an exception"
    )
    others = set(protocol.calls) - {"connection_made", "get_buffer", "connection_lost"}
    assert not others, (
        f"get_buffer() returned an empty buffer, and the protocol was called {protocol.calls}; "
        "expected neither buffer_updated nor eof_received"
    )


@requirement(
    "protocols.buffered.get_buffer_error_is_fatal",
    api=API,
    level="interop",
    since="3.11",
    libraries=DRIVERS,
    doc=DOC,
)
async def test_an_error_in_get_buffer_ends_the_connection(loop: AbstractEventLoop) -> None:
    """An exception in get_buffer() is reported, and ends the connection with an error.

    If this fails, look for an error that is swallowed, after which nothing more arrives.
    """
    protocol, reported = _Failing("get_buffer"), keep_reports(loop, error_of)
    async with stream(loop, protocol) as (_, peer):
        with suppress(ConnectionError):  # a loop that asks early has ended it by now
            peer.send(b"hello")
        await lost(protocol, "an exception in get_buffer()")
        await turns()

    assert len(reported) == 1, (
        f"get_buffer() raised {protocol.error!r}, and the exception handler got {reported}; "
        "expected one report"
    )
    assert isinstance(protocol.lost_with, Exception), (
        f"get_buffer() raised, and connection_lost() got {protocol.lost_with!r}; "
        "expected an exception"
    )


@requirement(
    "protocols.buffered.buffer_updated_error_is_fatal",
    api=API,
    level="interop",
    since="3.11",
    libraries=DRIVERS,
    doc=DOC,
)
async def test_an_error_in_buffer_updated_ends_the_connection(loop: AbstractEventLoop) -> None:
    """An exception in buffer_updated() is reported, and becomes connection_lost()'s reason.

    If this fails, look for an error that is swallowed, or leaves the connection open.
    """
    protocol, reported = _Failing("buffer_updated"), keep_reports(loop, error_of)
    async with stream(loop, protocol) as (_, peer):
        peer.send(b"hello")
        await lost(protocol, "an exception in buffer_updated()")
        await turns()

    assert reported == [protocol.error], (
        f"buffer_updated() raised {protocol.error!r}, and the exception handler got {reported}; "
        "expected that error, once"
    )
    assert protocol.lost_with is protocol.error, (
        f"buffer_updated() raised, and connection_lost() got {protocol.lost_with!r}; "
        "expected that error"
    )


@requirement(
    "protocols.buffered.eof_true_keeps_open", api=API, level="documented", since="3.11", doc=DOC
)
async def test_a_true_eof_received_keeps_the_way_back_open(loop: AbstractEventLoop) -> None:
    """A true value of a BufferedProtocol's eof_received() keeps the write side open.

    If this fails, look for a value that only streaming protocols are asked for.
    """
    protocol = _StayingOpen()
    async with stream(loop, protocol) as (transport, peer):
        peer.shutdown(socket.SHUT_WR)
        await soon(lambda: "eof_received" in protocol.calls)
        await turns(IDLE)
        closing = transport.is_closing()
        transport.write(b"reply")
        reply = await heard_by(peer, 5)
        calls = list(protocol.calls)

    assert "eof_received" in calls, (
        f"the peer's end called {calls} on a BufferedProtocol; expected eof_received"
    )
    assert (closing, reply) == (False, b"reply"), (
        f"after a true eof_received() of a BufferedProtocol is_closing() was {closing}, and of a "
        f"write() of b'reply' the peer got {reply!r}; expected False and b'reply'"
    )


@requirement(
    "protocols.buffered.pause_and_resume", api=API, level="documented", since="3.11", doc=PAUSE
)
async def test_a_pause_holds_back_updates(loop: AbstractEventLoop) -> None:
    """pause_reading() holds back buffer_updated() until resume_reading().

    A loop may ask for the buffer early. If this fails, look for a read that is under way
    and fills the buffer all the same.
    """
    protocol = Filling()
    async with stream(loop, protocol) as (transport, peer):
        transport.pause_reading()
        before = len(protocol.calls)
        peer.send(b"held back")
        await turns(IDLE)
        while_paused = [name for name in protocol.calls[before:] if name != "get_buffer"]
        transport.resume_reading()
        received = await heard(protocol, 9)

    assert while_paused == [], (
        f"data came to a BufferedProtocol after pause_reading(), and {while_paused} were called; "
        "expected nothing before resume_reading()"
    )
    assert received == b"held back", (
        f"data came while reading was paused, and {received!r} was in the buffer after "
        "resume_reading(); expected b'held back'"
    )


@requirement("protocols.buffered.local_close", api=API, level="documented", since="3.11", doc=DOC)
async def test_close_ends_without_eof(loop: AbstractEventLoop) -> None:
    """close() gives a BufferedProtocol connection_lost(None), without eof_received().

    If this fails, look for an end that is told alike whichever side has closed.
    """
    protocol = Filling()
    async with stream(loop, protocol) as (transport, _):
        transport.close()
        await lost(protocol, "close() with a BufferedProtocol")
        await turns()

    calls = [name for name in protocol.calls if name != "get_buffer"]
    assert (calls, protocol.lost_with) == (["connection_made", "connection_lost"], None), (
        f"close() with a BufferedProtocol called {calls}, and connection_lost() got "
        f"{protocol.lost_with!r}; expected connection_lost(None) after connection_made"
    )
