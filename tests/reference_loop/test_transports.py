"""parts.transports: ends in unusual places, where asyncio's own transports go on."""

from __future__ import annotations

import asyncio
import socket

from reference_loop import ReferenceLoop

from .conftest import Turns

Sockets = tuple[socket.socket, socket.socket]


class Aborting(asyncio.BufferedProtocol):
    """Aborts the connection when it is asked for room."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self.transport = transport

    def get_buffer(self, sizehint: int) -> bytearray:  # noqa: ARG002 - asyncio's form
        """Room, though nothing more is wanted."""
        self.told.append("get_buffer")
        assert isinstance(self.transport, asyncio.Transport)
        self.transport.abort()
        return bytearray(9)

    def buffer_updated(self, nbytes: int) -> None:  # noqa: ARG002 - asyncio's form
        """Never."""
        self.told.append("buffer_updated")

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's form
        """The end."""
        self.told.append("lost")


def test_an_abort_in_get_buffer_leaves_the_data_unread(
    reference: ReferenceLoop, sockets: Sockets, turns: Turns
) -> None:
    protocol = Aborting()
    reference.run_until_complete(reference.create_connection(lambda: protocol, sock=sockets[0]))
    sockets[1].send(b"data")

    turns(5)

    assert protocol.told == ["get_buffer", "lost"], f"it was told {protocol.told}"


class Staying(asyncio.Protocol):
    """Keeps the connection open after EOF."""

    def __init__(self) -> None:
        self.ends = 0

    def eof_received(self) -> bool:
        """The peer has ended."""
        self.ends += 1
        return True


def test_a_pause_after_the_end_brings_no_second_end(
    reference: ReferenceLoop, sockets: Sockets, turns: Turns
) -> None:
    protocol = Staying()
    made, _ = reference.run_until_complete(
        reference.create_connection(lambda: protocol, sock=sockets[0])
    )
    sockets[1].shutdown(socket.SHUT_WR)
    turns(3)

    made.pause_reading()
    made.resume_reading()
    turns(3)

    assert protocol.ends == 1, f"eof_received() was called {protocol.ends} times; expected once"
    made.abort()
    turns(3)
