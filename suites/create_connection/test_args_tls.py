"""create_connection(): arguments that only TLS gives a meaning, and what TLS needs."""

from __future__ import annotations

import socket
from asyncio import AbstractEventLoop

import pytest

from ..support.certificates import NAME, client_context, server_context, unverified_context
from ..support.conversations import read_all
from ..support.listeners import IPV4, bound, connected_pair, listening, port_of
from ..support.requirement import requirement
from ..support.sockets import expect_connection, expect_refusal, expect_tls_connection
from ..support.tls_peers import tls_server


@requirement(
    "create_connection.args.server_hostname_without_ssl_is_valueerror",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_server_hostname_without_ssl_is_a_valueerror(loop: AbstractEventLoop) -> None:
    """server_hostname without ssl is a ValueError.

    If this fails, look for a server_hostname that is looked at on the TLS path only.
    """
    with listening() as listener:
        await expect_connection(loop, IPV4, port_of(listener))

        await expect_refusal(
            loop,
            ValueError,
            "create_connection(host, port, server_hostname='x')",
            IPV4,
            port_of(listener),
            server_hostname="x",
        )


@requirement(
    "create_connection.args.empty_server_hostname_without_ssl_is_valueerror",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_an_empty_server_hostname_counts_as_given(loop: AbstractEventLoop) -> None:
    """The empty string counts as given: server_hostname='' without ssl is a ValueError.

    If this fails, look for a truth test of server_hostname where `is not None` belongs.
    """
    with listening() as listener:
        await expect_connection(loop, IPV4, port_of(listener))

        await expect_refusal(
            loop,
            ValueError,
            "create_connection(host, port, server_hostname='')",
            IPV4,
            port_of(listener),
            server_hostname="",
        )


@requirement(
    "create_connection.args.server_hostname_with_ssl_false_is_valueerror",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_server_hostname_with_ssl_false_is_a_valueerror(loop: AbstractEventLoop) -> None:
    """ssl=False is no ssl: server_hostname with it is a ValueError.

    If this fails, look for `ssl is None` where a truth test belongs.
    """
    with listening() as listener:
        await expect_connection(loop, IPV4, port_of(listener), ssl=False)

        await expect_refusal(
            loop,
            ValueError,
            "create_connection(ssl=False, server_hostname='x')",
            IPV4,
            port_of(listener),
            ssl=False,
            server_hostname="x",
        )


@requirement(
    "create_connection.args.handshake_timeout_without_ssl_is_valueerror",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_handshake_timeout_without_ssl_is_a_valueerror(loop: AbstractEventLoop) -> None:
    """ssl_handshake_timeout without ssl is a ValueError.

    If this fails, look for a limit that is silently dropped on plain connections.
    """
    with listening() as listener:
        await expect_connection(loop, IPV4, port_of(listener))

        await expect_refusal(
            loop,
            ValueError,
            "create_connection(host, port, ssl_handshake_timeout=1)",
            IPV4,
            port_of(listener),
            ssl_handshake_timeout=1,
        )


@requirement(
    "create_connection.args.shutdown_timeout_without_ssl_is_valueerror",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_shutdown_timeout_without_ssl_is_a_valueerror(loop: AbstractEventLoop) -> None:
    """ssl_shutdown_timeout without ssl is a ValueError.

    If this fails, look for a limit that is silently dropped on plain connections.
    """
    with listening() as listener:
        await expect_connection(loop, IPV4, port_of(listener))

        await expect_refusal(
            loop,
            ValueError,
            "create_connection(host, port, ssl_shutdown_timeout=1)",
            IPV4,
            port_of(listener),
            ssl_shutdown_timeout=1,
        )


@requirement(
    "create_connection.args.ssl_sock_without_server_hostname_is_valueerror",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_tls_over_a_socket_needs_server_hostname(loop: AbstractEventLoop) -> None:
    """TLS over a given socket needs server_hostname, having no host to take it from: ValueError.

    If this fails, look for a missing name that turns into a handshake without one. The
    context here checks no names, so that the refusal can't come from the ssl module.
    """
    await expect_tls_connection(loop, over_socket=True)

    with connected_pair() as (sock, peer):
        peer.close()  # a loop that goes on meets an end in words, not a silent peer
        await expect_refusal(
            loop,
            ValueError,
            "create_connection(sock=..., ssl=context)",
            sock=sock,
            ssl=unverified_context(),
        )


@requirement(
    "create_connection.args.ssl_true_sock_without_server_hostname_is_valueerror",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_ssl_true_over_a_socket_needs_server_hostname(loop: AbstractEventLoop) -> None:
    """ssl=True with a given socket and no server_hostname is a ValueError as well.

    If this fails, look for a default context that is built without the check that other
    contexts get.
    """
    await expect_tls_connection(loop, over_socket=True)

    with connected_pair() as (sock, peer):
        peer.close()  # a loop that goes on meets an end in words, not a silent peer
        await expect_refusal(
            loop, ValueError, "create_connection(sock=..., ssl=True)", sock=sock, ssl=True
        )


@requirement(
    "create_connection.args.ssl_empty_host_without_server_hostname_is_valueerror",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_an_empty_host_gives_no_server_hostname(loop: AbstractEventLoop) -> None:
    """An empty host gives no default server_hostname: ssl with host '' is a ValueError.

    If this fails, look for a default that is taken from host without a look at whether
    it says anything: '' as server_hostname would switch the matching of names off.
    """
    await expect_tls_connection(loop)

    with bound() as refusing:
        await expect_refusal(
            loop,
            ValueError,
            "create_connection(host='', port, ssl=context)",
            "",
            port_of(refusing),
            ssl=unverified_context(),
        )


@requirement(
    "create_connection.args.ssl_none_host_without_server_hostname_is_valueerror",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_host_none_gives_no_server_hostname(loop: AbstractEventLoop) -> None:
    """Host None with a port gives no name either: ssl then needs server_hostname, or ValueError.

    If this fails, look for 'localhost' or an address put in the place of the name.
    """
    await expect_tls_connection(loop)

    with bound() as refusing:
        await expect_refusal(
            loop,
            ValueError,
            "create_connection(host=None, port, ssl=context)",
            None,
            port_of(refusing),
            ssl=unverified_context(),
        )


@pytest.mark.parametrize("limit", [0, -1, -0.5])
@requirement(
    "create_connection.args.handshake_timeout_must_be_positive",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_handshake_timeout_must_be_positive(loop: AbstractEventLoop, limit: float) -> None:
    """ssl_handshake_timeout of zero or less is a ValueError.

    If this fails, look for `timeout or default`, which takes 0 for "not given", or for
    a limit that goes to call_later() unchecked.
    """
    await expect_tls_connection(loop, ssl_handshake_timeout=60)

    with (
        tls_server(server_context(), read_all) as server,
        socket.create_connection(server.address) as sock,
    ):
        await expect_refusal(
            loop,
            ValueError,
            f"create_connection(ssl=..., ssl_handshake_timeout={limit})",
            sock=sock,
            ssl=client_context(),
            server_hostname=NAME,
            ssl_handshake_timeout=limit,
        )


@pytest.mark.parametrize("limit", [0, -1])
@requirement(
    "create_connection.args.shutdown_timeout_must_be_positive",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_shutdown_timeout_must_be_positive(loop: AbstractEventLoop, limit: float) -> None:
    """ssl_shutdown_timeout of zero or less is a ValueError.

    If this fails, look for `timeout or default`, which takes 0 for "not given", or for
    a limit that is first looked at when the connection is closed.
    """
    await expect_tls_connection(loop, ssl_shutdown_timeout=60)

    with (
        tls_server(server_context(), read_all) as server,
        socket.create_connection(server.address) as sock,
    ):
        await expect_refusal(
            loop,
            ValueError,
            f"create_connection(ssl=..., ssl_shutdown_timeout={limit})",
            sock=sock,
            ssl=client_context(),
            server_hostname=NAME,
            ssl_shutdown_timeout=limit,
        )
