"""create_connection(ssl=context): a peer that spoils the handshake."""

from __future__ import annotations

import ssl
from asyncio import AbstractEventLoop

from ..support.certificates import NAME, TLS_1_2, TLS_1_3, client_context, server_context
from ..support.conversations import (
    answer_in_plain_text,
    close_in_handshake,
    echo,
    reset_in_handshake,
)
from ..support.listeners import IPV4
from ..support.protocols import Recorder
from ..support.refusals import expect_trust, refused
from ..support.requirement import requirement
from ..support.resolver import NAME as RESOLVED_NAME
from ..support.resolver import address_at, interposed
from ..support.sockets import CountedFactory
from ..support.tls_peers import plain_server, tls_server, until_set
from ..support.turns import turns


@requirement(
    "create_connection.ssl.plaintext_peer_is_sslerror",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_a_peer_that_answers_in_plain_text_is_an_sslerror(loop: AbstractEventLoop) -> None:
    """A peer that answers in plain text ends the call with ssl.SSLError, without connection_made().

    If this fails, look for bytes that no TLS record begins with and that the handshake
    passes over, or hands to the protocol.
    """
    factory = CountedFactory()
    doing = "create_connection(ssl=context) to a server that answers in plain text"
    with plain_server(answer_in_plain_text) as server:
        call = loop.create_connection(
            factory, *server.address, ssl=client_context(), server_hostname=NAME
        )
        await refused(ssl.SSLError, doing, call)
        await turns()
        hello = bytes(server.peer.received)

    assert hello, f"{doing} sent nothing; expected a ClientHello"
    calls = [name for protocol in factory.made for name in protocol.calls]
    assert calls == [], f"{doing} called {calls} on the protocol; expected nothing"


@requirement(
    "create_connection.ssl.peer_eof_in_handshake_is_connection_error",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_a_peer_that_closes_in_the_handshake_is_a_connection_reset(
    loop: AbstractEventLoop,
) -> None:
    """A peer that closes during the handshake ends the call with ConnectionResetError.

    If this fails, look for an end of the stream that only the established connection
    reacts to, so that the call waits for ssl_handshake_timeout.
    """
    await expect_trust()
    with plain_server(close_in_handshake) as server:
        call = loop.create_connection(
            Recorder, *server.address, ssl=client_context(), server_hostname=NAME
        )
        doing = "create_connection(ssl=context) to a server that closed after the ClientHello"
        await refused(ConnectionResetError, doing, call)
        hello = bytes(server.peer.received)

    assert hello, f"{doing} sent nothing; expected a ClientHello"


@requirement(
    "create_connection.ssl.peer_reset_in_handshake_is_connection_error",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_a_peer_that_resets_in_the_handshake_is_a_connection_error(
    loop: AbstractEventLoop,
) -> None:
    """A TCP reset during the handshake ends the call with a ConnectionError.

    If this fails, look for the operating system's error turned into an exception that
    is no OSError, or lost with the connection.
    """
    await expect_trust()
    with plain_server(reset_in_handshake) as server:
        call = loop.create_connection(
            Recorder, *server.address, ssl=client_context(), server_hostname=NAME
        )
        doing = "create_connection(ssl=context) to a server that reset after the ClientHello"
        await refused(ConnectionError, doing, call)
        hello = bytes(server.peer.received)

    assert hello, f"{doing} sent nothing; expected a ClientHello"


@requirement(
    "create_connection.ssl.no_common_version_is_sslerror",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_no_common_tls_version_is_an_sslerror(loop: AbstractEventLoop) -> None:
    """Client and server without a common TLS version end in ssl.SSLError.

    If this fails, look for an alert of the server that is taken for a plain end of the
    stream, or for a second attempt with other settings.
    """
    with tls_server(server_context(only=TLS_1_3), echo) as server:
        call = loop.create_connection(
            Recorder, *server.address, ssl=client_context(only=TLS_1_2), server_hostname=NAME
        )
        doing = "create_connection(ssl=context for TLS 1.2) to a server for TLS 1.3"
        await refused(ssl.SSLError, doing, call)
        await until_set(server.ended)
        seen = server.peer.handshake_error

    assert seen is not None, f"{doing} failed, and the server's handshake did not; expected both"


@requirement(
    "create_connection.ssl.failing_does_not_try_next_address",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_a_failed_handshake_is_final(loop: AbstractEventLoop) -> None:
    """A TLS failure is final: no further address that the name resolved to is tried.

    If this fails, look for handshake errors that are caught by the same `except OSError`
    as a refused connect.
    """
    with (
        plain_server(close_in_handshake) as first,
        plain_server(close_in_handshake) as second,
    ):
        answer = [address_at(IPV4, first.port), address_at(IPV4, second.port)]
        async with interposed(loop, answer):
            call = loop.create_connection(Recorder, RESOLVED_NAME, 443, ssl=client_context())
            await refused(Exception, "create_connection(ssl=context) to a server that closed", call)
        await turns()
        tried = len(first.clients) + len(second.clients)

    assert tried == 1, (
        "create_connection(ssl=context) of a name with two addresses, both of which close in the "
        f"handshake, connected {tried} times; expected the first failure to be final"
    )
