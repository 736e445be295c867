"""create_server(): options of the sockets, and how many clients may wait."""

from __future__ import annotations

import errno
import select
import socket
import sys
from asyncio import AbstractEventLoop
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from ..support.expect import not_observable
from ..support.listeners import IPV4, LIMIT
from ..support.machine import needs_descriptors
from ..support.requirement import requirement
from ..support.serving import hosting
from ..support.sockets import exposed_socket
from ..support.turns import turns

API = "loop.create_server"
REUSE_PORT: int = getattr(socket, "SO_REUSEPORT", -1)
"""The option, on platforms that have it; no check asks for it elsewhere."""


@contextmanager
def connecting(address: Any, count: int) -> Iterator[list[socket.socket]]:
    """That many connects begun at once; gives those that the kernel has completed."""
    with ExitStack() as stack:
        clients = [
            stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
            for _ in range(count)
        ]
        for client in clients:
            client.setblocking(False)
            client.connect_ex(address)
        yield [client for client in clients if select.select([], [client], [], 0)[1]]


@requirement(
    "servers.create_server.reuse_address_defaults_on",
    api=API,
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_reuse_address_is_on_by_default(loop: AbstractEventLoop) -> None:
    """On POSIX systems listeners have SO_REUSEADDR on, unless told otherwise.

    If this fails, look for a default of reuse_address that is False or the system's own.
    """
    async with hosting(loop) as hosted:
        option = hosted.server.sockets[0].getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR)

    assert option, (
        f"SO_REUSEADDR of a listener of create_server() is {option}; expected it on by default"
    )


@requirement("servers.create_server.reuse_address_false", api=API, level="documented", since="3.11")
async def test_reuse_address_false_leaves_the_option_off(loop: AbstractEventLoop) -> None:
    """reuse_address=False leaves SO_REUSEADDR off.

    If this fails, look for False being taken for None, the default.
    """
    async with hosting(loop, reuse_address=False) as hosted:
        option = hosted.server.sockets[0].getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR)

    assert not option, (
        f"SO_REUSEADDR of a listener of create_server(reuse_address=False) is {option}; "
        "expected it off"
    )


@requirement(
    "servers.create_server.rebinds_after_time_wait",
    api=API,
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_a_port_can_be_bound_again_while_connections_fade(loop: AbstractEventLoop) -> None:
    """A port can be bound again right after a server whose connections ended was closed.

    If this fails, look for SO_REUSEADDR: the side that closes first keeps its address in
    TIME_WAIT for a minute, in which nobody binds it without the option.
    """
    address = _fading_address()
    fading = _errno_of_bind(address) == errno.EADDRINUSE

    try:
        async with hosting(loop, *address) as again:
            outcome = f"bound {again.address}"
    except OSError as error:
        outcome = f"raised {error!r}"

    assert fading, (
        "on this machine a port with a connection in TIME_WAIT can be bound without SO_REUSEADDR; "
        "expected one that can't, to judge with"
    )
    assert outcome == f"bound {address}", (
        f"create_server() for the port of another server closed just before, with a connection in "
        f"TIME_WAIT, {outcome}; expected it to bind"
    )


def _fading_address() -> Any:
    """Where a server that is no loop's has just closed, with its connections first."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((IPV4, 0))
        listener.listen()
        with socket.create_connection(listener.getsockname(), LIMIT) as client:
            listener.accept()[0].close()
            client.recv(1)
        return listener.getsockname()


def _errno_of_bind(address: Any) -> int | None:
    """What an attempt to bind without any option ends with; None where it succeeds."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        try:
            sock.bind(address)
        except OSError as error:
            return error.errno
    return None


@requirement(
    "servers.create_server.reuse_port",
    api=API,
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_servers_with_reuse_port_share_a_port(loop: AbstractEventLoop) -> None:
    """reuse_port=True sets SO_REUSEPORT, so that two servers can share a port.

    If this fails, look for a flag that is accepted and never used, or used after bind().
    """
    shares = False
    async with hosting(loop, reuse_port=True) as first:
        option = first.server.sockets[0].getsockopt(socket.SOL_SOCKET, REUSE_PORT)
        try:
            async with hosting(loop, *first.address, reuse_port=True) as second:
                shares = second.address == first.address
                outcome = f"bound {second.address}"
        except OSError as error:
            outcome = f"raised {error!r}"

    assert option, (
        f"SO_REUSEPORT of a listener of create_server(reuse_port=True) is {option}; expected it on"
    )
    assert shares, (
        f"a second create_server(reuse_port=True) for the port of the first {outcome}; "
        "expected both to share it"
    )


@requirement(
    "servers.create_server.reuse_port_defaults_off",
    api=API,
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_reuse_port_is_off_by_default(loop: AbstractEventLoop) -> None:
    """Listeners have SO_REUSEPORT off by default, so that nobody shares a port unasked.

    If this fails, look for a default that is copied from reuse_address.
    """
    async with hosting(loop) as hosted:
        option = hosted.server.sockets[0].getsockopt(socket.SOL_SOCKET, REUSE_PORT)

    assert not option, (
        f"SO_REUSEPORT of a listener of create_server() is {option}; expected it off by default"
    )


@pytest.mark.parametrize("options", [{"keep_alive": True}, {}], ids=["on", "default"])
@requirement("servers.create_server.keep_alive", api=API, level="documented", since="3.13")
async def test_keep_alive_is_on_when_asked_for(
    loop: AbstractEventLoop, options: dict[str, Any]
) -> None:
    """keep_alive=True turns SO_KEEPALIVE on for accepted connections; by default it is off.

    If this fails, look for a keyword that is unknown or unused; accepted sockets inherit
    the option from their listener on most systems.
    """
    async with hosting(loop, **options) as hosted:
        _, protocol = await hosted.welcome()
        sock = exposed_socket(protocol.transport)
        is_on = bool(sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE))

    assert is_on == bool(options), (
        f"SO_KEEPALIVE of a connection accepted by create_server({options}) is "
        f"{'on' if is_on else 'off'}; expected it {'on' if options else 'off'}"
    )


def _queue(listener: Any) -> int:
    """How many clients wait to be accepted, where Linux tells; a kernel may accept by itself."""
    if not sys.platform.startswith("linux"):
        return 10
    info = listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 28)
    return int.from_bytes(info[24:28], sys.byteorder)  # tcpi_unacked, of a listener its queue


@requirement("servers.create_server.backlog_is_passed", api=API, level="documented", since="3.11")
async def test_the_backlog_limits_how_many_clients_wait(loop: AbstractEventLoop) -> None:
    """The backlog reaches listen(): with 1, ten clients can't all wait while the loop is busy.

    If this fails, look for a constant in the place of the argument.
    """
    async with hosting(loop, backlog=1) as hosted:
        await turns()
        with connecting(hosted.address, 10) as waiting:
            count = len(waiting)
            if count == 10 and _queue(hosted.server.sockets[0]) < 10:
                not_observable("this loop has clients accepted while it does not turn")

    assert 0 < count < 10, (
        f"of ten clients {count} completed their connection to create_server(backlog=1) while the "
        "loop did not turn; expected some, and fewer than ten"
    )


@requirement(
    "servers.create_server.default_backlog_takes_a_burst",
    api=API,
    level="documented",
    since="3.11",
)
async def test_the_default_backlog_takes_a_burst(loop: AbstractEventLoop) -> None:
    """By default fifty clients can wait to be accepted while the loop is busy.

    If this fails, look for the default of backlog, which is 100.
    """
    needs_descriptors(300)

    async with hosting(loop) as hosted:
        await turns()
        with connecting(hosted.address, 50) as waiting:
            count = len(waiting)

    assert count == 50, (
        f"of 50 clients {count} completed their connection to create_server() while the loop did "
        "not turn; expected all of them to find a place"
    )
