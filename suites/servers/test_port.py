"""create_server(): the port, the family, and addresses that share a port."""

from __future__ import annotations

import errno
import socket
from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.listeners import IPV4, IPV6, bound_on_both, listening, port_of
from ..support.machine import needs_ipv6
from ..support.requirement import requirement
from ..support.serving import (
    comes,
    expect_no_server,
    expect_server,
    hosting,
    port_free_on_both,
)
from ..support.sockets import free_port

API = "loop.create_server"
EVERYWHERE: Any = None
"""The host None; of type Any, as the stubs know no None with a port."""


@requirement(
    "servers.create_server.port_zero_picks_free_port", api=API, level="documented", since="3.11"
)
async def test_port_zero_picks_a_free_port(loop: AbstractEventLoop) -> None:
    """Port 0 binds a free port, another one for each server.

    If this fails, look for a default port in the place of 0.
    """
    async with hosting(loop, IPV4, 0) as first, hosting(loop, IPV4, 0) as second:
        ports = (first.address[1], second.address[1])

    assert len({port for port in ports if port}) == 2, (
        f"two servers of create_server(factory, '127.0.0.1', 0) listen on the ports {ports}; "
        "expected two that the system chose"
    )


@requirement(
    "servers.create_server.port_none_picks_free_port", api=API, level="documented", since="3.11"
)
async def test_port_none_picks_a_free_port(loop: AbstractEventLoop) -> None:
    """With a host, port None picks a free port as well.

    If this fails, look for a port that is required, or for None being handed to bind().
    """
    async with hosting(loop, IPV4, None) as hosted:
        port = hosted.address[1]
        served = await hosted.serves()

    assert (port > 0, served) == (True, True), (
        f"create_server(factory, '127.0.0.1', None) listens on port {port}, its client was "
        f"{'served' if served else 'not served'}; expected a port that the system chose"
    )


@requirement("servers.create_server.port_as_string", api=API, level="implied", since="3.11")
async def test_a_port_may_be_a_string(loop: AbstractEventLoop) -> None:
    """A decimal string is accepted as port.

    If this fails, look for a short cut around the resolver that hands the string to bind().
    """
    port = free_port()

    try:
        async with hosting(loop, IPV4, str(port)) as hosted:
            bound = hosted.address
    except (TypeError, ValueError, OSError) as error:
        bound = error

    assert bound == (IPV4, port), (
        f"create_server(factory, '127.0.0.1', '{port}') bound {bound!r}; expected port {port}"
    )


@requirement(
    "servers.create_server.ipv6_socket_is_v6only",
    api=API,
    level="interop",
    since="3.11",
    libraries=("aiohttp",),
)
async def test_an_ipv6_listener_is_for_ipv6_only(loop: AbstractEventLoop) -> None:
    """An IPv6 listener is for IPv6 only, so that IPv4 can have the same port.

    If this fails, look for IPV6_V6ONLY, which has to be set before bind(). aiohttp binds
    every family by default.
    """
    needs_ipv6()

    async with hosting(loop, "::", 0) as hosted:
        sock = hosted.server.sockets[0]
        only = sock.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)

    assert only, (
        f"IPV6_V6ONLY of the listener of create_server(factory, '::', 0) is {only}; expected it on"
    )


@pytest.mark.parametrize("hosts", [("0.0.0.0", "::"), ("::", "0.0.0.0")])  # noqa: S104 - the point
@requirement(
    "servers.create_server.dual_stack_same_port",
    api=API,
    level="interop",
    since="3.11",
    libraries=("aiohttp", "hypercorn"),
)
async def test_both_wildcards_can_have_the_same_port(
    loop: AbstractEventLoop, hosts: tuple[str, str]
) -> None:
    """'0.0.0.0' and '::' can be served on the same port by two servers, in either order.

    If this fails, look for an IPv6 listener that takes IPv4 as well. Configurations of
    aiohttp and hypercorn name both.
    """
    needs_ipv6()
    port = port_free_on_both()

    async with hosting(loop, hosts[0], port):
        try:
            async with hosting(loop, hosts[1], port) as second:
                outcome = f"bound port {second.address[1]}"
        except OSError as error:
            outcome = f"raised {error!r}"

    assert outcome == f"bound port {port}", (
        f"create_server() for {hosts[1]!r} and port {port}, which another server has on "
        f"{hosts[0]!r}, {outcome}; expected both to share the port"
    )


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
@requirement("servers.create_server.family_restricts", api=API, level="documented", since="3.11")
async def test_family_restricts_the_listeners(
    loop: AbstractEventLoop, family: socket.AddressFamily
) -> None:
    """The family limits the listeners to addresses of that family.

    If this fails, look for a family that does not reach the resolver.
    """
    needs_ipv6()

    async with hosting(loop, EVERYWHERE, 0, family=family) as hosted:
        families = {int(sock.family) for sock in hosted.server.sockets}

    assert families == {int(family)}, (
        f"create_server(factory, None, 0, family={family.name}) listens with sockets of the "
        f"families {families}; expected {int(family)} alone"
    )


@requirement(
    "servers.create_server.address_in_use_is_oserror", api=API, level="documented", since="3.11"
)
async def test_a_busy_address_is_an_oserror_with_its_errno(loop: AbstractEventLoop) -> None:
    """An address that somebody else listens on is an OSError with errno EADDRINUSE.

    If this fails, look for an error that is wrapped without its number, or for options that
    let two listeners share an address.
    """
    await expect_server(loop, IPV4, 0)

    with listening() as other:
        doing = "create_server() for a port that another socket listens on"
        error = await expect_no_server(loop, OSError, doing, IPV4, port_of(other))

    assert error.errno == errno.EADDRINUSE, (
        f"{doing} raised {error!r} with errno {error.errno}; expected EADDRINUSE, which is "
        f"{errno.EADDRINUSE}"
    )


@requirement(
    "servers.create_server.partial_bind_failure_releases_all",
    api=API,
    level="implied",
    since="3.11",
)
async def test_a_host_that_cannot_be_bound_releases_the_others(loop: AbstractEventLoop) -> None:
    """If one of several hosts can't be bound, the listeners already made are closed.

    If this fails, look for an error in the middle of the hosts that leaves those before
    it open.
    """
    needs_ipv6()

    with bound_on_both() as (ipv4, ipv6):
        ipv4.listen()
        port = port_of(ipv6)
        ipv6.close()
        doing = "create_server() for a free host and a busy one"
        error = await expect_no_server(loop, OSError, doing, [IPV6, IPV4], port)
        free = await comes(lambda: _is_free(port))

    assert free, (
        f"{doing} raised {error!r} and the free host's address is in use then; expected its "
        "listener to be closed"
    )
    await expect_server(loop, [IPV6, IPV4], port)


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as sock:
        try:
            sock.bind((IPV6, port))
        except OSError:
            return False
    return True
