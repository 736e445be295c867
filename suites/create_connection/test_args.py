"""create_connection(): what is no place to connect to, and sockets that it does not take."""

from __future__ import annotations

import socket
from asyncio import AbstractEventLoop

from ..support.certificates import NAME, client_context
from ..support.listeners import IPV4, connected_pair, listening, port_of
from ..support.requirement import requirement
from ..support.sockets import expect_connection, expect_refusal, expect_tls_connection


@requirement(
    "create_connection.args.nothing_to_connect_is_valueerror",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_without_host_port_and_sock_is_a_valueerror(loop: AbstractEventLoop) -> None:
    """Neither host/port nor sock given is a ValueError.

    If this fails, look for a missing check at the start of create_connection(), or for
    a host that defaults to the local machine.
    """
    with listening() as listener:
        await expect_connection(loop, IPV4, port_of(listener))

    await expect_refusal(
        loop, ValueError, "create_connection(factory), without host, port and sock,"
    )


@requirement(
    "create_connection.args.ssl_only_is_valueerror",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_ssl_alone_is_nothing_to_connect_to(loop: AbstractEventLoop) -> None:
    """Without host, port or sock, ssl and server_hostname are nothing to connect to: ValueError.

    If this fails, look for a check that counts any keyword as a place to connect to, or
    for a server_hostname that is taken for the host.
    """
    await expect_tls_connection(loop)

    await expect_refusal(
        loop,
        ValueError,
        "create_connection(factory, ssl=..., server_hostname=...)",
        ssl=client_context(),
        server_hostname=NAME,
    )


@requirement(
    "create_connection.args.host_and_sock_is_valueerror",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_host_with_sock_is_a_valueerror(loop: AbstractEventLoop) -> None:
    """A host together with sock is a ValueError.

    If this fails, look for a branch that takes sock whenever it is given and never
    looks at host.
    """
    with connected_pair() as (sock, _):
        await expect_connection(loop, sock=sock)

    with connected_pair() as (sock, _):
        await expect_refusal(loop, ValueError, "create_connection(host, sock=...)", IPV4, sock=sock)


@requirement(
    "create_connection.args.port_and_sock_is_valueerror",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_port_with_sock_is_a_valueerror(loop: AbstractEventLoop) -> None:
    """A port alone together with sock is a ValueError.

    If this fails, look for a check that compares only host with None, or that takes
    a port without a host for nothing.
    """
    with connected_pair() as (sock, _):
        await expect_connection(loop, sock=sock)

    with connected_pair() as (sock, _):
        await expect_refusal(
            loop, ValueError, "create_connection(port, sock=...)", port=1, sock=sock
        )


@requirement(
    "create_connection.args.host_port_and_sock_is_valueerror",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_host_and_port_with_sock_is_a_valueerror(loop: AbstractEventLoop) -> None:
    """Host and port together with sock is a ValueError.

    If this fails, look for a connect to host and port that forgets about sock.
    """
    with connected_pair() as (sock, _):
        await expect_connection(loop, sock=sock)

    with (
        listening() as listener,
        connected_pair() as (sock, _),
    ):
        await expect_refusal(
            loop,
            ValueError,
            "create_connection(host, port, sock=...)",
            IPV4,
            port_of(listener),
            sock=sock,
        )


@requirement(
    "create_connection.args.datagram_sock_is_valueerror",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_a_datagram_socket_is_a_valueerror(loop: AbstractEventLoop) -> None:
    """The given socket is a stream socket; a datagram socket is a ValueError.

    If this fails, look for a missing look at sock.type.
    """
    with connected_pair() as (stream, _):
        await expect_connection(loop, sock=stream)

    with socket.socket(type=socket.SOCK_DGRAM) as datagram:
        datagram.bind((IPV4, 0))
        datagram.connect(datagram.getsockname())
        await expect_refusal(
            loop, ValueError, "create_connection(sock=a connected UDP socket)", sock=datagram
        )


@requirement(
    "create_connection.args.sslsocket_is_typeerror",
    api="loop.create_connection",
    level="interop",
    since="3.11",
    libraries=["websockets"],
)
async def test_an_sslsocket_is_a_typeerror(loop: AbstractEventLoop) -> None:
    """An ssl.SSLSocket is refused as sock with TypeError instead of being wrapped twice.

    If this fails, look for a given socket that is used without a look at its class: the
    loop then reads ciphertext. websockets hands the sock of its callers to this call.
    """
    with connected_pair() as (plain, _):
        await expect_connection(loop, sock=plain)

    with (
        connected_pair() as (plain, _),
        client_context().wrap_socket(
            plain, server_hostname=NAME, do_handshake_on_connect=False
        ) as wrapped,
    ):
        await expect_refusal(
            loop, TypeError, "create_connection(sock=an ssl.SSLSocket)", sock=wrapped
        )
