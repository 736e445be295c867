"""What a program may do with the socket of a transport or a server: look, and set options.

asyncio's own loops give objects of the same kind for the same reason: the descriptor
stays the loop's. It can't be closed, read, written or made blocking here.

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

    @property
    def family(self) -> int:
        """The address family."""
        return self._sock.family

    @property
    def type(self) -> int:
        """The kind of socket."""
        return self._sock.type

    @property
    def proto(self) -> int:
        """The protocol number."""
        return self._sock.proto

    def fileno(self) -> int:
        """The descriptor, -1 once it is closed."""
        return self._sock.fileno()

    def getsockname(self) -> Any:
        """Its own address."""
        return self._sock.getsockname()

    def getpeername(self) -> Any:
        """The address of its peer. Raises OSError where there is none."""
        return self._sock.getpeername()

    def getsockopt(self, *option: int) -> Any:
        """An option's value, as socket.getsockopt()."""
        return self._sock.getsockopt(*option)

    def setsockopt(self, *option: Any) -> None:
        """Set an option, as socket.setsockopt()."""
        self._sock.setsockopt(*option)

    def get_inheritable(self) -> bool:
        """Whether children inherit the descriptor."""
        return self._sock.get_inheritable()

    def shutdown(self, how: int) -> None:
        """End one or both directions, as socket.shutdown()."""
        self._sock.shutdown(how)

    def dup(self) -> socket.socket:
        """Another descriptor of the same socket, which is the caller's."""
        return self._sock.dup()

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
