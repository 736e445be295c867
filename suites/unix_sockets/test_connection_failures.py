"""create_unix_connection() where nobody answers: what it raises and what it leaves."""

from __future__ import annotations

from asyncio import AbstractEventLoop

from ..support.requirement import requirement
from ..support.sockets import CountedFactory, descriptors, without_collection
from ..support.turns import turns
from ..support.unix_paths import (
    CONNECTION,
    bound_at,
    expect_unix_connection,
    free_path,
    refused_connection,
)


@requirement(
    "unix_sockets.connection.missing_path_is_filenotfound",
    api=CONNECTION,
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_a_missing_path_is_not_found(loop: AbstractEventLoop) -> None:
    """A path where no file is raises FileNotFoundError.

    If this fails, look for errors of connect() that become one class.
    """
    doing = "create_unix_connection(factory, a missing path)"

    with free_path() as path:
        await refused_connection(loop, FileNotFoundError, doing, path)

    await expect_unix_connection(loop)


@requirement(
    "unix_sockets.connection.failure_makes_no_protocol",
    api=CONNECTION,
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_a_failed_connect_makes_no_protocol(loop: AbstractEventLoop) -> None:
    """A connect that fails does not call the factory: a protocol is made for a connection.

    If this fails, look for a factory that is called before the socket is connected, as
    the manual's order for create_connection() has it.
    """
    factory = CountedFactory()
    doing = "create_unix_connection(factory, a missing path)"

    with free_path() as path:
        await refused_connection(loop, Exception, doing, path, factory=factory)
    await expect_unix_connection(loop)

    assert factory.calls == 0, (
        f"{doing} called the factory {factory.calls} times; expected no protocol to be made"
    )


@requirement(
    "unix_sockets.connection.nobody_listening_is_refused",
    api=CONNECTION,
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_a_socket_file_without_listener_refuses(loop: AbstractEventLoop) -> None:
    """A socket file at which nobody listens raises ConnectionRefusedError.

    If this fails, look for a connect() whose error is waited for on the descriptor: over
    Unix sockets it comes at once.
    """
    with free_path() as path:
        with bound_at(path):
            pass  # the file stays
        doing = "create_unix_connection(factory, the file of a closed socket)"

        await refused_connection(loop, ConnectionRefusedError, doing, path)

    await expect_unix_connection(loop)


@requirement(
    "unix_sockets.connection.failure_leaks_nothing",
    api=CONNECTION,
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_a_failed_connect_closes_its_socket(loop: AbstractEventLoop) -> None:
    """A connect that fails leaves no descriptor open.

    If this fails, look for a socket that is left to the garbage collector when connect()
    raises.
    """
    doing = "create_unix_connection(factory, a missing path)"
    with free_path() as path, without_collection():
        kept = [await refused_connection(loop, OSError, doing, path)]  # may fill a cache
        await turns()
        before = descriptors()
        kept += [await refused_connection(loop, OSError, doing, path) for _ in range(3)]
        await turns()
        after = descriptors()
    await expect_unix_connection(loop)

    assert after == before, (
        f"three failed calls of {doing} left {after - before} descriptors more than before; "
        f"expected none, with the {len(kept)} exceptions still held"
    )
