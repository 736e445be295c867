"""start_tls(): ssl_handshake_timeout and ssl_shutdown_timeout."""

from __future__ import annotations

import threading
from asyncio import AbstractEventLoop

import pytest

from ..support.requirement import requirement
from ..support.tls_peers import PATIENCE, Peer, TlsPeer, until_set
from ..support.turns import turns
from ..support.upgrades import SIDES, Side, expect_upgrade, in_time, linked, refused_upgrade

both_sides = pytest.mark.parametrize("side", SIDES)


@both_sides
@requirement(
    "start_tls.handshake_timeout.raises_and_closes",
    api="loop.start_tls",
    level="documented",
    since="3.11",
)
async def test_a_late_handshake_is_a_connection_aborted(
    loop: AbstractEventLoop, side: Side
) -> None:
    """A handshake not done within ssl_handshake_timeout is a ConnectionAbortedError, and the end.

    If this fails, look for a limit that is not handed to the TLS layer, for the TimeoutError
    of a wait_for(), or for a limit that wakes the caller and leaves the connection open.
    """
    await expect_upgrade(loop, side)

    def never_answer(peer: Peer) -> None:
        while peer.read():
            pass

    async with linked(loop, side, raw=never_answer) as link:
        doing = f"{link.doing} with ssl_handshake_timeout=0.03 to a peer that never answers"
        await refused_upgrade(link, ConnectionAbortedError, doing, ssl_handshake_timeout=0.03)
        await turns()
        ended = await until_set(link.peer.ended)
        seen = link.peer.error
        noticed = ended and not isinstance(seen, TimeoutError)

    assert noticed, (
        f"{doing} gave up and left the connection open for {PATIENCE} s more; "
        "expected the peer to see its end"
    )


@both_sides
@requirement(
    "start_tls.shutdown_timeout.is_applied",
    api="loop.start_tls",
    level="documented",
    since="3.11",
)
async def test_a_silent_peer_holds_up_the_shutdown_no_longer_than_said(
    loop: AbstractEventLoop, side: Side
) -> None:
    """ssl_shutdown_timeout bounds the TLS shutdown of the upgraded transport.

    If this fails, look for the default of 30 s that is used all the same. The peer does
    not answer the close_notify of close().
    """
    over = threading.Event()

    def keep_silent(_: TlsPeer) -> None:
        over.wait(2 * PATIENCE)

    async with linked(loop, side, keep_silent) as link:
        transport = await link.secured(ssl_shutdown_timeout=0.05)
        transport.close()
        await in_time(link.protocol.until_called("connection_lost"))
        lost = "connection_lost" in link.protocol.calls
        over.set()

    assert lost, (
        f"close() after {link.doing} with ssl_shutdown_timeout=0.05: no connection_lost() in "
        f"{PATIENCE} s; expected it when that time is over"
    )
