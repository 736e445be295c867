"""BufferedProtocol: get_buffer() and buffer_updated(), and how a connection ends with them."""

from __future__ import annotations

import array
import socket
from asyncio import AbstractEventLoop
from collections.abc import Callable
from typing import Any

import pytest

from ..support.flowing import IDLE, heard, lost, pump, soon, stream
from ..support.listeners import IPV4
from ..support.protocols import dispose
from ..support.requirement import requirement
from ..support.tls_sessions import Filling
from ..support.turns import turns

API = "asyncio.BufferedProtocol"
DOC = f"library/asyncio-protocol.html#{API}"
GET_BUFFER, BUFFER_UPDATED = f"{DOC}.get_buffer", f"{DOC}.buffer_updated"


class _Hinted(Filling):
    """Keeps the size hints."""

    def __init__(self) -> None:
        super().__init__(1000)
        self.hints: list[Any] = []

    def get_buffer(self, sizehint: int) -> memoryview:
        """Keep it."""
        self.hints.append(sizehint)
        return super().get_buffer(sizehint)


class _Offering(Filling):
    """Offers one and the same object again and again, of whatever kind."""

    def __init__(self, buffer: Any) -> None:
        super().__init__()
        self.offered = buffer

    def get_buffer(self, sizehint: int) -> Any:  # noqa: ARG002 - the protocol's form
        """The object."""
        self._record("get_buffer")
        return self.offered

    def buffer_updated(self, nbytes: int) -> None:
        """Keep what it holds."""
        with memoryview(self.offered) as view:
            self.received += view[:nbytes]
        self._record("buffer_updated")


class _StayingOpen(Filling):
    """Keeps the connection open at EOF."""

    def eof_received(self) -> bool:
        """Keep it."""
        super().eof_received()
        return True


def _after(calls: list[str], name: str) -> list[str]:
    """The calls behind the first of that name."""
    return calls[calls.index(name) + 1 :] if name in calls else calls


@requirement(
    "protocols.buffered.callback_order", api=API, level="documented", since="3.11", doc=DOC
)
async def test_a_buffer_is_asked_for_before_each_update(loop: AbstractEventLoop) -> None:
    """get_buffer() precedes every buffer_updated(); eof_received() and connection_lost() come last.

    If this fails, look for data_received() called whatever the protocol is, or for a
    buffer that serves for more than one update.
    """
    protocol = Filling()
    async with stream(loop, protocol) as (_, peer):
        peer.send(b"hello")
        peer.shutdown(socket.SHUT_WR)
        await lost(protocol, "a message and the peer's end")

    calls = protocol.calls
    before_updates = [
        calls[place - 1] for place, name in enumerate(calls) if name == "buffer_updated"
    ]
    assert set(before_updates) == {"get_buffer"}, (
        f"a peer sent b'hello' and ended, and a BufferedProtocol was called {calls}; "
        "expected buffer_updated, each time right after get_buffer"
    )
    assert calls[-2:] == ["eof_received", "connection_lost"], (
        f"a peer sent b'hello' and ended, and a BufferedProtocol was called {calls}; "
        "expected eof_received and connection_lost as the last two"
    )
    assert protocol.received == b"hello", (
        f"a peer sent b'hello', and the buffer held {bytes(protocol.received)!r}; expected that"
    )


@requirement(
    "protocols.buffered.nothing_after_eof",
    api=API,
    level="documented",
    since="3.11",
    doc=GET_BUFFER,
)
async def test_no_buffer_is_asked_for_after_eof(loop: AbstractEventLoop) -> None:
    """Neither get_buffer() nor buffer_updated() follows eof_received(), even if it stays open.

    If this fails, look for a descriptor that is still watched for reading after its end.
    """
    protocol = _StayingOpen()
    async with stream(loop, protocol) as (_, peer):
        peer.send(b"hello")
        await heard(protocol, 5)
        peer.shutdown(socket.SHUT_WR)
        await soon(lambda: "eof_received" in protocol.calls)
        await turns(IDLE)
        calls = list(protocol.calls)

    assert "eof_received" in calls, (
        f"a peer sent b'hello' and ended, and a BufferedProtocol was called {calls}; "
        "expected eof_received"
    )
    asked = [name for name in _after(calls, "eof_received") if name != "connection_lost"]
    assert asked == [], (
        f"after eof_received() of a BufferedProtocol {asked} were called; "
        "expected neither get_buffer nor buffer_updated"
    )


@requirement(
    "protocols.buffered.nbytes_within_buffer",
    api=API,
    level="documented",
    since="3.11",
    doc=BUFFER_UPDATED,
)
async def test_an_update_is_no_larger_than_the_buffer(loop: AbstractEventLoop) -> None:
    """buffer_updated() tells 1 to as many bytes as the buffer has, and they are in it.

    If this fails, look for the size of a read of the loop's own, of which the buffer got
    a part, or for bytes beyond the end of the buffer.
    """
    protocol, data = Filling(size=10), bytes(range(250)) * 4
    async with stream(loop, protocol) as (_, peer):
        peer.send(data)
        received = await heard(protocol, len(data))

    updates = sorted(set(protocol.updates))
    assert set(updates) <= set(range(1, 11)), (
        f"a buffer of 10 bytes brought buffer_updated() with {updates}; expected 1 to 10"
    )
    assert received == data, (
        f"1000 bytes came through a buffer of 10, and {len(received)} bytes were in it in all; "
        "expected all of them, in order"
    )
    margin, backing = Filling.MARGIN, bytes(protocol.backing)
    assert (backing[: len(margin)], backing[-len(margin) :]) == (margin, margin), (
        "bytes were written beyond the buffer that get_buffer() returned; expected none"
    )


@requirement(
    "protocols.buffered.sizehint_is_int",
    api=API,
    level="documented",
    since="3.11",
    doc=GET_BUFFER,
)
async def test_the_size_hint_is_a_size_or_minus_one(loop: AbstractEventLoop) -> None:
    """get_buffer() gets a positive int as its hint, or -1.

    If this fails, look for None or 0 in the sense of "any size".
    """
    protocol = _Hinted()
    async with stream(loop, protocol) as (_, peer):
        peer.send(bytes(5000))
        await heard(protocol, 5000)

    odd = [
        hint for hint in protocol.hints if not isinstance(hint, int) or (hint <= 0 and hint != -1)
    ]
    assert protocol.hints, (
        f"5000 bytes brought the calls {protocol.calls[:5]}; expected get_buffer() with a hint"
    )
    assert odd == [], f"get_buffer() was given the size hints {odd}; expected an int above 0, or -1"


@requirement(
    "protocols.buffered.buffer_kinds", api=API, level="documented", since="3.11", doc=GET_BUFFER
)
@pytest.mark.parametrize(
    "make",
    [
        bytearray,
        lambda size: memoryview(bytearray(size)),
        lambda size: array.array("B", [0] * size),
    ],
    ids=["bytearray", "memoryview", "array"],
)
async def test_any_writable_buffer_will_do(
    loop: AbstractEventLoop, make: Callable[[int], Any]
) -> None:
    """get_buffer() may return any writable buffer, such as a bytearray or a memoryview.

    If this fails, look for methods of memoryview that are called on what was returned.
    """
    protocol = _Offering(make(100))
    async with stream(loop, protocol) as (_, peer):
        peer.send(b"hello")
        received = await heard(protocol, 5)

    kind = type(protocol.offered).__name__
    assert received == b"hello", (
        f"get_buffer() returned a {kind}, and of b'hello' it got {received!r}; the calls were "
        f"{protocol.calls}; expected b'hello'"
    )


@requirement(
    "protocols.buffered.large_transfer", api=API, level="documented", since="3.11", doc=DOC
)
async def test_megabytes_come_through_the_buffer(loop: AbstractEventLoop) -> None:
    """Megabytes arrive intact through one buffer that is used again and again.

    If this fails, look for a buffer that is filled again before buffer_updated() has
    told of what it held.
    """
    protocol, data = Filling(), bytes(range(251)) * 12_000
    async with stream(loop, protocol) as (_, peer):
        await pump(peer, data)
        received = await heard(protocol, len(data))

    assert received == data, (
        f"{len(data)} bytes were sent to a BufferedProtocol, and {len(received)} arrived, not "
        "those; expected them intact"
    )


@requirement(
    "protocols.buffered.same_buffer_object_reused", api=API, level="implied", since="3.11", doc=DOC
)
async def test_one_buffer_object_serves_every_time(loop: AbstractEventLoop) -> None:
    """Returning the same buffer object from every get_buffer() works.

    If this fails, look for a view of it that is kept, or for a buffer that is owned from
    then on.
    """
    protocol, seen = _Offering(bytearray(100)), []
    async with stream(loop, protocol) as (_, peer):
        for number in range(5):
            peer.send(b"%d" % number)
            seen.append(await heard(protocol, number + 1))
            if len(seen[-1]) <= number:
                break

    assert seen == [b"0", b"01", b"012", b"0123", b"01234"], (
        f"five messages came through one bytearray, and after each {seen} had arrived, the calls "
        f"being {protocol.calls}; expected one more each time"
    )


@requirement(
    "protocols.buffered.used_for_accepted_connections",
    api=API,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_a_server_fills_the_buffers_of_its_protocols(loop: AbstractEventLoop) -> None:
    """A server whose factory returns BufferedProtocols fills their buffers.

    If this fails, look for accepted connections that are taken for streaming ones.
    """
    protocol = Filling()
    server = await loop.create_server(lambda: protocol, IPV4, 0)
    try:
        with socket.create_connection(server.sockets[0].getsockname()) as peer:
            peer.sendall(b"hello")
            await heard(protocol, 5)
            if protocol.transport is not None:
                await dispose(protocol.transport)
    finally:
        server.close()
        await turns()

    assert protocol.received == b"hello", (
        f"a client sent b'hello' to create_server() with a BufferedProtocol, whose buffer held "
        f"{bytes(protocol.received)!r}, the calls being {protocol.calls}; expected b'hello'"
    )
    assert "buffer_updated" in protocol.calls, (
        f"a BufferedProtocol of create_server() was called {protocol.calls}; "
        "expected buffer_updated"
    )
