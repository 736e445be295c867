"""pause_writing() and resume_writing(): when a transport calls them."""

from __future__ import annotations

from asyncio import AbstractEventLoop

from ..support.flowing import IDLE, Writing, drain, fill, soon, stream, stuck
from ..support.requirement import requirement
from ..support.turns import turns

API = "asyncio.WriteTransport.set_write_buffer_limits"
DOC = f"library/asyncio-protocol.html#{API}"
PAUSE = "library/asyncio-protocol.html#asyncio.BaseProtocol.pause_writing"
RESUME = "library/asyncio-protocol.html#asyncio.BaseProtocol.resume_writing"


@requirement(
    "transports.flow.pause_is_synchronous_with_write",
    api=API,
    level="interop",  # the manual says "when the buffer goes over", and not by which moment
    since="3.11",
    libraries=("asyncio.streams", "aiohttp"),
    doc=DOC,
)
async def test_the_write_that_exceeds_the_mark_pauses(loop: AbstractEventLoop) -> None:
    """pause_writing() is called during the write() that exceeds the high mark.

    If this fails, look for a pause that is queued with call_soon(), or left to the moment
    at which the kernel refuses to take more. Who waits after each write(), as drain() does,
    asks right after the call whether to wait.
    """
    protocol = Writing()
    async with stuck(loop, protocol) as (transport, _):
        transport.set_write_buffer_limits(high=transport.get_write_buffer_size() + 100)
        transport.write(bytes(1000))
        by_then = protocol.flow

    assert by_then == ["pause_writing"], (
        f"a write() that exceeded the high mark by 900 bytes had called {by_then} by the time it "
        "returned; expected pause_writing"
    )


@requirement(
    "transports.flow.pause_called_once_until_resume",
    api=API,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_pause_and_resume_alternate(loop: AbstractEventLoop) -> None:
    """Writes while paused call nothing more; draining the buffer calls resume_writing() once.

    If this fails, look for a pause at each write above the mark, or a resume at each
    send below it.
    """
    protocol = Writing()
    async with stuck(loop, protocol) as (transport, peer):
        high = transport.get_write_buffer_size() + 100
        transport.set_write_buffer_limits(high=high, low=high // 2)
        for _ in range(5):
            transport.write(bytes(50_000))
            await turns(2)
        while_stuck = protocol.flow
        await drain(peer, lambda: not transport.get_write_buffer_size(), 5000)
        await soon(lambda: "resume_writing" in protocol.calls)
        await turns(IDLE)
        in_all = protocol.flow

    assert while_stuck == ["pause_writing"], (
        f"five writes above the high mark called {while_stuck}; expected one pause_writing"
    )
    assert in_all == ["pause_writing", "resume_writing"], (
        f"five writes above the high mark, and a peer that then read it all, called {in_all}; "
        "expected one pause_writing and one resume_writing"
    )


@requirement(
    "transports.flow.high_water_is_strict",
    api=API,
    level="interop",  # the manual has both: "strictly over" here, "or equal" at the limits
    since="3.11",
    libraries=("asyncio.streams",),
    doc=PAUSE,
)
async def test_a_buffer_exactly_at_the_mark_does_not_pause(loop: AbstractEventLoop) -> None:
    """A buffer whose size equals the high mark does not pause; one byte more does.

    If this fails, look for >= in the comparison with the high mark.
    """
    protocol = Writing()
    async with stuck(loop, protocol) as (transport, _):
        high = transport.get_write_buffer_size() + 100
        transport.set_write_buffer_limits(high=high)
        for _ in range(5):  # again, where the kernel has taken something after all
            transport.write(bytes(high - transport.get_write_buffer_size()))
            await turns()
        at_the_mark = protocol.flow
        transport.write(b"1")
        await turns()
        above_it = protocol.flow[:1]

    assert at_the_mark == [], (
        f"a write() that filled the buffer exactly to the high mark called {at_the_mark}; "
        "expected no pause before it is exceeded"
    )
    assert above_it == ["pause_writing"], (
        f"one byte above the high mark had called {above_it}; expected pause_writing"
    )


@requirement(
    "transports.flow.zero_high_pauses_on_first_byte",
    api=API,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_high_zero_pauses_with_the_first_byte(loop: AbstractEventLoop) -> None:
    """With high 0 the first buffered byte pauses, and only an empty buffer resumes.

    If this fails, look for 0 in the sense of "no limit", or for a resume after each send.
    A loop that hands bytes to the kernel later may be paused and resumed more than once.
    """
    protocol, written = Writing(), 0
    async with stream(loop, protocol, fill) as (transport, peer):
        transport.set_write_buffer_limits(high=0)
        while not transport.get_write_buffer_size() and written < 1_000_000:
            transport.write(b"1")
            written += 1
        await turns()
        at_first = protocol.flow
        transport.write(bytes(300_000))
        await drain(peer, lambda: not transport.get_write_buffer_size(), 5000)
        await soon(lambda: protocol.sizes)

    assert at_first[:1] == ["pause_writing"], (
        f"with high=0 the first byte that stayed in the buffer, of {written} written, called "
        f"{at_first}; expected pause_writing"
    )
    assert set(protocol.sizes) == {0}, (
        f"with high=0 resume_writing() was called with {protocol.sizes} bytes in the buffer, which "
        "the peer read to its end; expected a call, and none but with 0"
    )


@requirement(
    "transports.flow.resume_at_or_below_low", api=API, level="documented", since="3.11", doc=RESUME
)
async def test_writing_resumes_at_the_low_mark(loop: AbstractEventLoop) -> None:
    """resume_writing() is called when the buffer has shrunk to the low mark, not earlier.

    If this fails, look for a resume as soon as the buffer is below the high mark.
    """
    protocol = Writing()
    async with stuck(loop, protocol) as (transport, peer):
        transport.set_write_buffer_limits(high=400_000, low=50_000)
        transport.write(bytes(450_000))
        await drain(peer, lambda: protocol.sizes, 5000)

    assert len(protocol.sizes) == 1, (
        f"a buffer above the high mark, whose peer then read it to its end, called "
        f"{protocol.flow}; expected one resume_writing"
    )
    assert protocol.sizes[0] <= 50_000, (
        f"resume_writing() was called with {protocol.sizes[0]} bytes in the buffer; "
        "expected 50000, the low mark, or less"
    )


@requirement(
    "transports.flow.lowering_limits_pauses_at_once",
    api=API,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_lower_limits_pause_at_once(loop: AbstractEventLoop) -> None:
    """set_write_buffer_limits() with a high mark below the buffer's size pauses the protocol.

    It takes no further write(). If this fails, look for limits that are compared with the
    size at the next write() only.
    """
    protocol = Writing()
    async with stuck(loop, protocol) as (transport, _):
        transport.set_write_buffer_limits(high=transport.get_write_buffer_size() + 10_000)
        transport.write(bytes(5000))
        before = protocol.flow
        transport.set_write_buffer_limits(high=100)
        await turns()
        after = protocol.flow

    assert before == [], (
        f"a write() below the high mark called {before}; expected nothing before it was lowered"
    )
    assert after == ["pause_writing"], (
        "set_write_buffer_limits(high=100) with more than 5000 bytes in the buffer had called "
        f"{after} some turns later; expected pause_writing"
    )
