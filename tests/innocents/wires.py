"""Innocent loops that read less at a time, or write later."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from reference_loop import ReferenceLoop
from reference_loop.core.outbox import as_bytes
from reference_loop.kernel.kernel import WRITE
from reference_loop.parts import socket_transport, transports

from . import put

_fill = transports.ReadingSide._fill_buffer_of  # the sound one, however often a loop is made
SINGLE = 100
"""Reads of a connection that bring one byte each; a long stream has to end, too."""


class OneByte:
    """One byte a read, until there were many."""

    def __init__(self) -> None:
        self.current, self._reads = 1, 0

    def received(self, count: int) -> None:  # noqa: ARG002 - the form of ReceiveSize
        """Count the reads."""
        self._reads += 1
        if self._reads == SINGLE:
            self.current = 65536


class SmallRecordsLoop(ReferenceLoop):
    """Reads TLS records in pieces."""

    tls_buffer = memoryview(bytearray(997))


def byte_by_byte() -> asyncio.AbstractEventLoop:
    """Deliver one byte at a time, to protocols and to buffers; TLS records in pieces."""
    put(transports, "ReceiveSize", OneByte)

    def fill_one(self: Any, protocol: Any) -> None:
        receive_into = self._receive_into
        self._receive_into = lambda buffer: receive_into(memoryview(buffer)[: one_of(self)])
        try:
            _fill(self, protocol)
        finally:
            self._receive_into = receive_into

    def one_of(self: Any) -> int:
        self._receive_size.received(1)
        size: int = self._receive_size.current
        return size

    put(transports.ReadingSide, "_fill_buffer_of", fill_one)
    return SmallRecordsLoop()


def writes_in_the_next_turn() -> asyncio.AbstractEventLoop:
    """Send nothing in write() itself, over sockets."""

    def write(self: Any, data: Any) -> None:
        self.writelines([data])

    def writelines(self: Any, list_of_data: Iterable[Any]) -> None:
        pieces = [as_bytes(data) for data in list_of_data]
        if self.refuses_writing:
            raise RuntimeError(self.refuses_writing)
        if self._closing or not any(pieces):
            return
        if not self._outbox:
            self.loop.kernel.watch(self._descriptor, WRITE, self._writable, context=self.context)
        for piece in pieces:
            self._outbox.append(piece)
        self._pause_protocol_if_full()

    put(socket_transport.SocketTransport, "write", write)
    put(socket_transport.SocketTransport, "writelines", writelines)
    return ReferenceLoop()
