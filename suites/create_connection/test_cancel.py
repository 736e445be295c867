"""create_connection(): a call that is cancelled before its connection is there."""

from __future__ import annotations

import asyncio
import socket
import threading
from asyncio import AbstractEventLoop
from collections.abc import Awaitable
from typing import Any, TypeVar

import pytest

from ..support.certificates import NAME, client_context
from ..support.connecting import connected
from ..support.expect import expect_raises
from ..support.listeners import IPV4, bound, filled, is_untouched, listening, peer_of, port_of
from ..support.protocols import Recorder
from ..support.races import soon, start_connect
from ..support.requirement import requirement
from ..support.sockets import (
    CountedFactory,
    Reports,
    descriptors,
    ending,
    expect_connection,
    without_collection,
)
from ..support.tls_peers import until_set
from ..support.told import expect_told
from ..support.turns import turns

T = TypeVar("T")
LIMIT = 0.02
"""Seconds given to a connect that never gets an answer."""


@requirement(
    "create_connection.cancel.pending_connect",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_a_pending_connect_can_be_cancelled(loop: AbstractEventLoop) -> None:
    """Cancelling a pending connect raises CancelledError, closes the socket and reports nothing.

    If this fails, look for a connect that runs in a task or thread of its own and is not
    told, or for a socket that only the successful path closes.
    """
    reports = Reports(loop)
    with bound() as listener, filled(listener), without_collection():
        with listening() as other:
            await expect_connection(loop, IPV4, port_of(other))
        before = descriptors()
        connecting = start_connect(loop, port_of(listener), host=IPV4)
        assert await soon(lambda: descriptors() > before or connecting.done()), (
            "create_connection() opened no socket for its connect; expected a pending connect"
        )

        connecting.cancel()
        with expect_raises(asyncio.CancelledError, "a connect that was cancelled while pending"):
            await connecting
        await turns()
        left = descriptors() - before

    assert left == 0, (
        f"create_connection(), cancelled while its connect was pending, left {left} descriptors "
        "open; expected none"
    )
    reports.expect_none("after a pending connect was cancelled")


async def with_timeout(call: Awaitable[T]) -> T:
    """Await under asyncio.timeout()."""
    async with asyncio.timeout(LIMIT):
        return await call


async def with_wait_for(call: Awaitable[T]) -> T:
    """Await by asyncio.wait_for()."""
    return await asyncio.wait_for(call, LIMIT)


@pytest.mark.parametrize("limited", [with_timeout, with_wait_for])
@requirement(
    "create_connection.cancel.timeout_wrapper",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_a_time_limit_ends_a_hanging_connect(loop: AbstractEventLoop, limited: Any) -> None:
    """A time limit by asyncio.timeout() or wait_for() ends a hanging connect, without a leak.

    If this fails, or hangs, look for a connect that swallows its cancellation, or whose
    socket is not closed then.
    """
    with bound() as listener, filled(listener), without_collection():
        with listening() as other:
            await expect_connection(loop, IPV4, port_of(other))
        before = descriptors()

        with expect_raises(TimeoutError, f"a pending connect, {limited.__name__},"):
            await limited(loop.create_connection(Recorder, IPV4, port_of(listener)))
        await turns()
        left = descriptors() - before

    assert left == 0, (
        f"a connect that {limited.__name__} ended left {left} descriptors open; expected none"
    )


@requirement(
    "create_connection.cancel.during_tls_handshake",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_a_tls_handshake_can_be_cancelled(loop: AbstractEventLoop) -> None:
    """Cancelling during the TLS handshake closes the connection; the protocol hears nothing.

    If this fails, look for a handshake that goes on by itself after its awaiter is gone,
    or for a connection_lost() without a connection_made() before it.
    """
    await expect_told()
    protocol = Recorder()
    asked = threading.Event()

    def stay_silent(peer: socket.socket) -> str:
        peer.recv(65536)
        asked.set()
        return ending(peer)

    with listening() as listener, peer_of(listener, stay_silent) as peer:
        call = loop.create_connection(
            lambda: protocol, IPV4, port_of(listener), ssl=client_context(), server_hostname=NAME
        )
        connecting = loop.create_task(call)
        begun = await until_set(asked)
        if connecting.done():
            await connected(connecting, "create_connection(ssl=...) to a peer that never answers")
        assert begun, "create_connection(ssl=...) sent nothing to its peer; expected a ClientHello"

        connecting.cancel()
        with expect_raises(asyncio.CancelledError, "a call cancelled during the TLS handshake"):
            await connecting
        end = await peer.result()
        await turns()

    seen = ("no end" if end == "no end" else "an end", protocol.calls)
    assert seen == ("an end", []), (
        f"after a TLS handshake was cancelled its peer saw: {end}; the protocol got "
        f"{protocol.calls}; expected the connection to end, and no callback"
    )


@requirement(
    "create_connection.cancel.before_start_has_no_effect_on_peer",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_a_call_cancelled_before_its_first_step_does_nothing(
    loop: AbstractEventLoop,
) -> None:
    """A task cancelled before its first step neither connects nor calls the factory.

    If this fails, look for a create_connection() that begins when it is called instead
    of when it is awaited.
    """
    factory = CountedFactory()
    with listening() as listener:
        call = loop.create_connection(factory, IPV4, port_of(listener))
        connecting = asyncio.Task(call, loop=loop)  # never eager, whatever the task factory

        connecting.cancel()
        with expect_raises(asyncio.CancelledError, "a call cancelled before its first step"):
            await connecting
        await turns()
        effects = (is_untouched(listener), factory.calls)
        await expect_connection(loop, IPV4, port_of(listener))

    assert effects == (True, 0), (
        f"create_connection() in a task that was cancelled before its first step: listener "
        f"untouched and factory calls are {effects}; expected (True, 0)"
    )
