"""start_tls(): arguments that it refuses."""

from __future__ import annotations

import asyncio
import os
from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.certificates import NAME, client_context
from ..support.conversations import echo
from ..support.listeners import IPV4
from ..support.protocols import Recorder, dispose
from ..support.requirement import requirement
from ..support.turns import turns
from ..support.upgrades import (
    GO,
    SIDES,
    Side,
    expect_upgrade,
    linked,
    raised_by,
    refused_upgrade,
)

both_sides = pytest.mark.parametrize("side", SIDES)


@pytest.mark.parametrize("given", [None, True, object()], ids=["None", "True", "object"])
@requirement(
    "start_tls.context.must_be_sslcontext", api="loop.start_tls", level="documented", since="3.11"
)
async def test_the_context_must_be_an_sslcontext(loop: AbstractEventLoop, given: Any) -> None:
    """The sslcontext must be an SSLContext; anything else is a TypeError; plain text goes on.

    If this fails, look for a context made up where none was given, or for a refusal that
    comes when the transport was already taken over.
    """
    await expect_upgrade(loop)
    async with linked(loop, "client", raw=echo) as link:
        await link.echoed(link.transport, b"ping")
        await raised_by(link.start(sslcontext=given), TypeError, f"start_tls(sslcontext={given!r})")
        echoed = await link.echoed(link.transport, b"pong")

    assert echoed == b"pingpong", (
        f"start_tls(sslcontext={given!r}) was refused, and the plain connection then brought "
        f"{echoed!r} back for b'ping' and b'pong'; expected it to go on working"
    )


@requirement(
    "start_tls.transport.must_be_upgradable", api="loop.start_tls", level="implied", since="3.11"
)
async def test_a_datagram_transport_is_refused(loop: AbstractEventLoop) -> None:
    """A datagram transport is refused with TypeError.

    If this fails, look for a start_tls() that finds out deep inside, with another error,
    that the transport is of the wrong kind.
    """
    await expect_upgrade(loop)
    transport, _ = await loop.create_datagram_endpoint(
        asyncio.DatagramProtocol, local_addr=(IPV4, 0)
    )
    try:
        await raised_by(_start(loop, transport), TypeError, "start_tls() with a datagram transport")
    finally:
        await dispose(transport)


@requirement(
    "start_tls.transport.pipe_is_typeerror", api="loop.start_tls", level="implied", since="3.11"
)
async def test_a_pipe_transport_is_refused(loop: AbstractEventLoop) -> None:
    """A pipe transport is refused with TypeError.

    If this fails, look for a handshake that is begun on whatever has a read end.
    """
    await expect_upgrade(loop)
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb", 0) as pipe, os.fdopen(writing, "wb", 0):
        transport, _ = await loop.connect_read_pipe(Recorder, pipe)
        try:
            await raised_by(_start(loop, transport), TypeError, "start_tls() with a pipe transport")
        finally:
            transport.close()
            await turns()


@requirement(
    "start_tls.transport.object_is_typeerror", api="loop.start_tls", level="implied", since="3.11"
)
async def test_an_object_that_is_no_transport_is_refused(loop: AbstractEventLoop) -> None:
    """An object that is no transport is refused with TypeError.

    If this fails, look for the AttributeError of the first method that is missing.
    """
    await expect_upgrade(loop)

    await raised_by(_start(loop, object()), TypeError, "start_tls() with an object() as transport")


@requirement(
    "start_tls.signature.options_are_keyword_only",
    api="loop.start_tls",
    level="documented",
    since="3.11",
)
async def test_options_are_keyword_only(loop: AbstractEventLoop) -> None:
    """transport, protocol and sslcontext are positional; the options are keywords only.

    If this fails, look for a signature without the asterisk.
    """
    await expect_upgrade(loop, "server")
    async with linked(loop, "server") as link:

        async def upgrade() -> Any:
            start_tls: Any = loop.start_tls  # its types refuse this as well
            link.transport.write(GO)
            return await start_tls(link.transport, link.protocol, link.context, True)

        await raised_by(upgrade(), TypeError, "start_tls() with server_side as fourth argument")


@both_sides
@pytest.mark.parametrize("limit", [0, -1])
@requirement(
    "start_tls.handshake_timeout.must_be_positive",
    api="loop.start_tls",
    level="implied",
    since="3.11",
)
async def test_ssl_handshake_timeout_must_be_positive(
    loop: AbstractEventLoop, side: Side, limit: float
) -> None:
    """An ssl_handshake_timeout of zero or less is a ValueError.

    If this fails, look for `timeout or DEFAULT`, or for a timer that is due at once.
    """
    await expect_upgrade(loop, side)
    async with linked(loop, side) as link:
        doing = f"{link.doing} with ssl_handshake_timeout={limit}"
        await refused_upgrade(link, ValueError, doing, ssl_handshake_timeout=limit)


@both_sides
@requirement(
    "start_tls.shutdown_timeout.must_be_positive",
    api="loop.start_tls",
    level="implied",
    since="3.11",
)
async def test_ssl_shutdown_timeout_must_be_positive(loop: AbstractEventLoop, side: Side) -> None:
    """An ssl_shutdown_timeout of zero is a ValueError.

    If this fails, look for `timeout or DEFAULT`.
    """
    await expect_upgrade(loop, side)
    async with linked(loop, side) as link:
        doing = f"{link.doing} with ssl_shutdown_timeout=0"
        await refused_upgrade(link, ValueError, doing, ssl_shutdown_timeout=0)


async def _start(loop: AbstractEventLoop, transport: Any) -> Any:
    return await loop.start_tls(transport, Recorder(), client_context(), server_hostname=NAME)
