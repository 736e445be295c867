"""create_unix_server(): arguments that are missing, too many or of the wrong kind."""

from __future__ import annotations

import socket
from asyncio import AbstractEventLoop

from ..support.requirement import requirement
from ..support.unix_paths import (
    SERVER,
    bound_at,
    expect_unix_server,
    free_path,
    refused_server,
    serving_at,
)


async def expect_given_socket(loop: AbstractEventLoop) -> None:
    """Serve on a given Unix stream socket and put it away: a control, no promise."""
    with free_path() as path, bound_at(path) as sock:
        async with serving_at(loop, sock=sock):
            pass


@requirement(
    "unix_sockets.server.args.nothing_is_valueerror",
    api=SERVER,
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_path_or_sock_is_needed(loop: AbstractEventLoop) -> None:
    """A call with neither path nor sock raises ValueError.

    If this fails, look for a path that is a required argument, or for a server on a
    socket without a name, which nobody can reach.
    """
    await refused_server(loop, ValueError, "create_unix_server(factory)")

    await expect_unix_server(loop)


@requirement(
    "unix_sockets.server.args.path_and_sock_is_valueerror",
    api=SERVER,
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_path_and_sock_exclude_each_other(loop: AbstractEventLoop) -> None:
    """A call with both path and sock raises ValueError.

    If this fails, look for one of the two that is silently preferred.
    """
    doing = "create_unix_server(factory, path, sock=...)"
    with free_path() as path, free_path() as other, bound_at(other) as sock:
        await refused_server(loop, ValueError, doing, path, sock=sock)

    await expect_unix_server(loop)
    await expect_given_socket(loop)


@requirement(
    "unix_sockets.server.args.inet_sock_is_valueerror",
    api=SERVER,
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_an_internet_socket_is_refused(loop: AbstractEventLoop) -> None:
    """An AF_INET socket given as sock raises ValueError.

    If this fails, look for a given socket whose family nobody looks at.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        doing = "create_unix_server(factory, sock=an AF_INET socket)"
        await refused_server(loop, ValueError, doing, sock=sock)

    await expect_given_socket(loop)


@requirement(
    "unix_sockets.server.args.dgram_sock_is_valueerror",
    api=SERVER,
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_a_datagram_socket_is_refused(loop: AbstractEventLoop) -> None:
    """A Unix datagram socket given as sock raises ValueError.

    If this fails, look for a given socket whose type nobody looks at: listen() fails for
    it with an OSError only.
    """
    with free_path() as path, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(path)
        doing = "create_unix_server(factory, sock=a Unix datagram socket)"
        await refused_server(loop, ValueError, doing, sock=sock)

    await expect_given_socket(loop)


@requirement(
    "unix_sockets.server.args.ssl_true_is_typeerror",
    api=SERVER,
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_a_server_needs_a_context(loop: AbstractEventLoop) -> None:
    """ssl=True is refused: there is no default certificate for a server.

    The manual names no class: asyncio's own TypeError or a ValueError will do. If this
    fails, look for a default context that is made for servers as for clients.
    """
    with free_path() as path:
        doing = "create_unix_server(factory, path, ssl=True)"
        await refused_server(loop, (TypeError, ValueError), doing, path, ssl=True)

    await expect_unix_server(loop)


@requirement(
    "unix_sockets.server.args.handshake_timeout_without_ssl",
    api=SERVER,
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_ssl_handshake_timeout_needs_ssl(loop: AbstractEventLoop) -> None:
    """ssl_handshake_timeout without ssl raises ValueError.

    If this fails, look for an argument that is only read where ssl is given.
    """
    with free_path() as path:
        doing = "create_unix_server(factory, path, ssl_handshake_timeout=1) without ssl"
        await refused_server(loop, ValueError, doing, path, ssl_handshake_timeout=1)

    await expect_unix_server(loop)


@requirement(
    "unix_sockets.server.args.shutdown_timeout_without_ssl",
    api=SERVER,
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_ssl_shutdown_timeout_needs_ssl(loop: AbstractEventLoop) -> None:
    """ssl_shutdown_timeout without ssl raises ValueError.

    If this fails, look for an argument that is only read where ssl is given.
    """
    with free_path() as path:
        doing = "create_unix_server(factory, path, ssl_shutdown_timeout=1) without ssl"
        await refused_server(loop, ValueError, doing, path, ssl_shutdown_timeout=1)

    await expect_unix_server(loop)
