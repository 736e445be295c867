"""create_unix_connection(ssl=...): TLS over a Unix socket."""

from __future__ import annotations

import asyncio
import ssl
from asyncio import AbstractEventLoop
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from ..support.certificates import NAME, client_context, server_context, unverified_context
from ..support.connecting import opened
from ..support.conversations import echo
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.tls_peers import TlsPeer, until_set
from ..support.tls_sessions import heard
from ..support.unix_paths import (
    CONNECTION,
    caller_of,
    free_path,
    listening_at,
    refused_connection,
)


@asynccontextmanager
async def talking_tls(
    loop: AbstractEventLoop, context: ssl.SSLContext, doing: str, **options: Any
) -> AsyncIterator[tuple[asyncio.Transport, Recorder, TlsPeer]]:
    """A connection to a path at which a TLS server echoes, and that server's end."""
    with free_path() as path, listening_at(path) as listener:
        call = asyncio.ensure_future(
            loop.create_unix_connection(Recorder, path, ssl=context, **options)
        )
        with TlsPeer(await caller_of(listener, call, doing), server_context(), echo) as peer:
            async with opened(call, doing) as (transport, protocol):
                yield transport, protocol, peer


async def expect_tls(loop: AbstractEventLoop, **options: float) -> None:
    """Make a TLS connection with these options and put it away: a control, no promise."""
    shown = "".join(f", {name}=..." for name in options)
    doing = f"create_unix_connection(factory, path, ssl=..., server_hostname=...{shown})"
    given: dict[str, Any] = {"server_hostname": NAME} | options
    async with talking_tls(loop, client_context(), doing, **given) as (_, _, peer):
        shaken = await until_set(peer.shaken)
    assert shaken, f"{doing} made no TLS session; expected one, all being in order this time"


@requirement(
    "unix_sockets.connection.tls",
    api=CONNECTION,
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_ssl_runs_tls_over_the_path(loop: AbstractEventLoop) -> None:
    """With ssl and server_hostname the connection to a path is one of TLS.

    If this fails, look for options of TLS that only create_connection() hands on.
    """
    doing = "create_unix_connection(factory, path, ssl=context, server_hostname=name)"
    options = {"server_hostname": NAME}
    async with talking_tls(loop, client_context(), doing, **options) as (transport, protocol, _):
        transport.write(b"ping")
        received = await heard(protocol, 4)

    assert received == b"ping", (
        f"over {doing} the echo of a TLS server to b'ping' arrived as {received!r}; "
        "expected b'ping'"
    )


@requirement(
    "unix_sockets.connection.tls_empty_server_hostname",
    api=CONNECTION,
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_an_empty_server_hostname_is_a_name(loop: AbstractEventLoop) -> None:
    """server_hostname='' is accepted with a context that does not check names.

    If this fails, look for a test of server_hostname's truth where None is meant.
    """
    doing = "create_unix_connection(factory, path, ssl=context, server_hostname='')"
    options = {"server_hostname": ""}
    async with talking_tls(loop, unverified_context(), doing, **options) as (_, _, peer):
        shaken = await until_set(peer.shaken)

    assert shaken, (
        f"{doing} returned, and the server's handshake ended with {peer.handshake_error!r}; "
        "expected a TLS session"
    )


@requirement(
    "unix_sockets.connection.args.ssl_needs_server_hostname",
    api=CONNECTION,
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_ssl_needs_a_server_hostname(loop: AbstractEventLoop) -> None:
    """TLS without server_hostname raises ValueError, as there is no host to default to.

    If this fails, look for the path, or the empty name, in the host's place.
    """
    with free_path() as path, listening_at(path):
        doing = "create_unix_connection(factory, path, ssl=context) without server_hostname"
        await refused_connection(loop, ValueError, doing, path, ssl=client_context())

    await expect_tls(loop)


@requirement(
    "unix_sockets.connection.args.handshake_timeout_without_ssl",
    api=CONNECTION,
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_ssl_handshake_timeout_needs_ssl(loop: AbstractEventLoop) -> None:
    """ssl_handshake_timeout without ssl raises ValueError.

    If this fails, look for an argument that is only read where ssl is given.
    """
    with free_path() as path, listening_at(path):
        doing = "create_unix_connection(factory, path, ssl_handshake_timeout=1) without ssl"
        await refused_connection(loop, ValueError, doing, path, ssl_handshake_timeout=1)

    await expect_tls(loop, ssl_handshake_timeout=30)


@requirement(
    "unix_sockets.connection.args.shutdown_timeout_without_ssl",
    api=CONNECTION,
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_ssl_shutdown_timeout_needs_ssl(loop: AbstractEventLoop) -> None:
    """ssl_shutdown_timeout without ssl raises ValueError.

    If this fails, look for an argument that is only read where ssl is given.
    """
    with free_path() as path, listening_at(path):
        doing = "create_unix_connection(factory, path, ssl_shutdown_timeout=1) without ssl"
        await refused_connection(loop, ValueError, doing, path, ssl_shutdown_timeout=1)

    await expect_tls(loop, ssl_shutdown_timeout=30)
