"""Loops that treat a socket given to create_connection() wrongly."""

from __future__ import annotations

import errno
import os
import socket
from contextlib import suppress
from typing import Any

from tests.mutants import SoundLoop, mutant
from tests.mutants.tls_calls import Spoiled


class GivenSocket(Spoiled):
    """No mutant itself: shows each given socket to its heirs, before and after the call."""

    def replaced(self, sock: socket.socket) -> socket.socket:
        """The socket to use in its place."""
        return sock

    def taken_over(self, sock: socket.socket) -> None:
        """Do something when the call has succeeded."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Put the other socket in its place."""
        if call.get("sock") is not None:
            call["sock"] = self.replaced(call["sock"])

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Make the connection and show the socket once more."""
        pair = await super().create_connection(*args, **options)
        if options.get("sock") is not None:
            self.taken_over(options["sock"])
        return pair


@mutant(breaks="create_connection.sock.exchanges_data", says="expected both to arrive")
@mutant(breaks="create_connection.sock.is_the_transport_socket", says="expected the socket's own")
@mutant(
    breaks="create_connection.sock.keeps_socket_options", says="is off on the transport's socket"
)
class ConnectsAgain(GivenSocket):
    """Connects to the peer of the given socket instead of using it."""

    def replaced(self, sock: socket.socket) -> socket.socket:
        """Connect."""
        return socket.create_connection(sock.getpeername()[:2])


@mutant(breaks="create_connection.sock.is_the_transport_socket", says="expected the socket's own")
@mutant(
    breaks="create_connection.sock.ownership_close_reaches_peer",
    says="expected the end of the stream",
)
@mutant(
    breaks="create_connection.sock.ownership_object_is_closed",
    says="expected it to be closed, with fileno() -1",
)
class WorksOnADuplicate(GivenSocket):
    """Duplicates the descriptor and leaves the caller's open."""

    def replaced(self, sock: socket.socket) -> socket.socket:
        """Duplicate it."""
        return sock.dup()


@mutant(
    breaks="create_connection.sock.ownership_object_is_closed",
    says="expected it to be closed, with fileno() -1",
)
@mutant(breaks="create_connection.sock.not_closed_while_transport_open", says="expected b'alive'")
class HoldsOnlyTheNumber(GivenSocket):
    """Keeps the descriptor's number and lets go of the object."""

    def replaced(self, sock: socket.socket) -> socket.socket:
        """Have an object of its own with the same descriptor."""
        return socket.socket(fileno=sock.fileno())


@mutant(
    breaks="create_connection.sock.blocking_socket_becomes_nonblocking",
    says="(sock=a blocking socket) raised ValueError",
)
class RefusesBlockingSockets(GivenSocket):
    """Leaves it to the caller to make a socket non-blocking."""

    def replaced(self, sock: socket.socket) -> socket.socket:
        """Insist."""
        if sock.getblocking():
            raise ValueError("the socket must be non-blocking")
        return sock


@mutant(
    breaks="create_connection.sock.blocking_socket_becomes_nonblocking",
    says="expected it to be non-blocking",
)
class LeavesTheDescriptorBlocking(GivenSocket):
    """Makes only the object non-blocking."""

    def taken_over(self, sock: socket.socket) -> None:
        """Undo it for the descriptor."""
        os.set_blocking(sock.fileno(), True)


@mutant(
    breaks="create_connection.sock.timeout_socket_accepted",
    says="(sock=a socket with a timeout) raised ValueError",
)
class RefusesTimeouts(GivenSocket):
    """Has no place for a socket's own timeout."""

    def replaced(self, sock: socket.socket) -> socket.socket:
        """Insist."""
        if sock.gettimeout():
            raise ValueError("the socket must not have a timeout")
        return sock


@mutant(breaks="create_connection.sock.timeout_socket_accepted", says="expected b'data' and 0")
class KeepsTheTimeout(GivenSocket):
    """Blocks for as long as the caller's timeout says."""

    def taken_over(self, sock: socket.socket) -> None:
        """Set it again."""
        sock.settimeout(3)


@mutant(
    breaks="create_connection.sock.af_unix_stream_accepted",
    says="(sock=one end of a Unix socketpair) raised ValueError",
)
class InsistsOnTheInternet(GivenSocket):
    """Takes Internet sockets alone."""

    def replaced(self, sock: socket.socket) -> socket.socket:
        """Insist."""
        if sock.family not in (socket.AF_INET, socket.AF_INET6):
            raise ValueError(f"an Internet socket was expected, got {sock!r}")
        return sock


@mutant(
    breaks="create_connection.sock.af_unix_stream_accepted",
    says="(sock=one end of a Unix socketpair) raised OSError",
)
class SetsTcpOptionsOnAnySocket(GivenSocket):
    """Takes every socket for TCP."""

    def replaced(self, sock: socket.socket) -> socket.socket:
        """Set an option that others don't have."""
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock


@mutant(
    breaks="create_connection.sock.ipv6_accepted", says="(sock=an IPv6 socket) raised ValueError"
)
class TakesAddressesApart(GivenSocket):
    """Expects two items of an address."""

    def replaced(self, sock: socket.socket) -> socket.socket:
        """Take it apart."""
        if sock.family != socket.AF_UNIX:
            _host, _port = sock.getpeername()
        return sock


@mutant(breaks="create_connection.sock.pending_input_is_delivered", says="expected b'early'")
class MissesWhatIsThere(GivenSocket):
    """Hears only of bytes that come later."""

    def replaced(self, sock: socket.socket) -> socket.socket:
        """Lose the earlier ones."""
        sock.setblocking(False)
        with suppress(BlockingIOError):
            sock.recv(65536)
        return sock


@mutant(
    breaks="create_connection.sock.keeps_socket_options", says="is off on the transport's socket"
)
class ResetsOptions(GivenSocket):
    """Sets every socket's options to the loop's own."""

    def taken_over(self, sock: socket.socket) -> None:
        """Reset one."""
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 0)


@mutant(
    breaks="create_connection.sock.second_transport_is_runtimeerror",
    says="raised nothing; expected RuntimeError",
    since=(3, 12),
)
class RegistersTwice(GivenSocket):
    """Watches a descriptor for two transports."""

    seen: int | None = None

    def replaced(self, sock: socket.socket) -> socket.socket:
        """Give the second one a descriptor that the sound loop takes."""
        if sock.fileno() == self.seen:
            return sock.dup()
        self.seen = sock.fileno()
        return sock


@mutant(
    breaks="create_connection.sock.second_transport_is_runtimeerror",
    says="raised FileExistsError",
    since=(3, 12),
)
class LetsTheSelectorComplain(GivenSocket):
    """Raises what registering the descriptor raises."""

    seen: int | None = None

    def replaced(self, sock: socket.socket) -> socket.socket:
        """Complain."""
        if sock.fileno() == self.seen:
            raise FileExistsError(errno.EEXIST, "File exists")
        self.seen = sock.fileno()
        return sock


@mutant(
    breaks="create_connection.sock.second_transport_leaves_first_working",
    says="on the first transport brought the peer b''; expected b'data'",
    since=(3, 12),
)
class ClosesTheTakenSocket(GivenSocket):
    """Closes the socket of a call that fails, whoever has it."""

    sock: socket.socket | None = None

    def replaced(self, sock: socket.socket) -> socket.socket:
        """Keep it in mind."""
        self.sock = sock
        return sock

    def failed(self, error: Exception, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Close it."""
        if self.sock is not None and isinstance(error, RuntimeError):
            self.sock.close()


@mutant(breaks="create_connection.sock.ssl_over_given_socket", says="expected the same bytes")
class IgnoresTlsOverASocket(SoundLoop):
    """Never gets to ssl when sock is given."""

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Forget ssl."""
        if options.get("sock") is not None:
            options = {"sock": options["sock"]}
        return await super().create_connection(*args, **options)
