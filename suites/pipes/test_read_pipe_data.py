"""Read pipes: what arrives, pausing, and the protocol that hears of it."""

from __future__ import annotations

from asyncio import AbstractEventLoop

from ..support.pipes import (
    READ,
    attached,
    difference,
    feed,
    in_short,
    lost,
    os_pipe,
    patterned,
    read_pipe,
    until,
)
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.turns import turns

PROTOCOLS = "library/asyncio-protocol.html"


class KeepingOpen(Recorder):
    """Asks at EOF to keep the transport open."""

    def eof_received(self) -> bool:
        """Record, and ask."""
        super().eof_received()
        return True


@requirement(
    "pipes.read.data_then_eof_then_lost",
    api="loop.connect_read_pipe",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_the_end_of_a_pipe_is_told_in_order(loop: AbstractEventLoop) -> None:
    """The protocol gets the data and, once the writer closes, eof_received() and connection_lost().

    If this fails, look for an end of file that goes straight to connection_lost(), or that is
    taken for an error.
    """
    protocol = Recorder()
    async with read_pipe(loop, protocol) as piped:
        received = await feed(piped.other, b"data", protocol)
        piped.other.close()
        await lost(protocol, "the writer's close")
        closing = piped.transport.is_closing()

    expected = ["connection_made", "data_received", "eof_received", "connection_lost"]
    assert in_short(protocol) == expected, (
        f"a writer that wrote and closed brought the calls {in_short(protocol)}; "
        f"expected {expected}"
    )
    assert received == b"data", f"b'data' written to the pipe arrived as {received!r}; expected it"
    assert protocol.lost_with is None, (
        f"the writer's close called connection_lost({protocol.lost_with!r}); expected None"
    )
    assert closing is True, f"is_closing() after connection_lost() is {closing!r}; expected True"


@requirement(
    "pipes.read.pending_data_is_delivered",
    api="loop.connect_read_pipe",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_what_was_in_the_pipe_before_is_delivered(loop: AbstractEventLoop) -> None:
    """Data and the end of file that are in the pipe before connect_read_pipe() are delivered.

    If this fails, look for a loop that waits for news of the descriptor only (edge
    triggered), or reads before the protocol is there.
    """
    protocol = Recorder()
    with os_pipe() as (reader, writer):
        writer.write(b"early")
        writer.close()
        async with attached(loop.connect_read_pipe(lambda: protocol, reader), READ):
            await until(lambda: "connection_lost" in protocol.calls)

    assert protocol.received == b"early", (
        f"b'early', written before {READ}, arrived as {bytes(protocol.received)!r}; expected it"
    )
    assert "eof_received" in protocol.calls, (
        f"a pipe closed before {READ} brought the calls {in_short(protocol)}; "
        "expected eof_received among them"
    )


@requirement(
    "pipes.read.large_stream",
    api="loop.connect_read_pipe",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_megabytes_arrive_in_order(loop: AbstractEventLoop) -> None:
    """Megabytes that are written to a pipe arrive whole and in order.

    If this fails, look for reads that overwrite a buffer before it was delivered, or for a
    pipe that is not watched any more after a full read.
    """
    sent, protocol = patterned(2_000_000), Recorder()
    async with read_pipe(loop, protocol) as piped:
        received = await feed(piped.other, sent, protocol)

    wrong = difference(received, sent)
    assert not wrong, f"{len(sent)} bytes written to a pipe arrived as {wrong}; expected them all"


@requirement(
    "pipes.read.eof_true_does_not_keep_open",
    api="loop.connect_read_pipe",
    level="interop",
    since="3.11",
    platforms=["unix"],
    libraries=("asyncio.streams",),
)
async def test_a_read_pipe_ends_whatever_eof_received_answers(loop: AbstractEventLoop) -> None:
    """A true answer of eof_received() keeps no read pipe open: connection_lost() follows.

    The manual leaves the transport to a protocol that answers so. StreamReaderProtocol does,
    and never closes: streams on pipes lean on their end. If this fails, look for the answer's
    meaning for sockets, which have another direction, applied to pipes.
    """
    protocol = KeepingOpen()
    async with read_pipe(loop, protocol) as piped:
        piped.other.close()
        await lost(protocol, "an eof_received() that returned True on a read pipe")

    assert protocol.calls[-2:] == ["eof_received", "connection_lost"], (
        f"the end of a pipe, whose eof_received() returned True, called {protocol.calls}; "
        "expected eof_received, connection_lost at the end"
    )


@requirement(
    "pipes.read.pause_and_resume",
    api="loop.connect_read_pipe",
    level="documented",
    since="3.11",
    platforms=["unix"],
    doc=f"{PROTOCOLS}#asyncio.ReadTransport.pause_reading",
)
async def test_reading_of_a_pipe_pauses_and_resumes(loop: AbstractEventLoop) -> None:
    """pause_reading(), resume_reading() and is_reading() work on pipes and may be repeated.

    If this fails, look for calls that are inherited and do nothing, or that refuse to be
    made twice.
    """
    protocol = Recorder()
    async with read_pipe(loop, protocol) as piped:
        reading = [piped.transport.is_reading()]
        piped.transport.pause_reading()
        piped.transport.pause_reading()
        reading.append(piped.transport.is_reading())
        piped.other.write(b"data")
        await turns(20)
        while_paused = bytes(protocol.received)
        piped.transport.resume_reading()
        piped.transport.resume_reading()
        reading.append(piped.transport.is_reading())
        await until(lambda: len(protocol.received) >= 4)

    assert while_paused == b"", (
        f"{while_paused!r} arrived after pause_reading() on a pipe; expected nothing"
    )
    assert protocol.received == b"data", (
        f"{bytes(protocol.received)!r} arrived after resume_reading() on a pipe; expected b'data'"
    )
    assert reading == [True, False, True], (
        f"is_reading() at first, after pause_reading() and after resume_reading() was {reading}; "
        "expected True, False, True"
    )


@requirement(
    "pipes.read.protocol_switch",
    api="loop.connect_read_pipe",
    level="implied",
    since="3.11",
    platforms=["unix"],
    doc=f"{PROTOCOLS}#asyncio.BaseTransport.set_protocol",
)
async def test_a_new_protocol_hears_what_follows_on_a_read_pipe(loop: AbstractEventLoop) -> None:
    """After set_protocol() on a read pipe the new protocol gets the data, and the loss.

    If this fails, look for bound methods of the first protocol that the transport keeps.
    """
    old, new = Recorder(), Recorder()
    async with read_pipe(loop, old) as piped:
        piped.transport.set_protocol(new)
        piped.other.write(b"data")
        await until(lambda: bool(old.received or new.received))
        piped.other.close()
        await until(lambda: "connection_lost" in old.calls + new.calls)

    assert old.calls == ["connection_made"], (
        f"after set_protocol() on a read pipe the old protocol had got {old.calls}; "
        "expected connection_made only"
    )
    assert (bytes(new.received), new.calls[-1:]) == (b"data", ["connection_lost"]), (
        f"after set_protocol() on a read pipe the new protocol got {bytes(new.received)!r} and "
        f"the calls {new.calls}; expected b'data', and connection_lost at the end"
    )
