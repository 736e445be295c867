"""parts.sending_files: what a transport that is lent to a transfer refuses, and is left with."""

from __future__ import annotations

import asyncio
import socket

import pytest

from reference_loop import ReferenceLoop
from reference_loop.kernel.kernel import WRITE
from reference_loop.parts.sending_files import Exclusive
from reference_loop.parts.socket_transport import SocketTransport

Sockets = tuple[socket.socket, socket.socket]
TOO_MUCH = bytes(4_000_000)


class Flow(asyncio.Protocol):
    """Keeps what it was told of the flow."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def pause_writing(self) -> None:
        """Too much waits."""
        self.told.append("pause")

    def resume_writing(self) -> None:
        """Little waits again."""
        self.told.append("resume")


def lent(loop: ReferenceLoop, transport: asyncio.Transport) -> Exclusive:
    """The transport, had for oneself."""
    assert isinstance(transport, SocketTransport)
    return Exclusive(loop, transport)


def test_a_wait_for_room_leaves_no_watch(
    reference: ReferenceLoop, transport: asyncio.Transport, sockets: Sockets
) -> None:
    descriptor = sockets[0].fileno()

    async def wait() -> None:
        with lent(reference, transport) as use:
            await use.until_writable()

    reference.run_until_complete(wait())

    assert not reference.kernel.unwatch(descriptor, WRITE), (
        "the socket is still watched for writing; expected the watch to end with the wait"
    )


def test_nobody_else_may_write_between_two_blocks(
    reference: ReferenceLoop, transport: asyncio.Transport
) -> None:
    async def send() -> None:
        with lent(reference, transport) as use:
            await use.write(b"a block")
            with pytest.raises(RuntimeError, match="file"):
                transport.write(b"from somebody else")

    reference.run_until_complete(send())


def test_a_protocol_is_paused_if_a_block_still_waits_when_the_transfer_ends(
    reference: ReferenceLoop, transport: asyncio.Transport
) -> None:
    protocol = Flow()
    transport.set_protocol(protocol)

    async def send() -> None:
        with lent(reference, transport) as use:
            await asyncio.wait_for(use.write(TOO_MUCH), 0.001)

    with pytest.raises(TimeoutError):
        reference.run_until_complete(send())

    assert protocol.told == ["pause"], f"{protocol.told}; expected one pause"
