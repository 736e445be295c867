"""DatagramTransport: flow control of what waits to be sent."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from typing import Any

from ..support.datagrams import clogged, endpoint, heard, send
from ..support.machine import needs_unix_sockets
from ..support.requirement import requirement
from ..support.turns import turns

API = "asyncio.DatagramTransport"


@requirement(
    "datagrams.flow.pause_and_resume",
    api=API,
    level="documented",
    since="3.11",
    platforms=["unix"],
    doc="library/asyncio-protocol.html#asyncio.WriteTransport.set_write_buffer_limits",
)
async def test_a_full_queue_pauses_the_protocol(loop: AbstractEventLoop) -> None:
    """Queued datagrams above the high mark call pause_writing, draining calls resume_writing.

    Each is called once. If this fails, look for a queue that nobody measures, or whose size
    does not shrink as datagrams leave.
    """
    needs_unix_sockets()
    with clogged() as (sock, peer, count):
        async with endpoint(loop, sock=sock) as (transport, protocol):
            transport.set_write_buffer_limits(high=5000, low=1000)
            for _ in range(4):
                send(transport, bytes(1000))
            await turns()
            below = protocol.calls[1:]
            for _ in range(4):
                send(transport, bytes(1000))
            await protocol.until_called("pause_writing")
            await turns()
            above = protocol.calls[1:]
            await heard(peer, count + 8)
            await protocol.until_called("resume_writing")
            drained = protocol.calls[1:]

    assert below == [], (
        f"4000 bytes queued, with marks of 5000 and 1000, called {below}; expected no callback"
    )
    assert above == ["pause_writing"], (
        f"8000 bytes queued, with marks of 5000 and 1000, called {above}; "
        "expected pause_writing, once"
    )
    assert drained == ["pause_writing", "resume_writing"], (
        f"a queue of 8000 bytes that was filled and sent called {drained}; "
        "expected pause_writing and resume_writing, once each"
    )


@requirement(
    "datagrams.flow.limits_round_trip",
    api=API,
    level="implied",
    since="3.11",
    doc="library/asyncio-protocol.html#asyncio.DatagramTransport.abort",
)
async def test_limits_and_size_can_be_asked_for(loop: AbstractEventLoop) -> None:
    """Buffer limits and size are available on datagram transports.

    If this fails, look for methods of WriteTransport that the datagram transport lacks, or
    for marks that are answered in the other order.
    """
    async with endpoint(loop) as (transport, _):
        limits, size = _limits_and_size(transport)

    assert limits == (1000, 5000), (
        f"get_write_buffer_limits() after set_write_buffer_limits(high=5000, low=1000) is "
        f"{limits!r}; expected (1000, 5000), the low mark first"
    )
    assert size == 0, (
        f"get_write_buffer_size() of an endpoint that sent nothing is {size!r}; expected 0"
    )


def _limits_and_size(transport: Any) -> tuple[object, object]:
    """What it answers when the marks have been set to 5000 and 1000."""
    try:
        transport.set_write_buffer_limits(high=5000, low=1000)
        return transport.get_write_buffer_limits(), transport.get_write_buffer_size()
    except AttributeError as error:
        raise AssertionError(
            f"a datagram transport was asked for its buffer: {error}; "
            "expected the methods of WriteTransport"
        ) from error
