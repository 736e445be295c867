"""Lines of JSON between two processes, over a socket.

A worker's end moves to a high descriptor number, out of the way of loops that close
0 to 2 or that use select(). Reading gives whole messages only; what a dying process
left half written is dropped, and what is no message ends the channel.

Where a loop forks and goes on in both processes, the twin ends as soon as it would
speak: only the process that began a channel may use it.
"""

from __future__ import annotations

import json
import os
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
        self._owner = os.getpid()

    def fileno(self) -> int:
        """The descriptor, for a selector."""
        return self._sock.fileno()

    def send(self, message: Message) -> None:
        """Send one message. Raises OSError when the other end is gone."""
        if os.getpid() != self._owner:
            os._exit(0)
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
        try:
            messages = [_loads(line) for line in lines]
        except ValueError:
            return None
        return messages if all(isinstance(message, dict) for message in messages) else None

    def keep_open(self) -> None:
        """Leave the descriptor to the end of the process, not to that of this object."""
        self._sock.detach()

    def close(self) -> None:
        """Close this end."""
        self._sock.close()
