"""A client that TLS 1.3 lets through, and that the server refuses when it has seen it all."""

from __future__ import annotations

import ssl
from asyncio import AbstractEventLoop

from ..support.certificates import (
    NAME,
    TLS_1_3,
    client_context,
    server_context,
    trust_clients,
)
from ..support.connecting import opened
from ..support.conversations import read_all
from ..support.protocols import Recorder
from ..support.refusals import expect_trust
from ..support.requirement import requirement
from ..support.sockets import Reports
from ..support.tls_peers import tls_client, tls_server, until_set
from ..support.tls_sessions import lost, serving, until_any

API = "loop.create_connection, loop.create_server (ssl=)"
DOC = "library/asyncio-eventloop.html#asyncio.loop.create_connection"
DOING = "create_connection(ssl=context) without the certificate that a TLS 1.3 server requires"


def requiring() -> ssl.SSLContext:
    """A TLS 1.3 server's context that wants a client certificate of the test's authority."""
    context = server_context(only=TLS_1_3)
    trust_clients(context)
    return context


@requirement(
    "tls.client_certificate.missing_tls13_surfaces_as_connection_lost",
    api=API,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_a_late_refusal_arrives_in_connection_lost(loop: AbstractEventLoop) -> None:
    """With TLS 1.3 a refused client has its connection first, and loses it with ssl.SSLError.

    The client's handshake is complete before the server has seen its certificate. If
    this fails, look for an alert behind the handshake that closes nothing, or that is
    taken for a clean end.
    """
    await expect_trust()
    Reports(loop)  # whether the alert is reported besides is not judged here
    with tls_server(requiring(), read_all) as server:
        call = loop.create_connection(
            Recorder, *server.address, ssl=client_context(), server_hostname=NAME
        )
        async with opened(call, DOING) as (_, protocol):
            await lost(protocol, DOING)

    assert protocol.calls == ["connection_made", "connection_lost"], (
        f"{DOING} called {protocol.calls} on the protocol; expected connection_made, "
        "connection_lost"
    )
    assert isinstance(protocol.lost_with, ssl.SSLError), (
        f"{DOING} ended with connection_lost({protocol.lost_with!r}); expected an ssl.SSLError, "
        "the server's alert"
    )


@requirement(
    "tls.alert_from_peer_after_handshake_is_connection_lost_error",
    api=API,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_an_alert_closes_a_transport_that_is_writing(loop: AbstractEventLoop) -> None:
    """A fatal alert behind the handshake closes a transport that writes; connection_lost(OSError).

    If this fails, look for alerts that are seen only by the next read, or for a failed
    write that ends the connection without its reason.
    """
    await expect_trust()
    Reports(loop)  # whether the alert is reported besides is not judged here
    with tls_server(requiring(), read_all) as server:
        call = loop.create_connection(
            Recorder, *server.address, ssl=client_context(), server_hostname=NAME
        )
        async with opened(call, DOING) as (transport, protocol):
            transport.write(b"anybody there?")
            await lost(protocol, f"{DOING}, and write()")
            closing = transport.is_closing()

    assert isinstance(protocol.lost_with, OSError), (
        f"{DOING}, and write(), ended with connection_lost({protocol.lost_with!r}); "
        "expected an OSError"
    )
    assert closing is True, (
        f"{DOING}, and write(): after connection_lost() is_closing() returned {closing!r}; "
        "expected True"
    )


@requirement(
    "tls.server_handshake_failure_closes_client",
    api=API,
    level="implied",
    since="3.11",
    doc="library/asyncio-eventloop.html#asyncio.loop.create_server",
)
async def test_a_refused_client_sees_its_connection_end(loop: AbstractEventLoop) -> None:
    """When the loop's server refuses a TLS 1.3 client, the client sees its connection end.

    If this fails, look for a failed handshake that leaves its TCP connection open.
    """
    Reports(loop)  # whether a refusal is reported is not judged here
    async with serving(loop, Recorder, requiring()) as address:
        with tls_client(address, client_context(), read_all, server_hostname=NAME) as peer:
            shaken = await until_any(peer)
            ended = await until_set(peer.ended)
            error = peer.error

    assert shaken, (
        "the TLS 1.3 handshake of a client, as far as the client sees it, failed with "
        f"{peer.handshake_error!r}; expected create_server(ssl=context) to answer it"
    )
    stayed_open = not ended or isinstance(error, TimeoutError)
    assert not stayed_open, (
        "create_server(ssl=context with CERT_REQUIRED) refused a client without certificate, and "
        f"the client's connection stayed open ({error!r}); expected its end"
    )
