"""Loops whose sock_sendall() or sock_sendto() sends wrongly or says the wrong thing."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import Any

from tests.mutants import SoundLoop, mutant

PENDING = "was still pending"


@mutant(breaks="sock_methods.sendto.returns_count", says="returned None")
class SendsAndReturnsNothing(SoundLoop):
    """Returns None."""

    async def sock_sendto(self, *args: Any) -> Any:
        """Send."""
        await super().sock_sendto(*args)


@mutant(breaks="sock_methods.sendto.bytes_like", says="got []; expected [b'']")
class SendsNothingForNothing(SoundLoop):
    """Takes a shortcut for an empty datagram."""

    async def sock_sendto(self, sock: socket.socket, data: Any, address: Any) -> int:
        """Send."""
        return await super().sock_sendto(sock, data, address) if data else 0


@mutant(breaks="sock_methods.sendto.bytes_like", says="expected it to be sent")
@mutant(breaks="sock_methods.sendall.bytes_like_and_empty", says="expected None")
class SendsBytesOnly(SoundLoop):
    """Asks for bytes."""

    async def sock_sendto(self, sock: socket.socket, data: Any, address: Any) -> int:
        """Send."""
        if not isinstance(data, bytes):
            raise TypeError("expected bytes")
        return await super().sock_sendto(sock, data, address)

    async def sock_sendall(self, sock: socket.socket, data: Any) -> None:
        """Send."""
        if not isinstance(data, bytes):
            raise TypeError("expected bytes")
        await super().sock_sendall(sock, data)


@mutant(breaks="sock_methods.sendto.error_propagates", says="raised nothing; expected OSError")
class SaysNothingWasSent(SoundLoop):
    """Returns 0 on errors."""

    async def sock_sendto(self, *args: Any) -> int:
        """Send."""
        try:
            return await super().sock_sendto(*args)
        except OSError:
            return 0


@mutant(breaks="sock_methods.sendall.returns_none", says="returned 5")
class ReturnsTheCount(SoundLoop):
    """Returns the number of bytes."""

    async def sock_sendall(self, sock: socket.socket, data: Any) -> Any:
        """Send."""
        await super().sock_sendall(sock, data)
        return len(data)


@mutant(breaks="sock_methods.sendall.large_payload_is_complete", says="cut short")
class SendsOnce(SoundLoop):
    """Forgets what the first system call did not take."""

    async def sock_sendall(self, sock: socket.socket, data: Any) -> None:
        """Send."""
        sock.send(data)


@mutant(breaks="sock_methods.sendall.waits_while_peer_is_slow", says="expected it to wait")
class SendsInTheBackground(SoundLoop):
    """Queues the data and returns."""

    async def sock_sendall(self, sock: socket.socket, data: Any) -> None:
        """Send."""
        self._sending = self.create_task(super().sock_sendall(sock, data))


@mutant(breaks="sock_methods.sendall.bytes_like_and_empty", says=PENDING)
class WaitsForNothing(SoundLoop):
    """Waits until at least one byte was sent."""

    async def sock_sendall(self, sock: socket.socket, data: Any) -> None:
        """Send."""
        await super().sock_sendall(sock, data)
        if not len(data):
            await self.create_future()


@mutant(breaks="sock_methods.sendall.error_propagates", says=PENDING)
@mutant(breaks="sock_methods.sendall.peer_closing_midway", says=PENDING)
class TriesAgainAfterErrors(SoundLoop):
    """Takes an error for a socket that is not ready."""

    async def sock_sendall(self, sock: socket.socket, data: Any) -> None:
        """Send."""
        try:
            await super().sock_sendall(sock, data)
        except OSError:
            await self.create_future()


@mutant(breaks="sock_methods.sendall.error_propagates", says="raised nothing; expected OSError")
@mutant(breaks="sock_methods.sendall.peer_closing_midway", says="raised nothing; expected OSError")
class SendsToNobody(SoundLoop):
    """Takes an error for the end of the work."""

    async def sock_sendall(self, sock: socket.socket, data: Any) -> None:
        """Send."""
        with suppress(OSError):
            await super().sock_sendall(sock, data)


@mutant(breaks="sock_methods.full_echo_session", says=PENDING)
class OneCallAtATime(SoundLoop):
    """Lets no call begin while another one waits."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = asyncio.Lock()

    async def sock_recv(self, sock: socket.socket, nbytes: int) -> bytes:
        """Receive."""
        async with self._lock:
            return await super().sock_recv(sock, nbytes)

    async def sock_sendall(self, sock: socket.socket, data: Any) -> None:
        """Send."""
        async with self._lock:
            await super().sock_sendall(sock, data)


@mutant(
    breaks="sock_methods.sequential_operations_on_one_socket", says="at once; expected it to wait"
)
class RegistersForEver(SoundLoop):
    """Keeps an entry for each call, in a table that is full one day."""

    _entries = 0

    async def sock_recv(self, sock: socket.socket, nbytes: int) -> bytes:
        """Receive."""
        self._entries += 1
        if self._entries > 64:
            raise OSError("no room for another registration")
        return await super().sock_recv(sock, nbytes)


@mutant(breaks="sock_methods.socket_closed_and_number_reused", says="at once; expected it to wait")
class RemembersNumbers(SoundLoop):
    """Keeps the socket of each number for ever."""

    def __init__(self) -> None:
        super().__init__()
        self._sockets: dict[int, socket.socket] = {}

    async def sock_recv(self, sock: socket.socket, nbytes: int) -> bytes:
        """Receive."""
        return await super().sock_recv(self._sockets.setdefault(sock.fileno(), sock), nbytes)
