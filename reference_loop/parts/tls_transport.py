"""The TLS transport: a TlsSession between a lower transport and the program's protocol.

    program's protocol  <-->  TlsTransport  <-->  Records  <-->  lower transport

The lower transport is any other: a socket's, or again a TlsTransport, which gives TLS
in TLS. What it brings is fed to the session (core/tls_session.py, where the stages are),
what the session tells is written to it. Flow control is the lower transport's in both
directions: its marks, its backlog, its pausing. Time limits are in seconds:

    handshake   from the first record until the handshake is complete; then
                ConnectionAbortedError
    shutdown    from close() until the peer's close_notify; then connection_lost(TimeoutError)

| what happens                | HANDSHAKE          | OPEN                  | CLOSING             |
| --------------------------- | ------------------ | --------------------- | ------------------- |
| records arrive              | shake hands        | deliver plain bytes   | discard             |
| handshake complete          | introduce; to OPEN |                       |                     |
| the peer's close_notify     | fail               | eof_received(), close | close the lower one |
| the wire's EOF              | fail               | eof_received(), close | close the lower one |
| close()                     | abort the lower    | say close_notify      |                     |
| the limit of the stage      | fail               |                       | fail                |
| abort(), fail()             | abort the lower    | abort the lower       | abort the lower     |
| the lower transport is lost | `made` fails       | connection_lost()     | connection_lost()   |

Source: library/asyncio-eventloop.html#asyncio.loop.create_connection, ssl_handshake_timeout
and ssl_shutdown_timeout; library/asyncio-eventloop.html#asyncio.loop.start_tls
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterable
from contextvars import Context, copy_context
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..core.outbox import as_bytes
from ..core.tls_session import Stage, TlsSession
from ..kernel.kernel import logger
from .protocol_calls import NOBODY, CallsProtocol, get_buffer

if TYPE_CHECKING:
    from ..loop import ReferenceLoop

HANDSHAKE_LIMIT = 60.0
SHUTDOWN_LIMIT = 30.0


@dataclass(frozen=True)
class Tls:
    """What a caller asked for: the context, the peer's name, and the limits in seconds."""

    context: ssl.SSLContext
    server_side: bool
    server_hostname: str | None = None
    handshake_limit: float = HANDSHAKE_LIMIT
    shutdown_limit: float = SHUTDOWN_LIMIT


class TlsTransport(CallsProtocol, asyncio.Transport):
    """The program's side. `made` is done when the handshake is, or fails as it does.

    `introduced` says that the protocol has had its connection_made() already.
    """

    def __init__(
        self,
        loop: ReferenceLoop,
        protocol: asyncio.BaseProtocol,
        tls: Tls,
        *,
        made: asyncio.Future[None] | None = None,
        introduced: bool = False,
    ) -> None:
        super().__init__()
        self.loop = loop
        self.context: Context = copy_context()
        self._lower: Any = None
        self._protocol = protocol
        self._tls = tls
        self._session = TlsSession(
            tls.context, server_side=tls.server_side, server_hostname=tls.server_hostname
        )
        self._told: dict[str, Any] = {"sslcontext": tls.context}
        self._made = made
        self._introduced = introduced
        self._limit: asyncio.TimerHandle | None = None
        self._undelivered: bytes | memoryview = b""
        self._paused = False
        self._closing = False
        self._lost = False
        self._error: BaseException | None = None
        self.is_full = False
        self.refuses_writing = ""

    # What the program calls

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """The TLS keys, and whatever the lower transport knows."""
        if name in self._told:
            return self._told[name]
        return self._lower.get_extra_info(name, default)

    def is_closing(self) -> bool:
        """Whether it is closing or closed."""
        return self._closing or self._lost

    def is_reading(self) -> bool:
        """Whether data is delivered as it arrives."""
        return not self.is_closing() and not self._paused

    def pause_reading(self) -> None:
        """Deliver nothing until resume_reading(); idempotent."""
        if self.is_reading():
            self._paused = True
            self._lower.pause_reading()

    def resume_reading(self) -> None:
        """Deliver again, from the next turn on; idempotent."""
        if self._paused and not self.is_closing():
            self._paused = False
            self._lower.resume_reading()
            self.loop.call_soon(self._advance, context=self.context)

    def write(self, data: Any) -> None:
        """Encrypt and queue `data`. Raises TypeError for what is not bytes-like."""
        data = as_bytes(data)
        if self.refuses_writing:
            raise RuntimeError(self.refuses_writing)
        if data and not self.is_closing():
            try:
                self._session.write(data)
            except ssl.SSLError as error:
                self.fail(error, "TLS failed")
            self._send_records()

    def writelines(self, list_of_data: Iterable[Any]) -> None:
        """Encrypt and queue each item. Raises TypeError, having queued nothing."""
        self.write(b"".join([as_bytes(data) for data in list_of_data]))

    def can_write_eof(self) -> bool:
        """False: TLS has no half-closed connections."""
        return False

    def write_eof(self) -> None:
        """Raise NotImplementedError."""
        raise NotImplementedError("a TLS transport can't end its outgoing side alone")

    def get_write_buffer_size(self) -> int:
        """Bytes not sent yet, encrypted ones as a rule."""
        return int(self._lower.get_write_buffer_size()) + self._session.unwritten

    def get_write_buffer_limits(self) -> tuple[int, int]:
        """The low and the high mark of the lower transport, in bytes."""
        limits: tuple[int, int] = self._lower.get_write_buffer_limits()
        return limits

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Set them. Raises ValueError unless 0 <= low <= high."""
        self._lower.set_write_buffer_limits(high, low)

    def close(self) -> None:
        """Send what waits and close_notify, then wait for the peer's, within the limit."""
        if self.is_closing():
            return
        self._closing = True
        if self._session.stage is Stage.HANDSHAKE:
            self._lower.abort()
            return
        self._session.stage = Stage.CLOSING
        self._set_limit(self._tls.shutdown_limit, self._shutdown_took_too_long)
        self._lower.resume_reading()
        self._advance()

    def abort(self) -> None:
        """End at once with connection_lost(None); nothing is delivered from now on."""
        self._closing = True
        self._session.stage = Stage.CLOSED
        self._lower.abort()

    def reserve(self, reserved: bool) -> None:
        """Refuse write() while somebody sends a file."""
        self.refuses_writing = "nothing can be written while a file is sent" if reserved else ""

    def server_hears_of(self, front: asyncio.Transport) -> None:
        """Tell the server that accepted us what stands between us and the program now."""
        self._lower.server_hears_of(front)

    def __repr__(self) -> str:
        state = "lost" if self._lost else "closing" if self._closing else "open"
        return f"<{type(self).__name__} {state} over {self._lower!r}>"

    # What the lower transport tells, by way of Records

    def stand_on(self, lower: Any) -> None:
        """Take the lower transport, which is about to bring records."""
        self._lower = lower
        self.context = lower.context

    def begin(self) -> None:
        """Start the handshake."""
        self._set_limit(self._tls.handshake_limit, self._handshake_took_too_long)
        self._advance()

    def received(self, data: memoryview) -> None:
        """Take bytes from the wire."""
        self._session.feed(data)
        self._advance()

    def received_eof(self) -> bool:
        """The wire has ended; True: when the lower transport closes is decided here."""
        if self._session.stage is Stage.HANDSHAKE:
            error = ConnectionResetError("the peer ended the connection during the handshake")
            self.fail(error, "the handshake failed")
        else:
            self._session.feed_eof()
            self._advance()
        return True

    def lost(self, error: BaseException | None) -> None:
        """The lower transport is gone, and so are we."""
        self._lost = True
        self._set_limit(None, self._advance)
        error = self._error or error
        if self._made is not None and not self._made.done():
            self._made.set_exception(error or ConnectionResetError("the connection was lost"))
        self._made = None
        protocol, self._protocol = self._protocol, NOBODY
        if self._introduced:
            protocol.connection_lost(error)

    def lower_is_full(self, full: bool, *, told_already: bool = False) -> None:
        """Pass pause_writing() and resume_writing() on, to a protocol that knows us."""
        self.is_full = full
        if self._introduced and not told_already:
            self._notify(self._protocol.pause_writing if full else self._protocol.resume_writing)

    # How it moves

    def _advance(self) -> None:
        session = self._session
        try:
            if session.stage is Stage.HANDSHAKE and session.shake_hands():
                self._introduce()
            if session.stage is Stage.OPEN:
                self._deliver()
            if session.stage is Stage.CLOSING and session.close():
                self._send_records()
                self._lower.close()
        except ssl.SSLError as error:
            self.fail(error, "TLS failed")
        self._send_records()

    def _send_records(self) -> None:
        data = self._session.take_outgoing()
        if data:
            self._lower.write(data)

    def _introduce(self) -> None:
        self._set_limit(None, self._advance)
        sslobject = self._session.object
        self._told.update(
            ssl_object=sslobject,
            peercert=sslobject.getpeercert(),
            cipher=sslobject.cipher(),
            compression=sslobject.compression(),
        )
        self._send_records()
        if not self._introduced:
            self._introduced = True
            self._notify(self._protocol.connection_made, self)
            if self.is_full:
                self.lower_is_full(True)
        if self._made is not None and not self._made.done():
            self._made.set_result(None)

    def _deliver(self) -> None:
        while self._session.stage is Stage.OPEN and not self._paused and not self._lost:
            data = self._undelivered or self._session.read()
            if data is None:
                return
            self._undelivered = b""
            protocol = self._protocol
            if not data:
                self._call(protocol.eof_received)
                self.close()
            elif isinstance(protocol, asyncio.BufferedProtocol):
                self._fill_buffer_of(protocol, memoryview(data))
            else:
                self._call(protocol.data_received, bytes(data))

    def _fill_buffer_of(self, protocol: asyncio.BufferedProtocol, data: memoryview) -> None:
        """Copy what fits; the rest is delivered next, to whoever is the protocol then."""
        room = self._call(get_buffer, protocol, len(data))
        if room is None:
            return
        count = min(len(room), len(data))
        room[:count] = data[:count]
        self._undelivered = data[count:]
        self._call(protocol.buffer_updated, count)

    # How it fails

    def _callback_raised(self, error: BaseException) -> None:
        self.fail(error, "a callback raised")

    def fail(self, error: BaseException, doing: str) -> None:
        """End with connection_lost(error), or with `made` failing so; an alert goes first."""
        if self.loop.get_debug():
            logger.debug("%r: %s", self, doing, exc_info=error)
        self._error = self._error or error
        self._closing = True
        self._session.stage = Stage.CLOSED
        self._send_records()
        self._lower.abort()

    def _set_limit(self, seconds: float | None, expired: Callable[[], object]) -> None:
        if self._limit is not None:
            self._limit.cancel()
        self._limit = None if seconds is None else self.loop.call_later(seconds, expired)

    def _handshake_took_too_long(self) -> None:
        limit = self._tls.handshake_limit
        error = ConnectionAbortedError(f"the TLS handshake took longer than {limit} seconds")
        self.fail(error, "the handshake took too long")

    def _shutdown_took_too_long(self) -> None:
        limit = self._tls.shutdown_limit
        error = TimeoutError(f"the TLS shutdown took longer than {limit} seconds")
        self.fail(error, "the shutdown took too long")


class Records(asyncio.BufferedProtocol):
    """The lower transport's protocol: hands everything to the TlsTransport.

    All connections of a loop read into one buffer: a session copies what it is fed at
    once, before anybody else reads.
    """

    def __init__(self, tls: TlsTransport) -> None:
        self._tls = tls
        self._buffer = tls.loop.tls_buffer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:  # noqa: ARG002 - we stand on it already
        """The wire is there."""
        self._tls.begin()

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - it is as large as any read
        """Where the next bytes go."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """The wire brought bytes."""
        self._tls.received(self._buffer[:nbytes])

    def eof_received(self) -> bool:
        """It brings no more."""
        return self._tls.received_eof()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        self._tls.lost(exc)

    def pause_writing(self) -> None:
        """The lower transport's backlog is above its high mark."""
        self._tls.lower_is_full(True)

    def resume_writing(self) -> None:
        """It is below its low mark."""
        self._tls.lower_is_full(False)
