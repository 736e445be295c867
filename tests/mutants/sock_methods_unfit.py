"""Loops that take sockets with which the sock_*() methods can't work."""

from __future__ import annotations

import os
import socket
import ssl
from typing import Any

from tests.mutants import SoundLoop, mutant

BLOCKING = "sock_methods.blocking_socket"
REFUSED = "raised nothing; expected ValueError"


class Fitting(SoundLoop):
    """No mutant itself: its heirs change the socket before each call."""

    async def fit(self, sock: Any) -> Any:
        """The socket to work with."""
        return sock

    async def sock_recv(self, sock: Any, nbytes: int) -> bytes:
        """Receive."""
        return await super().sock_recv(await self.fit(sock), nbytes)

    async def sock_recv_into(self, sock: Any, buf: Any) -> int:
        """Receive."""
        return await super().sock_recv_into(await self.fit(sock), buf)

    async def sock_recvfrom(self, sock: Any, bufsize: int) -> Any:
        """Receive."""
        return await super().sock_recvfrom(await self.fit(sock), bufsize)

    async def sock_recvfrom_into(self, sock: Any, buf: Any, nbytes: int = 0) -> Any:
        """Receive."""
        return await super().sock_recvfrom_into(await self.fit(sock), buf, nbytes)

    async def sock_sendall(self, sock: Any, data: Any) -> None:
        """Send."""
        await super().sock_sendall(await self.fit(sock), data)

    async def sock_sendto(self, sock: Any, data: Any, address: Any) -> int:
        """Send."""
        return await super().sock_sendto(await self.fit(sock), data, address)

    async def sock_connect(self, sock: Any, address: Any) -> None:
        """Connect."""
        await super().sock_connect(await self.fit(sock), address)

    async def sock_accept(self, sock: Any) -> Any:
        """Accept."""
        return await super().sock_accept(await self.fit(sock))

    async def sock_sendfile(self, sock: Any, *args: Any, **options: Any) -> int:
        """Send."""
        return await super().sock_sendfile(await self.fit(sock), *args, **options)


@mutant(breaks=f"{BLOCKING}.recv_is_valueerror_in_debug", says=REFUSED)
class SetsNonBlocking(Fitting):
    """Sets the caller's socket non-blocking."""

    async def fit(self, sock: Any) -> Any:
        """Set it."""
        sock.setblocking(False)
        return sock


@mutant(breaks=f"{BLOCKING}.recv_into_is_valueerror_in_debug", says=REFUSED)
@mutant(breaks=f"{BLOCKING}.recvfrom_is_valueerror_in_debug", says=REFUSED)
@mutant(breaks=f"{BLOCKING}.recvfrom_into_is_valueerror_in_debug", says=REFUSED)
@mutant(breaks=f"{BLOCKING}.sendall_is_valueerror_in_debug", says=REFUSED)
@mutant(breaks=f"{BLOCKING}.sendto_is_valueerror_in_debug", says=REFUSED)
@mutant(breaks=f"{BLOCKING}.connect_is_valueerror_in_debug", says=REFUSED)
@mutant(breaks=f"{BLOCKING}.accept_is_valueerror_in_debug", says=REFUSED)
@mutant(breaks="sendfile.sock.blocking_socket_is_valueerror_in_debug", says=REFUSED)
class AsksInSockRecvOnly(SetsNonBlocking):
    """Refuses a blocking socket in sock_recv() only."""

    async def sock_recv(self, sock: Any, nbytes: int) -> bytes:
        """Receive."""
        return await SoundLoop.sock_recv(self, sock, nbytes)


@mutant(breaks=f"{BLOCKING}.recv_is_valueerror_in_debug", says=REFUSED)
class BlocksInTheSystemCall(SoundLoop):
    """Uses a blocking socket as it comes."""

    async def sock_recv(self, sock: Any, nbytes: int) -> bytes:
        """Receive."""
        return sock.recv(nbytes) if sock.gettimeout() else await super().sock_recv(sock, nbytes)


def duplicate(sock: Any) -> socket.socket:
    """Another socket for the same connection."""
    copy = socket.socket(fileno=os.dup(sock.fileno()))
    copy.setblocking(False)
    return copy


@mutant(breaks="sock_methods.sslsocket_is_typeerror", says="raised nothing; expected an exception")
class WorksBelowTls(Fitting):
    """Works on the encrypted bytes."""

    async def fit(self, sock: Any) -> Any:
        """Go below."""
        return duplicate(sock) if isinstance(sock, ssl.SSLSocket) else sock


@mutant(breaks="sock_methods.transport_socket_is_runtimeerror", says="was still pending")
class WorksBesideTransports(SoundLoop):
    """Does not ask whose a descriptor is."""

    async def sock_recv(self, sock: Any, nbytes: int) -> bytes:
        """Receive."""
        with duplicate(sock) as copy:
            return await super().sock_recv(copy, nbytes)


@mutant(breaks="sock_methods.transport_socket_is_runtimeerror", says="expected the b'hello'")
class StealsTheReader(SoundLoop):
    """Refuses a transport's socket, when it has stopped the transport."""

    async def sock_recv(self, sock: Any, nbytes: int) -> bytes:
        """Receive."""
        try:
            return await super().sock_recv(sock, nbytes)
        except RuntimeError:
            self.transports[sock.fileno()].pause_reading()  # type: ignore[attr-defined]  # a stream's
            raise


@mutant(breaks="sock_methods.closed_socket_is_error", says="was still pending")
class WaitsForAClosedSocket(Fitting):
    """Waits for a descriptor that is not there."""

    async def fit(self, sock: Any) -> Any:
        """Wait."""
        if sock.fileno() == -1:
            await self.create_future()
        return sock
