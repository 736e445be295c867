"""Loops that take arguments for Unix sockets that don't go together, or refuse them wrongly."""

from __future__ import annotations

import socket
import ssl
import uuid
from typing import Any

from . import mutant
from .unix_sockets_parts import Client, Serving

ACCEPTED = "raised nothing; expected ValueError"


def neither(call: dict[str, Any]) -> bool:
    """Whether a call names nothing to connect to, or to serve at."""
    return call["path"] is None and call.get("sock") is None


@mutant(breaks="unix_sockets.connection.args.nothing_is_valueerror", says="raised TypeError")
class ConnectionNeedsAnArgument(Client):
    """Takes a missing path for a missing argument."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Insist."""
        if neither(call):
            raise TypeError("path or sock is required")


@mutant(breaks="unix_sockets.connection.args.path_and_sock_is_valueerror", says=ACCEPTED)
class PrefersTheGivenSocket(Client):
    """Connects over sock where both are given."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Forget the path."""
        if call.get("sock") is not None:
            call["path"] = None


@mutant(breaks="unix_sockets.connection.args.path_and_sock_is_valueerror", says=ACCEPTED)
class PrefersThePath(Client):
    """Connects to the path where both are given."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Forget the socket."""
        if call["path"] is not None:
            call.pop("sock", None)


class _TakesAnySocket(Client):
    """No mutant itself: makes a connection of any socket that `is_odd`."""

    def is_odd(self, sock: socket.socket) -> bool:
        """Whether it should have been refused."""
        raise NotImplementedError

    def arrange(self, call: dict[str, Any]) -> None:
        """Have a socket that the sound loop takes in its place."""
        if call.get("sock") is not None and self.is_odd(call["sock"]):
            call["sock"], self.other = socket.socketpair()

    def close(self) -> None:
        """Close the other end."""
        if hasattr(self, "other"):
            self.other.close()
        super().close()


@mutant(breaks="unix_sockets.connection.args.inet_sock_is_valueerror", says=ACCEPTED)
class ConnectsOverAnyFamily(_TakesAnySocket):
    """Does not look at the family."""

    def is_odd(self, sock: socket.socket) -> bool:
        """An Internet socket is."""
        return sock.family == socket.AF_INET


@mutant(breaks="unix_sockets.connection.args.dgram_sock_is_valueerror", says=ACCEPTED)
class ConnectsOverAnyType(_TakesAnySocket):
    """Does not look at the type."""

    def is_odd(self, sock: socket.socket) -> bool:
        """A datagram socket is."""
        return sock.type == socket.SOCK_DGRAM


@mutant(
    breaks="unix_sockets.connection.args.ssl_needs_server_hostname", says="was still pending after"
)
class ThePathIsTheHost(Client):
    """Verifies the certificate for the path."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Use it as the name."""
        if call.get("ssl"):
            call.setdefault("server_hostname", "path.test")


@mutant(breaks="unix_sockets.connection.args.server_hostname_without_ssl", says=ACCEPTED)
@mutant(breaks="unix_sockets.connection.args.handshake_timeout_without_ssl", says=ACCEPTED)
@mutant(breaks="unix_sockets.connection.args.shutdown_timeout_without_ssl", says=ACCEPTED)
class ConnectionIgnoresTlsOptions(Client):
    """Reads the options of TLS only where ssl is given."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Forget them."""
        if not call.get("ssl"):
            for name in ("server_hostname", "ssl_handshake_timeout", "ssl_shutdown_timeout"):
                call.pop(name, None)


@mutant(breaks="unix_sockets.server.args.nothing_is_valueerror", says=ACCEPTED)
class ServesWhereNobodyComes(Serving):
    """Serves on a socket of its own where nothing is named."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Name it somehow."""
        if neither(call):
            call["path"] = f"\0{uuid.uuid4()}"


@mutant(breaks="unix_sockets.server.args.path_and_sock_is_valueerror", says=ACCEPTED)
class ServerPrefersThePath(Serving):
    """Serves at the path where both are given."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Forget the socket."""
        if call["path"] is not None:
            call.pop("sock", None)


@mutant(breaks="unix_sockets.server.args.inet_sock_is_valueerror", says=ACCEPTED)
class ServesOnAnyFamily(Serving):
    """Does not look at the family."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Have a socket that the sound loop takes in its place."""
        if getattr(call.get("sock"), "family", None) == socket.AF_INET:
            call["sock"], call["path"] = None, f"\0{uuid.uuid4()}"


@mutant(breaks="unix_sockets.server.args.dgram_sock_is_valueerror", says=ACCEPTED)
class ServesOnAnyType(Serving):
    """Does not look at the type."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Have a socket that the sound loop takes in its place."""
        if getattr(call.get("sock"), "type", None) == socket.SOCK_DGRAM:
            call["sock"], call["path"] = None, f"\0{uuid.uuid4()}"


@mutant(breaks="unix_sockets.server.args.dgram_sock_is_valueerror", says="raised OSError")
class LetsListenComplain(Serving):
    """Raises what listen() raises."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Listen."""
        if call.get("sock") is not None:
            call["sock"].listen()


@mutant(
    breaks="unix_sockets.server.args.ssl_true_is_typeerror",
    says="raised nothing; expected TypeError or ValueError",
)
class ServersHaveADefaultContext(Serving):
    """Makes a context for ssl=True, without a certificate."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Make it."""
        if call.get("ssl") is True:
            call["ssl"] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)


@mutant(breaks="unix_sockets.server.args.handshake_timeout_without_ssl", says=ACCEPTED)
@mutant(breaks="unix_sockets.server.args.shutdown_timeout_without_ssl", says=ACCEPTED)
class ServerIgnoresTlsOptions(Serving):
    """Reads the options of TLS only where ssl is given."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Forget them."""
        if not call.get("ssl"):
            for name in ("ssl_handshake_timeout", "ssl_shutdown_timeout"):
                call.pop(name, None)
