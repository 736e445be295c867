"""create_server(): arguments that do not go together, and what may be positional."""

from __future__ import annotations

import asyncio
import socket
import ssl
from asyncio import AbstractEventLoop
from typing import Any

from ..support.certificates import server_context
from ..support.expect import expect_raises
from ..support.listeners import IPV4, bound
from ..support.requirement import requirement
from ..support.serving import expect_no_server, expect_server
from ..support.turns import turns

API = "loop.create_server"


@requirement(
    "servers.create_server.args.host_and_sock_is_valueerror",
    api=API,
    level="documented",
    since="3.11",
)
async def test_host_and_sock_together_are_refused(loop: AbstractEventLoop) -> None:
    """A host together with sock is a ValueError.

    If this fails, look for a branch for sock that does not look at the host.
    """
    with bound() as sock:
        await expect_no_server(
            loop, ValueError, "create_server(factory, host, sock=...)", IPV4, sock=sock
        )

    with bound() as sock:
        await expect_server(loop, sock=sock)


@requirement(
    "servers.create_server.args.port_and_sock_is_valueerror",
    api=API,
    level="documented",
    since="3.11",
)
async def test_port_and_sock_together_are_refused(loop: AbstractEventLoop) -> None:
    """A port together with sock is a ValueError, also where the port is 0.

    If this fails, look for a branch for sock that does not look at the port, or that
    takes 0 for no port.
    """
    with bound() as sock:
        await expect_no_server(
            loop, ValueError, "create_server(factory, None, 0, sock=...)", None, 0, sock=sock
        )

    with bound() as sock:
        await expect_server(loop, sock=sock)


@requirement(
    "servers.create_server.args.nothing_to_bind_is_valueerror",
    api=API,
    level="implied",
    since="3.11",
)
async def test_a_server_without_any_address_is_refused(loop: AbstractEventLoop) -> None:
    """Neither host, port nor sock is a ValueError.

    If this fails, look for the port's default being used as if it had been given.
    """
    await expect_no_server(loop, ValueError, "create_server(factory, None, None)", None, None)

    await expect_server(loop, None, 0)


@requirement(
    "servers.create_server.args.datagram_sock_is_valueerror",
    api=API,
    level="implied",
    since="3.11",
)
async def test_a_datagram_socket_is_refused(loop: AbstractEventLoop) -> None:
    """A datagram socket as sock is a ValueError.

    If this fails, look for a kind of socket that is left for listen() to complain of.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((IPV4, 0))
        await expect_no_server(loop, ValueError, "create_server(sock=a datagram socket)", sock=sock)

    with bound() as sock:
        await expect_server(loop, sock=sock)


@requirement(
    "servers.create_server.args.ssl_true_is_typeerror", api=API, level="implied", since="3.11"
)
async def test_ssl_true_is_refused(loop: AbstractEventLoop) -> None:
    """ssl=True is refused: a server has a certificate, so there is no default context.

    If this fails, look for a default context of the client's side. asyncio raises TypeError;
    ValueError, of which the manual says as little, will do.
    """
    await expect_server(loop, ssl=None)

    error = await expect_no_server(loop, Exception, "create_server(ssl=True)", ssl=True)

    assert isinstance(error, (TypeError, ValueError)), (
        f"create_server(ssl=True) raised {error!r}; expected TypeError or ValueError"
    )


@requirement(
    "servers.create_server.args.handshake_timeout_without_ssl_is_valueerror",
    api=API,
    level="implied",
    since="3.11",
)
async def test_a_handshake_timeout_needs_ssl(loop: AbstractEventLoop) -> None:
    """ssl_handshake_timeout without ssl is a ValueError.

    If this fails, look for options of TLS that are only looked at where there is TLS.
    """
    await expect_server(loop, ssl_handshake_timeout=None)

    await expect_no_server(
        loop, ValueError, "create_server(ssl_handshake_timeout=1)", ssl_handshake_timeout=1
    )


@requirement(
    "servers.create_server.args.shutdown_timeout_without_ssl_is_valueerror",
    api=API,
    level="implied",
    since="3.11",
)
async def test_a_shutdown_timeout_needs_ssl(loop: AbstractEventLoop) -> None:
    """ssl_shutdown_timeout without ssl is a ValueError.

    If this fails, look for options of TLS that are only looked at where there is TLS.
    """
    await expect_server(loop, ssl_shutdown_timeout=None)

    await expect_no_server(
        loop, ValueError, "create_server(ssl_shutdown_timeout=1)", ssl_shutdown_timeout=1
    )


@requirement(
    "servers.create_server.args.sslsocket_is_typeerror",
    api=API,
    level="interop",
    since="3.11",
    libraries=("aiohttp",),
)
async def test_an_ssl_socket_is_refused(loop: AbstractEventLoop) -> None:
    """An ssl.SSLSocket as sock is a TypeError.

    If this fails, look for a look at sock's class: such a socket speaks TLS by itself, and a
    loop can't read it like another. aiohttp's SockSite passes sockets on as they come.
    """
    with bound() as sock, server_context().wrap_socket(sock, server_side=True) as wrapped:
        assert isinstance(wrapped, ssl.SSLSocket)
        await expect_no_server(
            loop, TypeError, "create_server(sock=an ssl.SSLSocket)", sock=wrapped
        )

    with bound() as sock:
        await expect_server(loop, sock=sock)


@requirement("servers.create_server.args.keyword_only", api=API, level="documented", since="3.11")
async def test_only_factory_host_and_port_are_positional(loop: AbstractEventLoop) -> None:
    """Only the factory, host and port are positional; a fourth argument is a TypeError.

    If this fails, look for a signature without the asterisk after port.
    """
    create_server: Any = loop.create_server
    await expect_server(loop, IPV4, 0, family=socket.AF_INET)

    with expect_raises(TypeError, "create_server(factory, '127.0.0.1', 0, AF_INET)"):
        server = await create_server(asyncio.Protocol, IPV4, 0, socket.AF_INET)
        server.close()
        await turns()
