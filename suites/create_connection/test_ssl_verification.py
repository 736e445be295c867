"""create_connection(ssl=context): a certificate that can't be verified, and what follows."""

from __future__ import annotations

import gc
import ssl
from asyncio import AbstractEventLoop

from ..support.certificates import (
    NAME,
    TLS_1_2,
    client_context,
    server_context,
    unverified_context,
)
from ..support.connecting import opened
from ..support.conversations import echo
from ..support.protocols import Recorder
from ..support.refusals import distrusted
from ..support.requirement import requirement
from ..support.sockets import CountedFactory, Reports, descriptors
from ..support.tls_peers import tls_server, until_set
from ..support.told import expect_told
from ..support.turns import turns

DOING = "create_connection(ssl=context) to a server of an untrusted issuer"


@requirement(
    "create_connection.ssl.untrusted_issuer_is_verification_error",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_an_untrusted_issuer_is_a_verification_error(loop: AbstractEventLoop) -> None:
    """An untrusted issuer gives ssl.SSLCertVerificationError, which carries verify_code.

    If this fails, look for ssl's exception turned into one of the loop's own, or lost
    behind the reset that follows it.
    """
    with tls_server(server_context(by_stranger=True), echo) as server:
        call = loop.create_connection(
            Recorder, *server.address, ssl=client_context(), server_hostname=NAME
        )
        error = await distrusted("issuer", DOING, server, call, ssl.SSLCertVerificationError)

    code = getattr(error, "verify_code", None)
    assert code, f"{DOING} raised {error!r} with verify_code {code}; expected OpenSSL's code"


@requirement(
    "create_connection.ssl.failed_verification_never_makes_connection",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_a_failed_verification_calls_nothing_on_the_protocol(
    loop: AbstractEventLoop,
) -> None:
    """After a failed verification the protocol has seen no callback, not even connection_lost().

    If this fails, look for connection_lost() passed on from the TCP connection, whatever
    had become of the handshake.
    """
    await expect_told()
    factory = CountedFactory()
    with tls_server(server_context(by_stranger=True), echo) as server:
        call = loop.create_connection(
            factory, *server.address, ssl=client_context(), server_hostname=NAME
        )
        await distrusted("issuer", DOING, server, call)
        await until_set(server.ended)
        await turns()

    calls = [name for protocol in factory.made for name in protocol.calls]
    assert calls == [], f"{DOING} called {calls} on the protocol; expected nothing"


@requirement(
    "create_connection.ssl.failed_verification_closes_the_connection",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_a_failed_verification_closes_the_tcp_connection(loop: AbstractEventLoop) -> None:
    """After a failed verification the TCP connection is closed at once.

    If this fails, look for a socket that is left to the garbage collector. The exception
    and its traceback are kept alive here.
    """
    before = 0
    for _ in range(2):  # the first round opens what the loop keeps
        before = descriptors()
        server_side = server_context(by_stranger=True, only=TLS_1_2)
        with tls_server(server_side, echo) as server:
            call = loop.create_connection(
                Recorder, *server.address, ssl=client_context(), server_hostname=NAME
            )
            error = await distrusted("issuer", DOING, server, call)
            await until_set(server.ended)
            await turns()
            seen = server.peer.handshake_error
        assert not isinstance(seen, TimeoutError | None), (
            f"{DOING} raised {error!r}, and the server was left waiting; "
            "expected a closed connection"
        )
    left = descriptors() - before

    assert left <= 0, f"{DOING} left {left} more descriptors open than before; expected none"


@requirement(
    "create_connection.ssl.failed_verification_handler_stays_silent",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_a_failed_verification_is_not_reported_besides(loop: AbstractEventLoop) -> None:
    """A failed verification goes to the caller only, not to the exception handler as well.

    If this fails, look for a handshake error that is reported where it is found, or for
    a future whose exception nobody retrieves.
    """
    reports = Reports(loop)
    with tls_server(server_context(by_stranger=True), echo) as server:
        call = loop.create_connection(
            Recorder, *server.address, ssl=client_context(), server_hostname=NAME
        )
        await distrusted("issuer", DOING, server, call)
        await until_set(server.ended)
    del call
    await turns()
    gc.collect()
    await turns()

    reports.expect_none(DOING)


@requirement(
    "create_connection.ssl.unverified_context_accepts_any_certificate",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_an_unverified_context_accepts_any_certificate(loop: AbstractEventLoop) -> None:
    """A context with CERT_NONE and check_hostname off connects to any certificate.

    If this fails, look for verification that the loop adds of its own accord.
    """
    doing = "create_connection(ssl=context with CERT_NONE) to a stranger under another name"
    with tls_server(server_context("other.test", by_stranger=True), echo) as server:
        call = loop.create_connection(
            Recorder, *server.address, ssl=unverified_context(), server_hostname=NAME
        )
        async with opened(call, doing) as (transport, protocol):
            transport.write(b"ping")
            echoed = await protocol.until_received(4)

    assert echoed == b"ping", f"{doing} brought {echoed!r} back for b'ping'; expected an echo"
