"""Transports over one descriptor: how each begins, flows and ends.

    open ──close(), EOF──> closing ──the outbox is empty──> ended ──next turn──> lost
      └────abort(), an error, the peer's reset──────────────┘

    open      reads unless paused; what the kernel won't take waits in the outbox
    closing   reads no more; the outbox still leaves
    ended     nothing more moves; connection_lost() is queued
    lost      connection_lost() was called and the descriptor is closed

Every callback runs in the loop's thread, never inside a method that the protocol itself
calls (but for pause_writing(), which write() calls), and in a copy of the context in
which the transport was made. Sizes are in bytes.

`ReadingSide` and `WritingSide` are given the calls to receive and send by their subclasses:
sockets (socket_transport) have both, pipes (pipes) have one.

Source: library/asyncio-protocol.html#transports
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Callable, Iterable
from contextvars import copy_context
from typing import TYPE_CHECKING, Any

from ..core.outbox import Outbox, WriteLimits, as_bytes
from ..core.receive_size import ReceiveSize
from ..kernel.kernel import READ, WRITE, logger
from .protocol_calls import NOBODY, CallsProtocol, get_buffer

if TYPE_CHECKING:
    from ..loop import ReferenceLoop

WAIT = (BlockingIOError, InterruptedError)


def nothing() -> None:
    """Be a callback that nobody needs."""


class DescriptorTransport(CallsProtocol, asyncio.BaseTransport):
    """What all of them share: the protocol, the end, and whom it is told to."""

    def __init__(
        self,
        loop: ReferenceLoop,
        file: Any,
        protocol: asyncio.BaseProtocol,
        extra: dict[str, Any],
    ) -> None:
        super().__init__(extra)
        self.loop = loop
        self.context = copy_context()
        self._file = file
        self._descriptor: int = file.fileno()
        self._protocol = protocol
        self._closing = False
        self._ended = False
        self._lost = False
        self.on_lost: Callable[[], object] = nothing
        loop.transports[self._descriptor] = self

    def begin(self, made: asyncio.Future[None] | None = None) -> None:
        """Queue connection_made(), and then reading; `made` is done when it has returned."""
        self.loop.call_soon(self._begin, made, context=self.context)

    def is_closing(self) -> bool:
        """Whether it is closing or closed."""
        return self._closing

    def close(self) -> None:
        """Send what waits, then end with connection_lost(None)."""
        if not self._closing:
            self._closing = True
            self._stop_moving()
            self._end_if_flushed()

    def fail(self, error: BaseException, doing: str) -> None:
        """End with connection_lost(error); what is no OSError is reported as well."""
        if not isinstance(error, OSError):
            self._report(error, doing)
        elif self.loop.get_debug():
            logger.debug("%r: %s", self, doing, exc_info=error)
        self.end(error)

    def _system_call_failed(self, error: Exception) -> None:
        """It would have had to wait, which is no failure, or it ends us."""
        if not isinstance(error, WAIT):
            self.fail(error, "reading or writing failed")

    def _callback_raised(self, error: BaseException) -> None:
        self.end(error)

    def end(self, error: BaseException | None) -> None:
        """Move nothing more and queue connection_lost(error), once."""
        if self._ended:
            return
        self._ended = self._closing = True
        self._stop_moving()
        if self.loop.is_closed():
            self.release()  # nobody will call back any more, but the descriptor need not leak
        else:
            self.loop.call_soon(self._lose, error, context=self.context)

    def _begin(self, made: asyncio.Future[None] | None) -> None:
        try:
            self._protocol.connection_made(self)
        finally:
            self._start_moving()
            if made is not None and not made.done():
                made.set_result(None)

    def _start_moving(self) -> None:
        """Begin to watch the descriptor, after connection_made()."""

    def _stop_moving(self) -> None:
        """Stop to watch what is no longer wanted."""

    def _end_if_flushed(self) -> None:
        self.end(None)

    def _lose(self, error: BaseException | None) -> None:
        try:
            self._protocol.connection_lost(error)
        finally:
            self.release()
            on_lost, self.on_lost = self.on_lost, nothing
            on_lost()

    def release(self) -> None:
        """Close the descriptor, which from now on may be anybody's."""
        self._lost = True
        self._protocol = NOBODY
        if self.loop.transports.get(self._descriptor) is self:
            del self.loop.transports[self._descriptor]
        self._file.close()

    def __repr__(self) -> str:
        state = "lost" if self._lost else "closing" if self._closing else "open"
        return f"<{type(self).__name__} fd={self._descriptor} {state}>"

    def __del__(self) -> None:
        if not getattr(self, "_lost", True):
            warnings.warn(
                f"unclosed transport {self!r}", ResourceWarning, source=self, stacklevel=2
            )
            self._file.close()


class ReadingSide(DescriptorTransport, asyncio.ReadTransport):
    """Delivers what arrives, to a streaming or a buffered protocol."""

    _receive: Callable[[int], bytes]
    _receive_into: Callable[[Any], int]

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._paused = False
        self._heard_eof = False
        self._receive_size = ReceiveSize()

    def is_reading(self) -> bool:
        """Whether data is delivered as it arrives."""
        return not self._closing and not self._paused

    def pause_reading(self) -> None:
        """Deliver nothing, not even EOF, until resume_reading(); idempotent."""
        if not self._closing and not self._paused:
            self._paused = True
            self.loop.kernel.unwatch(self._descriptor, READ)

    def resume_reading(self) -> None:
        """Deliver again, from the next turn on; idempotent."""
        if not self._closing and self._paused:
            self._paused = False
            self._start_moving()

    def _start_moving(self) -> None:
        super()._start_moving()
        if self.is_reading() and not self._heard_eof:
            self.loop.kernel.watch(self._descriptor, READ, self._readable, context=self.context)

    def _stop_moving(self) -> None:
        super()._stop_moving()
        self.loop.kernel.unwatch(self._descriptor, READ)

    def _readable(self) -> None:
        protocol = self._protocol
        if isinstance(protocol, asyncio.BufferedProtocol):
            self._fill_buffer_of(protocol)
            return
        try:
            data = self._receive(self._receive_size.current)
        except Exception as error:  # noqa: BLE001 - whatever the system says
            self._system_call_failed(error)
            return
        self._receive_size.received(len(data))
        if data:
            self._call(protocol.data_received, data)
        else:
            self._eof()

    def _fill_buffer_of(self, protocol: asyncio.BufferedProtocol) -> None:
        buffer = self._call(get_buffer, protocol, -1)
        if buffer is None or self._ended:
            return
        try:
            count = self._receive_into(buffer)
        except Exception as error:  # noqa: BLE001 - whatever the system says
            self._system_call_failed(error)
            return
        if count:
            self._call(protocol.buffer_updated, count)
        else:
            self._eof()

    def _eof(self) -> None:
        self._heard_eof = True
        self.loop.kernel.unwatch(self._descriptor, READ)
        protocol: Any = self._protocol
        if not (self._call(protocol.eof_received) and self._can_stay_open()):
            self.close()

    def _can_stay_open(self) -> bool:
        return False


class WritingSide(DescriptorTransport, asyncio.WriteTransport):
    """Sends what is written, as far as the kernel takes it, and keeps the rest in order."""

    _send: Callable[[bytes | memoryview], int]
    _send_pieces: Callable[[list[memoryview]], int]

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._outbox = Outbox()
        self._limits = WriteLimits()
        self._eof_asked = False
        self.refuses_writing = ""

    def _send_eof(self) -> None:
        raise NotImplementedError

    def write(self, data: Any) -> None:
        """Queue `data`; never blocks, and says nothing of a peer that is gone.

        Raises TypeError for what is not bytes-like, RuntimeError after write_eof().
        """
        if not isinstance(data, bytes):
            data = as_bytes(data)
        if self.refuses_writing:
            raise RuntimeError(self.refuses_writing)
        if self._closing or not data:
            return
        if not self._outbox:
            count = 0
            try:
                count = self._send(data)
            except Exception as error:  # noqa: BLE001 - whatever the system says
                self._system_call_failed(error)
                if self._ended:
                    return
            if count == len(data):
                return
            data = memoryview(data)[count:]
            self.loop.kernel.watch(self._descriptor, WRITE, self._writable, context=self.context)
        self._outbox.append(data)
        self._pause_protocol_if_full()

    def writelines(self, list_of_data: Iterable[Any]) -> None:
        """Queue each item, as write() does. Raises as write() does, having queued nothing."""
        pieces = [as_bytes(data) for data in list_of_data]
        if self.refuses_writing:
            raise RuntimeError(self.refuses_writing)
        if self._closing or not any(pieces):
            return
        idle = not self._outbox
        for piece in pieces:
            self._outbox.append(piece)
        if idle:
            self._flush()
            if self._outbox:
                kernel = self.loop.kernel
                kernel.watch(self._descriptor, WRITE, self._writable, context=self.context)
        self._pause_protocol_if_full()

    def write_eof(self) -> None:
        """End the outgoing side once all data has left; idempotent."""
        if not self._closing and not self._eof_asked:
            self._eof_asked = True
            self.refuses_writing = "nothing can be written after write_eof()"
            if not self._outbox:
                self._send_eof()

    def can_write_eof(self) -> bool:
        """True: every transport over a descriptor of its own can."""
        return True

    def abort(self) -> None:
        """End at once with connection_lost(None); what waits is lost."""
        self.end(None)

    @property
    def is_full(self) -> bool:
        """Whether the protocol was asked to pause writing."""
        return self._limits.paused

    def get_write_buffer_size(self) -> int:
        """Bytes that the kernel has not taken yet."""
        return self._outbox.size

    def get_write_buffer_limits(self) -> tuple[int, int]:
        """The low and the high mark, in bytes."""
        return self._limits.low, self._limits.high

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Set the marks. Raises ValueError unless 0 <= low <= high."""
        self._limits.set(high, low)
        self._pause_protocol_if_full()

    def _stop_moving(self) -> None:
        super()._stop_moving()
        if self._ended:
            self._outbox.clear()
            self.loop.kernel.unwatch(self._descriptor, WRITE)

    def _end_if_flushed(self) -> None:
        if not self._outbox:
            self.end(None)

    def _writable(self) -> None:
        self._flush()
        if not self._ended and self._limits.to_resume(self._outbox.size):
            self._notify(self._protocol.resume_writing)
        if self._ended or self._outbox:
            return
        self.loop.kernel.unwatch(self._descriptor, WRITE)
        self._flushed()

    def _flush(self) -> None:
        try:
            self._outbox.sent(self._send_pieces(self._outbox.head()))
        except Exception as error:  # noqa: BLE001 - whatever the system says
            self._system_call_failed(error)

    def _flushed(self) -> None:
        """The outbox is empty: do what waited for that."""
        if self._closing:
            self.end(None)
        elif self._eof_asked:
            self._send_eof()

    def _pause_protocol_if_full(self) -> None:
        if self._limits.to_pause(self._outbox.size):
            self._notify(self._protocol.pause_writing)
