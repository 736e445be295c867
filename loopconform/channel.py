"""Lines of JSON between two processes, over a socket.

A worker's end moves to a high descriptor number, out of the way of loops that close
0 to 2 or that use select(). Reading gives whole messages only; what a dying process
left half written is dropped.
"""

from __future__ import annotations

import json
import socket
from typing import Any

# Bound once: a loop under test may replace the attributes of these modules.
_dumps, _loads = json.dumps, json.loads
Message = dict[str, Any]


class Channel:
    """One end of a connection that carries messages."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._rest = b""

    def fileno(self) -> int:
        """The descriptor, for a selector."""
        return self._sock.fileno()

    def send(self, message: Message) -> None:
        """Send one message. Raises OSError when the other end is gone."""
        self._sock.sendall(_dumps(message).encode() + b"\n")

    def receive(self) -> list[Message] | None:
        """Wait for input and return the messages that are whole; None once it has ended."""
        try:
            data = self._sock.recv(65536)
        except ConnectionError:
            data = b""
        if not data:
            return None
        *lines, self._rest = (self._rest + data).split(b"\n")
        return [_loads(line) for line in lines]

    def close(self) -> None:
        """Close this end."""
        self._sock.close()
