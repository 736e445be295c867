"""Opening network connections.

An address becomes a connection in four steps: resolve, put in order, attempt one by one
or staggered (racing), and hand the connected socket to a transport. Whatever step
fails, the sockets opened so far are closed before the caller hears of it.

Source: library/asyncio-eventloop.html#opening-network-connections
"""

from __future__ import annotations

import asyncio
import socket
import ssl as tls
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from ..core.addresses import Info, interleaved
from .names import resolve
from .racing import first_success
from .socket_transport import SocketTransport, expect_stream
from .tls_options import tls_for_client
from .tls_transport import Records, Tls, TlsTransport
from .watching import expect_free

if TYPE_CHECKING:
    from ..loop import ReferenceLoop

P = TypeVar("P", bound=asyncio.BaseProtocol)


async def create_connection(
    loop: ReferenceLoop,
    protocol_factory: Callable[[], P],
    host: str | None = None,
    port: int | str | None = None,
    *,
    ssl: bool | tls.SSLContext | None = None,
    family: int = 0,
    proto: int = 0,
    flags: int = 0,
    sock: socket.socket | None = None,
    local_addr: tuple[str, int] | None = None,
    server_hostname: str | None = None,
    ssl_handshake_timeout: float | None = None,
    ssl_shutdown_timeout: float | None = None,
    happy_eyeballs_delay: float | None = None,
    interleave: int | None = None,
    all_errors: bool = False,
) -> tuple[asyncio.Transport, P]:
    """Connect by TCP, or adopt a connected socket; delays and limits in seconds.

    Raises OSError where no attempt succeeded (with all_errors an ExceptionGroup of
    them), ssl.SSLError and ConnectionAbortedError from the handshake, ValueError and
    TypeError for arguments that don't go together.
    """
    security = tls_for_client(
        ssl, server_hostname, host, ssl_handshake_timeout, ssl_shutdown_timeout
    )
    if host is None and port is None:
        if sock is None:
            raise ValueError("neither host and port nor sock was given")
        sock = adopted(loop, sock, socket.AF_INET, socket.AF_INET6, socket.AF_UNIX)
    elif sock is not None:
        raise ValueError("host and port were given, and sock as well; expected one of them")
    else:
        infos = await resolve(loop, (host, port), family=family, proto=proto, flags=flags)
        local = None
        if local_addr is not None:
            local = await resolve(loop, local_addr, family=family, proto=proto, flags=flags)
        if interleave is None:
            interleave = 1 if happy_eyeballs_delay is not None else 0
        if interleave:
            infos = interleaved(infos, interleave)
        sock = await connected_socket(loop, infos, local, happy_eyeballs_delay, all_errors)
    return await transport_over(loop, protocol_factory, sock, security)


async def connected_socket(
    loop: ReferenceLoop,
    infos: Sequence[Info],
    local_infos: Sequence[Info] | None,
    delay: float | None,
    all_errors: bool,
) -> socket.socket:
    """A socket connected to the first address that answers."""
    sock: socket.socket | None = None
    errors: list[Exception] = []
    if delay is None:
        for info in infos:
            try:
                sock = await attempt(loop, info, local_infos)
                break
            except OSError as error:
                errors.append(error)
    else:
        attempts = [partial(attempt, loop, info, local_infos) for info in infos]
        ended = await first_success(loop, attempts, delay, close_late)
        sock, errors = ended
    if sock is None:
        try:
            raise as_one(errors, all_errors)
        finally:
            errors.clear()  # an exception that refers to this frame must not be kept by it
    return sock


def close_late(sock: socket.socket) -> None:
    """Close a socket that was connected when another one already was."""
    sock.close()


async def attempt(
    loop: ReferenceLoop, info: Info, local_infos: Sequence[Info] | None
) -> socket.socket:
    """A socket connected to that one address. Raises OSError, with the socket closed."""
    family, kind, proto, _, address = info
    sock = socket.socket(family, kind, proto)
    try:
        sock.setblocking(False)
        if local_infos is not None:
            bind(sock, local_infos)
        await loop.sock_connect(sock, address)
    except BaseException:
        sock.close()
        raise
    return sock


def bind(sock: socket.socket, infos: Sequence[Info]) -> None:
    """Bind to the first address of the socket's family that can be bound. Raises OSError."""
    refusals: list[OSError] = []
    for family, _, _, _, address in infos:
        if family != sock.family:
            continue
        try:
            sock.bind(address)
            return
        except OSError as error:
            refusals.append(
                OSError(error.errno, f"binding to {address!r} failed: {error.strerror}")
            )
    if refusals:
        raise as_one(refusals, all_errors=False)
    raise OSError(f"no local address of the family {sock.family!r} was given")


def as_one(errors: Sequence[Exception], all_errors: bool) -> Exception:
    """One exception that tells of them all."""
    if all_errors:
        return ExceptionGroup("no attempt to connect succeeded", list(errors))
    if len({str(error) for error in errors}) == 1:
        return errors[0]
    for error in errors:
        if not isinstance(error, OSError):
            return error
    return OSError(f"several attempts failed: {'; '.join(map(str, errors))}")


def adopted(loop: ReferenceLoop, sock: socket.socket, *families: int) -> socket.socket:
    """A socket that the caller brought, checked and non-blocking.

    Raises TypeError for a TLS socket, ValueError for the wrong kind, RuntimeError for
    one that an open transport owns.
    """
    if isinstance(sock, tls.SSLSocket):
        raise TypeError("sock is an SSLSocket; give the plain socket, and ssl=")
    expect_stream(sock, *families)
    expect_free(loop, sock)
    sock.setblocking(False)
    return sock


async def transport_over(
    loop: ReferenceLoop,
    protocol_factory: Callable[[], P],
    sock: socket.socket,
    security: Tls | None,
) -> tuple[asyncio.Transport, P]:
    """The factory's protocol and a transport over `sock`, after connection_made().

    Whatever goes wrong on the way, the socket is closed.
    """
    try:
        protocol = protocol_factory()
        made = loop.create_future()
        transport, lower = transport_and_lower(loop, sock, protocol, security, made)
    except BaseException:
        sock.close()
        raise
    try:
        await made
    except BaseException:
        lower.abort()
        raise
    return transport, protocol


def transport_and_lower(
    loop: ReferenceLoop,
    sock: socket.socket,
    protocol: asyncio.BaseProtocol,
    security: Tls | None,
    made: asyncio.Future[None] | None,
) -> tuple[asyncio.Transport, SocketTransport]:
    """The transport for the program, and the one over the socket: the same without TLS."""
    if security is None:
        plain = SocketTransport(loop, sock, protocol)
        plain.begin(made)
        return plain, plain
    secure = TlsTransport(loop, protocol, security, made=made)
    lower = SocketTransport(loop, sock, Records(secure))
    secure.stand_on(lower)
    lower.begin()
    return secure, lower
