"""start_tls(): cancelled, or called on a transport that is closing."""

from __future__ import annotations

import asyncio
import gc
import threading
from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.requirement import requirement
from ..support.sockets import Reports
from ..support.tls_peers import PATIENCE, Peer, until_set
from ..support.tracking import state_of
from ..support.turns import turns
from ..support.upgrades import GO, SIDES, Link, Side, expect_upgrade, linked

both_sides = pytest.mark.parametrize("side", SIDES)


@both_sides
@requirement(
    "start_tls.cancel.closes_the_transport", api="loop.start_tls", level="implied", since="3.11"
)
async def test_cancelling_closes_the_connection(loop: AbstractEventLoop, side: Side) -> None:
    """Cancelled in the handshake start_tls() raises CancelledError and closes the connection.

    If this fails, look for a transport that is left open, half of it upgraded.
    """
    under_way = threading.Event()

    def never_answer(peer: Peer) -> None:
        peer.read_exactly(len(GO) + (side == "client"))  # the client speaks first
        under_way.set()
        while peer.read():
            pass

    await expect_upgrade(loop, side)
    async with linked(loop, side, raw=never_answer) as link:
        call = asyncio.ensure_future(link.upgrade())
        begun = await until_set(under_way)
        call.cancel()
        await asyncio.wait({call}, timeout=PATIENCE)
        await turns()
        state, closing = state_of(call), link.transport.is_closing()
        ended = await until_set(link.peer.ended) and not isinstance(link.peer.error, TimeoutError)

    assert begun, f"{link.doing} put no handshake on the wire; expected one to cancel"
    assert state == "cancelled", f"{link.doing}, cancelled in the handshake, {state}"
    assert (closing, ended) == (True, True), (
        f"{link.doing}, cancelled in the handshake: is_closing() of the old transport is {closing},"
        f" the peer saw an end: {ended}; expected True and True"
    )


@both_sides
@requirement(
    "start_tls.cancel.immediately_does_not_break_loop",
    api="loop.start_tls",
    level="implied",
    since="3.11",
)
async def test_cancelling_at_once_closes_and_reports_nothing(
    loop: AbstractEventLoop, side: Side
) -> None:
    """Cancelled after its first step start_tls() closes the connection, and reports nothing.

    If this fails, look for a handshake that is begun by a queued callback, on a transport
    that was closed meanwhile.
    """

    def read_to_the_end(peer: Peer) -> None:
        while peer.read():
            pass

    await expect_upgrade(loop, side)
    reports = Reports(loop)
    async with linked(loop, side, raw=read_to_the_end) as link:
        call = asyncio.ensure_future(link.upgrade())
        await asyncio.sleep(0)
        call.cancel()
        await asyncio.wait({call}, timeout=PATIENCE)
        ended = await until_set(link.peer.ended) and not isinstance(link.peer.error, TimeoutError)
        await turns()
    doing = f"{link.doing} was cancelled after one turn"
    del call
    gc.collect(0)

    assert ended, f"{doing}, and the peer saw no end in {PATIENCE} s; expected a closed connection"
    reports.expect_none(f"when {doing}")


@both_sides
@pytest.mark.parametrize("how", ["close", "abort"])
@requirement(
    "start_tls.closing_transport.does_not_hang",
    api="loop.start_tls",
    level="documented",
    since="3.11",
)
async def test_a_closing_transport_ends_the_call(
    loop: AbstractEventLoop, side: Side, how: str
) -> None:
    """start_tls() on a transport that is closing already ends soon, and upgrades nothing.

    Whether it returns None or a closed transport, or raises, is left open. If this fails,
    look for a handshake that waits for a connection_made() which nobody will call.
    """
    await expect_upgrade(loop, side)
    Reports(loop)  # whether it reports something is left open, too
    async with linked(loop, side) as link:
        call = asyncio.ensure_future(_end_and_start(link, how))
        await asyncio.wait({call}, timeout=PATIENCE)
        state = state_of(call)
        result = call.result() if state.startswith("returned") else None
        is_open = result is not None and not result.is_closing()
        call.cancel()

    assert state != "pending", (
        f"{link.doing} after {how}() was still pending after {PATIENCE} s; expected it to end"
    )
    assert not is_open, f"{link.doing} after {how}() {state}, open; expected no open transport"


async def _end_and_start(link: Link[Any], how: str) -> Any:
    """Close or abort the plain transport, and call start_tls() before the loop turns again."""
    getattr(link.transport, how)()
    return await link.start()
