"""connection_lost(): once, last, and with the reason."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from collections.abc import Callable
from contextlib import suppress

import pytest

from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.sockets import Reports
from ..support.streaming import PROTOCOLS, FarEnd, Stream, streaming
from ..support.tls_sessions import lost
from ..support.turns import turns

CONNECTION_LOST = "asyncio.BaseProtocol.connection_lost"
DOC = f"{PROTOCOLS}#{CONNECTION_LOST}"
Ending = Callable[[Stream[Recorder]], object]


class Asking(Recorder):
    """Asks is_closing() inside connection_lost()."""

    closing: object = "never asked"

    def connection_lost(self, exc: Exception | None) -> None:
        """Ask."""
        assert self.transport is not None
        self.closing = self.transport.is_closing()
        super().connection_lost(exc)


class Provoking(Recorder):
    """Has the other end send data and EOF inside connection_lost()."""

    far: FarEnd

    def connection_lost(self, exc: Exception | None) -> None:
        """Let it send."""
        super().connection_lost(exc)
        with suppress(OSError):  # the loop may have closed its end by now, or do so meanwhile
            self.far.say(b"late")
            self.far.finish()


class Aborting(Recorder):
    """Aborts in data_received(), and keeps when the call has returned."""

    def data_received(self, data: bytes) -> None:
        """Abort."""
        super().data_received(data)
        assert self.transport is not None
        self.transport.abort()
        self.returned()

    def returned(self) -> None:
        """The call has returned."""
        self.calls.append("the call returned")


def close_while_closed(stream: Stream[Recorder]) -> None:
    """Close from both ends."""
    stream.far.close()
    stream.transport.close()


def abort_while_reset(stream: Stream[Recorder]) -> None:
    """End from both ends without order."""
    stream.far.reset()
    stream.transport.abort()


def write_while_reset(stream: Stream[Recorder]) -> None:
    """Meet an error of a write, then close; the reading side meets another."""
    stream.far.reset()
    for _ in range(3):
        stream.transport.write(b"data")
    stream.transport.close()


def close_and_abort(stream: Stream[Recorder]) -> None:
    """End in all ways."""
    stream.far.say(b"data")
    stream.far.close()
    stream.transport.close()
    stream.transport.abort()
    stream.transport.close()


@requirement(
    "protocols.connection_lost.none_after_eof",
    api=CONNECTION_LOST,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_a_regular_end_is_no_error(loop: AbstractEventLoop) -> None:
    """A regular end by the other side is told by connection_lost(None).

    If this fails, look for an EOF that travels as an exception, such as EOFError.
    """
    protocol = Recorder()
    async with streaming(loop, protocol) as stream:
        stream.far.close()
        await lost(protocol, "the other end's close()")

    assert protocol.lost_with is None, (
        f"the other end's close() led to connection_lost({protocol.lost_with!r}); expected None"
    )


@requirement(
    "protocols.connection_lost.error_after_reset",
    api=CONNECTION_LOST,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_a_reset_is_told_as_the_reason(loop: AbstractEventLoop) -> None:
    """A reset is told by an exception in connection_lost(), and reported nowhere else.

    If this fails, look for an error of recv() that is dropped, or that goes to the
    exception handler as if the program were to blame. Which exception has its own check.
    """
    reports = Reports(loop)
    protocol = Recorder()
    async with streaming(loop, protocol) as stream:
        stream.far.reset()
        await lost(protocol, "a reset by the other end")

    assert protocol.lost_with is not None, (
        "a reset by the other end led to connection_lost(None); expected an exception"
    )
    reports.expect_none("after a reset by the other end")


@requirement(
    "protocols.connection_lost.reset_is_connectionreseterror",
    api=CONNECTION_LOST,
    level="interop",  # the manual says "an exception object"
    since="3.11",
    libraries=["asyncio.streams", "aiohttp"],
    doc=DOC,
)
async def test_a_reset_is_a_connection_reset_error(loop: AbstractEventLoop) -> None:
    """The exception by which connection_lost() tells of a reset is a ConnectionResetError.

    If this fails, look for an error number that became a RuntimeError, or plain text: who
    reads from a stream catches ConnectionError or OSError.
    """
    protocol = Recorder()
    async with streaming(loop, protocol) as stream:
        stream.far.reset()
        await lost(protocol, "a reset by the other end")

    assert isinstance(protocol.lost_with, ConnectionResetError), (
        f"a reset by the other end led to connection_lost({protocol.lost_with!r}); "
        "expected ConnectionResetError"
    )


@requirement(
    "protocols.connection_lost.exactly_once",
    api=CONNECTION_LOST,
    level="documented",
    since="3.11",
    doc=DOC,
)
@pytest.mark.parametrize(
    "end", [close_while_closed, abort_while_reset, write_while_reset, close_and_abort]
)
async def test_connection_lost_comes_once_and_last(loop: AbstractEventLoop, end: Ending) -> None:
    """Whatever ends race with each other, connection_lost() is called once, and last.

    If this fails, look for a reading and a writing side that each tell of the end.
    """
    protocol = Recorder()
    async with streaming(loop, protocol) as stream:
        end(stream)
        await lost(protocol, end.__name__)
        await turns(10)

    assert protocol.calls.count("connection_lost") == 1, (
        f"{end.__name__}: a connection ended from both sides called {protocol.calls}; "
        "expected connection_lost once"
    )
    assert protocol.calls[-1] == "connection_lost", (
        f"{end.__name__}: a connection ended from both sides called {protocol.calls}; "
        "expected connection_lost as the last"
    )


@requirement(
    "protocols.connection_lost.is_last_callback",
    api=CONNECTION_LOST,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_nothing_follows_connection_lost(loop: AbstractEventLoop) -> None:
    """No callback follows connection_lost(), whatever the other end still sends.

    If this fails, look for a socket that is watched until it is closed, or for callbacks
    that were queued before the end.
    """
    protocol = Provoking()
    async with streaming(loop, protocol) as stream:
        protocol.far = stream.far
        stream.transport.close()
        await lost(protocol, "close()")
        await turns(20)

    assert protocol.calls == ["connection_made", "connection_lost"], (
        f"close(), with data and EOF on their way, called {protocol.calls}; "
        "expected nothing after connection_lost"
    )


@requirement(
    "protocols.connection_lost.transport_is_closing_inside",
    api=CONNECTION_LOST,
    level="implied",
    since="3.11",
    doc=DOC,
)
@pytest.mark.parametrize("end", ["close", "abort", "EOF", "reset"])
async def test_the_transport_is_closing_inside_connection_lost(
    loop: AbstractEventLoop, end: str
) -> None:
    """Inside connection_lost() is_closing() is True, however the connection ended.

    If this fails, look for an end that comes from the other side and never sets the flag,
    or for state that is cleared before the callback.
    """
    protocol = Asking()
    async with streaming(loop, protocol) as stream:
        ways: dict[str, Callable[[], None]] = {
            "close": stream.transport.close,
            "abort": stream.transport.abort,
            "EOF": stream.far.finish,
            "reset": stream.far.reset,
        }
        ways[end]()
        await lost(protocol, f"the end by {end}")

    assert protocol.closing is True, (
        f"is_closing() inside connection_lost(), after an end by {end}, was {protocol.closing!r}; "
        "expected True"
    )


@requirement(
    "protocols.connection_lost.write_error_is_passed",
    api=CONNECTION_LOST,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_an_error_of_writing_is_told_as_the_reason(loop: AbstractEventLoop) -> None:
    """An error that is met in writing is the argument of connection_lost().

    If this fails, look for a failed send() that ends the connection like abort().
    """
    protocol = Recorder()
    async with streaming(loop, protocol) as stream:
        stream.transport.pause_reading()
        await turns()
        stream.far.reset()
        stream.transport.write(bytes(100_000))
        await lost(protocol, "writing to a connection that was reset, reading paused,")

    assert protocol.lost_with is not None, (
        "writing to a connection that was reset led to connection_lost(None); expected the error"
    )


@requirement(
    "protocols.connection_lost.runs_in_loop_iteration_not_in_caller",
    api=CONNECTION_LOST,
    level="implied",
    since="3.11",
    doc=DOC,
)
@pytest.mark.parametrize("cause", ["abort", "failing write", "abort in data_received"])
async def test_connection_lost_is_never_called_by_its_cause(
    loop: AbstractEventLoop, cause: str
) -> None:
    """connection_lost() never runs inside the call that caused it.

    If this fails, look for an error of send() that ends the connection inside write(), or
    for an abort() without a callback of its own: the caller goes on with what is gone.
    """
    protocol = Aborting()
    async with streaming(loop, protocol) as stream:
        if cause == "abort":
            stream.transport.abort()
            protocol.returned()
        elif cause == "failing write":
            stream.far.reset()
            for _ in range(3):
                stream.transport.write(b"data")
            protocol.returned()
        else:
            stream.far.say(b"data")
        await lost(protocol, cause)

    assert protocol.calls[-2:] == ["the call returned", "connection_lost"], (
        f"{cause} led to {protocol.calls}; expected connection_lost to come when the call had "
        "returned"
    )
