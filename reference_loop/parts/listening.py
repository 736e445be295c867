"""Creating network servers, and adopting a connection accepted elsewhere.

Source: library/asyncio-eventloop.html#creating-network-servers,
library/asyncio-eventloop.html#asyncio.loop.connect_accepted_socket
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl as tls
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from .connecting import adopted, transport_over
from .names import resolve
from .server import Server
from .tls_options import tls_for_server

if TYPE_CHECKING:
    from ..loop import ReferenceLoop

P = TypeVar("P", bound=asyncio.BaseProtocol)


async def create_server(
    loop: ReferenceLoop,
    protocol_factory: Callable[[], asyncio.BaseProtocol],
    host: str | Sequence[str] | None = None,
    port: int | str | None = None,
    *,
    family: int = socket.AF_UNSPEC,
    flags: int = socket.AI_PASSIVE,
    sock: socket.socket | None = None,
    backlog: int = 100,
    ssl: bool | tls.SSLContext | None = None,
    reuse_address: bool | None = None,
    reuse_port: bool | None = None,
    keep_alive: bool | None = None,
    ssl_handshake_timeout: float | None = None,
    ssl_shutdown_timeout: float | None = None,
    start_serving: bool = True,
) -> Server:
    """Serve TCP at every address that host and port mean, or on a socket that is bound.

    `backlog` counts connections, limits are seconds. Raises OSError where an address
    can't be bound, ValueError and TypeError for arguments that don't go together.
    """
    security = tls_for_server(ssl, ssl_handshake_timeout, ssl_shutdown_timeout)
    if sock is not None:
        if host is not None or port is not None:
            raise ValueError("host or port was given, and sock as well; expected one of them")
        listeners = [adopted(loop, sock)]
    elif host is None and port is None:
        raise ValueError("neither host and port nor sock was given")
    else:
        hosts = [host or None] if isinstance(host, str | None) else list(host)
        infos = [
            info
            for name in hosts
            for info in await resolve(loop, (name, port), family=family, flags=flags)
        ]
        reuse_address = reuse_address is None or reuse_address
        listeners = bound_to_all(unique(infos), reuse_address, bool(reuse_port))
    if keep_alive:
        for listener in listeners:  # accepted sockets inherit it
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    server = Server(loop, listeners, protocol_factory, security, backlog)
    return await begun(server, start_serving)


async def begun(server: Server, start_serving: bool) -> Server:
    """The server, serving if so asked; closed if that fails."""
    try:
        if start_serving:
            await server.start_serving()
            await asyncio.sleep(0)  # a turn, in which connections that wait are taken
    except BaseException:
        server.close()
        raise
    return server


def unique(infos: Iterable[Any]) -> list[Any]:
    """Each entry once, in order: a host may have been named twice."""
    return list(dict.fromkeys(infos))


def bound_to_all(
    infos: Sequence[Any], reuse_address: bool, reuse_port: bool
) -> list[socket.socket]:
    """A socket bound to each address; none is left open if one can't be bound."""
    listeners: list[socket.socket] = []
    try:
        for family, kind, proto, _, address in infos:
            try:
                sock = socket.socket(family, kind, proto)
            except OSError:
                if len(infos) > 1:
                    continue  # a family that this machine resolves but does not have
                raise
            listeners.append(sock)
            bind_listener(sock, address, reuse_address, reuse_port)
        if not listeners:
            raise OSError("none of the addresses is of a family that this machine has")
    except BaseException:
        for sock in listeners:
            sock.close()
        raise
    return listeners


def bind_listener(sock: socket.socket, address: Any, reuse_address: bool, reuse_port: bool) -> None:
    """Set the options and bind. Raises OSError that names the address."""
    sock.setblocking(False)
    if reuse_address and os.name == "posix" and sys.platform != "cygwin":
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if reuse_port:
        set_reuse_port(sock)
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    try:
        sock.bind(address)
    except OSError as error:
        reason = f"binding to {address!r} failed: {error.strerror}"
        raise OSError(error.errno, reason) from error


def set_reuse_port(sock: socket.socket) -> None:
    """Set SO_REUSEPORT. Raises ValueError where the platform has none."""
    if not hasattr(socket, "SO_REUSEPORT"):
        raise ValueError("reuse_port is not supported on this platform")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)


async def connect_accepted_socket(
    loop: ReferenceLoop,
    protocol_factory: Callable[[], P],
    sock: socket.socket,
    *,
    ssl: bool | tls.SSLContext | None = None,
    ssl_handshake_timeout: float | None = None,
    ssl_shutdown_timeout: float | None = None,
) -> tuple[asyncio.Transport, P]:
    """Be the server's side of a connection that was accepted elsewhere.

    Raises as create_connection() does.
    """
    security = tls_for_server(ssl, ssl_handshake_timeout, ssl_shutdown_timeout)
    return await transport_over(loop, protocol_factory, adopted(loop, sock), security)
