"""A wire with the check in the middle: it decides which bytes pass, and when.

For what a connection does with half a record, a record in single bytes, or a record
that comes late. Nothing runs in a thread: bytes move when the check says so, in the
loop's own turns, so each piece reaches the loop by itself.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import suppress

ALL = 65536
"""As many bytes at a time as there are; 0 holds a direction back."""
_GLANCE = 0.0005
"""Seconds in which a wire without traffic leaves the processor to the peer's thread."""


class Wire:
    """A TCP connection and a socket pair, and the check between them, which decides what passes.

    `client_end` goes to the loop (sock=), `server_end` to a peer. Bytes move only when
    the check calls `pass_on()`: it sees each record before the loop does, can cut it
    anywhere or hold it back, and needs no thread for that.
    """

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:  # a loop may refuse AF_UNIX
            self.client_end = socket.create_connection(listener.getsockname())
            self._to_client, _ = listener.accept()
        self._to_client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.server_end, self._to_server = socket.socketpair()
        self._ways = (
            _Way(self._to_client, self._to_server),
            _Way(self._to_server, self._to_client),
        )
        for sock in (self.client_end, self._to_client, self._to_server):
            sock.setblocking(False)

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *exc: object) -> None:
        for sock in (self.client_end, self.server_end, self._to_client, self._to_server):
            sock.close()

    def pass_on(self, *, to_client: int = ALL, to_server: int = ALL) -> int:
        """Move at most that many bytes each way; return how many, 0 when none were there."""
        client_to_server, server_to_client = self._ways
        return client_to_server.move(to_server) + server_to_client.move(to_client)

    async def keep_passing(self, *, to_client: int = ALL, to_server: int = ALL) -> None:
        """Do so in each turn of the loop, until cancelled."""
        idle = threading.Event()
        while True:
            if not self.pass_on(to_client=to_client, to_server=to_server):
                idle.wait(_GLANCE)
            await asyncio.sleep(0)


class _Way:
    """One direction of a wire; passes the end of the stream on as well."""

    def __init__(self, source: socket.socket, sink: socket.socket) -> None:
        self._source, self._sink, self._open = source, sink, True
        self._held = b""

    def move(self, most: int) -> int:
        """Move what is there, `most` bytes at most; what the sink refuses waits here."""
        if not self._open or not most:
            return 0
        try:
            self._held = self._held or self._source.recv(most)
            if self._held:
                sent = self._sink.send(self._held)
                self._held = self._held[sent:]
                return sent
        except BlockingIOError:
            return 0
        except OSError:  # reset, or the reader has gone: the end of the stream, too
            pass
        self._open = False
        with suppress(OSError):
            self._sink.shutdown(socket.SHUT_WR)
        return 0
