"""get_extra_info() of an open TLS transport: what it tells of the session and the socket."""

from __future__ import annotations

import ssl
from asyncio import AbstractEventLoop

import pytest

from ..support.certificates import (
    NAME,
    TLS_1_2,
    certificate,
    server_context,
    unverified_context,
)
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.tls_sessions import Noting, Side, both_sides, session, ssl_object_of

API = "loop.create_connection, loop.create_server (ssl=)"
DOC = "library/asyncio-protocol.html#asyncio.BaseTransport.get_extra_info"


@both_sides
@requirement(
    "tls.extra_info.sslcontext",
    api=API,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_sslcontext_is_the_given_context(loop: AbstractEventLoop, side: Side) -> None:
    """A TLS transport gives the SSLContext in use under 'sslcontext', on both sides.

    If this fails, look for a copy of the context, or for extras that are set on the
    client's side alone.
    """
    async with session(loop, side, Recorder()) as tls:
        seen = tls.transport.get_extra_info("sslcontext")

    assert seen is tls.context, (
        f"get_extra_info('sslcontext') of {tls.doing} returned {seen!r}; expected the given "
        f"context itself, {tls.context!r}"
    )


@both_sides
@requirement(
    "tls.extra_info.ssl_object",
    api=API,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_ssl_object_describes_the_session(loop: AbstractEventLoop, side: Side) -> None:
    """'ssl_object' is an ssl.SSLObject or ssl.SSLSocket that describes the live session.

    If this fails, look for an object of the loop's own that lacks the methods of ssl's.
    """
    async with session(loop, side, Recorder()) as tls:
        ssl_object = tls.transport.get_extra_info("ssl_object")
        version = getattr(ssl_object, "version", lambda: "no version()")()

    assert isinstance(ssl_object, (ssl.SSLObject, ssl.SSLSocket)), (
        f"get_extra_info('ssl_object') of {tls.doing} returned {ssl_object!r}; expected an "
        "ssl.SSLObject or ssl.SSLSocket"
    )
    assert version == tls.peer.version, (
        f"version() of the ssl_object of {tls.doing} returned {version!r}; expected "
        f"{tls.peer.version!r}, as the other end says"
    )


@requirement(
    "tls.extra_info.peercert_on_client",
    api=API,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_peercert_names_the_server(loop: AbstractEventLoop) -> None:
    """'peercert' on a client is ssl_object.getpeercert(), a dict that holds the server's names.

    If this fails, look for the certificate in its binary form, or for an extra that is
    set before the handshake is done.
    """
    async with session(loop, "client", Recorder()) as tls:
        peercert = tls.transport.get_extra_info("peercert")
        decoded = ssl_object_of(tls.transport).getpeercert()

    names = peercert.get("subjectAltName", ()) if isinstance(peercert, dict) else ()
    assert ("DNS", NAME) in names, (
        f"get_extra_info('peercert') of {tls.doing} returned {peercert!r}; expected a dict whose "
        f"subjectAltName holds {NAME!r}"
    )
    assert peercert == decoded, (
        f"get_extra_info('peercert') returned {peercert!r} and ssl_object.getpeercert() "
        f"{decoded!r}; expected the same"
    )


@requirement(
    "tls.extra_info.peercert_without_client_certificate",
    api=API,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_peercert_of_a_client_without_certificate_is_none(loop: AbstractEventLoop) -> None:
    """On a server whose client sent no certificate 'peercert' is there, and None.

    If this fails, look for a key that is left out where there is no certificate, or for
    getpeercert() called too early.
    """
    async with session(loop, "server", Recorder()) as tls:
        peercert = tls.transport.get_extra_info("peercert", "default")

    assert peercert is None, (
        "get_extra_info('peercert', 'default') on a server, for a client without a certificate, "
        f"returned {peercert!r}; expected None"
    )


@requirement(
    "tls.extra_info.peercert_unverified_is_empty_dict",
    api=API,
    level="implied",
    since="3.11",
    doc="library/ssl.html#ssl.SSLSocket.getpeercert",
)
async def test_peercert_of_an_unverified_server_is_empty(loop: AbstractEventLoop) -> None:
    """With CERT_NONE 'peercert' is an empty dict, as SSLSocket.getpeercert() defines.

    If this fails, look for a test of the certificate's truth that turns {} into None.
    """
    async with session(loop, "client", Recorder(), client=unverified_context()) as tls:
        peercert = tls.transport.get_extra_info("peercert")

    assert peercert == {}, (
        f"get_extra_info('peercert') of a client with CERT_NONE returned {peercert!r}; expected "
        "an empty dict"
    )


@both_sides
@requirement(
    "tls.extra_info.cipher",
    api=API,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_cipher_is_the_triple_of_the_session(loop: AbstractEventLoop, side: Side) -> None:
    """'cipher' is the tuple of name, protocol and secret bits that ssl_object.cipher() returns.

    If this fails, look for the cipher's name alone, or for an extra that is set before
    the handshake is done.
    """
    talk = Noting(ssl.SSLSocket.cipher)
    async with session(loop, side, Recorder(), talk) as tls:
        cipher = tls.transport.get_extra_info("cipher")

    assert cipher == talk.noted, (
        f"get_extra_info('cipher') of {tls.doing} returned {cipher!r}; expected {talk.noted!r}, as "
        "the other end says"
    )


@both_sides
@requirement(
    "tls.extra_info.compression",
    api=API,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_compression_is_known(loop: AbstractEventLoop, side: Side) -> None:
    """'compression' is known, and None for a session without it.

    If this fails, look for an extra that is left out because it is None.
    """
    async with session(loop, side, Recorder()) as tls:
        compression = tls.transport.get_extra_info("compression", "default")

    assert compression is None, (
        f"get_extra_info('compression', 'default') of {tls.doing} returned {compression!r}; "
        "expected None, as the key is known"
    )


@both_sides
@pytest.mark.parametrize("key", ["peername", "sockname", "socket"])
@requirement(
    "tls.extra_info.socket_keys_stay_available",
    api=API,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_the_sockets_keys_are_answered(loop: AbstractEventLoop, side: Side, key: str) -> None:
    """A TLS transport still answers 'peername', 'sockname' and 'socket'.

    If this fails, look for extras of the TLS layer that hide those of the TCP connection.
    """
    async with session(loop, side, Recorder()) as tls:
        seen = tls.transport.get_extra_info(key)
        sock = tls.peer.sock
        expected = sock.getpeername() if key == "sockname" else sock.getsockname()
        if key == "socket" and hasattr(seen, "getpeername"):
            seen = seen.getpeername()

    assert seen == expected, (
        f"get_extra_info({key!r}) of {tls.doing} led to {seen!r}; expected "
        f"{'a socket whose peer is ' if key == 'socket' else ''}{expected!r}"
    )


@both_sides
@requirement(
    "tls.extra_info.unknown_key_gives_default",
    api=API,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_an_unknown_name_gives_the_default(loop: AbstractEventLoop, side: Side) -> None:
    """An unknown name gives the default, and None where none is passed.

    If this fails, look for a lookup in a dict that raises, or that drops the default
    when it passes the question on to the TCP transport.
    """
    async with session(loop, side, Recorder()) as tls:
        try:
            seen = (
                tls.transport.get_extra_info("nope"),
                tls.transport.get_extra_info("nope", "default"),
            )
        except (KeyError, AttributeError) as error:
            raise AssertionError(
                f"get_extra_info('nope') of {tls.doing} raised {error!r}; expected the default"
            ) from error

    assert seen == (None, "default"), (
        f"get_extra_info('nope') of {tls.doing}, without and with the default 'default', returned "
        f"{seen}; expected None and 'default'"
    )


@requirement(
    "tls.extra_info.ssl_object_binary_certificate",
    api=API,
    level="interop",
    since="3.11",
    libraries=("aiohttp",),
    doc=DOC,
)
async def test_the_binary_certificate_is_there_unverified(loop: AbstractEventLoop) -> None:
    """ssl_object.getpeercert(binary_form=True) gives the DER certificate, unverified as well.

    If this fails, look for an object of the loop's own whose getpeercert() takes no
    argument, or asks first whether the certificate was verified.
    """
    pem = certificate(NAME, by_stranger=False).cert_chain_pems[0].bytes().decode()
    async with session(loop, "client", Recorder(), client=unverified_context()) as tls:
        shown = ssl_object_of(tls.transport).getpeercert(binary_form=True)

    assert shown == ssl.PEM_cert_to_DER_cert(pem), (
        "ssl_object.getpeercert(binary_form=True) of a client with CERT_NONE returned "
        f"{shown!r}; expected the server's certificate as bytes"
    )


@both_sides
@requirement(
    "tls.extra_info.channel_binding_agrees",
    api=API,
    level="interop",
    since="3.11",
    libraries=("slixmpp",),
    doc=DOC,
)
async def test_channel_binding_agrees_with_the_other_end(
    loop: AbstractEventLoop, side: Side
) -> None:
    """ssl_object.get_channel_binding('tls-unique') gives the same bytes as at the other end.

    If this fails, look for an object of the loop's own that answers None. The session is
    one of TLS 1.2, where this binding is defined.
    """
    talk, context = Noting(ssl.SSLSocket.get_channel_binding), server_context(only=TLS_1_2)
    async with session(loop, side, Recorder(), talk, server=context) as tls:
        binding = ssl_object_of(tls.transport).get_channel_binding("tls-unique")

    assert talk.noted, "the peer's session has no channel binding of that kind; expected bytes"
    assert binding == talk.noted, (
        f"get_channel_binding('tls-unique') of {tls.doing} returned {binding!r}; expected "
        f"{talk.noted!r}, as the other end says"
    )
