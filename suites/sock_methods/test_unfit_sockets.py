"""Sockets that the sock_*() methods can't work with: of TLS, of a transport, closed."""

from __future__ import annotations

import ssl
from asyncio import AbstractEventLoop

import pytest

from ..support.certificates import NAME, client_context
from ..support.connecting import opened
from ..support.plain_sockets import DOC, READY, error_of, expect_accepted, tcp_pair
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.sockets import exposed_socket
from ..support.tls_sessions import heard

API = "loop.sock_*"


@requirement(
    "sock_methods.sslsocket_is_typeerror",
    api=API,
    level="interop",
    since="3.11",
    libraries=("CPython test_asyncio",),
    doc=DOC,
)
@pytest.mark.parametrize("method", ["sock_recv", "sock_recv_into", "sock_sendall"])
async def test_sockets_of_tls_are_refused(loop: AbstractEventLoop, method: str) -> None:
    """Receiving and sending refuse an ssl.SSLSocket; asyncio itself does so with TypeError.

    The manual does not speak of them: any error will do, which SSLWantReadError is too, and
    connecting or accepting with one harms nobody. If this fails, look for calls that work
    on the encrypted bytes, or on the descriptor, below what the socket object would do.
    """
    await expect_accepted(loop, method)
    with (
        READY[method]() as (sock, call),
        client_context().wrap_socket(
            sock, server_hostname=NAME, do_handshake_on_connect=False
        ) as wrapped,
    ):
        assert isinstance(wrapped, ssl.SSLSocket)
        doing = f"{method}() on an ssl.SSLSocket"
        await error_of(lambda: call(loop, wrapped), Exception, doing)


@requirement(
    "sock_methods.transport_socket_is_runtimeerror",
    api=API,
    level="interop",
    since="3.11",
    libraries=("CPython test_asyncio",),
    doc=DOC,
)
async def test_a_transports_socket_is_refused(loop: AbstractEventLoop) -> None:
    """A socket of an open transport is refused, and the transport goes on.

    The manual names no class; asyncio's is RuntimeError. If this fails, look for a
    call that does not ask whose descriptor it is, and takes the transport's place in
    watching it.
    """
    await expect_accepted(loop, "sock_recv")
    with tcp_pair() as (sock, peer):
        connecting = loop.create_connection(Recorder, sock=sock)
        async with opened(connecting, "create_connection(sock=...)") as (transport, protocol):
            owned = sock if sock.fileno() != -1 else exposed_socket(transport)
            doing = "sock_recv() on the socket of an open transport"
            await error_of(lambda: loop.sock_recv(owned, 8), Exception, doing)
            peer.sendall(b"hello")
            received = await heard(protocol, 5)

    assert received == b"hello", (
        f"after {doing} its protocol received {received!r}; expected the b'hello' that was sent"
    )


@requirement("sock_methods.closed_socket_is_error", api=API, level="implied", since="3.11", doc=DOC)
@pytest.mark.parametrize("method", ["sock_recv", "sock_sendall", "sock_accept"])
async def test_a_closed_socket_is_an_error(loop: AbstractEventLoop, method: str) -> None:
    """A closed socket gives an error, promptly; OSError or ValueError, as a rule.

    If this fails, look for a descriptor that is remembered, or for a wait on one that is
    not there.
    """
    await expect_accepted(loop, method)
    with READY[method]() as (sock, call):
        sock.close()
        doing = f"{method}() on a closed socket"
        await error_of(lambda: call(loop, sock), Exception, doing)
