"""Loops whose servers listen on the wrong addresses."""

from __future__ import annotations

import errno
import socket
from contextlib import suppress
from typing import Any

from . import mutant
from .servers_parts import Serving, become

EVERYWHERE = "expected it to listen on all interfaces and families"


def is_numeric(host: str) -> bool:
    """Whether a host is an address already."""
    with suppress(OSError):
        socket.getaddrinfo(host, 0, flags=socket.AI_NUMERICHOST)
        return True
    return False


def is_sequence(host: Any) -> bool:
    """Whether several hosts were given."""
    return isinstance(host, list | tuple)


@mutant(breaks="servers.create_server.host_name", says="gaierror")
class TakesNumbersOnly(Serving):
    """Has no resolver for servers."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Refuse names."""
        call["flags"] = call.get("flags", 0) | socket.AI_NUMERICHOST


@mutant(
    breaks="servers.create_server.host_name", says="expected addresses that the name resolves to"
)
@mutant(breaks="servers.create_server.unresolvable_host_is_gaierror", says="raised nothing")
class TakesNamesForEverywhere(Serving):
    """Listens everywhere when the host is a name."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Forget the name."""
        host = call["host"]
        if isinstance(host, str) and not is_numeric(host):
            call["host"] = None


@mutant(breaks="servers.create_server.host_ipv6", says="expected one of AF_INET6")
class KnowsIPv4Only(Serving):
    """Listens on the IPv4 loopback address when asked for the other."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Take that."""
        if call["host"] == "::1":
            call["host"] = "127.0.0.1"


@mutant(breaks="servers.create_server.host_sequence", says="['127.0.0.1', '::1'], 0) listens on [(")
@mutant(breaks="servers.create_server.host_sequence", says="('127.0.0.1', '::1'), 0) listens on [(")
class BindsTheFirstHost(Serving):
    """Binds the first of several hosts."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Forget the others."""
        if is_sequence(call["host"]):
            call["host"] = call["host"][0]


@mutant(breaks="servers.create_server.host_sequence", says="('127.0.0.1', '::1'), 0) listens on [(")
class TakesATupleForAnAddress(Serving):
    """Takes the first item of a tuple for the host."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Take it."""
        if isinstance(call["host"], tuple):
            call["host"] = call["host"][0]


@mutant(breaks="servers.create_server.host_sequence_duplicates_bound_once", says="raised OSError")
class BindsEachHost(Serving):
    """Binds each host of a list as it comes."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Fail on the second."""
        host = call["host"]
        if is_sequence(host) and len(set(host)) < len(host):
            raise OSError(errno.EADDRINUSE, "Address already in use")


@mutant(
    breaks="servers.create_server.host_sequence_duplicates_bound_once", says="expected one listener"
)
class CountsHosts(Serving):
    """Has a socket in its list for each host that was named."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Count them."""
        self.count = len(call["host"])

    def furnish(self, server: Any) -> None:
        """Show so many."""
        sockets = server.sockets * self.count
        become(server, sockets=property(lambda _: sockets))


@mutant(
    breaks="servers.create_server.host_sequence_shares_given_port",
    says="expected both hosts with that port",
)
class UsesThePortOnce(Serving):
    """Picks a port for each of several hosts."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Pick it."""
        if is_sequence(call["host"]):
            call["port"] = 0


@mutant(breaks="servers.create_server.host_none_listens_on_all_families", says=EVERYWHERE)
@mutant(breaks="servers.create_server.host_empty_listens_on_all", says=EVERYWHERE)
class StaysAtHome(Serving):
    """Resolves without AI_PASSIVE: no host means the loopback addresses."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Take those."""
        call["flags"] = 0


@mutant(
    breaks="servers.create_server.host_none_listens_on_all_families",
    says="a client that connected to ::1",
)
@mutant(
    breaks="servers.create_server.host_empty_listens_on_all", says="a client that connected to ::1"
)
class BindsTheOldFamily(Serving):
    """Listens with IPv4 when there is no host."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Restrict it."""
        if not call["host"]:
            call["family"] = socket.AF_INET


@mutant(breaks="servers.create_server.host_empty_listens_on_all", says="gaierror")
class ResolvesTheEmptyName(Serving):
    """Asks the resolver for an empty name."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Ask for one that is nobody's."""
        if call["host"] == "":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


@mutant(
    breaks="servers.create_server.unresolvable_host_is_gaierror", says="expected socket.gaierror"
)
class WrapsResolverErrors(Serving):
    """Raises an OSError of its own for what the resolver says."""

    async def create_server(self, *args: Any, **options: Any) -> Any:
        """Wrap it."""
        try:
            return await super().create_server(*args, **options)
        except socket.gaierror as error:
            raise OSError(f"no server: {error}") from error


@mutant(
    breaks="servers.create_server.port_zero_picks_free_port",
    says="expected two that the system chose",
)
class HasAPortOfItsOwn(Serving):
    """Takes a port of its own choice for port 0, the same each time."""

    chosen = 0

    def arrange(self, call: dict[str, Any]) -> None:
        """Take it."""
        call["port"], call["reuse_port"] = self.chosen, True

    def furnish(self, server: Any) -> None:
        """Choose it."""
        self.chosen = server.sockets[0].getsockname()[1]


@mutant(breaks="servers.create_server.port_none_picks_free_port", says="a port is required")
class InsistsOnAPort(Serving):
    """Raises ValueError for port None."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Insist."""
        if call["host"] is not None and call["port"] is None:
            raise ValueError("a port is required")


@mutant(breaks="servers.create_server.port_as_string", says="bound TypeError(")
class TakesIntegersOnly(Serving):
    """Raises TypeError for a string as port."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Refuse it."""
        if isinstance(call["port"], str):
            raise TypeError("an integer is required")


@mutant(breaks="servers.create_server.ipv6_socket_is_v6only", says="expected it on")
@mutant(breaks="servers.create_server.dual_stack_same_port", says="expected both to share the port")
class TakesBothFamiliesWithOneSocket(Serving):
    """Listens on '::' with a socket that takes IPv4 as well."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Make it."""
        if call["host"] != "::":
            return
        sock = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        try:
            sock.bind(("::", call["port"]))
        except OSError:
            sock.close()
            raise
        call.update(host=None, port=None, sock=sock)


@mutant(breaks="servers.create_server.family_restricts", says="alone")
class IgnoresTheFamily(Serving):
    """Listens with every family."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Forget it."""
        call.pop("family", None)


@mutant(breaks="servers.create_server.address_in_use_is_oserror", says="expected EADDRINUSE")
class LosesTheNumber(Serving):
    """Raises an OSError without errno."""

    async def create_server(self, *args: Any, **options: Any) -> Any:
        """Lose it."""
        try:
            return await super().create_server(*args, **options)
        except OSError as error:
            raise OSError(f"no server: {error}") from error


@mutant(
    breaks="servers.create_server.partial_bind_failure_releases_all",
    says="expected its listener to be closed",
)
class LeavesTheFirstListener(Serving):
    """Leaves the first listener open when the second can't be made."""

    left: socket.socket | None = None

    async def create_server(
        self, protocol_factory: Any, host: Any = None, port: Any = None, **options: Any
    ) -> Any:
        """Leave it."""
        try:
            return await super().create_server(protocol_factory, host, port, **options)
        except OSError:
            if is_sequence(host):
                self.left = socket.create_server((host[0], port), family=socket.AF_INET6)
            raise

    def close(self) -> None:
        """Let it go."""
        if self.left is not None:
            self.left.close()
        super().close()
