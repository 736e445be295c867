"""pause_reading() and resume_reading() once more: repeated, and with a peer that keeps sending."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from collections.abc import Callable

from ..support.flowing import FILLER, IDLE, drain, heard, heard_by, pump, stream, stuck
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.turns import turns

API = "asyncio.ReadTransport"
PAUSE = f"library/asyncio-protocol.html#{API}.pause_reading"
RESUME = f"library/asyncio-protocol.html#{API}.resume_reading"
FLOOD = bytes(4_000_000)
"""Far more than the kernel's buffers, which were made small."""


def _expect_harmless(method: Callable[[], object], doing: str) -> None:
    """Call the method; `doing` opens the message where it raises."""
    try:
        method()
    except NotImplementedError:
        raise
    except Exception as error:
        raise AssertionError(f"{doing} raised {error!r}; expected no exception") from error


@requirement(
    "transports.reading.pause_is_idempotent", api=API, level="documented", since="3.11", doc=PAUSE
)
async def test_two_pauses_and_one_resume_leave_it_reading(loop: AbstractEventLoop) -> None:
    """pause_reading() twice and resume_reading() once leave the transport reading.

    If this fails, look for pauses that are counted, or for an error on the second one.
    """
    protocol = Recorder()
    async with stream(loop, protocol) as (transport, peer):
        transport.pause_reading()
        _expect_harmless(transport.pause_reading, "pause_reading() on a paused transport")
        transport.resume_reading()
        reading = transport.is_reading()
        peer.send(b"hello")
        received = await heard(protocol, 5)

    assert (reading, received) == (True, b"hello"), (
        f"after two pauses and one resume_reading() is_reading() was {reading}, and "
        f"data_received() got {received!r} of what the peer sent; expected True and b'hello'"
    )


@requirement(
    "transports.reading.resume_is_idempotent",
    api=API,
    level="documented",
    since="3.11",
    doc=RESUME,
)
async def test_repeated_resumes_are_harmless(loop: AbstractEventLoop) -> None:
    """resume_reading() on a reading transport does nothing, and a later pause works.

    If this fails, look for a reader that is registered twice, and taken off once.
    """
    protocol = Recorder()
    async with stream(loop, protocol) as (transport, peer):
        for _ in range(2):
            _expect_harmless(transport.resume_reading, "resume_reading() on a reading transport")
        transport.pause_reading()  # before any data: a pause after some is judged elsewhere
        peer.send(b"later")
        await turns(IDLE)
        while_paused = bytes(protocol.received)
        transport.resume_reading()
        in_all = await heard(protocol, 5)

    assert while_paused == b"", (
        f"after two further resume_reading() a pause_reading() let {while_paused!r} through; "
        "expected nothing before resume_reading()"
    )
    assert in_all == b"later", (
        f"after the last resume_reading() data_received() had got {in_all!r}; expected b'later'"
    )


@requirement(
    "transports.reading.backpressure_limits_kernel_consumption",
    api=API,
    level="implied",
    since="3.11",
    doc=PAUSE,
)
async def test_a_paused_transport_stops_its_peer(loop: AbstractEventLoop) -> None:
    """A paused transport does not read on into memory: what the peer sends gets stuck.

    If this fails, look for a pause that stops the delivery and not the reading.
    """
    protocol = Recorder()
    async with stream(loop, protocol) as (transport, peer):
        transport.pause_reading()
        sent = await pump(peer, FLOOD, refusals=IDLE)
        transport.resume_reading()
        received = await heard(protocol, sent)

    assert sent < len(FLOOD), (
        "the peer of a transport with reading paused could send all of 4 MB; expected it to get "
        "stuck when the kernel's buffers, of 64 kB, were full"
    )
    assert len(received) == sent, (
        f"the peer had sent {sent} bytes during the pause, and {len(received)} were delivered "
        "after resume_reading(); expected all of them"
    )


@requirement(
    "transports.reading.pause_leaves_writing_alone",
    api=API,
    level="implied",
    since="3.11",
    doc=PAUSE,
)
async def test_a_paused_transport_writes(loop: AbstractEventLoop) -> None:
    """A transport with reading paused still writes, what its buffer holds as well.

    If this fails, look for a pause that takes the descriptor off the poll altogether.
    """
    protocol = Recorder()
    async with stuck(loop, protocol) as (transport, peer):
        transport.write(b"buffered, ")
        transport.pause_reading()
        early = await drain(peer, lambda: not transport.get_write_buffer_size())
        transport.write(b"and written later")
        late = await heard_by(peer, 17)

    arrived = (early + late).lstrip(FILLER)
    assert arrived == b"buffered, and written later", (
        f"a transport wrote before and after pause_reading(), and the peer got {arrived!r}; "
        "expected b'buffered, and written later'"
    )


@requirement(
    "transports.reading.goes_on_while_writing_is_stuck",
    api=API,
    level="implied",
    since="3.11",
    doc="library/asyncio-protocol.html#asyncio.BaseProtocol.pause_writing",
)
async def test_a_stuck_writer_reads(loop: AbstractEventLoop) -> None:
    """A transport that can't write, its protocol paused, still delivers what arrives.

    If this fails, look for a watch for writing that takes the place of the one for
    reading, or for pause_writing() in the sense of both.
    """
    protocol = Recorder()
    async with stuck(loop, protocol) as (transport, peer):
        transport.set_write_buffer_limits(high=0)
        transport.write(b"more")
        peer.send(b"hello")
        received = await heard(protocol, 5)
        waiting = transport.get_write_buffer_size()

    assert received == b"hello", (
        f"the peer sent b'hello' and read nothing, and {received!r} was delivered while {waiting} "
        "bytes waited to be written; expected b'hello'"
    )
