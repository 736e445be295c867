"""DatagramTransport.close() and abort(): how an endpoint ends."""

from __future__ import annotations

import select
from asyncio import AbstractEventLoop
from contextlib import suppress

from ..support.datagrams import LARGEST, clogged, endpoint, heard, send, udp
from ..support.machine import needs_unix_sockets
from ..support.requirement import requirement
from ..support.turns import turns

API = "asyncio.DatagramTransport"
CLOSE = "library/asyncio-protocol.html#asyncio.BaseTransport.close"
ABORT = "library/asyncio-protocol.html#asyncio.DatagramTransport.abort"


@requirement(
    "datagrams.close.connection_lost_none", api=API, level="documented", since="3.11", doc=CLOSE
)
async def test_close_calls_connection_lost_once(loop: AbstractEventLoop) -> None:
    """close() gives connection_lost(None) once.

    If this fails, look for a reason that is not None, or for a second close() that queues a
    second callback.
    """
    async with endpoint(loop) as (transport, protocol):
        transport.close()
        transport.close()
        await protocol.until_called("connection_lost")
        transport.close()
        await turns()

    assert protocol.lost_with == [None], (
        f"after close(), three times, connection_lost() had been called with "
        f"{protocol.lost_with}; expected one call, with None"
    )


@requirement(
    "datagrams.close.connection_lost_is_not_synchronous",
    api=API,
    level="implied",
    since="3.11",
    doc=CLOSE,
)
async def test_close_itself_calls_nothing(loop: AbstractEventLoop) -> None:
    """connection_lost() is called by the loop in a later turn, not from inside close().

    If this fails, look for a close() that ends an idle endpoint on the spot: its caller may
    hold locks, or be in the middle of a callback.
    """
    async with endpoint(loop) as (transport, protocol):
        transport.close()
        called_by_close = protocol.calls[1:]
        await protocol.until_called("connection_lost")
        calls = protocol.calls.copy()

    assert called_by_close == [], (
        f"close() itself called {called_by_close}; expected the loop to call, in a later turn"
    )
    assert "connection_lost" in calls, (
        f"close() called {calls}; expected connection_lost in a later turn"
    )


@requirement(
    "datagrams.close.no_datagrams_afterwards", api=API, level="documented", since="3.11", doc=CLOSE
)
async def test_no_datagram_is_delivered_after_close(loop: AbstractEventLoop) -> None:
    """No datagram is delivered after close().

    If this fails, look for a reader that stays registered until the socket is closed, or
    for datagrams that were read ahead.
    """
    with udp() as sock, udp() as sender, sock.dup() as watched:  # the first is the loop's soon
        address = sock.getsockname()
        async with endpoint(loop, sock=sock) as (transport, protocol):
            sender.sendto(b"in time", address)
            await protocol.until_received(1)
            for _ in range(3):
                sender.sendto(b"late", address)
            select.select(
                [watched], [], [], 0.5
            )  # until they are there, without a turn of the loop
            transport.close()
            await protocol.until_called("connection_lost")
            await turns()

    assert protocol.calls == ["connection_made", "datagram_received", "connection_lost"], (
        f"one datagram came, and three waited when close() was called; the protocol was called "
        f"{protocol.calls}; expected connection_made, datagram_received, connection_lost"
    )


@requirement(
    "datagrams.abort.connection_lost_none", api=API, level="documented", since="3.11", doc=ABORT
)
async def test_abort_calls_connection_lost_with_none(loop: AbstractEventLoop) -> None:
    """abort() gives connection_lost(None).

    If this fails, look for an abort() that hands on an error of its own.
    """
    async with endpoint(loop) as (transport, protocol):
        transport.abort()
        await protocol.until_called("connection_lost")
        await turns()

    assert protocol.lost_with == [None], (
        f"after abort(), connection_lost() had been called with {protocol.lost_with}; "
        "expected one call, with None"
    )


@requirement(
    "datagrams.close.flushes_queued_datagrams",
    api=API,
    level="documented",
    since="3.11",
    platforms=["unix"],
    doc=CLOSE,
)
async def test_close_sends_what_is_queued(loop: AbstractEventLoop) -> None:
    """close() sends the datagrams still queued before connection_lost.

    If this fails, look for a queue that is thrown away, or for a socket that is closed with
    the next turn whatever waits.
    """
    needs_unix_sockets()
    queued = [b"first", b"second", b"third"]
    with clogged() as (sock, peer, count):
        async with endpoint(loop, sock=sock) as (transport, protocol):
            for data in queued:
                send(transport, data)
            transport.close()
            await turns()
            lost_early = "connection_lost" in protocol.calls
            arrived = [data for data, _ in await heard(peer, count + len(queued))][count:]
            await protocol.until_called("connection_lost")
            calls = protocol.calls.copy()

    assert not lost_early, (
        f"with {len(queued)} datagrams queued on a full socket, close() called {protocol.calls}; "
        "expected no connection_lost before they were sent"
    )
    assert arrived == queued, (
        f"of the datagrams {queued}, queued when close() was called, the peer received "
        f"{arrived}; expected all of them"
    )
    assert "connection_lost" in calls, (
        f"after the queue had been sent, close() had called {calls}; expected connection_lost"
    )


@requirement(
    "datagrams.abort.drops_queued_datagrams",
    api=API,
    level="documented",
    since="3.11",
    platforms=["unix"],
    doc=ABORT,
)
async def test_abort_drops_what_is_queued(loop: AbstractEventLoop) -> None:
    """abort() waits for no queued datagrams: connection_lost comes at once and they are lost.

    If this fails, look for an abort() that is close(), or for a queue that outlives the
    endpoint.
    """
    needs_unix_sockets()
    with clogged() as (sock, peer, count):
        async with endpoint(loop, sock=sock) as (transport, protocol):
            send(transport, b"queued")
            transport.abort()
            await protocol.until_called("connection_lost")
            lost_with = protocol.lost_with.copy()
            arrived = [data for data, _ in await heard(peer, count)]
            await turns()
            with suppress(BlockingIOError):
                arrived.append(peer.recv(LARGEST))

    assert lost_with == [None], (
        f"abort(), with a datagram queued on a full socket, called connection_lost() with "
        f"{lost_with}; expected one call, with None, before the peer has read"
    )
    assert b"queued" not in arrived, (
        "abort() was called, and then the peer received the datagram that was queued; "
        "expected it to be lost"
    )
