"""Loops that connect to Unix sockets wrongly."""

from __future__ import annotations

import os
import socket
from typing import Any

from . import mutant
from .unix_sockets_parts import Client, Meddling, for_ever


@mutant(breaks="unix_sockets.connection.path_str", says="nobody connected to")
class ConnectsOverTcp(Meddling):
    """Takes the path for a host's name and makes a connection of TCP."""

    async def create_unix_connection(self, *args: Any, **options: Any) -> Any:
        """Connect to some port."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            return await self.create_connection(args[0], *listener.getsockname(), **options)


@mutant(breaks="unix_sockets.connection.path_str", says="expected both to arrive")
class HearsNothing(Client):
    """Does not watch the descriptor of a Unix connection."""

    def furnish(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Read nothing."""
        transport.pause_reading()


@mutant(
    breaks="unix_sockets.connection.path_bytes_and_pathlike",
    says="a path of type bytes) raised TypeError",
)
@mutant(
    breaks="unix_sockets.connection.path_bytes_and_pathlike",
    says="a path of type PosixPath) raised TypeError",
)
class ConnectsToStrOnly(Client):
    """Takes a path of type str alone."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Insist."""
        if not isinstance(call["path"], str | None):
            raise TypeError("path must be a str")


@mutant(breaks="unix_sockets.connection.abstract_name", says="raised FileNotFoundError")
class StripsTheNul(Client):
    """Drops the NUL from an abstract name."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Drop it."""
        if isinstance(call["path"], str):
            call["path"] = call["path"].lstrip("\0")


@mutant(breaks="unix_sockets.connection.abstract_name", says="raised ValueError")
class LooksForAFile(Client):
    """Takes every path for a file's."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Look."""
        if call["path"] is not None:
            os.stat(call["path"])


@mutant(
    breaks="unix_sockets.connection.order",
    says="expected factory, connection_made, returned",
)
class ReturnsBeforeConnectionMade(Meddling):
    """Returns while connection_made() is still queued."""

    async def create_unix_connection(self, *args: Any, **options: Any) -> Any:
        """Queue it."""

        def make() -> Any:
            protocol = args[0]()
            made = protocol.connection_made
            protocol.connection_made = lambda transport: self.call_later(0.001, made, transport)
            return protocol

        return await super().create_unix_connection(make, *args[1:], **options)


@mutant(breaks="unix_sockets.connection.sock", says="the socket being the transport's")
class WorksOnADuplicate(Client):
    """Duplicates a given socket's descriptor and leaves the caller's open."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Duplicate it."""
        if call.get("sock") is not None:
            call["sock"] = call["sock"].dup()


@mutant(
    breaks="unix_sockets.connection.failure_makes_no_protocol",
    says="expected no protocol to be made",
)
class MakesTheProtocolFirst(Client):
    """Calls the factory before the socket is connected."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Call it."""
        protocol = call["factory"]()
        call["factory"] = lambda: protocol


@mutant(
    breaks="unix_sockets.connection.missing_path_is_filenotfound",
    says="raised ConnectionRefusedError",
)
class EveryFailureIsARefusal(Meddling):
    """Has one class for all that connect() raises."""

    async def create_unix_connection(self, *args: Any, **options: Any) -> Any:
        """Raise it."""
        try:
            return await super().create_unix_connection(*args, **options)
        except FileNotFoundError as error:
            raise ConnectionRefusedError from error


@mutant(
    breaks="unix_sockets.connection.nobody_listening_is_refused", says="was still pending after"
)
class WaitsForWritability(Meddling):
    """Waits for the descriptor where connect() was refused at once."""

    async def create_unix_connection(self, *args: Any, **options: Any) -> Any:
        """Wait."""
        try:
            return await super().create_unix_connection(*args, **options)
        except ConnectionRefusedError:
            await for_ever()


@mutant(breaks="unix_sockets.connection.failure_leaks_nothing", says="left 3 descriptors more")
class LeavesTheSocketOpen(Meddling):
    """Does not close the socket whose connect() failed."""

    def __init__(self) -> None:
        super().__init__()
        self.left: list[socket.socket] = []

    async def create_unix_connection(self, *args: Any, **options: Any) -> Any:
        """Leave it."""
        try:
            return await super().create_unix_connection(*args, **options)
        except OSError:
            self.left.append(socket.socket(socket.AF_UNIX))
            raise

    def close(self) -> None:
        """Close what is left, so that only the loop's own checks see it."""
        for sock in self.left:
            sock.close()
        super().close()


@mutant(breaks="unix_sockets.connection.tls", says="expected b'ping'")
class ConnectsInPlainText(Client):
    """Ignores ssl where a path is given."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Ignore it."""
        if call.pop("ssl", None) is not None:
            call.pop("server_hostname", None)


@mutant(breaks="unix_sockets.connection.tls_empty_server_hostname", says="raised ValueError")
class EmptyNameIsMissing(Client):
    """Looks at the truth of server_hostname where None is meant."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Look."""
        if call.get("ssl") and not call.get("server_hostname"):
            raise ValueError("server_hostname is needed with ssl")


@mutant(
    breaks="unix_sockets.connection.half_close", says="expected the end of the stream, and b'late'"
)
class WriteEofCloses(Client):
    """Closes the whole connection in write_eof()."""

    def furnish(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Replace one by the other."""
        transport.write_eof = transport.close


@mutant(breaks="unix_sockets.connection.half_close", says="brought the other end no end")
class WriteEofDoesNothing(Client):
    """Ends streams of TCP alone."""

    def furnish(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Do nothing."""
        transport.write_eof = lambda: None


@mutant(breaks="unix_sockets.connection.peer_close", says="expected None")
class EndOfStreamIsAnError(Client):
    """Takes the end of the stream for a reset."""

    def furnish(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Report one."""
        lost = protocol.connection_lost
        protocol.connection_lost = lambda exc: lost(exc or ConnectionResetError())


@mutant(
    breaks="unix_sockets.connection.peer_close",
    says="expected connection_made, eof_received, connection_lost",
)
class TellsNoEnd(Client):
    """Loses the connection without eof_received()."""

    def furnish(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Tell nobody."""
        protocol.eof_received = lambda: None
