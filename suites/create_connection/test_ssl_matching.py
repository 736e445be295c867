"""create_connection(ssl=context): an empty server_hostname, and hosts that are addresses."""

from __future__ import annotations

from asyncio import AbstractEventLoop

import pytest

from ..support.certificates import client_context, server_context
from ..support.connecting import opened
from ..support.conversations import echo
from ..support.listeners import IPV4, IPV6
from ..support.protocols import Recorder
from ..support.refusals import distrusted, refused
from ..support.requirement import requirement
from ..support.sockets import Reports
from ..support.tls_peers import record_names, tls_server

BEFORE_THE_CHANGE = tuple(f"3.14.{micro}" for micro in range(8))
"""Releases after 3.13.16 in number and before it in time."""


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # 3.11.17 and 3.12.15 warn of it
@pytest.mark.parametrize(("by_stranger", "expected"), [(False, "connected"), (True, "refused")])
@requirement(
    "create_connection.ssl.server_hostname.empty_disables_matching",
    api="loop.create_connection",
    level="documented",
    since="3.11",
    until="3.13.16",
)
async def test_an_empty_server_hostname_disables_matching(
    loop: AbstractEventLoop, by_stranger: bool, expected: str
) -> None:
    """server_hostname='' disables name matching, even of a context that checks names, and no more.

    If this fails, look for an empty name that is refused, or for verification that is
    switched off together with matching. Python 3.13.16 and 3.14.8 took this back
    (CVE-2026-19553).
    """
    doing = f"create_connection(ssl=context, server_hostname='') to other.test, {by_stranger=},"
    with tls_server(server_context("other.test", by_stranger=by_stranger), echo) as server:
        call = loop.create_connection(
            Recorder, *server.address, ssl=client_context(), server_hostname=""
        )
        if expected == "connected":
            async with opened(call, doing):
                pass
        else:
            await distrusted("issuer", doing, server, call)


@requirement(
    "create_connection.ssl.server_hostname.empty_with_check_hostname_is_valueerror",
    api="loop.create_connection",
    level="documented",
    since="3.13.16",
    not_on=BEFORE_THE_CHANGE,
)
async def test_an_empty_server_hostname_is_refused_by_a_context_that_checks_names(
    loop: AbstractEventLoop,
) -> None:
    """A context with check_hostname on needs a name: server_hostname='' with it is a ValueError.

    If this fails, look for a check_hostname that is switched off, or left without
    a name to check, where the name is empty (CVE-2026-19553). A context with
    check_hostname off takes the empty name.
    """
    Reports(loop)  # whether the refusal is reported besides is not judged here
    checking, lenient = client_context(), client_context()
    lenient.check_hostname = False
    with tls_server(server_context("other.test"), echo, connections=2) as server:
        call = loop.create_connection(Recorder, *server.address, ssl=lenient, server_hostname="")
        async with opened(call, "create_connection(server_hostname='') without check_hostname"):
            pass

        call = loop.create_connection(Recorder, *server.address, ssl=checking, server_hostname="")
        await refused(
            ValueError,
            "create_connection(server_hostname='') with a context that checks names",
            call,
        )


@requirement(
    "create_connection.ssl.server_hostname.ip_address_is_matched_as_ip",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_a_numeric_host_is_matched_as_an_address(loop: AbstractEventLoop) -> None:
    """A numeric host is verified against the certificate's IP entries, and not sent as a name.

    If this fails, look for the text of the address matched against DNS names.
    """
    context = server_context(IPV4)
    names = record_names(context)
    doing = "create_connection(host='127.0.0.1', ssl=context) to a server certified as 127.0.0.1"
    with tls_server(context, echo) as server:
        call = loop.create_connection(Recorder, *server.address, ssl=client_context())
        async with opened(call, doing):
            pass

    assert names == [None], f"{doing} sent {names} as server name; expected none, [None]"


@requirement(
    "create_connection.ssl.server_hostname.ip_address_absent_from_certificate_fails",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_a_numeric_host_must_be_in_the_certificate(loop: AbstractEventLoop) -> None:
    """A numeric host that the certificate does not name is refused.

    If this fails, look for matching that is skipped for numeric hosts.
    """
    with tls_server(server_context("localhost"), echo) as server:
        await distrusted(
            "address",
            "create_connection(host='127.0.0.1', ssl=context) to a server certified as localhost",
            server,
            loop.create_connection(Recorder, *server.address, ssl=client_context()),
        )


@requirement(
    "create_connection.ssl.server_hostname.ipv6_address_is_matched",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_a_numeric_ipv6_host_is_matched_too(loop: AbstractEventLoop) -> None:
    """An IPv6 address is verified against the certificate's IP entries, too.

    If this fails, look for an address in brackets, or with its scope, handed to the
    matching.
    """
    with tls_server(server_context(IPV6), echo, host=IPV6) as server:
        call = loop.create_connection(Recorder, *server.address, ssl=client_context())
        doing = "create_connection(host='::1', ssl=context) to a server certified as ::1"
        async with opened(call, doing) as (transport, protocol):
            transport.write(b"ping")
            echoed = await protocol.until_received(4)

    assert echoed == b"ping", f"{doing} brought {echoed!r} back for b'ping'; expected an echo"
