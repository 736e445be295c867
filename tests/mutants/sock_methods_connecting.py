"""Loops whose sock_connect() or sock_accept() goes wrong."""

from __future__ import annotations

import ipaddress
import socket
from contextlib import suppress
from typing import Any

from tests.mutants import SoundLoop, mutant

CONNECTION = "expected a connection"


@mutant(breaks="sock_methods.connect.returns_none", says="expected None, and that address")
class ReturnsTheSocket(SoundLoop):
    """Returns the socket."""

    async def sock_connect(self, sock: socket.socket, address: Any) -> Any:
        """Connect."""
        await super().sock_connect(sock, address)
        return sock


@mutant(breaks="sock_methods.connect.returns_none", says="the socket's peer was None")
class ConnectsLater(SoundLoop):
    """Returns before the connection is made."""

    async def sock_connect(self, sock: socket.socket, address: Any) -> None:
        """Connect."""
        self._connecting = self.create_task(super().sock_connect(sock, address))


@mutant(breaks="sock_methods.connect.refused", says="expected it open")
class ClosesWhatWasRefused(SoundLoop):
    """Closes the caller's socket."""

    async def sock_connect(self, sock: socket.socket, address: Any) -> None:
        """Connect."""
        try:
            await super().sock_connect(sock, address)
        except OSError:
            sock.close()
            raise


@mutant(
    breaks="sock_methods.connect.refused", says="raised nothing; expected ConnectionRefusedError"
)
class DoesNotAskForTheOutcome(SoundLoop):
    """Takes readiness for success."""

    async def sock_connect(self, sock: socket.socket, address: Any) -> None:
        """Connect."""
        with suppress(ConnectionRefusedError):
            await super().sock_connect(sock, address)


@mutant(breaks="sock_methods.connect.host_name_is_resolved", says=CONNECTION)
class WantsNumbers(SoundLoop):
    """Asks for an address in digits."""

    async def sock_connect(self, sock: socket.socket, address: Any) -> None:
        """Connect."""
        if sock.family != socket.AF_UNIX:
            ipaddress.ip_address(address[0])
        await super().sock_connect(sock, address)


@mutant(breaks="sock_methods.connect.ipv6", says=CONNECTION)
class WantsFourItems(SoundLoop):
    """Unpacks IPv6 addresses of four items only."""

    async def sock_connect(self, sock: socket.socket, address: Any) -> None:
        """Connect."""
        if sock.family == socket.AF_INET6:
            host, port, _flow, _scope = address
            address = (host, port)
        await super().sock_connect(sock, address)


@mutant(breaks="sock_methods.connect.ipv6", says=CONNECTION)
class WantsTwoItems(SoundLoop):
    """Unpacks addresses of two items only."""

    async def sock_connect(self, sock: socket.socket, address: Any) -> None:
        """Connect."""
        if sock.family != socket.AF_UNIX:
            _host, _port = address
        await super().sock_connect(sock, address)


@mutant(breaks="sock_methods.connect.unix_path", says=CONNECTION)
class ResolvesPaths(SoundLoop):
    """Resolves every address."""

    async def sock_connect(self, sock: socket.socket, address: Any) -> None:
        """Connect."""
        await self.getaddrinfo(*address[:2])
        await super().sock_connect(sock, address)


@mutant(breaks="sock_methods.connect.udp", says="expected a connected socket")
class ConnectsStreamsOnly(SoundLoop):
    """Takes stream sockets only."""

    async def sock_connect(self, sock: socket.socket, address: Any) -> None:
        """Connect."""
        if sock.type != socket.SOCK_STREAM:
            raise ValueError("expected a stream socket")
        await super().sock_connect(sock, address)


@mutant(breaks="sock_methods.accept.returns_socket_and_address", says="expected (((")
class AcceptsBlockingSockets(SoundLoop):
    """Leaves the connection blocking."""

    async def sock_accept(self, sock: socket.socket) -> Any:
        """Accept."""
        accepted, address = await super().sock_accept(sock)
        accepted.setblocking(True)
        return accepted, address


@mutant(breaks="sock_methods.accept.returns_socket_and_address", says="expected (((")
class AcceptsDescriptors(SoundLoop):
    """Returns a bare descriptor."""

    async def sock_accept(self, sock: socket.socket) -> Any:
        """Accept."""
        accepted, address = await super().sock_accept(sock)
        return accepted.detach(), address


@mutant(breaks="sock_methods.accept.one_connection_per_call", says="was still pending")
class AcceptsAll(SoundLoop):
    """Accepts all who wait, and forgets the others."""

    async def sock_accept(self, sock: socket.socket) -> Any:
        """Accept."""
        first = await super().sock_accept(sock)
        with suppress(BlockingIOError):
            while True:
                sock.accept()[0].close()
        return first


@mutant(breaks="sock_methods.accept.not_listening_is_oserror", says="was still pending")
class WaitsForAListener(SoundLoop):
    """Takes an error for no client yet."""

    async def sock_accept(self, sock: socket.socket) -> Any:
        """Accept."""
        try:
            return await super().sock_accept(sock)
        except OSError:
            await self.create_future()


@mutant(breaks="sock_methods.accept.unix", says="expected a pair")
class AcceptsTcpOnly(SoundLoop):
    """Unpacks the client's address."""

    async def sock_accept(self, sock: socket.socket) -> Any:
        """Accept."""
        accepted, address = await super().sock_accept(sock)
        try:
            host, port, *rest = address
        except ValueError:
            accepted.close()
            raise
        return accepted, (host, port, *rest)
