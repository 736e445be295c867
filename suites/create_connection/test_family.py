"""create_connection(family=, flags=, proto=): what is asked of the resolver."""

from __future__ import annotations

import socket
from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.connecting import opened
from ..support.expect import expect_raises
from ..support.listeners import (
    BOTH_LOOPBACKS,
    IPV4,
    IPV6,
    bound_on_both,
    is_untouched,
    listening,
    listening_on_both,
    port_of,
    take_connection,
)
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.services import listening_by_name
from ..support.sockets import exposed_socket


@requirement(
    "create_connection.family.selects_address",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
async def test_the_family_decides_which_address_is_used(
    loop: AbstractEventLoop, family: socket.AddressFamily
) -> None:
    """With both families listening on one port, the requested family is the one connected.

    If this fails, look for a family that is lost when the host is None.
    """
    with listening_on_both() as (ipv4, _):
        call = loop.create_connection(Recorder, BOTH_LOOPBACKS, port_of(ipv4), family=family)
        doing = f"create_connection(host=None, family={family.name})"
        async with opened(call, doing) as (transport, _):
            used = exposed_socket(transport).family

            assert used == family, f"{doing} gave a socket of {used!r}; expected {family.name}"


@requirement(
    "create_connection.family.literal_mismatch_fails",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
@pytest.mark.parametrize(
    ("host", "own", "other"),
    [(IPV4, socket.AF_INET, socket.AF_INET6), (IPV6, socket.AF_INET6, socket.AF_INET)],
    ids=["ipv4", "ipv6"],
)
async def test_a_numeric_host_of_another_family_fails(
    loop: AbstractEventLoop, host: str, own: socket.AddressFamily, other: socket.AddressFamily
) -> None:
    """A numeric host that does not belong to the requested family fails with OSError.

    If this fails, look at the short cut for numeric hosts: it finds the family by
    itself and drops the one that was asked for.
    """
    with listening(host) as listener:
        with expect_raises(OSError, f"create_connection(host={host!r}, family={other.name})"):
            await loop.create_connection(Recorder, host, port_of(listener), family=other)

        call = loop.create_connection(Recorder, host, port_of(listener), family=own)
        async with opened(call, f"create_connection(host={host!r}, family={own.name})"):
            pass


@requirement(
    "create_connection.family.no_fallback_to_other_family",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_the_other_family_is_no_fallback(loop: AbstractEventLoop) -> None:
    """With a family given, an address of the other family is never tried as fallback.

    If this fails, look for a second resolution without the family after the first
    attempt has failed.
    """
    with bound_on_both() as (ipv4, _):
        ipv4.listen()
        address = (BOTH_LOOPBACKS, port_of(ipv4))
        doing = "create_connection(host=None, family=AF_INET6), only IPv4 listening,"

        with expect_raises(OSError, doing):
            await loop.create_connection(Recorder, *address, family=socket.AF_INET6)
        untouched = is_untouched(ipv4)
        call = loop.create_connection(Recorder, *address, family=socket.AF_INET)
        async with opened(call, "create_connection(host=None, family=AF_INET)"):
            pass

        assert untouched, f"{doing} tried the IPv4 address; expected no attempt there"


@requirement(
    "create_connection.flags.reach_the_resolver",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_flags_reach_the_resolver(loop: AbstractEventLoop) -> None:
    """The flags reach name resolution: with AI_NUMERICHOST names fail, numbers connect.

    If this fails, look for flags that are accepted and never passed on.
    """
    with listening(IPV4) as listener:
        port, flags = port_of(listener), socket.AI_NUMERICHOST

        doing = "create_connection(host='localhost', flags=AI_NUMERICHOST)"
        with expect_raises(socket.gaierror, doing):
            await loop.create_connection(Recorder, "localhost", port, flags=flags)

        call = loop.create_connection(Recorder, IPV4, port, flags=flags)
        async with opened(call, f"create_connection(host={IPV4!r}, flags=AI_NUMERICHOST)"):
            take_connection(listener).close()


@requirement(
    "create_connection.flags.numericserv",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_numericserv_refuses_the_name_of_a_service(loop: AbstractEventLoop) -> None:
    """With AI_NUMERICSERV a port that is the name of a service fails with gaierror.

    If this fails, look at the way a numeric host takes: its flags may be dropped, or
    the name looked up outside the resolver.
    """
    with listening_by_name() as (name, listener):
        service: Any = name
        doing = f"create_connection(host={IPV4!r}, port={service!r}, flags=AI_NUMERICSERV)"

        with expect_raises(socket.gaierror, doing):
            await loop.create_connection(Recorder, IPV4, service, flags=socket.AI_NUMERICSERV)

        port = port_of(listener)
        call = loop.create_connection(Recorder, IPV4, port, flags=socket.AI_NUMERICSERV)
        async with opened(call, f"create_connection(port={port}, flags=AI_NUMERICSERV)"):
            take_connection(listener).close()


@requirement(
    "create_connection.proto.tcp",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_proto_shows_on_the_socket(loop: AbstractEventLoop) -> None:
    """The proto reaches resolution and shows on the socket: IPPROTO_TCP is its proto.

    If this fails, look for a socket that is created without the proto of the
    resolver's answer.
    """
    with listening(IPV4) as listener:
        call = loop.create_connection(
            Recorder, "localhost", port_of(listener), proto=socket.IPPROTO_TCP
        )
        async with opened(call, "create_connection(proto=IPPROTO_TCP)") as (transport, _):
            proto = transport.get_extra_info("socket").proto

            assert proto == socket.IPPROTO_TCP, (
                f"create_connection(proto=IPPROTO_TCP) gave a socket whose proto is {proto}; "
                f"expected IPPROTO_TCP ({int(socket.IPPROTO_TCP)})"
            )


@requirement(
    "create_connection.proto.contradicting_stream_is_gaierror",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_a_proto_without_streams_is_a_gaierror(loop: AbstractEventLoop) -> None:
    """A proto that can't carry a stream makes resolution of a name fail with gaierror.

    If this fails, look for a proto that is accepted and never passed on.
    """
    with listening(IPV4) as listener:
        port = port_of(listener)

        doing = "create_connection(host='localhost', proto=IPPROTO_UDP)"
        with expect_raises(socket.gaierror, doing):
            await loop.create_connection(Recorder, "localhost", port, proto=socket.IPPROTO_UDP)

        call = loop.create_connection(Recorder, "localhost", port, proto=socket.IPPROTO_TCP)
        async with opened(call, "create_connection(host='localhost', proto=IPPROTO_TCP)"):
            pass
