"""create_connection(): the host that it connects to."""

from __future__ import annotations

import socket
from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.connecting import opened
from ..support.listeners import BOTH_LOOPBACKS, IPV4, IPV6, listening, port_of, take_connection
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.sockets import exposed_socket


@requirement(
    "create_connection.host.ipv4_literal",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_an_ipv4_address_gives_an_ipv4_connection_to_it(loop: AbstractEventLoop) -> None:
    """A dotted IPv4 host gives an AF_INET stream connection to exactly that address.

    If this fails, look for sockets that are always AF_INET6, with mapped addresses.
    """
    with listening(IPV4) as listener:
        call = loop.create_connection(Recorder, *listener.getsockname())
        async with opened(call, f"create_connection(host={IPV4!r})") as (transport, _):
            sock = exposed_socket(transport)
            kind, peername = (sock.family, sock.type), transport.get_extra_info("peername")

            assert kind == (socket.AF_INET, socket.SOCK_STREAM), (
                f"create_connection(host={IPV4!r}) gave a socket of {kind}; "
                "expected AF_INET and SOCK_STREAM"
            )
            assert peername == listener.getsockname(), (
                f"create_connection(host={IPV4!r}) gave the peername {peername!r}; "
                f"expected the listener's address {listener.getsockname()!r}"
            )


@requirement(
    "create_connection.host.ipv6_literal",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_an_ipv6_address_gives_an_ipv6_connection_to_it(loop: AbstractEventLoop) -> None:
    """An IPv6 literal gives an AF_INET6 connection, whose peername has four items.

    If this fails, look for a host and port that are cut out of a longer address, or
    for a colon in the host that is taken for a port.
    """
    with listening(IPV6) as listener:
        call = loop.create_connection(Recorder, IPV6, port_of(listener))
        async with opened(call, f"create_connection(host={IPV6!r})") as (transport, _):
            family = exposed_socket(transport).family
            peername = transport.get_extra_info("peername")

            assert family == socket.AF_INET6, (
                f"create_connection(host={IPV6!r}) gave a socket of {family!r}; expected AF_INET6"
            )
            assert peername == listener.getsockname(), (
                f"create_connection(host={IPV6!r}) gave the peername {peername!r}; "
                f"expected the listener's four items {listener.getsockname()!r}"
            )


@requirement(
    "create_connection.host.name_is_resolved",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_a_host_name_is_resolved_and_connected(loop: AbstractEventLoop) -> None:
    """A host name is resolved and connected.

    If this fails, look for a path to the resolver that is missing, or for its answer
    in a form that the connect does not understand.
    """
    with listening(IPV4) as listener:
        call = loop.create_connection(Recorder, "localhost", port_of(listener))
        async with opened(call, "create_connection(host='localhost')"):
            take_connection(listener).close()


@requirement(
    "create_connection.host.bytes",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
@pytest.mark.parametrize("host", [b"127.0.0.1", b"localhost"], ids=["numeric", "symbolic"])
async def test_a_host_may_be_bytes(loop: AbstractEventLoop, host: bytes) -> None:
    """A host may be given as bytes, numeric or symbolic, as to socket.getaddrinfo().

    If this fails, look for str methods that are called on the host as it was given.
    """
    as_given: Any = host
    with listening(IPV4) as listener:
        call = loop.create_connection(Recorder, as_given, port_of(listener))
        async with opened(call, f"create_connection(host={host!r})"):
            take_connection(listener).close()


@requirement(
    "create_connection.host.none_with_port_means_loopback",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_no_host_but_a_port_means_loopback(loop: AbstractEventLoop) -> None:
    """With host None and a port, the resolver's default is used: the loopback addresses.

    If this fails, look for a host of None that counts as no address at all, or that
    is made the string 'None' or the wildcard address.
    """
    with listening(IPV4) as listener:
        call = loop.create_connection(Recorder, BOTH_LOOPBACKS, port_of(listener))
        async with opened(call, "create_connection(host=None, port=port)"):
            take_connection(listener).close()
