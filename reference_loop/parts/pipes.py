"""Pipes: a transport for one direction over a pipe, a socket or a character device.

Reading ends with the writer's EOF. Writing ends, without a word from the protocol, when
the reader goes away, which a pipe tells by becoming readable at its writing end.

Source: library/asyncio-eventloop.html#working-with-pipes
"""

from __future__ import annotations

import asyncio
import errno
import os
import stat
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from ..kernel.kernel import READ
from .transports import DescriptorTransport, ReadingSide, WritingSide

if TYPE_CHECKING:
    from ..loop import ReferenceLoop

P = TypeVar("P", bound=asyncio.BaseProtocol)
TR = TypeVar("TR", bound=DescriptorTransport)
KINDS = (stat.S_ISFIFO, stat.S_ISSOCK, stat.S_ISCHR)


class ReadPipeTransport(ReadingSide):
    """Owns `pipe`, of which it reads."""

    def __init__(self, loop: ReferenceLoop, pipe: Any, protocol: asyncio.BaseProtocol) -> None:
        expect_pipe(pipe)
        super().__init__(loop, pipe, protocol, {"pipe": pipe})
        self._receive = partial(read, self._descriptor)
        self._receive_into = partial(read_into, self._descriptor)
        os.set_blocking(self._descriptor, False)


class WritePipeTransport(WritingSide):
    """Owns `pipe`, to which it writes."""

    def __init__(self, loop: ReferenceLoop, pipe: Any, protocol: asyncio.BaseProtocol) -> None:
        expect_pipe(pipe)
        super().__init__(loop, pipe, protocol, {"pipe": pipe})
        os.set_blocking(self._descriptor, False)
        self._send = partial(os.write, self._descriptor)
        self._send_pieces = partial(os.writev, self._descriptor)
        self._tells_of_its_reader = not stat.S_ISCHR(os.fstat(self._descriptor).st_mode)

    def _start_moving(self) -> None:
        super()._start_moving()
        if self._tells_of_its_reader and not self._closing:
            self.loop.kernel.watch(self._descriptor, READ, self._reader_gone, context=self.context)

    def _stop_moving(self) -> None:
        super()._stop_moving()
        if self._ended:
            self.loop.kernel.unwatch(self._descriptor, READ)

    def _reader_gone(self) -> None:
        self.end(BrokenPipeError("the reader closed the pipe") if self._outbox else None)

    def _send_eof(self) -> None:
        self.close()


def expect_pipe(pipe: Any) -> None:
    """Raise ValueError for what can't be waited for, such as a regular file."""
    mode = os.fstat(pipe.fileno()).st_mode
    if not any(is_kind(mode) for is_kind in KINDS):
        raise ValueError(f"{pipe!r}: expected a pipe, a socket or a character device")


def read(descriptor: int, size: int) -> bytes:
    """At most `size` bytes; b"" at EOF, which the other side of a terminal tells as EIO."""
    try:
        return os.read(descriptor, size)
    except OSError as error:
        if error.errno == errno.EIO:
            return b""
        raise


def read_into(descriptor: int, buffer: memoryview) -> int:
    """Do that into a buffer; how many bytes."""
    data = read(descriptor, len(buffer))
    buffer[: len(data)] = data
    return len(data)


async def connect_read_pipe(
    loop: ReferenceLoop, protocol_factory: Callable[[], P], pipe: Any
) -> tuple[ReadPipeTransport, P]:
    """Read from `pipe`, a file object, which is made non-blocking and is owned from now on.

    Raises ValueError for a kind of file that can't be waited for.
    """
    protocol = protocol_factory()
    return await begun(loop, ReadPipeTransport(loop, pipe, protocol)), protocol


async def connect_write_pipe(
    loop: ReferenceLoop, protocol_factory: Callable[[], P], pipe: Any
) -> tuple[WritePipeTransport, P]:
    """Write to `pipe`, as connect_read_pipe() reads."""
    protocol = protocol_factory()
    return await begun(loop, WritePipeTransport(loop, pipe, protocol)), protocol


async def begun(loop: ReferenceLoop, transport: TR) -> TR:
    """The transport, after connection_made()."""
    made = loop.create_future()
    transport.begin(made)
    try:
        await made
    except BaseException:
        transport.end(None)
        raise
    return transport
