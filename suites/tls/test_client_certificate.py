"""Certificates of clients: presented, missing, from somebody unknown, optional."""

from __future__ import annotations

import ssl
from asyncio import AbstractEventLoop

import pytest

from ..support.certificates import (
    NAME,
    TLS_1_2,
    TLS_1_3,
    certificate,
    client_context,
    server_context,
    trust_clients,
)
from ..support.conversations import greet_with, read_all
from ..support.protocols import Recorder
from ..support.refusals import expect_trust, refused
from ..support.requirement import requirement
from ..support.sockets import CountedFactory, Reports
from ..support.tls_peers import tls_client, tls_server, until_set
from ..support.tls_sessions import Noting, Side, both_sides, heard, serving, session, until_any
from ..support.turns import turns

API = "loop.create_connection, loop.create_server (ssl=)"
DOC = "library/asyncio-eventloop.html#asyncio.loop.create_connection"
CLIENT = "client.test"


def requiring(only: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    """A server's context that wants a client certificate of the test's authority."""
    context = server_context(only=only)
    trust_clients(context)
    return context


def client_of_stranger(only: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    """A client's context with a certificate of an authority that nobody trusts."""
    context = client_context(only=only)
    certificate(CLIENT, by_stranger=True).configure_cert(context)
    return context


@both_sides
@requirement("tls.client_certificate.presented", api=API, level="implied", since="3.11", doc=DOC)
async def test_a_client_certificate_reaches_the_server(loop: AbstractEventLoop, side: Side) -> None:
    """A certificate of the client's context reaches the server, and a server's 'peercert'.

    If this fails, look for extras that are set on the client's side alone, or for a TLS
    layer that makes a context of its own, without the client's certificate.
    """
    client = client_context(certified_as=CLIENT)
    talk = Noting(ssl.SSLSocket.getpeercert)
    async with session(loop, side, Recorder(), talk, client=client, server=requiring()) as tls:
        shown = tls.transport.get_extra_info("peercert")
    if side == "client":
        shown = talk.noted

    names = (shown or {}).get("subjectAltName")
    assert names == (("DNS", CLIENT),), (
        f"a client with a certificate for {CLIENT!r} showed the server names {names}, in "
        f"{shown!r}, with the loop as {side}; expected {CLIENT!r}"
    )


@requirement(
    "tls.client_certificate.missing_tls12_fails_the_await",
    api=API,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_a_missing_certificate_fails_the_await(loop: AbstractEventLoop) -> None:
    """With TLS 1.2 a client without the certificate that a server requires fails in the await.

    The await raises OSError, and the protocol hears nothing. If this fails, look for a
    handshake that counts as done before the server's last message, which is an alert here.
    """
    await expect_trust()
    factory = CountedFactory()
    doing = "create_connection(ssl=context) without the certificate that a TLS 1.2 server requires"
    with tls_server(requiring(TLS_1_2), read_all) as server:
        call = loop.create_connection(
            factory, *server.address, ssl=client_context(), server_hostname=NAME
        )
        await refused(OSError, doing, call)
        await until_set(server.peer.ended)
        await turns()

    calls = [name for protocol in factory.made for name in protocol.calls]
    assert calls == [], f"{doing} called {calls} on the protocol; expected nothing"


@requirement(
    "tls.client_certificate.untrusted_tls12",
    api=API,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_an_untrusted_certificate_fails_the_await(loop: AbstractEventLoop) -> None:
    """With TLS 1.2 a client whose certificate the server does not trust fails in the await.

    The await raises OSError. If this fails, look for a handshake that is tried again without
    the certificate, or that counts as done before the server's last message.
    """
    await expect_trust()
    doing = "create_connection(ssl=context) with a certificate that a TLS 1.2 server distrusts"
    with tls_server(requiring(TLS_1_2), read_all) as server:
        call = loop.create_connection(
            Recorder, *server.address, ssl=client_of_stranger(), server_hostname=NAME
        )
        await refused(OSError, doing, call)
        await until_set(server.peer.ended)

    error = server.peer.handshake_error
    assert isinstance(error, ssl.SSLCertVerificationError), (
        f"{doing} failed, and the server's handshake ended with {error!r}; expected the server to "
        "distrust a certificate, and so the client to have shown it"
    )


@pytest.mark.parametrize("version", [TLS_1_2, TLS_1_3])
@pytest.mark.parametrize("shown", ["no", "an untrusted"])
@requirement(
    "tls.client_certificate.refused_by_server",
    api="loop.create_server (ssl=)",
    level="implied",
    since="3.11",
    doc="library/asyncio-eventloop.html#asyncio.loop.create_server",
)
async def test_a_server_refuses_clients_it_cannot_trust(
    loop: AbstractEventLoop, shown: str, version: ssl.TLSVersion
) -> None:
    """A server that requires a client certificate does not let others through to its protocol.

    If this fails, look for verify_mode and authorities of the given context that are not
    used, or for a connection_made() that is called before the client's last message.
    """
    Reports(loop)  # whether a refusal is reported is not judged here
    factory = CountedFactory()
    client = client_context() if shown == "no" else client_of_stranger()
    certified = client_context(certified_as=CLIENT)
    greet = greet_with(b"hello")
    async with serving(loop, factory, requiring(version)) as address:
        with tls_client(address, certified, greet, server_hostname=NAME) as good:
            await until_any(good)
            await turns()
            served = [await heard(protocol, 5) for protocol in factory.made]
        before = factory.calls
        with tls_client(address, client, greet, server_hostname=NAME) as peer:
            await until_set(peer.ended)
        await turns()

    assert served == [b"hello"], (
        "a client with a certificate that create_server(ssl=context) trusts wrote b'hello', and "
        f"its protocols got {served}; expected one to get it"
    )
    calls = [name for protocol in factory.made[before:] for name in protocol.calls]
    assert calls == [], (
        f"a {version.name} client with {shown} certificate for create_server(ssl=context with "
        f"CERT_REQUIRED) led to the calls {calls} on the protocol; expected nothing"
    )


@requirement(
    "tls.client_certificate.optional_absent", api=API, level="implied", since="3.11", doc=DOC
)
async def test_an_optional_certificate_may_be_absent(loop: AbstractEventLoop) -> None:
    """With CERT_OPTIONAL a client without certificate is served, and 'peercert' is empty.

    If this fails, look for CERT_OPTIONAL treated as CERT_REQUIRED.
    """
    context = requiring()
    context.verify_mode = ssl.CERT_OPTIONAL
    async with session(loop, "server", Recorder(), greet_with(b"hello"), server=context) as tls:
        received = await heard(tls.protocol, 5)
        peercert = tls.transport.get_extra_info("peercert")

    assert received == b"hello", (
        "a client without certificate wrote b'hello' to a server with CERT_OPTIONAL, which "
        f"received {received!r}; expected b'hello'"
    )
    assert not peercert, (
        f"'peercert' of a client without certificate is {peercert!r}; expected nothing"
    )
