"""What a program may do with the socket of a transport or a server: look, and set options.

The descriptor stays the loop's: it can't be closed, read, written or made blocking here.

Source: library/asyncio-protocol.html#asyncio.BaseTransport.get_extra_info, `socket`;
library/asyncio-eventloop.html#asyncio.Server.sockets
"""

from __future__ import annotations

import socket
from typing import Any


class SocketView:
    """A look at `sock`, which somebody else owns."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self.family = sock.family
        self.type = sock.type
        self.proto = sock.proto
        self.fileno = sock.fileno
        self.getsockname = sock.getsockname
        self.getpeername = sock.getpeername
        self.getsockopt = sock.getsockopt
        self.setsockopt = sock.setsockopt
        self.get_inheritable = sock.get_inheritable
        self.shutdown = sock.shutdown
        self.dup = sock.dup

    def getblocking(self) -> bool:
        """Whether calls may block: never."""
        return False

    def gettimeout(self) -> float:
        """How long calls may take: 0 seconds."""
        return 0.0

    def setblocking(self, flag: bool) -> None:
        """Raise ValueError for True: the loop waits, its sockets do not."""
        if flag:
            raise ValueError("a socket that an event loop uses can't be made blocking")

    def settimeout(self, value: float | None) -> None:
        """Raise ValueError for anything but 0."""
        self.setblocking(value != 0)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._sock!r}>"

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, SocketView) and self._sock is other._sock

    def __hash__(self) -> int:
        return hash(self._sock)
