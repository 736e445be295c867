"""One TLS connection as a state machine: told bytes, it tells bytes, and waits for nobody.

An ssl.SSLObject stands between two memory buffers. What the wire brought goes in by
feed(); what the wire is to get comes out by take_outgoing(), after every call that may
have made some; plain bytes go in by write() and come out by read().

| stage     | shake_hands()     | read()                 | write()  | close()              |
| --------- | ----------------- | ---------------------- | -------- | -------------------- |
| HANDSHAKE | True: to OPEN     |                        |          |                      |
| OPEN      |                   | bytes; None: need more | encrypts | to CLOSING           |
|           |                   | b"": the peer is done  |          |                      |
| CLOSING   |                   |                        |          | True: to CLOSED      |
| CLOSED    |                   |                        |          | True                 |

Every call may raise ssl.SSLError; an alert for the peer may then be among the outgoing
bytes. EOF without the peer's close_notify counts as its end: the manual has no word for
a truncated connection, and the protocol's eof_received() is what there is to tell it.

Source: library/ssl.html#memory-bio-support
"""

from __future__ import annotations

import ssl
from collections import deque
from contextlib import suppress
from enum import Enum, auto

RECORD = 16 * 1024
"""Plain bytes in the largest TLS record."""
LARGEST_READ = 16 * RECORD
"""Plain bytes given out at once."""
ENDS = (ssl.SSLZeroReturnError, ssl.SSLEOFError)
AGAIN = (ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Stage(Enum):
    """How far a session is."""

    HANDSHAKE = auto()
    OPEN = auto()
    CLOSING = auto()
    CLOSED = auto()


class TlsSession:
    """The TLS of one connection, on one side of it.

    Raises ValueError for a host name that the context does not accept.
    """

    def __init__(
        self, context: ssl.SSLContext, *, server_side: bool, server_hostname: str | None
    ) -> None:
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._unwritten: deque[memoryview] = deque()
        self._cut_off = False  # the wire ended without a word; nothing can be said any more
        self._spoilt: ssl.SSLError | None = None
        self.stage = Stage.HANDSHAKE
        self.object = context.wrap_bio(
            self._incoming,
            self._outgoing,
            server_side=server_side,
            server_hostname=server_hostname or None,
        )

    def feed(self, data: bytes | memoryview) -> None:
        """Take bytes from the wire."""
        self._incoming.write(data)

    def feed_eof(self) -> None:
        """The wire will bring no more."""
        self._incoming.write_eof()

    def take_outgoing(self) -> bytes:
        """Give the bytes for the wire."""
        return self._outgoing.read()

    def shake_hands(self) -> bool:
        """Go on with the handshake; whether it is complete."""
        try:
            self.object.do_handshake()
        except AGAIN:
            return False
        self.stage = Stage.OPEN
        return True

    def read(self) -> bytes | None:
        """Plain bytes; b"" at the peer's end; None while more must be fed first."""
        if self._spoilt is not None:
            raise self._spoilt  # OpenSSL would not say it twice
        pieces: list[bytes] = []
        size = 0
        while size < LARGEST_READ:
            try:
                piece = self.object.read(RECORD)
            except AGAIN:
                break
            except ENDS as end:
                self._note(end)
                piece = b""
            except ssl.SSLError as error:
                if not pieces:
                    raise
                self._spoilt = error  # what came before it is good
                break
            if not piece:
                return b"".join(pieces)
            pieces.append(piece)
            size += len(piece)
            if not (self._incoming.pending or self._incoming.eof or self.object.pending()):
                break  # another read() would only raise SSLWantReadError
        if self._unwritten:
            self._encrypt()
        return b"".join(pieces) if pieces else None

    @property
    def unwritten(self) -> int:
        """Plain bytes that wait for the peer, because a renegotiation is under way."""
        return sum(map(len, self._unwritten))

    def write(self, data: bytes | memoryview) -> None:
        """Encrypt plain bytes; nothing happens where the wire has ended."""
        if not self._cut_off:
            self._unwritten.append(memoryview(data))
            self._encrypt()

    def close(self) -> bool:
        """Send close_notify, once; whether the peer's has come. Incoming bytes are discarded."""
        if self.stage is Stage.CLOSED or self._spoilt is not None:
            self.stage = Stage.CLOSED
            return True
        self.stage = Stage.CLOSING
        try:
            self._discard_incoming()
            if not self._cut_off:
                self.object.unwrap()
        except AGAIN:
            return False
        except ENDS:
            pass  # the peer is gone without a word
        self.stage = Stage.CLOSED
        return True

    def _encrypt(self) -> None:
        pieces = self._unwritten
        try:
            while pieces:
                count = self.object.write(pieces[0])
                rest = pieces.popleft()[count:]
                if rest:
                    pieces.appendleft(rest)
        except AGAIN:
            # Held until the peer has spoken. What waits must not be the caller's to change.
            self._unwritten = deque(memoryview(bytes(piece)) for piece in pieces)

    def _discard_incoming(self) -> None:
        with suppress(*AGAIN):
            try:
                while self.object.read(RECORD):
                    pass
            except ENDS as end:
                self._note(end)

    def _note(self, end: ssl.SSLError) -> None:
        if isinstance(end, ssl.SSLEOFError):
            self._cut_off = True
            self._outgoing.read()  # OpenSSL's alert, for which there is no wire any more
