"""set_protocol() and get_protocol() of a stream transport."""

from __future__ import annotations

from asyncio import AbstractEventLoop

from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.streaming import BIG, PROTOCOLS, course, streaming
from ..support.tls_sessions import Filling, soon
from ..support.turns import turns

SET_PROTOCOL = "asyncio.BaseTransport.set_protocol"
DOC = f"{PROTOCOLS}#{SET_PROTOCOL}"


class Handing(Recorder):
    """Hands the transport to the next protocol in data_received()."""

    def __init__(self, successor: Recorder) -> None:
        super().__init__()
        self.successor = successor
        self.refused: Exception | None = None

    def data_received(self, data: bytes) -> None:
        """Record and retire."""
        super().data_received(data)
        assert self.transport is not None
        try:
            self.transport.set_protocol(self.successor)
        except Exception as error:  # noqa: BLE001 - handed on to the check
            self.refused = error


@requirement(
    "transports.protocol.get_and_set",
    api=SET_PROTOCOL,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_get_protocol_returns_the_one_set_last(loop: AbstractEventLoop) -> None:
    """get_protocol() returns the protocol that was set last; at first, the factory's.

    If this fails, look for a protocol that is stored in two places.
    """
    first, second = Recorder(), Recorder()
    async with streaming(loop, first) as stream:
        before = stream.transport.get_protocol()
        stream.transport.set_protocol(second)
        after = stream.transport.get_protocol()

    assert before is first, (
        f"get_protocol() of a new connection returned {before!r}; expected the factory's protocol"
    )
    assert after is second, (
        f"get_protocol() after set_protocol() returned {after!r}; expected the new protocol"
    )


@requirement(
    "transports.protocol.new_one_gets_data_and_lost",
    api=SET_PROTOCOL,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_callbacks_go_to_the_new_protocol(loop: AbstractEventLoop) -> None:
    """After set_protocol() the new protocol gets all callbacks, but for connection_made().

    If this fails, look for callbacks that were bound to the first protocol when the
    connection was made, or for a new protocol that is treated as a new connection.
    """
    old, new = Recorder(), Recorder()
    async with streaming(loop, old) as stream:
        stream.transport.set_protocol(new)
        await turns()
        stream.far.say(b"data")
        await soon(new, lambda: new.received == b"data")
        stream.far.finish()
        await soon(new, lambda: "connection_lost" in new.calls)

    assert course(new.calls) == ["data_received", "eof_received", "connection_lost"], (
        f"data and EOF after set_protocol() called {new.calls} on the new protocol; "
        "expected data_received, eof_received, connection_lost"
    )
    assert old.calls == ["connection_made"], (
        f"data and EOF after set_protocol() left the old protocol with {old.calls}; "
        "expected connection_made alone"
    )


@requirement(
    "transports.protocol.switch_inside_data_received",
    api=SET_PROTOCOL,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_a_protocol_can_be_replaced_in_data_received(loop: AbstractEventLoop) -> None:
    """set_protocol() inside data_received() takes effect for the next data.

    If this fails, look for a data_received that is looked up once for many reads.
    """
    new = Recorder()
    old = Handing(new)
    async with streaming(loop, old) as stream:
        stream.far.say(b"first")
        await soon(old, lambda: "data_received" in old.calls)
        if old.refused is not None:
            raise old.refused
        stream.far.say(b"second")
        await soon(new, lambda: new.received.endswith(b"second"))
        calls = old.calls[:]

    assert calls == ["connection_made", "data_received"], (
        f"a protocol that was replaced in its first data_received() got {calls}; "
        "expected no more than that"
    )
    assert old.received + new.received == b"firstsecond", (
        f"of b'first' and b'second', the replaced protocol got {bytes(old.received)!r} and the "
        f"new one {bytes(new.received)!r}; expected both, b'second' for the new one"
    )


@requirement(
    "transports.protocol.switch_streaming_to_buffered",
    api=SET_PROTOCOL,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_a_buffered_protocol_can_follow_a_streaming_one(loop: AbstractEventLoop) -> None:
    """A BufferedProtocol that replaces a Protocol gets its data by get_buffer().

    If this fails, look for the kind of protocol, looked at once when the connection was made.
    """
    new = Filling()
    async with streaming(loop, Recorder()) as stream:
        stream.transport.set_protocol(new)
        stream.far.say(b"data")
        await soon(new, lambda: new.received == b"data")
        calls = set(new.calls)

    assert (calls, bytes(new.received)) == ({"get_buffer", "buffer_updated"}, b"data"), (
        f"b'data' for a BufferedProtocol, set in place of a Protocol, called {sorted(calls)} and "
        f"brought {bytes(new.received)!r}; expected get_buffer and buffer_updated, with b'data'"
    )


@requirement(
    "transports.protocol.switch_buffered_to_streaming",
    api=SET_PROTOCOL,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_a_streaming_protocol_can_follow_a_buffered_one(loop: AbstractEventLoop) -> None:
    """A Protocol that replaces a BufferedProtocol gets its data by data_received().

    If this fails, look for the kind of protocol, looked at once when the connection was
    made, or for a buffer that is kept from the old protocol.
    """
    old, new = Filling(), Recorder()
    async with streaming(loop, old) as stream:
        stream.far.say(b"first")
        await soon(old, lambda: old.received == b"first")
        stream.transport.set_protocol(new)
        stream.far.say(b"second")
        await soon(new, lambda: new.received == b"second")
        kept, received = bytes(old.received), bytes(new.received)

    assert received == b"second", (
        f"b'second' for a Protocol, set in place of a BufferedProtocol, brought {received!r} by "
        "data_received(); expected b'second'"
    )
    assert kept == b"first", (
        f"b'second', after the BufferedProtocol was replaced, left it with {kept!r}; "
        "expected b'first', which came before"
    )


@requirement(
    "transports.protocol.flow_callbacks_follow_the_switch",
    api=SET_PROTOCOL,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_the_new_protocol_is_asked_to_pause(loop: AbstractEventLoop) -> None:
    """pause_writing() and resume_writing() go to the current protocol.

    If this fails, look for flow control that remembers the protocol of the beginning.
    """
    old, new = Recorder(), Recorder()
    async with streaming(loop, old, narrow=True) as stream:
        stream.transport.set_write_buffer_limits(high=65536)
        stream.transport.set_protocol(new)
        stream.transport.write(bytes(BIG))
        await turns()
        await stream.far.until_heard(BIG)
        await soon(new, lambda: "resume_writing" in new.calls)
        seen = old.calls[:], new.calls[:]

    assert seen == (["connection_made"], ["pause_writing", "resume_writing"]), (
        f"write() of {BIG} bytes after set_protocol(), which the other end then read, left the "
        f"old protocol with {seen[0]} and the new one with {seen[1]}; expected connection_made, "
        "and pause_writing, resume_writing"
    )
