"""create_connection(ssl=...): no TLS, TLS with a given context, TLS with the default one."""

from __future__ import annotations

import ssl
from asyncio import AbstractEventLoop

import pytest

from ..support.certificates import NAME, client_context, server_context, system_trust
from ..support.connecting import opened
from ..support.conversations import echo
from ..support.protocols import Recorder
from ..support.refusals import distrusted
from ..support.requirement import requirement
from ..support.tls_peers import plain_server, tls_server


@requirement(
    "create_connection.ssl.falsy_gives_plain_transport",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
@pytest.mark.parametrize("no_tls", [None, False])
async def test_ssl_none_or_false_gives_a_plain_transport(
    loop: AbstractEventLoop, no_tls: bool | None
) -> None:
    """ssl=None and ssl=False both give a plain transport without the extras of TLS.

    If this fails, look for a test that asks whether `ssl` is None where it has to ask
    whether it is true.
    """
    with plain_server(echo) as server:
        attempt = loop.create_connection(Recorder, *server.address, ssl=no_tls)
        async with opened(attempt, f"create_connection(ssl={no_tls})") as (transport, protocol):
            transport.write(b"plain")
            echoed = await protocol.until_received(5)
            extras = [transport.get_extra_info(name) for name in ("sslcontext", "ssl_object")]

    assert echoed == b"plain", (
        f"create_connection(ssl={no_tls}), write(b'plain') brought {echoed!r} back from an echo "
        "server without TLS; expected the plain bytes"
    )
    assert extras == [None, None], (
        f"create_connection(ssl={no_tls}) gave a transport whose extras sslcontext and ssl_object "
        f"are {extras}; expected None for both"
    )


@requirement(
    "create_connection.ssl.context_is_the_one_used",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_the_given_context_is_the_one_used(loop: AbstractEventLoop) -> None:
    """A given SSLContext is used itself: it is the extra "sslcontext" and the TLS object's context.

    If this fails, look for a context that is copied, or made anew from the given one.
    """
    context = client_context()
    with tls_server(server_context(), echo) as server:
        attempt = loop.create_connection(
            Recorder, *server.address, ssl=context, server_hostname=NAME
        )
        async with opened(attempt, "create_connection(ssl=context)") as (transport, _):
            extra = transport.get_extra_info("sslcontext")
            used = getattr(transport.get_extra_info("ssl_object"), "context", None)

    assert extra is context, (
        f"create_connection(ssl=context) has the extra sslcontext {extra!r}; "
        f"expected the context itself, {context!r}"
    )
    assert used is context, (
        f"create_connection(ssl=context) made a TLS object with the context {used!r}; "
        f"expected the context itself, {context!r}"
    )


@requirement(
    "create_connection.ssl.true_uses_a_verifying_default_context",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_ssl_true_refuses_an_authority_that_the_system_does_not_trust(
    loop: AbstractEventLoop,
) -> None:
    """ssl=True verifies the server against the system's trust store.

    If this fails, look for a default context that does not verify, made with
    SSLContext() where ssl.create_default_context() was meant.
    """
    with system_trust(in_stranger=True), tls_server(server_context("localhost"), echo) as server:
        attempt = loop.create_connection(
            Recorder, server.host, server.port, ssl=True, server_hostname="localhost"
        )
        await distrusted(
            "issuer",
            "create_connection(ssl=True) to a server of a private authority",
            server,
            attempt,
        )


@requirement(
    "create_connection.ssl.true_honours_system_trust",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_ssl_true_trusts_what_the_system_trusts(loop: AbstractEventLoop) -> None:
    """ssl=True uses the context that ssl.create_default_context() gives at the time of the call.

    If this fails, look for a list of authorities that the loop brings along, or for
    a context that is made once and kept.
    """
    with system_trust(), tls_server(server_context("localhost"), echo) as server:
        attempt = loop.create_connection(
            Recorder, server.host, server.port, ssl=True, server_hostname="localhost"
        )
        doing = "create_connection(ssl=True) with the authority in SSL_CERT_FILE"
        async with opened(attempt, doing) as (transport, _):
            context = transport.get_extra_info("sslcontext")

    settings = [getattr(context, name, None) for name in ("verify_mode", "check_hostname")]
    assert settings == [ssl.CERT_REQUIRED, True], (
        f"create_connection(ssl=True) has a context with [verify_mode, check_hostname] {settings}; "
        "expected CERT_REQUIRED and True"
    )


@requirement(
    "create_connection.ssl.true_checks_hostname",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_ssl_true_checks_the_host_name(loop: AbstractEventLoop) -> None:
    """ssl=True matches the host name as well as the chain.

    If this fails, look for check_hostname set to False in the default context.
    """
    with system_trust(), tls_server(server_context("other.test"), echo) as server:
        attempt = loop.create_connection(
            Recorder, server.host, server.port, ssl=True, server_hostname=NAME
        )
        await distrusted(
            "name",
            f"create_connection(ssl=True, server_hostname={NAME!r}) to other.test",
            server,
            attempt,
        )


@requirement(
    "create_connection.ssl.true_with_empty_server_hostname_skips_matching",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_ssl_true_with_an_empty_name_skips_matching(loop: AbstractEventLoop) -> None:
    """ssl=True with server_hostname='' turns off host name matching and keeps chain verification.

    If this fails, look for an empty name taken for a missing one, or for a context
    that loses verify_mode together with check_hostname.
    """
    doing = "create_connection(ssl=True, server_hostname='')"
    with system_trust(), tls_server(server_context("other.test"), echo) as server:
        attempt = loop.create_connection(Recorder, *server.address, ssl=True, server_hostname="")
        async with opened(attempt, doing) as (transport, _):
            context = transport.get_extra_info("sslcontext")

    settings = [getattr(context, name, None) for name in ("verify_mode", "check_hostname")]
    assert settings == [ssl.CERT_REQUIRED, False], (
        f"{doing} used a context with [verify_mode, check_hostname] {settings}; "
        "expected CERT_REQUIRED and False"
    )


@requirement(
    "create_connection.ssl.true_with_empty_server_hostname_still_verifies_chain",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_ssl_true_with_an_empty_name_still_verifies_the_chain(
    loop: AbstractEventLoop,
) -> None:
    """ssl=True with server_hostname='' still refuses an untrusted issuer.

    If this fails, look for verify_mode set to CERT_NONE where only the name is to
    go unmatched.
    """
    with system_trust(), tls_server(server_context(by_stranger=True), echo) as server:
        attempt = loop.create_connection(Recorder, *server.address, ssl=True, server_hostname="")
        await distrusted(
            "issuer",
            "create_connection(ssl=True, server_hostname='') to a server of an untrusted issuer",
            server,
            attempt,
        )
