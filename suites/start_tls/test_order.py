"""start_tls(): what was written, or had arrived, before the call."""

from __future__ import annotations

import asyncio
import threading
from asyncio import AbstractEventLoop

import pytest

from ..support.certificates import NAME, client_context, server_context
from ..support.connecting import opened
from ..support.conversations import echo
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.sockets import Reports
from ..support.tls_peers import PATIENCE
from ..support.turns import turns
from ..support.upgrades import GO, SIDES, Link, Side, TurningPeer, linked
from ..support.wires import Wire

both_sides = pytest.mark.parametrize("side", SIDES)
BLOCK = b"0123456789abcdef" * 12_500
"""200 kB."""


@both_sides
@requirement(
    "start_tls.order.plaintext_written_before_is_sent_first",
    api="loop.start_tls",
    level="implied",
    since="3.11",
)
async def test_plain_text_written_before_is_sent_first(loop: AbstractEventLoop, side: Side) -> None:
    """Plain data that is still buffered is sent before the handshake begins.

    If this fails, look for a handshake that does not queue behind the transport's buffer,
    or for a buffer that is thrown away when the transport changes hands.
    """
    size, gate = 0, threading.Event()

    def read_late(peer: TurningPeer) -> None:
        gate.wait(PATIENCE)
        peer.read_plain(size + len(GO))

    async with linked(loop, side, first=read_late) as link:
        link.transport.set_write_buffer_limits(high=100 * len(BLOCK))
        while link.transport.get_write_buffer_size() == 0 and size < 50 * len(BLOCK):
            link.transport.write(BLOCK)
            size += len(BLOCK)
            await turns(1)
        call = asyncio.ensure_future(link.upgrade())
        await turns()
        gate.set()
        transport = await link.finished(call)
        echoed = await link.echoed(transport)
        plain = bytes(link.peer.plain)

    assert plain == BLOCK * (size // len(BLOCK)) + GO, (
        f"{size} plain bytes were written before {link.doing}: the peer read {len(plain)} that "
        "were not the same; expected them all, in order"
    )
    assert echoed == b"ping", f"{link.doing}: b'ping' brought {echoed!r} back; expected an echo"


@both_sides
@requirement(
    "start_tls.order.paused_writing_is_resumed",
    api="loop.start_tls",
    level="implied",
    since="3.11",
    doc="library/asyncio-protocol.html#asyncio.BaseProtocol.resume_writing",
)
async def test_writing_paused_before_is_resumed(loop: AbstractEventLoop, side: Side) -> None:
    """A protocol that was told to pause writing before the upgrade is told to resume, once.

    If this fails, look for a resume_writing() that reaches the TLS layer, which was never
    paused, and ends there. The peer reads when the upgrade has begun.
    """
    size, gate = 0, threading.Event()

    def read_late(peer: TurningPeer) -> None:
        gate.wait(PATIENCE)
        peer.read_plain(size + len(GO))

    Reports(loop)  # whether something is reported besides is not judged here
    async with linked(loop, side, first=read_late) as link:
        while "pause_writing" not in link.protocol.calls and size < 50 * len(BLOCK):
            link.transport.write(BLOCK)
            size += len(BLOCK)
            await turns(1)
        call = asyncio.ensure_future(link.upgrade())
        await turns()
        gate.set()
        await link.echoed(await link.finished(call))
        await turns()
        calls = [name for name in link.protocol.calls if name.endswith("_writing")]

    assert calls == ["pause_writing", "resume_writing"], (
        f"{link.doing}, {size} plain bytes written before: the protocol was told {calls}; "
        "expected pause_writing before the upgrade, and resume_writing when they were sent"
    )


@both_sides
@requirement(
    "start_tls.reading.paused_transport_is_resumed",
    api="loop.start_tls",
    level="implied",
    since="3.11",
)
async def test_a_paused_transport_is_resumed(loop: AbstractEventLoop, side: Side) -> None:
    """A transport whose reading is paused is resumed, so that the handshake completes.

    If this fails, look for a handshake that waits for bytes which nobody reads.
    """
    async with linked(loop, side) as link:
        link.transport.pause_reading()
        transport = await link.secured()
        echoed = await link.echoed(transport)

    assert echoed == b"ping", (
        f"{link.doing} on a transport whose reading was paused: b'ping' brought {echoed!r} back; "
        "expected an echo"
    )


class PausesItself(Recorder):
    """Pauses reading when it has got the command."""

    def data_received(self, data: bytes) -> None:
        """Pause once: the ClientHello, which comes next, waits in the kernel."""
        super().data_received(data)
        if len(self.received) == len(GO) and self.transport is not None:
            self.transport.pause_reading()


@requirement(
    "start_tls.reading.clienthello_waiting_in_kernel",
    api="loop.start_tls",
    level="implied",
    since="3.11",
)
async def test_a_client_hello_that_came_early_is_used(loop: AbstractEventLoop) -> None:
    """Handshake bytes that arrived while the server had paused reading are used by its upgrade.

    If this fails, look for a ClientHello that is handed to the protocol, or for bytes read
    before the upgrade and thrown away.
    """

    def speak_first(peer: TurningPeer) -> None:
        peer.write_plain(GO)

    with (
        Wire() as wire,
        TurningPeer(
            wire.server_end,
            client_context(),
            echo,
            first=speak_first,
            server_side=False,
            server_hostname=NAME,
        ) as peer,
    ):
        call = loop.create_connection(PausesItself, sock=wire.client_end)
        async with opened(call, "create_connection(sock=sock)") as pair:
            link = Link(loop, "server", *pair, peer, server_context(), {"server_side": True})
            await _moved(wire, len(GO))
            await pair[1].until_received(len(GO))
            await _moved(wire, 1)
            await turns()
            plain = bytes(pair[1].received)
            assert plain == GO, (
                f"reading paused after {GO!r}, data_received() got {plain!r} in all; "
                "expected no more"
            )
            passing = asyncio.ensure_future(wire.keep_passing())
            transport = await link.finished(asyncio.ensure_future(link.start()))
            heard = await link.echoed(transport)
            passing.cancel()

    assert heard == GO + b"ping", (
        f"{link.doing} with the ClientHello there already brought {heard[len(GO) :]!r} back for "
        "b'ping'; expected an echo"
    )


async def _moved(wire: Wire, least: int) -> None:
    """Pass that many bytes on to the loop, or more when they are there; PATIENCE at most."""
    moved, patience = 0, threading.Event()
    for _ in range(int(PATIENCE / 0.0005)):
        moved += wire.pass_on(to_client=len(GO) if least > 1 else 65536)
        if moved >= least:
            return
        patience.wait(0.0005)
        await asyncio.sleep(0)
