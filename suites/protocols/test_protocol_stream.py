"""Streaming protocols: the order of callbacks, and the data they bring."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from functools import partial

from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.streaming import BIG, PROTOCOLS, course, streaming
from ..support.tls_sessions import lost, soon
from ..support.tls_streams import difference, numbered

PROTOCOL = "asyncio.Protocol"
DATA_RECEIVED = f"{PROTOCOLS}#asyncio.Protocol.data_received"


class Keeping(Recorder):
    """Keeps the objects that data_received() is given."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[bytes] = []

    def data_received(self, data: bytes) -> None:
        """Keep it."""
        self.kept.append(data)
        super().data_received(data)


def _has_received(protocol: Recorder, size: int) -> bool:
    return len(protocol.received) >= size


@requirement(
    "protocols.stream.callback_order",
    api=PROTOCOL,
    level="documented",
    since="3.11",
    doc=f"{PROTOCOLS}#asyncio.Protocol",
)
async def test_callbacks_come_in_the_order_of_a_connection(loop: AbstractEventLoop) -> None:
    """A connection brings connection_made(), data_received(), eof_received(), connection_lost().

    If this fails, look for an end of the stream that overtakes its last data, or that is
    told by connection_lost() alone.
    """
    protocol = Recorder()
    async with streaming(loop, protocol) as stream:
        stream.far.say(b"one")
        await soon(protocol, lambda: len(protocol.received) == 3)
        stream.far.say(b"two")
        stream.far.close()
        await lost(protocol, "the other end's close() after two messages")

    expected = ["connection_made", "data_received", "eof_received", "connection_lost"]
    assert course(protocol.calls) == expected, (
        f"two messages and a close() by the other end called {protocol.calls}; expected "
        f"{', '.join(expected)}, of which only data_received may be repeated"
    )


@requirement(
    "protocols.stream.data_is_nonempty_bytes",
    api=PROTOCOL,
    level="documented",
    since="3.11",
    doc=DATA_RECEIVED,
)
async def test_data_is_bytes_and_never_empty(loop: AbstractEventLoop) -> None:
    """Each argument of data_received() is a non-empty bytes object.

    If this fails, look for a view of the loop's own buffer, or for an end of the stream
    that is passed on as data.
    """
    protocol = Keeping()
    async with streaming(loop, protocol) as stream:
        await stream.far.say_all(bytes(100_000))
        stream.far.finish()
        await lost(protocol, "100 kB and EOF from the other end")

    odd = [data for data in protocol.kept if not isinstance(data, bytes) or not data]
    assert not odd, (
        f"data_received() got {[repr(data)[:60] for data in odd[:3]]}; expected non-empty bytes"
    )
    assert len(protocol.received) == 100_000, (
        f"100000 bytes from the other end brought {len(protocol.received)}; expected all"
    )


@requirement(
    "protocols.stream.data_objects_stay_valid",
    api=PROTOCOL,
    level="implied",
    since="3.11",
    doc=DATA_RECEIVED,
)
async def test_received_data_keeps_its_content(loop: AbstractEventLoop) -> None:
    """The objects that data_received() got keep their content after later reads.

    If this fails, look for a buffer that is read into again while the protocol still has
    what was handed out of it.
    """
    protocol = Keeping()
    sent = b"".join(b"message %02d;" % number for number in range(50))
    async with streaming(loop, protocol) as stream:
        for number in range(50):
            stream.far.say(b"message %02d;" % number)
            if not await soon(protocol, partial(_has_received, protocol, 11 * number + 11)):
                break

    assert b"".join(protocol.kept) == sent, (
        f"50 messages, received one by one and kept, read {b''.join(protocol.kept)!r} at the end; "
        f"expected {sent!r}"
    )


@requirement(
    "protocols.stream.order_is_preserved_for_large_input",
    api=PROTOCOL,
    level="documented",
    since="3.11",
    doc=DATA_RECEIVED,
)
async def test_large_input_arrives_in_order(loop: AbstractEventLoop) -> None:
    """Data arrives complete, in the order in which it was sent.

    If this fails, look for reads that are in flight at the same time, or whose callbacks
    are scheduled from more than one thread.
    """
    protocol, data = Recorder(), numbered(BIG)
    async with streaming(loop, protocol) as stream:
        await stream.far.say_all(data)
        stream.far.finish()
        await lost(protocol, f"{BIG} bytes and EOF from the other end")

    assert not difference(protocol.received, data), (
        f"{BIG} bytes from the other end brought {difference(protocol.received, data)}; "
        "expected all of them, in order"
    )
