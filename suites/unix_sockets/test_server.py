"""create_unix_server(): where it serves, and what its connections know."""

from __future__ import annotations

import os
import stat
from asyncio import AbstractEventLoop
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ..support.requirement import requirement
from ..support.unix_paths import (
    REFUSALS,
    SERVER,
    abstract_name,
    answer_at,
    bound_at,
    client_at,
    echoed_at,
    expect_unix_server,
    free_path,
    heard_at,
    refused_server,
    serving_at,
)


@requirement(
    "unix_sockets.server.path_str_serves",
    api=SERVER,
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_a_path_is_served(loop: AbstractEventLoop) -> None:
    """A str path becomes a socket file and its clients are served; sockets reports the path.

    If this fails, look for the address that bind() is given.
    """
    with free_path() as path:
        async with serving_at(loop, path) as (server, _):
            is_socket = os.path.exists(path) and stat.S_ISSOCK(os.stat(path).st_mode)
            names = [sock.getsockname() for sock in server.sockets]
            echoed = await echoed_at(path)

    assert is_socket, "create_unix_server(factory, path) made no socket file there; expected one"
    assert echoed == b"ping", (
        f"a client of create_unix_server(factory, path) sent b'ping' and got {echoed!r}; "
        "expected the server's echo"
    )
    assert names == [path], (
        f"server.sockets of create_unix_server(factory, path) report the names {names}; "
        f"expected the path alone, {path!r}"
    )


@pytest.mark.parametrize("kind", [os.fsencode, Path], ids=["bytes", "pathlib"])
@requirement(
    "unix_sockets.server.path_bytes_and_pathlike",
    api=SERVER,
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_a_path_may_be_bytes_or_an_object(
    loop: AbstractEventLoop, kind: Callable[[str], Any]
) -> None:
    """The path may be bytes or a pathlib.Path.

    If this fails, look for a missing os.fspath(), or for a comparison of the path's first
    character with a str.
    """
    with free_path() as path:
        given = kind(path)
        async with serving_at(loop, given):
            echoed = await echoed_at(path)

    assert echoed == b"ping", (
        f"a client of create_unix_server(factory, a path of type {type(given).__name__}) sent "
        f"b'ping' and got {echoed!r}; expected the server's echo"
    )


@requirement(
    "unix_sockets.server.abstract_name",
    api=SERVER,
    level="documented",
    since="3.11",
    platforms=["linux"],
)
async def test_a_name_may_be_abstract(loop: AbstractEventLoop) -> None:
    """A name of Linux's abstract namespace, which begins with NUL, can be served.

    If this fails, look for a path that is taken for a C string, or for a file.
    """
    name = abstract_name()
    async with serving_at(loop, name):
        echoed = await echoed_at(name)

    assert echoed == b"ping", (
        "a client of create_unix_server(factory, an abstract name) sent b'ping' and got "
        f"{echoed!r}; expected the server's echo"
    )


@requirement(
    "unix_sockets.server.sock",
    api=SERVER,
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_a_bound_socket_can_be_served(loop: AbstractEventLoop) -> None:
    """A bound AF_UNIX socket may be given instead of a path.

    If this fails, look for a path that is a required argument, or for a missing listen().
    """
    with free_path() as path, bound_at(path) as sock:
        async with serving_at(loop, sock=sock):
            echoed = await echoed_at(path)

    assert echoed == b"ping", (
        "a client of create_unix_server(factory, sock=a bound socket) sent b'ping' and got "
        f"{echoed!r}; expected the server's echo"
    )


@requirement(
    "unix_sockets.server.start_serving_false",
    api=SERVER,
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_a_server_can_be_started_later(loop: AbstractEventLoop) -> None:
    """With start_serving=False clients are refused until start_serving() was awaited.

    If this fails, look for a listen() that comes together with bind().
    """
    with free_path() as path:
        async with serving_at(loop, path, start_serving=False) as (server, _):
            before = answer_at(path)
            await server.start_serving()
            after = await echoed_at(path)

    assert before in REFUSALS, (
        f"before start_serving() a client of create_unix_server(start_serving=False) met {before}; "
        f"expected {' or '.join(REFUSALS)}"
    )
    assert after == b"ping", (
        f"after start_serving() a client sent b'ping' and got {after!r}; expected the server's echo"
    )


@requirement(
    "unix_sockets.server.peername_of_unnamed_client",
    api=SERVER,
    level="implied",
    since="3.11",
    platforms=["unix"],
    doc="library/asyncio-protocol.html#asyncio.BaseTransport.get_extra_info",
)
async def test_an_unnamed_client_has_an_empty_name(loop: AbstractEventLoop) -> None:
    """The peername of a client without a name is empty, and the sockname is the path.

    If this fails, look for an empty address that is taken for a missing one, or for
    addresses that are taken apart as host and port.
    """
    with free_path() as path:
        async with serving_at(loop, path) as (_, made):
            with client_at(path) as client:
                client.sendall(b"ping")
                echoed = await heard_at(client, 4)
                transport = made[0].transport if made else None
                names = [
                    transport.get_extra_info(name) if transport is not None else "no transport"
                    for name in ("peername", "sockname")
                ]

    assert (names, echoed) == (["", path], b"ping"), (
        f"peername and sockname of a Unix server's client without a name are {names}, its echo was "
        f"{echoed!r}; expected the empty name and the server's path {path!r}, and b'ping'"
    )


@requirement(
    "unix_sockets.server.stale_socket_file_is_replaced",
    api=SERVER,
    level="interop",
    since="3.11",
    platforms=["unix"],
    libraries=["aiohttp"],
)
async def test_a_stale_socket_file_is_replaced(loop: AbstractEventLoop) -> None:
    """A socket file that nobody serves any more is replaced.

    If this fails, look for a bind() without a look at what a program that ended has left.
    aiohttp's UnixSite is restarted on the same path.
    """
    with free_path() as path:
        with bound_at(path):
            pass  # the file stays
        async with serving_at(loop, path):
            echoed = await echoed_at(path)

    assert echoed == b"ping", (
        f"create_unix_server() at a stale socket file: a client sent b'ping' and got {echoed!r}; "
        "expected the server's echo"
    )


@requirement(
    "unix_sockets.server.regular_file_is_not_touched",
    api=SERVER,
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_an_ordinary_file_is_left_alone(loop: AbstractEventLoop) -> None:
    """Where an ordinary file is at the path, the call raises OSError and leaves it alone.

    If this fails, look for an unlink() without a look at what kind of file it removes.
    """
    doing = "create_unix_server() at the path of an ordinary file"
    refusal: AssertionError | None = None
    with free_path() as path:
        Path(path).write_text("precious")
        try:
            await refused_server(loop, OSError, doing, path)
        except AssertionError as error:  # what became of the file is more serious
            refusal = error
        left = Path(path).read_text() if os.path.isfile(path) else "no ordinary file"

    assert left == "precious", f"{doing} left {left!r} there; expected the file with its content"
    if refusal is not None:
        raise refusal
    await expect_unix_server(loop)


@requirement(
    "unix_sockets.server.missing_directory_is_oserror",
    api=SERVER,
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_a_missing_directory_is_an_error(loop: AbstractEventLoop) -> None:
    """A path in a directory that does not exist raises OSError.

    If this fails, look for directories that are made on the way.
    """
    with free_path() as folder:
        path = os.path.join(folder, "s")
        await refused_server(loop, OSError, "create_unix_server() in a missing directory", path)

    await expect_unix_server(loop)
