"""close() of a stream transport: what the protocol hears, and when."""

from __future__ import annotations

from asyncio import AbstractEventLoop

from ..support.connecting import opened
from ..support.flowing import soon as happened
from ..support.listeners import listening, take_connection
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.sockets import Reports, descriptors, without_collection
from ..support.streaming import BIG, CLOSE, PROTOCOLS, FarEnd, expect_ignored, streaming
from ..support.tls_sessions import lost, soon
from ..support.turns import turns

DOC = f"{PROTOCOLS}#asyncio.BaseTransport.close"


class ClosingOnData(Recorder):
    """Lets the other end send once more and closes, in data_received()."""

    far: FarEnd

    def data_received(self, data: bytes) -> None:
        """Close while more data is waiting."""
        super().data_received(data)
        if self.calls.count("data_received") == 1:
            self.far.say(b"and more")
        assert self.transport is not None
        self.transport.close()


@requirement(
    "transports.close.connection_lost_with_none",
    api=CLOSE,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_close_leads_to_connection_lost_without_error(loop: AbstractEventLoop) -> None:
    """close() leads to connection_lost(None) and to no other callback.

    If this fails, look for a close that ends the connection with an error of its own, or
    for callbacks made on the way out.
    """
    protocol = Recorder()
    async with streaming(loop, protocol) as stream:
        stream.transport.close()
        await lost(protocol, "close()")
        await turns()

    assert protocol.calls == ["connection_made", "connection_lost"], (
        f"close() of a new connection called {protocol.calls[1:]}; expected connection_lost alone"
    )
    assert protocol.lost_with is None, (
        f"close() called connection_lost({protocol.lost_with!r}); expected None"
    )


@requirement(
    "transports.close.connection_lost_is_not_synchronous",
    api=CLOSE,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_close_itself_calls_nothing(loop: AbstractEventLoop) -> None:
    """connection_lost() is called by the loop in a later turn, not from inside close().

    If this fails, look for a close() that ends an idle connection on the spot: its caller
    may hold locks, or be in the middle of a callback.
    """
    protocol = Recorder()
    async with streaming(loop, protocol) as stream:
        stream.transport.close()
        during = protocol.calls[1:]
        await lost(protocol, "close()")

    assert during == [], (
        f"close() had called {during} by the time it returned; expected the loop to do so later"
    )


@requirement(
    "transports.close.is_closing_immediately",
    api=CLOSE,
    level="documented",
    since="3.11",
    doc=f"{PROTOCOLS}#asyncio.BaseTransport.is_closing",
)
async def test_is_closing_turns_true_with_close(loop: AbstractEventLoop) -> None:
    """is_closing() is False before close(), True right after it, and for ever after.

    If this fails, look for an answer that waits for the buffer to drain, or that is
    computed from a descriptor that is gone.
    """
    protocol = Recorder()
    seen: list[object] = []
    async with streaming(loop, protocol, narrow=True) as stream:
        seen.append(stream.transport.is_closing())
        stream.transport.write(bytes(BIG))
        stream.transport.close()
        seen.append(stream.transport.is_closing())
        await stream.far.until_ended()
        await lost(protocol, "close() with data in the buffer")
        await turns()
        seen.append(stream.transport.is_closing())

    assert list(map(repr, seen)) == ["False", "True", "True"], (
        f"is_closing() before close(), right after it, and after connection_lost() was {seen}; "
        "expected False, True, True"
    )


@requirement(
    "transports.close.is_idempotent",
    api=CLOSE,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_closing_again_changes_nothing(loop: AbstractEventLoop) -> None:
    """Repeated close() calls, also after connection_lost(), do nothing more.

    If this fails, look for a connection_lost() scheduled by each call, or for a call that
    uses what was released.
    """
    reports = Reports(loop)
    protocol = Recorder()
    doing = "close() twice, and once more after connection_lost()"
    async with streaming(loop, protocol) as stream:
        with expect_ignored(doing):
            stream.transport.close()
            stream.transport.close()
            await lost(protocol, "close() twice")
            stream.transport.close()
        await turns()

    assert protocol.calls[1:] == ["connection_lost"], (
        f"{doing} called {protocol.calls[1:]}; expected one connection_lost"
    )
    reports.expect_none(f"after {doing}")


@requirement(
    "transports.close.descriptor_released_after_connection_lost",
    api=CLOSE,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_the_descriptor_goes_with_the_connection(loop: AbstractEventLoop) -> None:
    """The connection's descriptor is closed with, or soon after, connection_lost().

    If this fails, look for a socket that only the garbage collector closes, when the
    program has let go of the transport.
    """
    protocol = Recorder()
    with without_collection(), listening() as listener:
        call = loop.create_connection(lambda: protocol, *listener.getsockname()[:2])
        async with opened(call, "create_connection()") as (transport, _):
            with take_connection(listener):
                while_open = descriptors()
                transport.close()
                await lost(protocol, "close()")
                await happened(lambda: descriptors() < while_open)
                afterwards = descriptors()

    assert afterwards < while_open, (
        f"the process had {while_open} descriptors with the connection open, and {afterwards} "
        "after close() and connection_lost(); expected one less"
    )


@requirement(
    "transports.close.from_data_received",
    api=CLOSE,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_closing_in_data_received_is_the_end(loop: AbstractEventLoop) -> None:
    """close() inside data_received() leads to connection_lost(), and to no more data.

    If this fails, look for a reader that goes on until the socket is empty, or that
    touches the closed transport when the callback has returned.
    """
    reports = Reports(loop)
    protocol = ClosingOnData()
    async with streaming(loop, protocol) as stream:
        protocol.far = stream.far
        stream.far.say(b"data")
        await lost(protocol, "close() inside data_received()")
        await turns()

    assert protocol.calls == ["connection_made", "data_received", "connection_lost"], (
        f"a protocol that closes in data_received(), with more data waiting, got "
        f"{protocol.calls}; expected connection_made, data_received, connection_lost"
    )
    reports.expect_none("after close() inside data_received()")


@requirement(
    "transports.close.stops_further_data_in_same_iteration",
    api=CLOSE,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_closing_beside_waiting_data_is_the_end(loop: AbstractEventLoop) -> None:
    """When close() runs in the turn in which data is ready, connection_lost() is still last.

    If this fails, look for a read that was queued before the close and is carried out
    after it, on a protocol that has been told of the end.
    """
    protocol = Recorder()
    async with streaming(loop, protocol) as stream:
        stream.far.say(b"early")
        await soon(protocol, lambda: "data_received" in protocol.calls)
        stream.far.say(b"data")
        loop.call_soon(stream.transport.close)
        await lost(protocol, "close() beside waiting data")
        await turns(10)

    assert protocol.calls[-1] == "connection_lost", (
        f"close() in the turn in which data was ready led to {protocol.calls}; "
        "expected connection_lost as the last"
    )
