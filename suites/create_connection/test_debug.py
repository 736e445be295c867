"""create_connection() on a loop in debug mode."""

from __future__ import annotations

import socket
from asyncio import AbstractEventLoop

from ..support.connecting import opened
from ..support.listeners import listening, peer_of, port_of
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.sockets import Reports, hear


@requirement(
    "create_connection.debug.mode_changes_nothing",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_debug_mode_changes_nothing(loop: AbstractEventLoop) -> None:
    """In debug mode a connection to a host name works as ever, and nothing is reported.

    If this fails, look for debug output that takes the host for an address, or formats
    what is not there yet.
    """
    loop.set_debug(True)
    reports = Reports(loop)

    with listening() as listener, peer_of(listener, answer_reversed):
        call = loop.create_connection(Recorder, "localhost", port_of(listener))
        async with opened(call, "create_connection('localhost')") as (transport, protocol):
            transport.write(b"ping")
            answer = await protocol.until_received(4)

    reports.expect_none("While a loop in debug mode connected to localhost")
    assert answer == b"gnip", (
        f"over a connection made in debug mode, b'ping' was answered with {answer!r}; "
        "expected the peer's b'gnip'"
    )


def answer_reversed(peer: socket.socket) -> None:
    """Read four bytes and send them back, the last one first."""
    peer.sendall(hear(peer, 4)[::-1])
