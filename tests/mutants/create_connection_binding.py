"""Loops that bind create_connection()'s sockets wrongly, or set them up wrongly."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from typing import Any

from tests.mutants import SoundLoop, mutant
from tests.mutants.connects import is_numeric
from tests.mutants.tls_calls import Spoiled

NOTHING = "raised nothing; expected OSError"


@mutant(breaks="create_connection.local_addr.binds_host_and_port", says="for both")
class BindsTheHostOnly(Spoiled):
    """Leaves the local port to the system."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Forget the port."""
        if "local_addr" in call:
            call["local_addr"] = (call["local_addr"][0], 0)


@mutant(breaks="create_connection.local_addr.binds_host_and_port", says="for both")
@mutant(breaks="create_connection.local_addr.port_zero_is_ephemeral", says="came from 127.0.0.1,")
@mutant(breaks="create_connection.local_addr.name_is_resolved", says="has sockname")
@mutant(breaks="create_connection.local_addr.in_use_is_oserror", says=NOTHING)
@mutant(breaks="create_connection.local_addr.not_local_is_oserror", says=NOTHING)
@mutant(breaks="create_connection.local_addr.restricts_remote_family", says="; expected only")
@mutant(breaks="create_connection.local_addr.no_common_family_is_oserror", says=NOTHING)
@mutant(breaks="create_connection.local_addr.second_candidate_is_tried", says="has sockname")
class IgnoresLocalAddr(Spoiled):
    """Never looks at local_addr."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Forget it."""
        call.pop("local_addr", None)


@mutant(breaks="create_connection.local_addr.port_zero_is_ephemeral", says="came from 127.0.0.1,")
class SkipsBindingToPortZero(Spoiled):
    """Takes a local port of 0 for no local address."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Forget it."""
        if call.get("local_addr", ("", 1))[1] == 0:
            del call["local_addr"]


@mutant(breaks="create_connection.local_addr.name_is_resolved", says="raised ValueError")
class WantsNumericLocalHosts(Spoiled):
    """Resolves only the other end's name."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Insist."""
        if not is_numeric(call.get("local_addr", ("::", 0))[0]):
            raise ValueError("the local host must be an address")


@mutant(breaks="create_connection.local_addr.in_use_is_oserror", says=NOTHING)
@mutant(breaks="create_connection.local_addr.not_local_is_oserror", says=NOTHING)
@mutant(breaks="create_connection.local_addr.no_common_family_is_oserror", says=NOTHING)
class ConnectsUnbound(SoundLoop):
    """Goes on without a local address when there is trouble with it."""

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Try again without."""
        try:
            return await super().create_connection(*args, **options)
        except OSError:
            if options.pop("local_addr", None) is None:
                raise
            return await super().create_connection(*args, **options)


@mutant(breaks="create_connection.local_addr.in_use_is_oserror", says="are (None, True)")
@mutant(breaks="create_connection.local_addr.not_local_is_oserror", says="expected errno")
class LosesTheErrno(Spoiled):
    """Makes its own error, of words alone."""

    def failed(self, error: Exception, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Make it."""
        if isinstance(error, OSError):
            raise OSError(f"could not bind: {error}") from error


@mutant(breaks="create_connection.local_addr.restricts_remote_family", says="raised OSError")
class BindsAcrossFamilies(Spoiled):
    """Binds the first socket to the local address, of whatever family they are."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Fail as such a bind() does."""
        if "local_addr" in call and call.get("host") is None:
            raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")


@mutant(breaks="create_connection.local_addr.second_candidate_is_tried", says="raised OSError")
class BindsTheFirstCandidate(SoundLoop):
    """Tries one local address alone."""

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Resolve and choose."""
        if "local_addr" in options:
            infos = await self.getaddrinfo(*options["local_addr"], type=socket.SOCK_STREAM)
            options["local_addr"] = infos[0][4][:2]
        return await super().create_connection(*args, **options)


class Connected(SoundLoop):
    """No mutant itself: shows the socket of each new connection to its heirs."""

    def spoil(self, sock: Any, options: dict[str, Any]) -> None:
        """Change something about the socket."""

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Connect and spoil it."""
        transport, protocol = await super().create_connection(*args, **options)
        self.spoil(transport.get_extra_info("socket"), options)
        return transport, protocol


def delay(sock: Any) -> None:
    """Switch TCP_NODELAY off."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 0)


@mutant(breaks="create_connection.tcp.nodelay_is_set", says="new connection is 0; expected it")
class NeverSetsNodelay(Connected):
    """Leaves TCP_NODELAY as the system has it."""

    def spoil(self, sock: Any, options: dict[str, Any]) -> None:
        """Switch it off where the loop opened a plain IPv4 connection."""
        if not options and sock.family == socket.AF_INET:
            delay(sock)


@mutant(breaks="create_connection.tcp.nodelay_is_set_ipv6", says="new IPv6 connection is 0")
class SetsNodelayOnIPv4(Connected):
    """Compares the family with AF_INET alone."""

    def spoil(self, sock: Any, options: dict[str, Any]) -> None:  # noqa: ARG002 - the base's form
        """Switch it off on others."""
        if sock.family == socket.AF_INET6:
            delay(sock)


@mutant(
    breaks="create_connection.tcp.nodelay_is_set_for_given_sock", says="(sock=a TCP socket) is 0"
)
class SetsNodelayOnOwnSockets(Connected):
    """Sets options where it creates a socket."""

    def spoil(self, sock: Any, options: dict[str, Any]) -> None:
        """Switch it off on given ones."""
        if "sock" in options and sock.family != socket.AF_UNIX:
            delay(sock)


@mutant(breaks="create_connection.tcp.nodelay_is_set_under_tls", says="new TLS connection is 0")
class SetsNodelayOnPlainTransports(Connected):
    """Has the plain transport set options."""

    def spoil(self, sock: Any, options: dict[str, Any]) -> None:
        """Switch it off under TLS."""
        if options.get("ssl"):
            delay(sock)


@mutant(breaks="create_connection.tcp.descriptor_not_inheritable", says="is True; expected False")
class ForgetsCloseOnExec(Connected):
    """Creates sockets without close-on-exec."""

    def spoil(self, sock: Any, options: dict[str, Any]) -> None:  # noqa: ARG002 - the base's form
        """Make it inheritable."""
        os.set_inheritable(sock.fileno(), True)


@mutant(breaks="create_connection.tcp.socket_reports_nonblocking", says="expected (0, False)")
class ShowsABlockingSocket(Connected):
    """Leaves the descriptor blocking and waits for readiness before each call."""

    def spoil(self, sock: Any, options: dict[str, Any]) -> None:  # noqa: ARG002 - the base's form
        """Make it blocking."""
        os.set_blocking(sock.fileno(), True)


class WithoutInfo:
    """A transport that knows nothing about itself yet."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self.transport = transport

    def __getattr__(self, name: str) -> Any:
        return getattr(self.transport, name)

    def get_extra_info(self, name: str, default: Any = None) -> Any:  # noqa: ARG002 - as it is
        """Know nothing."""
        return default


@mutant(
    breaks="create_connection.extra_info.available_in_connection_made",
    says="inside connection_made(), get_extra_info() gave",
)
class FillsExtraInfoLater(Spoiled):
    """Fills the extra info when connection_made() is over."""

    def adopt(self, protocol: Any) -> None:
        """Hide it from connection_made()."""
        made = protocol.connection_made
        protocol.connection_made = lambda transport: made(WithoutInfo(transport))
