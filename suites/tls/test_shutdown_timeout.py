"""ssl_shutdown_timeout: how long close() of a TLS transport waits for the peer."""

from __future__ import annotations

import time
from asyncio import AbstractEventLoop

from ..support.clocks import EARLY
from ..support.conversations import read_all
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.tls_sessions import Session, Side, both_sides, lost, session
from ..support.tls_streams import CREATE_CONNECTION, limiting_shutdown, silent_session
from ..support.turns import turns

API = "loop.create_connection, loop.create_server (ssl_shutdown_timeout)"
LIMIT = 0.05
"""Seconds that the loop is to wait for a peer that never answers."""


async def _closed_towards_silence(loop: AbstractEventLoop, side: Side) -> tuple[Recorder, float]:
    """Close a connection whose peer never answers; its protocol, and the seconds it took."""
    protocol = Recorder()
    async with silent_session(limiting_shutdown(loop, LIMIT), side, protocol) as (tls, _):
        before = time.monotonic()
        tls.transport.close()
        await lost(
            protocol, f"close() of {tls.doing} with ssl_shutdown_timeout={LIMIT} and a silent peer"
        )
        took = time.monotonic() - before
        await turns(10)
    return protocol, took


@requirement(
    "tls.shutdown_timeout.aborts_unresponsive_peer",
    api=API,
    level="documented",
    since="3.11",
    doc=CREATE_CONNECTION,
)
async def test_a_silent_peer_is_dropped_after_the_timeout(loop: AbstractEventLoop) -> None:
    """A peer that takes no part in the TLS shutdown is dropped after ssl_shutdown_timeout.

    If this fails, look for a limit that is ignored, or for a shutdown that does not wait
    for the peer's close_notify at all.
    """
    protocol, took = await _closed_towards_silence(loop, "client")

    assert took >= LIMIT - EARLY, (
        f"close() towards a silent peer, with ssl_shutdown_timeout={LIMIT}, called "
        f"connection_lost() after {took:.4f} s; expected the loop to wait for the peer so long"
    )
    assert protocol.calls.count("connection_lost") == 1, (
        f"close() towards a silent peer, with ssl_shutdown_timeout={LIMIT}, called "
        f"{protocol.calls}; expected one connection_lost"
    )


@requirement(
    "tls.shutdown_timeout.on_server_side",
    api=API,
    level="documented",
    since="3.11",
    doc=CREATE_CONNECTION,
)
async def test_a_silent_client_is_dropped_after_the_servers_timeout(
    loop: AbstractEventLoop,
) -> None:
    """ssl_shutdown_timeout of create_server() applies to accepted connections.

    If this fails, look for a limit that is lost between the server and what it accepts.
    """
    _, took = await _closed_towards_silence(loop, "server")

    assert took >= LIMIT - EARLY, (
        f"close() towards a silent client, with create_server(ssl_shutdown_timeout={LIMIT}), "
        f"called connection_lost() after {took:.4f} s; expected the loop to wait so long"
    )


@both_sides
@requirement(
    "tls.shutdown_timeout.reported_as_timeouterror",
    api=API,
    level="interop",
    since="3.11",
    libraries=("asyncio streams", "aiohttp"),
    doc=CREATE_CONNECTION,
)
async def test_a_shutdown_that_timed_out_is_a_timeouterror(
    loop: AbstractEventLoop, side: Side
) -> None:
    """After a TLS shutdown that timed out connection_lost() gets a TimeoutError.

    If this fails, look for an abort() at the end of the wait, which tells nobody why.
    """
    protocol, _ = await _closed_towards_silence(loop, side)

    assert isinstance(protocol.lost_with, TimeoutError), (
        f"close() towards a silent peer, with ssl_shutdown_timeout={LIMIT}, called "
        f"connection_lost({protocol.lost_with!r}); expected a TimeoutError"
    )


@both_sides
@requirement(
    "tls.shutdown_timeout.not_waited_out_by_cooperative_peer",
    api=API,
    level="implied",
    since="3.11",
    doc=CREATE_CONNECTION,
)
async def test_a_peer_that_answers_ends_the_wait(loop: AbstractEventLoop, side: Side) -> None:
    """With a peer that answers the shutdown ends at once, with connection_lost(None).

    If this fails, look for a timer that is waited for whatever the peer says.
    """
    protocol = Recorder()
    async with session(limiting_shutdown(loop, 20), side, protocol, read_all) as tls:
        await _close_in_time(tls)

    assert protocol.lost_with is None, (
        f"close() of {tls.doing} towards a peer that answers called "
        f"connection_lost({protocol.lost_with!r}); expected None"
    )


async def _close_in_time(tls: Session[Recorder]) -> None:
    tls.transport.close()
    await lost(
        tls.protocol,
        f"close() of {tls.doing} with ssl_shutdown_timeout=20 and a peer that answers",
    )
