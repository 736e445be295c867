"""Loops that treat options of create_datagram_endpoint() wrongly, or what must be refused."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import suppress
from typing import Any

from tests.mutants import SoundLoop, mutant
from tests.mutants.datagrams_parts import Spoiled


@mutant(breaks="datagrams.endpoint.reuse_port", says="SO_REUSEPORT is off")
class IgnoresReusePort(Spoiled):
    """Accepts reuse_port and forgets it."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Forget it."""
        call.pop("reuse_port", None)


@mutant(breaks="datagrams.endpoint.reuse_port", says="raised OSError")
class SetsReusePortAfterTheBind(Spoiled):
    """Sets the option once the socket is bound."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Forget it for now."""
        self.wanted = call.pop("reuse_port", None)

    def fit(self, transport: Any) -> Any:
        """Set it."""
        if self.wanted:
            sock = transport.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        return transport


@mutant(breaks="datagrams.endpoint.no_address_sharing_by_default", says="SO_REUSEADDR is on")
class SetsReuseAddress(Spoiled):
    """Treats datagram sockets as listeners."""

    def fit(self, transport: Any) -> Any:
        """Set the option."""
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return transport


@mutant(
    breaks="datagrams.endpoint.no_address_sharing_by_default",
    says="raised nothing; expected OSError",
)
class SharesAddresses(Spoiled):
    """Sets SO_REUSEPORT, wanted or not."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Set it."""
        if call.get("local_addr"):
            call["reuse_port"] = True


@mutant(breaks="datagrams.endpoint.allow_broadcast", says="expected it to be on")
class IgnoresAllowBroadcast(Spoiled):
    """Accepts allow_broadcast and forgets it."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Forget it."""
        call.pop("allow_broadcast", None)


@mutant(breaks="datagrams.endpoint.allow_broadcast", says="expected it to be off")
class AllowsBroadcast(Spoiled):
    """Lets everybody broadcast."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Turn it on."""
        if not call.get("sock"):
            call["allow_broadcast"] = True


@mutant(breaks="datagrams.endpoint.allow_broadcast_with_remote_addr", says="expected [b'hello']")
class ForgetsWhereToBroadcast(Spoiled):
    """Does not connect what may broadcast, and keeps no address."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Forget it."""
        if call.get("allow_broadcast") and call.pop("remote_addr", None):
            call["local_addr"] = ("127.0.0.1", 0)


@mutant(breaks="datagrams.endpoint.failure_leaks_nothing", says="expected no growth")
class LeaksTheSocket(Spoiled):
    """Leaves the socket open whose bind() failed."""

    async def create_datagram_endpoint(self, *args: Any, **options: Any) -> Any:
        """Leave one."""
        descriptor = os.dup(0)
        result = await super().create_datagram_endpoint(*args, **options)
        os.close(descriptor)
        return result


@mutant(breaks="datagrams.endpoint.failure_leaks_nothing", says="called the protocol factory 5")
class MakesTheProtocolFirst(Spoiled):
    """Calls the factory before there is a socket."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Call it."""
        protocol = call["factory"]()
        call["factory"] = lambda: protocol


@mutant(
    breaks="datagrams.endpoint.factory_error_propagates",
    says="raised nothing; expected ZeroDivisionError",
)
class SwallowsFactoryErrors(Spoiled):
    """Goes on with a protocol of its own."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Swallow them."""
        factory = call["factory"]

        def harmless() -> Any:
            with suppress(ZeroDivisionError):
                return factory()
            return asyncio.DatagramProtocol()

        call["factory"] = harmless


@mutant(
    breaks="datagrams.args.no_address_no_family_is_valueerror",
    says="raised nothing; expected ValueError",
)
class DefaultsToIpv4(Spoiled):
    """Chooses a family when nobody did."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Choose."""
        if set(call) == {"factory"}:
            call["family"] = socket.AF_INET


@mutant(
    breaks="datagrams.args.stream_sock_is_valueerror", says="raised nothing; expected ValueError"
)
class TakesAnySocket(Spoiled):
    """Asks no socket for its type."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Take it for a datagram socket."""
        if call.get("sock") and call["sock"].type == socket.SOCK_STREAM:
            call["sock"] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


@mutant(
    breaks="datagrams.args.sock_with_local_addr_is_valueerror",
    says="raised nothing; expected ValueError",
)
@mutant(
    breaks="datagrams.args.sock_with_remote_addr_is_valueerror",
    says="raised nothing; expected ValueError",
)
@mutant(
    breaks="datagrams.args.sock_with_options_is_valueerror",
    says="raised nothing; expected ValueError",
)
@mutant(
    breaks="datagrams.args.sock_with_family_is_valueerror",
    says="raised nothing; expected ValueError",
)
class PrefersTheSocket(Spoiled):
    """Looks at nothing else when a socket is given."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Forget the rest."""
        if call.get("sock"):
            for name in set(call) - {"factory", "sock"}:
                del call[name]


@mutant(
    breaks="datagrams.args.sock_with_options_is_valueerror",
    says="allow_broadcast=True) raised nothing; expected ValueError",
)
class SetsOptionsOnTheCallersSocket(Spoiled):
    """Applies allow_broadcast to the given socket."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Set it."""
        if call.get("sock") and call.pop("allow_broadcast", None):
            call["sock"].setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)


@mutant(breaks="datagrams.args.address_not_a_pair_is_typeerror", says="expected TypeError")
class UnpacksCharacters(Spoiled):
    """Takes two characters for host and port."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Take them apart."""
        for name in ("local_addr", "remote_addr"):
            if isinstance(call.get(name), str) and call.get("family") != socket.AF_UNIX:
                host, port = call[name]
                call[name] = (host, port)


@mutant(breaks="datagrams.args.three_tuple_is_typeerror", says="raised nothing; expected TypeError")
class ReadsTwoItems(Spoiled):
    """Ignores the rest of an address."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Cut it."""
        for name in ("local_addr", "remote_addr"):
            if isinstance(call.get(name), tuple):
                call[name] = call[name][:2]


@mutant(
    breaks="datagrams.args.families_that_do_not_match_is_valueerror",
    says="raised nothing; expected an exception",
)
class ForgetsTheLocalAddress(Spoiled):
    """Binds only where the families match."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Forget it."""
        local, remote = call.get("local_addr"), call.get("remote_addr")
        if local and remote and (":" in local[0]) != (":" in remote[0]):
            del call["local_addr"]


@mutant(
    breaks="datagrams.args.reuse_address_is_typeerror", says="raised nothing; expected TypeError"
)
class TakesReuseAddress(SoundLoop):
    """Has the signature of Python 3.10."""

    async def create_datagram_endpoint(self, *args: Any, **options: Any) -> Any:
        """Ignore it."""
        options.pop("reuse_address", None)
        return await super().create_datagram_endpoint(*args, **options)


@mutant(breaks="datagrams.args.unix_path_must_be_str", says="raised OSError")
class HandsPathsToTheSystem(Spoiled):
    """Lets the system say what is no path."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Complain as the system might."""
        for name in ("local_addr", "remote_addr"):
            if call.get("family") == socket.AF_UNIX and isinstance(call.get(name), tuple):
                raise OSError(22, "Invalid argument")
