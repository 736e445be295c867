"""create_connection(): when connection_made() is called, and how."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop

from ..support.connecting import opened, running_loop
from ..support.listeners import (
    connected_pair,
    listening,
    peer_of,
)
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.sockets import hear
from ..support.turns import turns


@requirement(
    "create_connection.order.connection_made_gets_the_returned_transport",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_connection_made_is_called_once_with_the_returned_transport(
    loop: AbstractEventLoop,
) -> None:
    """connection_made() is called exactly once, with the transport that is returned.

    If this fails, look for an inner transport that is shown to the protocol while an
    outer one is returned, or for a second call once reading starts.
    """
    given: list[asyncio.BaseTransport] = []

    class Protocol(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            given.append(transport)

    with listening() as listener:
        call = loop.create_connection(Protocol, *listener.getsockname())
        async with opened(call, "create_connection()") as (transport, _):
            await turns()

            assert len(given) == 1, (
                f"create_connection() called connection_made() {len(given)} times; "
                "expected exactly once"
            )
            assert given[0] is transport, (
                f"create_connection() passed {given[0]!r} to connection_made() and returned "
                f"{transport!r}; expected the same transport"
            )


@requirement(
    "create_connection.order.no_data_before_connection_made",
    api="loop.create_connection",
    level="documented",
    since="3.11",
    doc="library/asyncio-protocol.html#asyncio.BaseProtocol.connection_made",
)
async def test_connection_made_comes_before_what_the_peer_sent(loop: AbstractEventLoop) -> None:
    """However early the peer speaks and closes, connection_made() comes first.

    If this fails, look for reading that starts before connection_made() has run, or
    for bytes of the connect step that are delivered directly.
    """
    protocol = Recorder()
    with connected_pair() as (ours, peer):
        peer.sendall(b"early")
        peer.close()

        call = loop.create_connection(lambda: protocol, sock=ours)
        async with opened(call, "create_connection(sock=)"):
            await protocol.until_called("connection_lost")

    calls = list(dict.fromkeys(protocol.calls))
    assert calls == ["connection_made", "data_received", "eof_received", "connection_lost"], (
        f"a peer that had sent data and closed before create_connection() led to {calls}; "
        "expected connection_made first, then data, EOF and loss"
    )


@requirement(
    "create_connection.order.write_in_connection_made_is_sent_first",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_a_write_in_connection_made_is_sent_first(loop: AbstractEventLoop) -> None:
    """Bytes written in connection_made() reach the peer ahead of any written later.

    If this fails, look for writes that are dropped while the transport is being set
    up, or for a queue that is flushed out of order.
    """

    class Protocol(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            transport.write(b"first ")  # type: ignore[attr-defined]  # it is no mere BaseTransport

    with listening() as listener, peer_of(listener, lambda peer: hear(peer, 12)) as peer:
        call = loop.create_connection(Protocol, *listener.getsockname())
        async with opened(call, "create_connection()") as (transport, _):
            transport.write(b"second")
            received = await peer.result()

    assert received == b"first second", (
        f"b'first ' in connection_made() and b'second' on return arrived as {received!r}; "
        "expected all of it in the order it was written in"
    )


@requirement(
    "create_connection.order.connection_made_sees_running_loop",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_connection_made_runs_with_the_loop_running(loop: AbstractEventLoop) -> None:
    """In connection_made() asyncio.get_running_loop() gives the connecting loop.

    If this fails, look for a callback that native code or another thread runs
    without entering the loop.
    """
    loops: list[AbstractEventLoop | None] = []

    class Protocol(asyncio.Protocol):
        def connection_made(self, _: asyncio.BaseTransport) -> None:
            loops.append(running_loop())

    with listening() as listener:
        call = loop.create_connection(Protocol, *listener.getsockname())
        async with opened(call, "create_connection()"):
            pass

    assert set(loops) == {loop}, (
        f"get_running_loop() inside connection_made() was {loops}; expected the connecting loop"
    )
