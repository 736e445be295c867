"""Working with socket objects directly: each call tries, waits until it may try again, tries.

The system call is made by the awaiting task itself, never by a callback of the loop.
That is what makes cancelling safe: a call that was cancelled while it waited has taken
nothing from the socket.

Source: library/asyncio-eventloop.html#working-with-socket-objects-directly
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import ssl
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from ..core.outbox import as_bytes
from ..kernel.kernel import READ, WRITE
from .names import resolve
from .watching import expect_free

if TYPE_CHECKING:
    from ..loop import ReferenceLoop

T = TypeVar("T")
WAIT = (BlockingIOError, InterruptedError)
UNDER_WAY = (errno.EINPROGRESS, errno.EALREADY, errno.EINTR)
DATAGRAM_ROOM = 256 * 1024
"""More than any datagram holds, in bytes."""


async def sock_recv(loop: ReferenceLoop, sock: socket.socket, nbytes: int) -> bytes:
    """At most `nbytes` bytes; b"" at EOF. Raises OSError."""
    return await retried(loop, sock, READ, lambda: sock.recv(nbytes))


async def sock_recv_into(loop: ReferenceLoop, sock: socket.socket, buf: Any) -> int:
    """Fill `buf`; how many bytes, 0 at EOF. Raises OSError."""
    return await retried(loop, sock, READ, lambda: sock.recv_into(buf))


async def sock_recvfrom(
    loop: ReferenceLoop, sock: socket.socket, bufsize: int
) -> tuple[bytes, Any]:
    """One datagram and its sender. Raises OSError."""
    return await retried(loop, sock, READ, lambda: sock.recvfrom(bufsize))


async def sock_recvfrom_into(
    loop: ReferenceLoop, sock: socket.socket, buf: Any, nbytes: int = 0
) -> tuple[int, Any]:
    """Fill `buf` with one datagram, `nbytes` at most unless 0; its size and sender."""
    return await retried(
        loop, sock, READ, lambda: sock.recvfrom_into(buf, nbytes or memoryview(buf).nbytes)
    )


async def sock_sendall(loop: ReferenceLoop, sock: socket.socket, data: Any) -> None:
    """Send all of it, in order. Raises OSError; part of it may then have been sent."""
    rest = memoryview(as_bytes(data))
    expect_usable(loop, sock)
    while rest:
        count = await retried(loop, sock, WRITE, partial(sock.send, rest))
        rest = rest[count:]


async def sock_sendto(loop: ReferenceLoop, sock: socket.socket, data: Any, address: Any) -> int:
    """Send one datagram; how many bytes it had. Raises OSError."""
    return await retried(loop, sock, WRITE, lambda: sock.sendto(data, address))


async def sock_connect(loop: ReferenceLoop, sock: socket.socket, address: Any) -> None:
    """Connect; a host name is resolved first. Raises OSError."""
    expect_usable(loop, sock)
    if sock.family in (socket.AF_INET, socket.AF_INET6):
        infos = await resolve(loop, address, family=sock.family, kind=sock.type, proto=sock.proto)
        address = infos[0][4]
    error = sock.connect_ex(address)
    if error in UNDER_WAY:
        await until_ready(loop, sock, WRITE)
        error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    elif error == errno.EAGAIN:  # a Unix listener whose queue is full: no readiness tells when
        raise BlockingIOError(error, os.strerror(error))
    if error:
        raise OSError(error, f"connecting to {address!r} failed: {os.strerror(error)}")


async def sock_accept(loop: ReferenceLoop, sock: socket.socket) -> tuple[socket.socket, Any]:
    """A new non-blocking socket, and the address of whoever connected. Raises OSError."""
    accepted, address = await retried(loop, sock, READ, sock.accept)
    accepted.setblocking(False)
    return accepted, address


async def retried(
    loop: ReferenceLoop, sock: socket.socket, event: int, action: Callable[[], T]
) -> T:
    """What `action` returns once it need not wait."""
    expect_usable(loop, sock)
    while True:
        try:
            return action()
        except WAIT:
            await until_ready(loop, sock, event)


async def until_ready(loop: ReferenceLoop, sock: socket.socket, event: int) -> None:
    """Wait until the socket is ready for READ or WRITE."""
    ready = loop.create_future()
    number = sock.fileno()
    handle = loop.kernel.watch(number, event, set_unless_done, ready)
    try:
        await ready
    finally:
        if not handle.cancelled():  # or else another call waits for the same by now
            loop.kernel.unwatch(number, event)


def set_unless_done(future: asyncio.Future[None]) -> None:
    """Let the awaiter go on, unless it was cancelled meanwhile."""
    if not future.done():
        future.set_result(None)


def expect_usable(loop: ReferenceLoop, sock: socket.socket) -> None:
    """Raise TypeError for a TLS socket, RuntimeError for a transport's.

    In debug mode also ValueError for a blocking one.
    """
    if isinstance(sock, ssl.SSLSocket):
        raise TypeError("an SSLSocket has no place in an event loop; give its plain socket")
    if loop.get_debug() and sock.gettimeout() != 0:
        raise ValueError(f"{sock!r} is blocking; expected setblocking(False)")
    expect_free(loop, sock)
