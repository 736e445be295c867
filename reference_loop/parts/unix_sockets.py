"""Unix domain sockets: connections and servers whose address is a path.

Source: library/asyncio-eventloop.html#asyncio.loop.create_unix_connection,
library/asyncio-eventloop.html#asyncio.loop.create_unix_server
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import ssl as tls
import stat
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from .connecting import adopted, transport_over
from .listening import begun
from .server import Server
from .tls_options import tls_for_client, tls_for_server

if TYPE_CHECKING:
    from ..loop import ReferenceLoop

P = TypeVar("P", bound=asyncio.BaseProtocol)
REMOVES_ITS_PATH = sys.version_info >= (3, 13)


async def create_unix_connection(
    loop: ReferenceLoop,
    protocol_factory: Callable[[], P],
    path: Any = None,
    *,
    ssl: bool | tls.SSLContext | None = None,
    sock: socket.socket | None = None,
    server_hostname: str | None = None,
    ssl_handshake_timeout: float | None = None,
    ssl_shutdown_timeout: float | None = None,
) -> tuple[asyncio.Transport, P]:
    """Connect to `path`, or adopt a connected socket. Raises as create_connection() does."""
    security = tls_for_client(
        ssl, server_hostname, None, ssl_handshake_timeout, ssl_shutdown_timeout
    )
    expect_one(path, sock)
    if sock is not None:
        sock = adopted(loop, sock, socket.AF_UNIX)
    else:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            sock.setblocking(False)
            await loop.sock_connect(sock, os.fspath(path))
        except BaseException:
            sock.close()
            raise
    return await transport_over(loop, protocol_factory, sock, security)


async def create_unix_server(
    loop: ReferenceLoop,
    protocol_factory: Callable[[], asyncio.BaseProtocol],
    path: Any = None,
    *,
    sock: socket.socket | None = None,
    backlog: int = 100,
    ssl: bool | tls.SSLContext | None = None,
    ssl_handshake_timeout: float | None = None,
    ssl_shutdown_timeout: float | None = None,
    start_serving: bool = True,
    cleanup_socket: bool = REMOVES_ITS_PATH,
) -> Server:
    """Serve at `path`, or on a socket that is bound. Raises as create_server() does.

    `cleanup_socket`: closing the server removes its socket file, unless another has
    taken the place meanwhile.
    """
    security = tls_for_server(ssl, ssl_handshake_timeout, ssl_shutdown_timeout)
    expect_one(path, sock)
    if sock is not None:
        sock = adopted(loop, sock, socket.AF_UNIX)
    else:
        sock = bound_to_path(os.fspath(path))
    remove = remover(sock) if cleanup_socket else lambda _: None
    server = Server(loop, [sock], protocol_factory, security, backlog, before_close=remove)
    return await begun(server, start_serving)


def expect_one(path: Any, sock: socket.socket | None) -> None:
    """Raise ValueError unless exactly one of the two was given."""
    if path is None and sock is None:
        raise ValueError("neither path nor sock was given")
    if path is not None and sock is not None:
        raise ValueError("path and sock were both given; expected one of them")


def bound_to_path(path: str | bytes) -> socket.socket:
    """A socket bound to `path`; a socket file that is in the way is removed first.

    Raises OSError, EADDRINUSE where something else than a socket is in the way.
    """
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        remove_stale_socket(path)
        try:
            sock.bind(path)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise OSError(error.errno, f"{path!r} is in use already") from error
            raise
    except BaseException:
        sock.close()
        raise
    return sock


def remove_stale_socket(path: str | bytes) -> None:
    """Remove the socket file that is in the way, left by a program that has ended."""
    if inode_of_socket(path) is not None:
        os.unlink(path)


def inode_of_socket(path: str | bytes) -> int | None:
    """Which file the socket at `path` is; None where there is no socket file.

    A name that begins with NUL is Linux's, and no file.
    """
    if path[:1] in ("", b"", "\0", b"\0"):
        return None
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_ino if stat.S_ISSOCK(found.st_mode) else None


def remover(sock: socket.socket) -> Callable[[socket.socket], None]:
    """What removes the socket's file, if it is then still the one that is there now."""
    path = sock.getsockname()
    ours = inode_of_socket(path)

    def remove(_: socket.socket) -> None:
        if ours is not None and inode_of_socket(path) == ours:
            os.unlink(path)

    return remove
