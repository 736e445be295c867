"""create_unix_server(): what is left of a server that was closed."""

from __future__ import annotations

import asyncio
import os
from asyncio import AbstractEventLoop

from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.sockets import Reports
from ..support.tls_peers import PATIENCE
from ..support.tls_sessions import soon
from ..support.turns import turns
from ..support.unix_paths import (
    REFUSALS,
    SERVER,
    abstract_name,
    answer_at,
    bound_at,
    client_at,
    closed,
    free_path,
    heard_at,
    listening_at,
    serving_at,
)

CLOSE = "library/asyncio-eventloop.html#asyncio.Server.close"
WAIT_CLOSED = "library/asyncio-eventloop.html#asyncio.Server.wait_closed"


@requirement(
    "unix_sockets.server.close_refuses",
    api=SERVER,
    level="documented",
    since="3.11",
    platforms=["unix"],
    doc=CLOSE,
)
async def test_a_closed_server_refuses_clients(loop: AbstractEventLoop) -> None:
    """When a server is closed, clients fail to connect.

    If this fails, look for a listening descriptor that stays open: the kernel goes on to
    complete connects to it.
    """
    with free_path() as path:
        async with serving_at(loop, path) as (server, _):
            before = answer_at(path)
            await closed(server)
            after = answer_at(path)

    assert before == "a listener", (
        f"a client of create_unix_server() met {before} at its path; expected a listener"
    )
    assert after in REFUSALS, (
        f"after close() and wait_closed() a client met {after} at the path; "
        f"expected {' or '.join(REFUSALS)}"
    )


@requirement(
    "unix_sockets.server.cleanup_removes_path",
    api=SERVER,
    level="documented",
    since="3.13",
    platforms=["unix"],
)
async def test_closing_removes_the_socket_file(loop: AbstractEventLoop) -> None:
    """By default, closing the server removes its socket file.

    If this fails, look for cleanup_socket, which is True unless it was given.
    """
    with free_path() as path:
        async with serving_at(loop, path) as (server, _):
            before = os.path.exists(path)
            await closed(server)
            after = os.path.exists(path)

    assert (before, after) == (True, False), (
        f"the socket file of create_unix_server() is there: before close() {before}, after it "
        f"{after}; expected it to be there and then to be removed"
    )


@requirement(
    "unix_sockets.server.cleanup_given_sock",
    api=SERVER,
    level="implied",
    since="3.13",
    platforms=["unix"],
)
async def test_closing_removes_the_file_of_a_given_socket(loop: AbstractEventLoop) -> None:
    """By default, closing the server removes the socket file of a given socket as well.

    If this fails, look for a file that is remembered only where the loop binds itself.
    """
    with free_path() as path, bound_at(path) as sock:
        async with serving_at(loop, sock=sock) as (server, _):
            before = answer_at(path)
            await closed(server)
            after = os.path.exists(path)

    assert (before, after) == ("a listener", False), (
        f"create_unix_server(sock=...) put {before} at the socket's path, and whether its file was "
        f"there after close() is {after}; expected a listener and then the file to be removed"
    )


@requirement(
    "unix_sockets.server.cleanup_can_be_disabled",
    api=SERVER,
    level="documented",
    since="3.13",
    platforms=["unix"],
)
async def test_the_socket_file_can_be_kept(loop: AbstractEventLoop) -> None:
    """With cleanup_socket=False the socket file stays when the server is closed.

    If this fails, look for a file that is removed whatever cleanup_socket says.
    """
    with free_path() as path:
        async with serving_at(loop, path, cleanup_socket=False) as (server, _):
            before = answer_at(path)
            await closed(server)
            after = answer_at(path)

    assert (before, after) == ("a listener", "ConnectionRefusedError"), (
        f"at the path of create_unix_server(cleanup_socket=False) a client met {before}, and "
        f"{after} after close(); expected a listener, and then the file of a closed socket, "
        "which is ConnectionRefusedError"
    )


@requirement(
    "unix_sockets.server.cleanup_spares_replaced_path",
    api=SERVER,
    level="documented",
    since="3.13",
    platforms=["unix"],
)
async def test_a_file_that_took_the_place_is_spared(loop: AbstractEventLoop) -> None:
    """A socket file that replaced the server's own is not removed when the server is closed.

    If this fails, look for a file that is removed by its name: compare inodes.
    """
    with free_path() as path, free_path() as elsewhere:
        async with serving_at(loop, path) as (server, _):
            os.rename(path, elsewhere)
            with listening_at(path):
                await closed(server)
                own, others = answer_at(elsewhere), answer_at(path)

    assert own in REFUSALS, (
        f"after close() a client of the server, whose file was renamed, met {own}; "
        f"expected {' or '.join(REFUSALS)}"
    )
    assert others == "a listener", (
        f"another listener took the server's path, and after the server's close() a client met "
        f"{others} there; expected that listener, its file not being the server's"
    )


@requirement(
    "unix_sockets.server.cleanup_tolerates_missing_path",
    api=SERVER,
    level="implied",
    since="3.13",
    platforms=["unix"],
)
async def test_a_file_that_is_gone_is_no_error(loop: AbstractEventLoop) -> None:
    """Closing a server whose socket file is gone already raises and reports nothing.

    If this fails, look for an unlink() or a stat() outside of a try.
    """
    reports = Reports(loop)
    with free_path() as path, free_path() as elsewhere:
        async with serving_at(loop, path) as (server, _):
            os.rename(path, elsewhere)
            await _close_without_error(server, "whose socket file was gone")
            answer = answer_at(elsewhere)

    reports.expect_none("when a Unix server was closed whose socket file was gone")
    assert answer in REFUSALS, (
        f"after close() of a server whose file was renamed a client met {answer} at the new name; "
        f"expected {' or '.join(REFUSALS)}"
    )


@requirement(
    "unix_sockets.server.cleanup_of_abstract_name",
    api=SERVER,
    level="implied",
    since="3.13",
    platforms=["linux"],
)
async def test_an_abstract_name_needs_no_removal(loop: AbstractEventLoop) -> None:
    """Closing a server with an abstract name, which is no file, raises and reports nothing.

    If this fails, look for a name that is taken for a file's and handed to stat(), which
    raises ValueError for a NUL.
    """
    reports, name = Reports(loop), abstract_name()
    async with serving_at(loop, name) as (server, _):
        before = answer_at(name)
        await _close_without_error(server, "with an abstract name")
        after = answer_at(name)

    reports.expect_none("when a Unix server with an abstract name was closed")
    assert (before, after) == ("a listener", "ConnectionRefusedError"), (
        f"at the abstract name of create_unix_server() a client met {before}, and {after} after "
        "close(); expected a listener and then ConnectionRefusedError"
    )


@requirement(
    "unix_sockets.server.path_left_in_place_before_313",
    api=SERVER,
    level="implied",
    since="3.11",
    until="3.13",
    platforms=["unix"],
)
async def test_the_socket_file_stays_before_python_3_13(loop: AbstractEventLoop) -> None:
    """Before Python 3.13 closing the server leaves its socket file in place.

    If this fails, look for the removal of 3.13 in a loop that runs on an older Python.
    """
    with free_path() as path:
        async with serving_at(loop, path) as (server, _):
            before = answer_at(path)
            await closed(server)
            after = answer_at(path)

    assert (before, after) == ("a listener", "ConnectionRefusedError"), (
        f"at the path of create_unix_server() a client met {before}, and {after} after close(); "
        "expected a listener, and then the file of a closed socket, which is "
        "ConnectionRefusedError"
    )


@requirement(
    "unix_sockets.server.wait_closed_waits_for_clients",
    api=SERVER,
    level="documented",
    since="3.12",
    platforms=["unix"],
    doc=WAIT_CLOSED,
)
async def test_wait_closed_waits_for_clients(loop: AbstractEventLoop) -> None:
    """wait_closed() of a closed Unix server is over when its last client's connection is.

    If this fails, look for connections that the server does not count, or does not
    strike off when they are lost.
    """
    with free_path() as path:
        async with serving_at(loop, path) as (server, made):
            with client_at(path) as client:
                client.sendall(b"ping")
                echoed = await heard_at(client, 4)
                server.close()
                waiting = asyncio.ensure_future(server.wait_closed())
                await turns()
                early = waiting.done()
            connection = made[0] if made else Recorder()
            await soon(connection, lambda: "connection_lost" in connection.calls)
            await asyncio.wait({waiting}, timeout=PATIENCE)
            late = waiting.done()

    assert (echoed, early) == (b"ping", False), (
        f"a client of a Unix server sent b'ping' and got {echoed!r}; with it connected, whether "
        f"wait_closed() was over after close() is {early}; expected b'ping' and False"
    )
    assert late, (
        "wait_closed() of a closed Unix server was pending when its only client had gone; "
        "expected it to return"
    )


async def _close_without_error(server: asyncio.AbstractServer, which: str) -> None:
    try:
        await closed(server)
    except Exception as error:
        raise AssertionError(
            f"close() of a Unix server {which} raised {error!r}; expected nothing of it"
        ) from error
