"""The Server object: listening sockets, the connections they brought, and how both end.

    new ──start_serving()──> serving ──close()──> closed
     └──────────────close()───────────────────────┘

wait_closed() is over when the server is closed and its last connection is lost.

Source: library/asyncio-eventloop.html#server-objects
"""

from __future__ import annotations

import asyncio
import errno
import socket
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ..kernel.kernel import READ
from .connecting import transport_and_lower
from .socket_view import SocketView
from .tls_transport import Tls

if TYPE_CHECKING:
    from ..loop import ReferenceLoop

EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
REST = 1.0
"""Seconds without accepting after the process ran out of descriptors or memory."""
ENDS_ITS_CLIENTS = sys.version_info >= (3, 13, 1)
"""Since then the end of serve_forever() closes its connections and waits for them (gh-123720)."""
WAITS_FOR_CLIENTS = sys.version_info >= (3, 12)
"""Before Python 3.12 wait_closed() waited for close() alone."""


class Server(asyncio.AbstractServer):
    """Serves `listeners`, which are bound, non-blocking and from now on its own.

    `before_close` is called with each of them before it is closed.
    """

    def __init__(
        self,
        loop: ReferenceLoop,
        listeners: Sequence[socket.socket],
        protocol_factory: Callable[[], asyncio.BaseProtocol],
        security: Tls | None,
        backlog: int,
        before_close: Callable[[socket.socket], object] = lambda _: None,
    ) -> None:
        self._loop = loop
        self._listeners = list(listeners)
        self._protocol_factory = protocol_factory
        self._security = security
        self._backlog = backlog
        self._before_close = before_close
        self._serving = False
        self._closed = False
        self._forever: asyncio.Future[None] | None = None
        self._connections: dict[Any, asyncio.Transport] = {}
        self._waiters: list[asyncio.Future[None]] = []

    def get_loop(self) -> ReferenceLoop:
        """The loop that serves it."""
        return self._loop

    def is_serving(self) -> bool:
        """Whether connections are accepted."""
        return self._serving

    @property
    def sockets(self) -> tuple[SocketView, ...]:
        """Views of the listening sockets; none after close()."""
        return tuple(SocketView(sock) for sock in self._listeners)

    async def start_serving(self) -> None:
        """Begin to accept connections; idempotent. Raises RuntimeError on a closed server."""
        self.listen()

    def listen(self) -> None:
        """Do that at once."""
        if self._closed:
            raise RuntimeError(f"{self!r} is closed")
        if self._serving:
            return
        self._serving = True
        for sock in self._listeners:
            sock.listen(self._backlog)
            self._watch(sock)

    async def serve_forever(self) -> None:
        """Serve until cancelled or closed, which raises CancelledError.

        Raises RuntimeError on a closed server and where another call is under way.
        """
        if self._forever is not None:
            raise RuntimeError(f"{self!r} is served forever already")
        self.listen()
        self._forever = self._loop.create_future()
        try:
            await self._forever
        finally:
            self._forever = None
            self.close()
            if ENDS_ITS_CLIENTS:
                self.close_clients()
                await self.wait_closed()

    def close(self) -> None:
        """Accept no more; established connections stay. Idempotent."""
        if self._closed:
            return
        self._closed, self._serving = True, False
        listeners, self._listeners = self._listeners, []
        for sock in listeners:
            self._loop.kernel.unwatch(sock, READ)
            self._before_close(sock)
            sock.close()
        if self._forever is not None:
            self._forever.cancel()
        self._wake_if_over()

    def close_clients(self) -> None:
        """Close every connection that was accepted, with what waits in it still sent."""
        for transport in list(self._connections.values()):
            transport.close()

    def abort_clients(self) -> None:
        """Abort every connection that was accepted."""
        for transport in list(self._connections.values()):
            transport.abort()

    async def wait_closed(self) -> None:
        """Wait until the server is closed and, since Python 3.12, its connections are lost."""
        if self._is_over():
            return
        waiter = self._loop.create_future()
        self._waiters.append(waiter)
        await waiter

    async def __aenter__(self) -> Server:
        return self

    async def __aexit__(self, *exc: object) -> None:
        self.close()
        await self.wait_closed()

    def __repr__(self) -> str:
        state = "closed" if self._closed else "serving" if self._serving else "not serving"
        return f"<{type(self).__name__} {state} at {[s.getsockname() for s in self._listeners]}>"

    def stands_for(self, lower: Any, front: asyncio.Transport) -> None:
        """Close `front`, a TLS transport, where the connection over `lower` is to be closed."""
        if lower in self._connections:
            self._connections[lower] = front

    def _watch(self, sock: socket.socket) -> None:
        if self._serving:
            self._loop.kernel.watch(sock, READ, self._accept, sock)

    def _accept(self, sock: socket.socket) -> None:
        for _ in range(max(1, self._backlog)):
            try:
                accepted, _ = sock.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                if error.errno not in EXHAUSTED:
                    raise  # reported as any callback's
                self._rest(sock, error)
                return
            self._serve(accepted)
            if not self._serving:
                return

    def _rest(self, sock: socket.socket, error: OSError) -> None:
        """The kernel has nothing to give: look again later rather than in every turn."""
        self._loop.call_exception_handler(
            {
                "message": f"accepting failed, resting for {REST} seconds",
                "exception": error,
                "socket": SocketView(sock),
            }
        )
        self._loop.kernel.unwatch(sock, READ)
        self._loop.call_later(REST, self._watch, sock)

    def _serve(self, sock: socket.socket) -> None:
        try:
            sock.setblocking(False)
            protocol = self._protocol_factory()
            front, lower = transport_and_lower(self._loop, sock, protocol, self._security, None)
        except (KeyboardInterrupt, SystemExit):
            sock.close()
            raise
        except BaseException as error:  # noqa: BLE001 - the factory is the program's code
            sock.close()
            self._loop.call_exception_handler(
                {"message": "an accepted connection was dropped", "exception": error}
            )
            return
        self._connections[lower] = front
        lower.server = self
        lower.on_lost = lambda: self._lost(lower)

    def _lost(self, lower: Any) -> None:
        del self._connections[lower]
        self._wake_if_over()

    def _is_over(self) -> bool:
        return self._closed and not (WAITS_FOR_CLIENTS and self._connections)

    def _wake_if_over(self) -> None:
        if self._is_over():
            waiters, self._waiters = self._waiters, []
            for waiter in waiters:
                if not waiter.done():
                    waiter.set_result(None)
