"""sock_accept(): taking connections from a listening socket."""

from __future__ import annotations

import socket
from asyncio import AbstractEventLoop
from contextlib import ExitStack
from typing import Any

from ..support.listeners import bound, is_untouched, listening
from ..support.plain_sockets import cancelled, close_accepted, error_of, result_of, waiting
from ..support.requirement import requirement
from ..support.turns import turns
from ..support.unix_paths import free_path, listening_at

IDLE = "sock_accept() with no client"


@requirement(
    "sock_methods.accept.returns_socket_and_address",
    api="loop.sock_accept",
    level="documented",
    since="3.11",
)
async def test_it_returns_a_socket_and_an_address(loop: AbstractEventLoop) -> None:
    """The result is the client's connection, a non-blocking socket object, and its address.

    If this fails, look for a bare descriptor that is handed on, or for a connection that
    is left blocking, as accept() makes it.
    """
    doing = "sock_accept() with a client waiting"
    with listening() as listener, client_of(listener) as client:
        accepted = await result_of(loop.sock_accept(listener), doing, "a pair")
        seen = (description(accepted), accepted[1])
        close_accepted(accepted)
        expected = ((client.getsockname(), 0), client.getsockname())

    assert seen == expected, (
        f"{doing} returned {accepted!r}; its connection's peer and timeout, and the address, are "
        f"{seen}; expected {expected}"
    )


@requirement("sock_methods.accept.waits", api="loop.sock_accept", level="documented", since="3.11")
async def test_it_waits_for_a_client(loop: AbstractEventLoop) -> None:
    """Without a client the call waits for one.

    If this fails, look for a BlockingIOError that is passed on, or for a waiting call that
    nobody wakes.
    """
    doing = "sock_accept(), waiting when a client came,"
    with listening() as listener:
        call = await waiting(loop.sock_accept(listener), IDLE)
        with client_of(listener) as client:
            accepted = await result_of(call, doing, "its connection")
            close_accepted(accepted)
            expected = client.getsockname()

    assert accepted[1] == expected, f"{doing} returned {accepted!r}; expected {expected} in it"


@requirement(
    "sock_methods.accept.one_connection_per_call",
    api="loop.sock_accept",
    level="documented",
    since="3.11",
)
async def test_each_call_takes_one_client(loop: AbstractEventLoop) -> None:
    """Each call takes one client, and a further call waits.

    If this fails, look for a loop that accepts all who wait, and forgets the others.
    """
    taken = []
    with listening() as listener, ExitStack() as clients:
        names = [clients.enter_context(client_of(listener)).getsockname() for _ in range(3)]
        for number in range(1, 4):
            doing = f"sock_accept(), call {number} with three clients,"
            accepted = await result_of(loop.sock_accept(listener), doing, "a connection")
            taken.append(accepted[1])
            close_accepted(accepted)
        further = await waiting(loop.sock_accept(listener), "sock_accept() after three clients")
        await cancelled(further, IDLE)

    assert sorted(taken) == sorted(names), (
        f"three calls of sock_accept() took the clients {taken}; expected {names}, in any order"
    )


@requirement(
    "sock_methods.accept.cancel_loses_no_connection",
    api="loop.sock_accept",
    level="implied",
    since="3.11",
)
async def test_a_cancel_loses_no_client(loop: AbstractEventLoop) -> None:
    """A client that arrives after a call was cancelled is taken by the next one.

    If this fails, look for a reader that outlives its call, and accepts for nobody.
    """
    doing = "sock_accept(), called after a cancelled one and a client,"
    with listening() as listener:
        call = await waiting(loop.sock_accept(listener), IDLE)
        await cancelled(call, IDLE)
        with client_of(listener) as client:
            await turns()
            accepted = await result_of(loop.sock_accept(listener), doing, "its connection")
            close_accepted(accepted)
            expected = client.getsockname()

    assert accepted[1] == expected, f"{doing} returned {accepted!r}; expected {expected} in it"


@requirement(
    "sock_methods.accept.not_listening_is_oserror",
    api="loop.sock_accept",
    level="implied",
    since="3.11",
)
async def test_a_socket_that_does_not_listen_is_refused(loop: AbstractEventLoop) -> None:
    """A socket that does not listen raises OSError.

    If this fails, look for errors of accept() that are taken for no client yet, or for a
    wait that comes before the first attempt.
    """
    with bound() as sock:
        await error_of(
            lambda: loop.sock_accept(sock), OSError, "sock_accept() of a socket not listening"
        )

        sock.listen()
        with client_of(sock):
            doing = "sock_accept(), the same socket listening now,"
            close_accepted(await result_of(loop.sock_accept(sock), doing, "a connection"))


@requirement(
    "sock_methods.accept.unix",
    api="loop.sock_accept",
    level="implied",
    since="3.11",
    platforms=("unix",),
)
async def test_unix_listeners_work(loop: AbstractEventLoop) -> None:
    """A Unix listener gives a connection, and "" as the address of a client without a name.

    If this fails, look for a loop that unpacks addresses, or takes an empty one for none.
    """
    doing = "sock_accept() of a Unix listener"
    with free_path() as path, listening_at(path) as listener, unix_client(path):
        accepted = await result_of(loop.sock_accept(listener), doing, "a pair")
        close_accepted(accepted)

    assert accepted[1] == "", f"{doing} returned {accepted!r}; expected a connection and ''"


def client_of(listener: socket.socket) -> socket.socket:
    """A client whose connection waits in the listener's queue."""
    client = socket.create_connection(listener.getsockname(), 2)
    assert not is_untouched(listener, 2), "no connection in the queue; expected the client's"
    return client


def unix_client(path: str) -> socket.socket:
    """The same at the path of a Unix socket."""
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.connect(path)
    return client


def description(accepted: Any) -> Any:
    """The peer and the timeout of an accepted connection; its repr() where it is no socket."""
    try:
        return accepted[0].getpeername(), accepted[0].gettimeout()
    except AttributeError:
        return repr(accepted[0])
