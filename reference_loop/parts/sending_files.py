"""Sending files: by the kernel from file to socket where it can, by reading otherwise.

| to               | the kernel can      | it can't, fallback        | it can't, no fallback     |
| ---------------- | ------------------- | ------------------------- | ------------------------- |
| socket transport | os.sendfile()       | read, write, drain        | SendfileNotAvailableError |
| TLS transport    |                     | read, write, drain        | SendfileNotAvailableError |
| plain socket     | os.sendfile()       | read, sock_sendall()      | SendfileNotAvailableError |

Offsets and counts are in bytes. Whatever happens, the file stands behind the last byte
that was sent.

Source: library/asyncio-eventloop.html#transferring-files,
library/asyncio-eventloop.html#asyncio.loop.sock_sendfile
"""

from __future__ import annotations

import asyncio
import errno
import io
import os
import socket
from collections.abc import Awaitable, Callable
from functools import partial
from typing import IO, TYPE_CHECKING, Any

from ..kernel.kernel import WRITE
from .socket_calls import expect_usable, until_ready
from .socket_transport import SocketTransport
from .tls_transport import TlsTransport

if TYPE_CHECKING:
    from ..loop import ReferenceLoop

BLOCK = 256 * 1024
"""Bytes read at once where the kernel can't do it."""
MOST = 1 << 30
"""Bytes asked of os.sendfile() at once."""
UNSUPPORTED = (errno.EINVAL, errno.ENOSYS, errno.ENOTSOCK, errno.EOPNOTSUPP, errno.EOVERFLOW)


async def sendfile(
    loop: ReferenceLoop,
    transport: asyncio.WriteTransport,
    file: IO[bytes],
    offset: int = 0,
    count: int | None = None,
    *,
    fallback: bool = True,
) -> int:
    """Send `count` bytes of the file, all for None, from `offset`; how many were sent.

    Raises RuntimeError for a transport that is closing or of another kind, ValueError
    and TypeError for a text file or numbers that make no sense, OSError where the
    connection is lost, asyncio.SendfileNotAvailableError (a RuntimeError).
    """
    if transport.is_closing():
        raise RuntimeError(f"{transport!r} is closing")
    if not isinstance(transport, SocketTransport | TlsTransport):
        raise RuntimeError(f"sendfile() is not supported for {transport!r}")
    if transport.refuses_writing:
        raise RuntimeError(transport.refuses_writing)
    expect_sendable(file, offset, count)
    with Exclusive(loop, transport) as use:
        await use.emptied()
        if isinstance(transport, SocketTransport) or not fallback:
            try:
                return await by_the_kernel(use.socket(), file, offset, count, use.until_writable)
            except asyncio.SendfileNotAvailableError:
                if not fallback:
                    raise
        return await by_reading(loop, file, offset, count, use.write)


async def sock_sendfile(
    loop: ReferenceLoop,
    sock: socket.socket,
    file: IO[bytes],
    offset: int = 0,
    count: int | None = None,
    *,
    fallback: bool | None = True,
) -> int:
    """Do that over a stream socket. Raises as sendfile() does, ValueError for other sockets."""
    if sock.type != socket.SOCK_STREAM:
        raise ValueError(f"{sock!r} is no stream socket")
    expect_usable(loop, sock)
    expect_sendable(file, offset, count)
    try:
        wait = partial(until_ready, loop, sock, WRITE)
        return await by_the_kernel(sock, file, offset, count, wait)
    except asyncio.SendfileNotAvailableError:
        if not fallback:
            raise
    return await by_reading(loop, file, offset, count, partial(loop.sock_sendall, sock))


def expect_sendable(file: Any, offset: Any, count: Any) -> None:
    """Raise ValueError for a text file or a number out of range, TypeError for no number."""
    if "b" not in getattr(file, "mode", "b"):
        raise ValueError(f"{file!r} is open in text mode; expected binary")
    if not isinstance(offset, int):
        raise TypeError(f"offset is {offset!r}; expected an int")
    if offset < 0:
        raise ValueError(f"offset is {offset!r}; expected 0 or more")
    if count is not None:
        if not isinstance(count, int):
            raise TypeError(f"count is {count!r}; expected an int")
        if count <= 0:
            raise ValueError(f"count is {count!r}; expected more than 0")


async def by_the_kernel(
    sock: socket.socket | None,
    file: IO[bytes],
    offset: int,
    count: int | None,
    wait: Callable[[], Awaitable[None]],
) -> int:
    """Let os.sendfile() do it, which needs a socket and a file with a descriptor.

    Raises SendfileNotAvailableError before anything is sent.
    """
    if sock is None:
        raise asyncio.SendfileNotAvailableError("what TLS sends must be encrypted first")
    try:
        number = file.fileno()
        size = os.fstat(number).st_size
    except (AttributeError, io.UnsupportedOperation, OSError) as error:
        raise asyncio.SendfileNotAvailableError("the file has no descriptor") from error
    end = size if count is None else min(size, offset + count)
    at = offset
    try:
        while at < end:
            try:
                sent = os.sendfile(sock.fileno(), number, at, min(end - at, MOST))
            except (BlockingIOError, InterruptedError):
                await wait()
                continue
            except OSError as error:
                if at == offset and error.errno in UNSUPPORTED:
                    raise asyncio.SendfileNotAvailableError(str(error)) from error
                raise
            if not sent:
                break  # the file has become shorter
            at += sent
        return at - offset
    finally:
        if at > offset or end <= offset:
            file.seek(at)


async def by_reading(
    loop: ReferenceLoop,
    file: IO[bytes],
    offset: int,
    count: int | None,
    write: Callable[[bytes], Awaitable[None]],
) -> int:
    """Read in the default executor, write block by block."""
    file.seek(offset)
    sent = 0
    try:
        while count is None or sent < count:
            size = BLOCK if count is None else min(BLOCK, count - sent)
            block = await loop.run_in_executor(None, file.read, size)
            if not block:
                break
            await write(block)
            sent += len(block)
        return sent
    finally:
        file.seek(offset + sent)


class Exclusive(asyncio.Protocol):
    """Has a transport for itself while a file is sent, in place of its protocol.

    Reading rests, so that what arrives is delivered to the real protocol afterwards;
    write() is refused to everybody else; the loss of the connection is passed on and
    ends the sending. The marks are 0 meanwhile: a resume_writing() means empty.
    """

    def __init__(self, loop: ReferenceLoop, transport: SocketTransport | TlsTransport) -> None:
        self._loop = loop
        self._transport = transport
        self._protocol = transport.get_protocol()
        self._was_reading = transport.is_reading()
        self._low, self._high = transport.get_write_buffer_limits()
        self._was_full = self._full = transport.is_full
        self._waiter: asyncio.Future[None] | None = None
        self._loss: ConnectionError | OSError | None = None

    def __enter__(self) -> Exclusive:
        transport = self._transport
        transport.pause_reading()
        transport.set_protocol(self)
        transport.set_write_buffer_limits(0)
        transport.reserve(True)
        return self

    def __exit__(self, *ended: object) -> None:
        transport = self._transport
        transport.reserve(False)
        if self._loss is not None:
            return
        transport.set_write_buffer_limits(self._high, self._low)
        transport.set_protocol(self._protocol)
        if self._was_full and not self._full:
            self._protocol.resume_writing()
        elif self._full and not self._was_full:
            self._protocol.pause_writing()
        if self._was_reading:
            transport.resume_reading()

    def socket(self) -> socket.socket | None:
        """The socket to which the kernel may write; None under TLS."""
        return self._transport.sock if isinstance(self._transport, SocketTransport) else None

    async def emptied(self) -> None:
        """Wait until all that was written has left. Raises OSError if the connection is lost."""
        while self._loss is not None or self._transport.get_write_buffer_size():
            await self._woken()

    async def until_writable(self) -> None:
        """Wait until the socket takes more. Raises OSError if the connection is lost."""
        descriptor = self._transport.get_extra_info("socket").fileno()
        handle = self._loop.kernel.watch(descriptor, WRITE, self._wake)
        try:
            await self._woken()
        finally:
            if not handle.cancelled():  # or else the descriptor is no longer ours to unwatch
                self._loop.kernel.unwatch(descriptor, WRITE)

    async def write(self, block: bytes) -> None:
        """Write a block and wait until it has left. Raises OSError as emptied() does."""
        self._transport.reserve(False)
        self._transport.write(block)
        self._transport.reserve(True)
        await self.emptied()

    def pause_writing(self) -> None:
        """Something waits."""
        self._full = True

    def resume_writing(self) -> None:
        """Nothing waits any more."""
        self._full = False
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is lost, for the real protocol as well."""
        self._loss = exc if isinstance(exc, OSError) else ConnectionResetError("connection lost")
        self._transport.set_protocol(self._protocol)
        self._wake()
        self._protocol.connection_lost(exc)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def _woken(self) -> None:
        if self._loss is None:
            self._waiter = self._loop.create_future()
            await self._waiter
        if self._loss is not None:
            raise self._loss
