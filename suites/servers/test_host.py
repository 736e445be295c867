"""create_server(): the hosts to listen on."""

from __future__ import annotations

import socket
from asyncio import AbstractEventLoop
from collections.abc import Callable
from typing import Any

import pytest

from ..support.expect import not_observable
from ..support.listeners import IPV4, IPV6
from ..support.machine import needs_ipv6
from ..support.requirement import requirement
from ..support.serving import expect_no_server, expect_server, hosting, port_free_on_both
from ..support.sockets import free_port

API = "loop.create_server"
OTHER = "127.0.0.2"
"""Another address of the loopback interface, on systems that give it a whole network."""
EVERYWHERE: Any = None
"""The host None; of type Any, as the stubs know no None with a port."""
every_kind_of_client = pytest.mark.parametrize("client", [IPV4, IPV6, OTHER])


def needs(host: str) -> None:
    """Expect that the machine has that address; not observable for OTHER, which few have."""
    if host == IPV6:
        needs_ipv6()
    if host == OTHER:
        try:
            free_port(OTHER)
        except OSError:
            not_observable(f"this machine's loopback interface has no address {OTHER}")


@requirement("servers.create_server.host_name", api=API, level="documented", since="3.11")
async def test_a_host_name_is_resolved(loop: AbstractEventLoop) -> None:
    """A host name is resolved, and its addresses are listened on.

    If this fails, look for a host that goes to bind() without the loop's resolver.
    """
    infos = socket.getaddrinfo("localhost", 0, type=socket.SOCK_STREAM)
    expected = {info[4][0] for info in infos}
    async with hosting(loop, "localhost", 0) as hosted:
        served = await hosted.serves()
        listening = {address[0] for address in hosted.addresses}

    assert served, (
        "a client of create_server(factory, 'localhost', 0) was not served; expected the name "
        "to be resolved and listened on"
    )
    assert listening <= expected, (
        f"create_server(factory, 'localhost', 0) listens on {listening}; expected addresses that "
        f"the name resolves to, {expected}"
    )


@requirement("servers.create_server.host_ipv6", api=API, level="documented", since="3.11")
async def test_an_ipv6_host_gives_an_ipv6_listener(loop: AbstractEventLoop) -> None:
    """An IPv6 address as host gives a listener of the family AF_INET6, and clients are served.

    If this fails, look for a family that is taken to be AF_INET, or for an address that is
    taken apart as two items; IPv6 has four.
    """
    needs_ipv6()

    async with hosting(loop, IPV6, 0) as hosted:
        families = [int(sock.family) for sock in hosted.server.sockets]
        served = await hosted.serves()

    assert (families, served) == ([socket.AF_INET6], True), (
        f"create_server(factory, '::1', 0) has sockets of the families {families}, its client was "
        f"{'served' if served else 'not served'}; expected one of AF_INET6, and a served client"
    )


@pytest.mark.parametrize("kind", [list, tuple])
@requirement("servers.create_server.host_sequence", api=API, level="documented", since="3.11")
async def test_each_host_of_a_sequence_is_listened_on(
    loop: AbstractEventLoop, kind: Callable[[list[str]], Any]
) -> None:
    """A sequence of hosts gives a listener for each, all of them serving the same factory.

    If this fails, look for a host that must be a string or a list, for a tuple taken as
    an address, or for a loop that ends with the first host.
    """
    needs_ipv6()
    hosts = kind([IPV4, IPV6])

    async with hosting(loop, hosts, 0) as hosted:
        listening = {address[0]: address for address in hosted.addresses}
        served = [host in listening and await hosted.serves(listening[host]) for host in hosts]

    assert served == [True, True], (
        f"create_server(factory, {hosts!r}, 0) listens on {list(listening.values())} and served "
        f"a client of each host: {served}; expected both"
    )


@requirement(
    "servers.create_server.host_sequence_duplicates_bound_once",
    api=API,
    level="interop",
    since="3.11",
    libraries=("aiohttp",),
)
async def test_a_host_that_is_listed_twice_is_bound_once(loop: AbstractEventLoop) -> None:
    """A host that is listed twice is bound once.

    If this fails, look for the addresses of all hosts being bound one by one, without a
    look at which of them are the same. aiohttp passes lists of hosts through.
    """
    port = free_port()

    try:
        async with hosting(loop, [IPV4, IPV4], port) as hosted:
            outcome = f"has the sockets {list(hosted.server.sockets)}"
            is_one = len(hosted.server.sockets) == 1
    except OSError as error:
        outcome, is_one = f"raised {error!r}", False

    assert is_one, (
        f"create_server(factory, ['127.0.0.1', '127.0.0.1'], {port}) {outcome}; expected one "
        "listener"
    )


@requirement(
    "servers.create_server.host_sequence_shares_given_port",
    api=API,
    level="documented",
    since="3.11",
)
async def test_a_given_port_is_used_for_every_host(loop: AbstractEventLoop) -> None:
    """A given port is used for every host of a sequence.

    If this fails, look for a port that is used up by the first host.
    """
    needs_ipv6()
    port = port_free_on_both()

    async with hosting(loop, [IPV4, IPV6], port) as hosted:
        bound = sorted(address[:2] for address in hosted.addresses)

    assert bound == [(IPV4, port), (IPV6, port)], (
        f"create_server(factory, ['127.0.0.1', '::1'], {port}) bound {bound}; expected both hosts "
        "with that port"
    )


@every_kind_of_client
@requirement(
    "servers.create_server.host_none_listens_on_all_families",
    api=API,
    level="documented",
    since="3.11",
)
async def test_host_none_means_every_address_of_every_family(
    loop: AbstractEventLoop, client: str
) -> None:
    """A server whose host is None serves clients of all interfaces and families.

    If this fails, look for a resolver that is called without AI_PASSIVE, which answers
    with the loopback addresses, or for a loop that binds its first answer only.
    """
    needs(client)
    port = port_free_on_both()

    async with hosting(loop, EVERYWHERE, port) as hosted:
        served = await hosted.serves((client, port))

    assert served, (
        f"create_server(factory, None, {port}) did not serve a client that connected to {client}; "
        "expected it to listen on all interfaces and families"
    )


@every_kind_of_client
@requirement(
    "servers.create_server.host_empty_listens_on_all", api=API, level="documented", since="3.11"
)
async def test_an_empty_host_means_every_address(loop: AbstractEventLoop, client: str) -> None:
    """A server whose host is the empty string serves clients of all interfaces and families.

    If this fails, look for an empty string that goes to the resolver; it stands for None.
    """
    needs(client)
    port = port_free_on_both()

    async with hosting(loop, "", port) as hosted:
        served = await hosted.serves((client, port))

    assert served, (
        f"create_server(factory, '', {port}) did not serve a client that connected to {client}; "
        "expected it to listen on all interfaces and families"
    )


@requirement(
    "servers.create_server.unresolvable_host_is_gaierror",
    api=API,
    level="implied",
    since="3.11",
)
async def test_a_host_that_does_not_resolve_is_a_gaierror(loop: AbstractEventLoop) -> None:
    """A host that can't be resolved is a socket.gaierror.

    If this fails, look for a resolver's error that is swallowed or replaced, or for flags
    that do not reach the resolver: AI_NUMERICHOST lets no name pass.
    """
    flags = socket.AI_PASSIVE | socket.AI_NUMERICHOST
    await expect_server(loop, IPV4, 0, flags=flags)

    error = await expect_no_server(
        loop,
        Exception,
        "create_server(factory, 'localhost', 0, flags=AI_PASSIVE | AI_NUMERICHOST)",
        "localhost",
        0,
        flags=flags,
    )

    assert isinstance(error, socket.gaierror), (
        f"create_server() with a host name and AI_NUMERICHOST raised {error!r}; "
        "expected socket.gaierror"
    )
