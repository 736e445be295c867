"""create_connection(server_hostname=...): the name that is sent and that is matched."""

from __future__ import annotations

import socket
import ssl
from asyncio import AbstractEventLoop

import pytest

from ..support.certificates import NAME, client_context, server_context, unverified_context
from ..support.connecting import opened
from ..support.conversations import echo
from ..support.listeners import IPV4, connected_pair
from ..support.protocols import Recorder
from ..support.refusals import distrusted, refused
from ..support.requirement import requirement
from ..support.resolver import NAME as RESOLVED_NAME
from ..support.resolver import address_at, interposed
from ..support.tls_peers import TlsPeer, record_names, tls_server


@requirement(
    "create_connection.ssl.server_hostname.defaults_to_host",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_the_host_is_the_name_sent_by_default(loop: AbstractEventLoop) -> None:
    """Without server_hostname the host argument is the name that the handshake sends (SNI).

    If this fails, look for the resolved address in the place of the name, or for
    a server_hostname of None that reaches the TLS layer.
    """
    context = server_context("localhost")
    names = record_names(context)
    with tls_server(context, echo) as server:
        call = loop.create_connection(
            Recorder, "localhost", server.port, ssl=unverified_context(), family=socket.AF_INET
        )
        async with opened(call, "create_connection(host='localhost', ssl=context)"):
            pass

    assert names == ["localhost"], (
        f"create_connection(host='localhost', ssl=context) sent {names} as server name; "
        "expected ['localhost']"
    )


@requirement(
    "create_connection.ssl.server_hostname.default_is_verified",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_the_certificate_must_match_the_host(loop: AbstractEventLoop) -> None:
    """Without server_hostname the certificate must match the host argument.

    If this fails, look for matching that takes place only where server_hostname was given.
    """
    with tls_server(server_context("other.test"), echo) as server:
        call = loop.create_connection(
            Recorder, "localhost", server.port, ssl=client_context(), family=socket.AF_INET
        )
        await distrusted(
            "name",
            "create_connection(host='localhost', ssl=context) to a server certified as other.test",
            server,
            call,
        )


@requirement(
    "create_connection.ssl.server_hostname.overrides_host",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_server_hostname_takes_the_place_of_the_host(loop: AbstractEventLoop) -> None:
    """server_hostname replaces host, both as the name sent and as the name matched.

    If this fails, look for a certificate that is matched against host all the same.
    """
    context = server_context(NAME)
    names = record_names(context)
    doing = f"create_connection(host='127.0.0.1', ssl=context, server_hostname={NAME!r})"
    with tls_server(context, echo) as server:
        call = loop.create_connection(
            Recorder, *server.address, ssl=client_context(), server_hostname=NAME
        )
        async with opened(call, f"{doing} to a server certified as {NAME}"):
            pass

    assert names == [NAME], f"{doing} sent {names} as server name; expected {[NAME]}"


@requirement(
    "create_connection.ssl.server_hostname.mismatch_is_certificate_error",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_a_certificate_for_another_name_is_a_certificate_error(
    loop: AbstractEventLoop,
) -> None:
    """A certificate that does not match server_hostname is refused with ssl.CertificateError.

    If this fails, look for a mismatch that is only logged, for host matched in the place
    of server_hostname, or for ssl's exception turned into one of the loop's own.
    """
    with tls_server(server_context("localhost"), echo) as server:
        call = loop.create_connection(
            Recorder,
            "localhost",
            server.port,
            ssl=client_context(),
            server_hostname=NAME,
            family=socket.AF_INET,
        )
        await distrusted(
            "name",
            f"create_connection(server_hostname={NAME!r}) to a server certified as localhost",
            server,
            call,
            ssl.CertificateError,
        )


@pytest.mark.parametrize(("certified", "expected"), [(NAME, "connected"), ("x.test", "refused")])
@requirement(
    "create_connection.ssl.server_hostname.used_with_given_sock",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_server_hostname_holds_for_a_given_socket(
    loop: AbstractEventLoop, certified: str, expected: str
) -> None:
    """With sock the given server_hostname is sent and matched as well.

    If this fails, look for a path from sock to the TLS layer that drops the name.
    """
    context = server_context(certified)
    names = record_names(context)
    doing = f"create_connection(sock=sock, server_hostname={NAME!r}), certified as {certified},"
    with connected_pair() as (near, far), TlsPeer(far, context, echo):
        call = loop.create_connection(
            Recorder, sock=near, ssl=client_context(), server_hostname=NAME
        )
        if expected == "connected":
            async with opened(call, doing):
                pass
        else:
            await refused(Exception, doing, call)

    assert names == [NAME], f"{doing} sent {names} as server name; expected {[NAME]}"


@requirement(
    "create_connection.ssl.server_hostname.empty_sends_no_sni",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_an_empty_server_hostname_sends_no_name(loop: AbstractEventLoop) -> None:
    """server_hostname='' sends no server name.

    If this fails, look for an empty name taken for a missing one and replaced by host.
    """
    context = server_context()
    names = record_names(context)
    doing = "create_connection(host='localhost', ssl=context, server_hostname='')"
    with tls_server(context, echo) as server:
        call = loop.create_connection(
            Recorder,
            "localhost",
            server.port,
            ssl=unverified_context(),
            server_hostname="",
            family=socket.AF_INET,
        )
        async with opened(call, doing):
            pass

    assert names == [None], f"{doing} sent {names} as server name; expected none, [None]"


@requirement(
    "create_connection.ssl.server_hostname.resolved_host_keeps_its_name",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_a_resolved_host_keeps_its_name(loop: AbstractEventLoop) -> None:
    """The name sent and matched is the host as passed, whatever it resolves to.

    If this fails, look for the address or the canonical name out of the resolver's
    answer in the place of the host.
    """
    context = server_context(RESOLVED_NAME)
    names = record_names(context)
    doing = f"create_connection(host={RESOLVED_NAME!r}, ssl=context), resolved to 127.0.0.1,"
    with tls_server(context, echo) as server:
        async with interposed(loop, [address_at(IPV4, server.port)]):
            call = loop.create_connection(
                Recorder, RESOLVED_NAME, server.port, ssl=client_context()
            )
            async with opened(call, doing):
                pass

    assert names == [RESOLVED_NAME], (
        f"{doing} sent {names} as server name; expected {[RESOLVED_NAME]}"
    )
