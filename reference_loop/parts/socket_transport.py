"""The transport over a connected stream socket, TCP or Unix.

Source: library/asyncio-protocol.html#transports,
library/asyncio-protocol.html#asyncio.BaseTransport.get_extra_info
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from .socket_view import SocketView
from .transports import ReadingSide, WritingSide

if TYPE_CHECKING:
    from ..loop import ReferenceLoop
    from .server import Server


class SocketTransport(ReadingSide, WritingSide, asyncio.Transport):
    """Owns `sock`, which is connected and non-blocking."""

    def __init__(
        self, loop: ReferenceLoop, sock: socket.socket, protocol: asyncio.BaseProtocol
    ) -> None:
        super().__init__(loop, sock, protocol, socket_info(sock))
        self.sock = sock
        self.server: Server | None = None
        self._receive = sock.recv
        self._receive_into = sock.recv_into
        self._send = sock.send
        self._send_pieces = sock.sendmsg
        send_at_once(sock)

    def release(self) -> None:
        """Close the socket and forget the server."""
        super().release()
        self.server = None

    def _send_eof(self) -> None:
        with suppress(OSError):  # the connection is gone, which the reading side hears of
            self.sock.shutdown(socket.SHUT_WR)

    def _can_stay_open(self) -> bool:
        return True

    def reserve(self, reserved: bool) -> None:
        """Refuse write() while somebody else, who sends a file, has the socket."""
        self.refuses_writing = "nothing can be written while a file is sent" if reserved else ""

    def server_hears_of(self, front: asyncio.Transport) -> None:
        """Tell the server that accepted us what stands between us and the program now."""
        if self.server is not None:
            self.server.stands_for(self, front)


def socket_info(sock: socket.socket) -> dict[str, Any]:
    """What get_extra_info() tells of a socket; a peer that is gone has no name."""
    try:
        peername = sock.getpeername()
    except OSError:
        peername = None
    return {"socket": SocketView(sock), "sockname": sock.getsockname(), "peername": peername}


def send_at_once(sock: socket.socket) -> None:
    """Set TCP_NODELAY where the socket is TCP: the manual promises it."""
    if sock.family in (socket.AF_INET, socket.AF_INET6) and sock.proto in (0, socket.IPPROTO_TCP):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def expect_stream(sock: socket.socket, *families: int) -> None:
    """Raise ValueError unless `sock` is a stream socket, of one of the families if any is named."""
    if sock.type != socket.SOCK_STREAM or (families and sock.family not in families):
        raise ValueError(f"{sock!r}: expected a stream socket of the right family")
