"""create_unix_connection(): arguments that are missing, too many or of the wrong kind."""

from __future__ import annotations

import socket
from asyncio import AbstractEventLoop

from ..support.connecting import opened
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.unix_paths import (
    CONNECTION,
    expect_unix_connection,
    free_path,
    listening_at,
    refused_connection,
    unix_pair,
)


async def expect_given_socket(loop: AbstractEventLoop) -> None:
    """Connect over a given Unix stream socket and put it away: a control, no promise."""
    with unix_pair() as (sock, _):
        doing = "create_unix_connection(factory, sock=a Unix stream socket)"
        async with opened(loop.create_unix_connection(Recorder, sock=sock), doing):
            pass


@requirement(
    "unix_sockets.connection.args.nothing_is_valueerror",
    api=CONNECTION,
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_path_or_sock_is_needed(loop: AbstractEventLoop) -> None:
    """A call with neither path nor sock raises ValueError.

    If this fails, look for a path that is a required argument, or for None that is
    handed to connect().
    """
    await refused_connection(loop, ValueError, "create_unix_connection(factory)")

    await expect_unix_connection(loop)


@requirement(
    "unix_sockets.connection.args.path_and_sock_is_valueerror",
    api=CONNECTION,
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_path_and_sock_exclude_each_other(loop: AbstractEventLoop) -> None:
    """A call with both path and sock raises ValueError.

    If this fails, look for one of the two that is silently preferred.
    """
    doing = "create_unix_connection(factory, path, sock=...)"
    with free_path() as path, listening_at(path), unix_pair() as (sock, _):
        await refused_connection(loop, ValueError, doing, path, sock=sock)

    await expect_unix_connection(loop)
    await expect_given_socket(loop)


@requirement(
    "unix_sockets.connection.args.inet_sock_is_valueerror",
    api=CONNECTION,
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_an_internet_socket_is_refused(loop: AbstractEventLoop) -> None:
    """An AF_INET socket given as sock raises ValueError.

    If this fails, look for a given socket whose family nobody looks at.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        doing = "create_unix_connection(factory, sock=an AF_INET socket)"
        await refused_connection(loop, ValueError, doing, sock=sock)

    await expect_given_socket(loop)


@requirement(
    "unix_sockets.connection.args.dgram_sock_is_valueerror",
    api=CONNECTION,
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_a_datagram_socket_is_refused(loop: AbstractEventLoop) -> None:
    """A Unix datagram socket given as sock raises ValueError.

    If this fails, look for a given socket whose type nobody looks at.
    """
    ours, peer = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with ours, peer:
        doing = "create_unix_connection(factory, sock=a Unix datagram socket)"
        await refused_connection(loop, ValueError, doing, sock=ours)

    await expect_given_socket(loop)


@requirement(
    "unix_sockets.connection.args.server_hostname_without_ssl",
    api=CONNECTION,
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_server_hostname_needs_ssl(loop: AbstractEventLoop) -> None:
    """server_hostname without ssl raises ValueError.

    If this fails, look for an argument that is only read where ssl is given: the caller
    believes in a verified connection that is plain text.
    """
    with free_path() as path, listening_at(path):
        doing = "create_unix_connection(factory, path, server_hostname='x') without ssl"
        await refused_connection(loop, ValueError, doing, path, server_hostname="x")

    await expect_unix_connection(loop)
