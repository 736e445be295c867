"""create_connection(local_addr=...): the address that a connection comes from."""

from __future__ import annotations

import errno
from asyncio import AbstractEventLoop

import pytest

from ..support.connecting import opened
from ..support.expect import not_observable
from ..support.listeners import (
    IPV4,
    IPV6,
    bound,
    is_untouched,
    listening,
    listening_on_both,
    port_of,
    take_connection,
)
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.resolver import NAME, address_at, address_of, interposed
from ..support.sockets import (
    any_address,
    expect_connection,
    expect_refusal,
    free_port,
)
from ..support.turns import turns

SECOND_IPV4 = "127.0.0.2"
"""A second address of this machine, on Linux; the first is what an unbound socket gets."""


@requirement(
    "create_connection.local_addr.binds_host_and_port",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_local_addr_fixes_local_host_and_port(loop: AbstractEventLoop) -> None:
    """local_addr fixes the local address and the local port, as seen by both ends.

    If this fails, look for a bind() that leaves the port out, or for a local_addr that
    is never looked at.
    """
    local = (IPV4, free_port())
    with listening() as listener:
        call = loop.create_connection(Recorder, IPV4, port_of(listener), local_addr=local)
        async with opened(call, f"create_connection(local_addr={local})") as (transport, _):
            with take_connection(listener) as accepted:
                seen = (transport.get_extra_info("sockname"), accepted.getpeername())

    assert seen == (local, local), (
        f"create_connection(local_addr={local}) made a connection whose sockname is {seen[0]} "
        f"and that its peer sees coming from {seen[1]}; expected {local} for both"
    )


@requirement(
    "create_connection.local_addr.port_zero_is_ephemeral",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_local_port_zero_is_an_ephemeral_port(loop: AbstractEventLoop) -> None:
    """A local port of 0 picks an ephemeral port while the local host is honoured.

    If this fails, look for a bind() that is left out when the port is 0.
    """
    try:
        with bound(SECOND_IPV4):
            pass
    except OSError:
        not_observable(f"{SECOND_IPV4} is no address of this machine")
    with listening() as listener:
        call = loop.create_connection(
            Recorder, IPV4, port_of(listener), local_addr=(SECOND_IPV4, 0)
        )
        async with opened(call, f"create_connection(local_addr=({SECOND_IPV4!r}, 0))"):
            with take_connection(listener) as accepted:
                host, port = accepted.getpeername()

    assert (host, port != 0) == (SECOND_IPV4, True), (
        f"create_connection(local_addr=({SECOND_IPV4!r}, 0)) came from {host}, port {port}; "
        f"expected {SECOND_IPV4}, with a port that the system chose"
    )


@requirement(
    "create_connection.local_addr.name_is_resolved",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_the_local_host_may_be_a_name(loop: AbstractEventLoop) -> None:
    """The host of local_addr may be a name, resolved like host.

    If this fails, look for a local_addr that goes to bind() as it is, or to a parser of
    numeric addresses.
    """
    port = free_port()
    with listening() as listener:
        call = loop.create_connection(
            Recorder, IPV4, port_of(listener), local_addr=("localhost", port)
        )
        async with opened(call, "create_connection(local_addr=('localhost', port))") as (made, _):
            sockname = made.get_extra_info("sockname")

    assert sockname == (IPV4, port), (
        f"create_connection(local_addr=('localhost', {port})) has sockname {sockname}; "
        f"expected {(IPV4, port)}"
    )


@requirement(
    "create_connection.local_addr.in_use_is_oserror",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_a_local_address_in_use_is_an_oserror(loop: AbstractEventLoop) -> None:
    """A local address in use fails with EADDRINUSE, and nothing is connected.

    If this fails, look for a bind() whose error is dropped, so that the connect goes on
    from an unbound socket, or for an OSError that is made anew without its errno.
    """
    with listening() as listener, listening() as taken:
        await expect_connection(loop, IPV4, port_of(taken), local_addr=(IPV4, 0))
        error = await expect_refusal(
            loop,
            OSError,
            "create_connection(local_addr=an address in use)",
            IPV4,
            port_of(listener),
            local_addr=taken.getsockname(),
        )
        await turns()
        seen = (error.errno, is_untouched(listener))

    assert seen == (errno.EADDRINUSE, True), (
        f"create_connection(local_addr=an address in use): errno and listener untouched are "
        f"{seen}; expected EADDRINUSE ({errno.EADDRINUSE}) and True"
    )


@requirement(
    "create_connection.local_addr.not_local_is_oserror",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_a_foreign_local_address_is_an_oserror(loop: AbstractEventLoop) -> None:
    """A local address that does not belong to the host fails with OSError (EADDRNOTAVAIL).

    If this fails, look for a bind() whose error is dropped, or for an OSError that is
    made anew without its errno.
    """
    with listening() as listener:
        await expect_connection(loop, IPV4, port_of(listener), local_addr=(IPV4, 0))
        error = await expect_refusal(
            loop,
            OSError,
            "create_connection(local_addr=('192.0.2.1', 0))",
            IPV4,
            port_of(listener),
            local_addr=("192.0.2.1", 0),
        )

    assert error.errno == errno.EADDRNOTAVAIL, (
        f"create_connection(local_addr=('192.0.2.1', 0)) raised {error!r}; "
        f"expected errno EADDRNOTAVAIL ({errno.EADDRNOTAVAIL})"
    )


@pytest.mark.parametrize("local", [IPV4, IPV6])
@requirement(
    "create_connection.local_addr.restricts_remote_family",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_local_addr_decides_the_family(loop: AbstractEventLoop, local: str) -> None:
    """Remote addresses whose family has no local address are skipped.

    If this fails, look for a local address that is bound on a socket of the other family,
    and for its error that ends the whole call.
    """
    with listening_on_both() as (ipv4, ipv6):
        call = any_address(loop, port_of(ipv4), local_addr=(local, 0))
        async with opened(call, f"create_connection(None, port, local_addr=({local!r}, 0))"):
            reached = [at for at, sock in ((IPV4, ipv4), (IPV6, ipv6)) if not is_untouched(sock)]

    assert reached == [local], (
        f"create_connection(None, port, local_addr=({local!r}, 0)) connected to {reached}; "
        f"expected only {local}, the remote address of the same family"
    )


@requirement(
    "create_connection.local_addr.no_common_family_is_oserror",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_no_remote_address_of_the_local_family_is_an_oserror(loop: AbstractEventLoop) -> None:
    """If no remote address matches a local one, the call fails with OSError.

    If this fails, look for a search for a local address that finds none, and for a
    connect that goes on without one.
    """
    with listening() as listener:
        await expect_connection(loop, IPV4, port_of(listener), local_addr=(IPV4, 0))

        await expect_refusal(
            loop,
            OSError,
            "create_connection('127.0.0.1', local_addr=('::1', 0))",
            IPV4,
            port_of(listener),
            local_addr=(IPV6, 0),
        )


@requirement(
    "create_connection.local_addr.second_candidate_is_tried",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_the_next_local_address_is_tried(loop: AbstractEventLoop) -> None:
    """If local_addr resolves to several addresses, the next one is tried when binding fails.

    If this fails, look for a loop over local addresses that ends at the first OSError.
    """
    free = (IPV4, free_port())
    with listening() as listener, listening() as taken:
        async with interposed(loop, [address_of(taken), address_at(*free)]):
            call = loop.create_connection(Recorder, IPV4, port_of(listener), local_addr=(NAME, 0))
            doing = "create_connection(local_addr=a name of a taken and of a free address)"
            async with opened(call, doing) as (transport, _):
                sockname = transport.get_extra_info("sockname")

    assert sockname == free, f"{doing} has sockname {sockname}; expected the free address, {free}"
