"""Loops whose datagram endpoints have other addresses than they were given, or other sockets."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import socket
from typing import Any

from tests.mutants import mutant
from tests.mutants.datagrams_parts import Spoiled, Wrapper, after_turns


@mutant(breaks="datagrams.endpoint.returns_pair_after_connection_made", says="had been called []")
class ReturnsBeforeConnectionMade(Spoiled):
    """Queues connection_made() and returns."""

    def adopt(self, protocol: Any) -> None:
        """Call it some turns late."""
        made = protocol.connection_made
        protocol.connection_made = lambda transport: after_turns(3, lambda: made(transport))


@mutant(
    breaks="datagrams.endpoint.returns_pair_after_connection_made",
    says="expected the same transport",
)
@mutant(
    breaks="datagrams.endpoint.transport_type",
    says="expected asyncio.DatagramTransport among them",
    since=(3, 12),
)
class ReturnsAWrapper(Spoiled):
    """Hands out an object of another class than connection_made() got."""

    def fit(self, transport: Any) -> Any:
        """Wrap it."""
        return Wrapper(transport)


@mutant(breaks="datagrams.endpoint.returns_pair_after_connection_made", says="the factory made")
class CallsTheFactoryTwice(Spoiled):
    """Returns a protocol that nobody calls."""

    async def create_datagram_endpoint(self, *args: Any, **options: Any) -> Any:
        """Make another one."""
        transport, _ = await super().create_datagram_endpoint(*args, **options)
        return transport, asyncio.DatagramProtocol()


@mutant(breaks="datagrams.endpoint.local_addr", says="expected [(b'hello', ('127.0.0.1'")
class SwapsDataAndAddress(Spoiled):
    """Calls datagram_received(address, data)."""

    def adopt(self, protocol: Any) -> None:
        """Swap them."""
        received = protocol.datagram_received
        protocol.datagram_received = lambda data, address: received(address, data)


@mutant(breaks="datagrams.endpoint.local_addr", says="with []; expected")
@mutant(breaks="datagrams.endpoint.local_and_remote", says="expected the question from local_addr")
class BindsAnywhere(Spoiled):
    """Lets the system choose the port, whatever local_addr says."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Forget the port."""
        if call.get("local_addr"):
            call["local_addr"] = (call["local_addr"][0], 0)


@mutant(breaks="datagrams.endpoint.local_and_remote", says="expected the question from local_addr")
class ConnectsWithoutBinding(Spoiled):
    """Ignores local_addr when remote_addr is given."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Forget it."""
        if call.get("remote_addr"):
            call.pop("local_addr", None)


@mutant(breaks="datagrams.endpoint.remote_addr", says="expected it to be sent")
@mutant(breaks="datagrams.endpoint.connected_sock", says="expected it to be sent")
class InsistsOnAnAddress(Spoiled):
    """Requires an address in sendto()."""

    def fit(self, transport: Any) -> Any:
        """Refuse None."""
        sendto = transport.sendto

        def with_address(data: Any, address: Any = None) -> None:
            if address is None:
                raise ValueError("sendto() needs an address")
            sendto(data, address)

        transport.sendto = with_address
        return transport


@mutant(breaks="datagrams.endpoint.remote_addr", says="expected the remote address")
@mutant(breaks="datagrams.endpoint.connected_sock", says="expected its peer")
@mutant(breaks="datagrams.extra_info.keys", says="connected is None; expected ('127.0.0.1'")
class KnowsNoPeername(Spoiled):
    """Forgets to fill in "peername"."""

    def fit(self, transport: Any) -> Any:
        """Answer None."""
        known = transport.get_extra_info
        transport.get_extra_info = lambda name, default=None: (
            default if name == "peername" else known(name, default)
        )
        return transport


@mutant(breaks="datagrams.endpoint.remote_addr", says="arrived as []")
class SendsOnly(Spoiled):
    """Does not read from an endpoint with a remote address."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Remember which."""
        self.is_connected = bool(call.get("remote_addr"))

    def adopt(self, protocol: Any) -> None:
        """Drop what comes."""
        if self.is_connected:
            protocol.datagram_received = lambda *_: None


@mutant(
    breaks="datagrams.endpoint.remote_addr_filters_other_senders",
    says="expected the peer's datagram alone",
)
class LeavesTheSocketUnconnected(Spoiled):
    """Keeps remote_addr for sendto() alone."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Bind instead."""
        self.remote = call.pop("remote_addr", None)
        call.setdefault("local_addr", ("127.0.0.1", 0))

    def fit(self, transport: Any) -> Any:
        """Send there."""
        sendto, remote = transport.sendto, self.remote
        transport.sendto = lambda data, address=None: sendto(data, address or remote)
        return transport


@mutant(breaks="datagrams.endpoint.names_are_resolved", says="raised ValueError")
class NumericOnly(Spoiled):
    """Takes numeric hosts alone."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Insist."""
        for address in (call.get("local_addr"), call.get("remote_addr")):
            if address:
                ipaddress.ip_address(address[0])


@mutant(breaks="datagrams.endpoint.ipv6", says="the answer of an IPv6 peer arrived as")
class TruncatesAddresses(Spoiled):
    """Knows addresses of two items."""

    def adopt(self, protocol: Any) -> None:
        """Cut them."""
        received = protocol.datagram_received
        protocol.datagram_received = lambda data, address: received(data, address[:2])


@mutant(breaks="datagrams.endpoint.ipv6", says="raised ValueError")
class KnowsIpv4Only(Spoiled):
    """Has a family of its own liking."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Refuse others."""
        if any(":" in str(call.get(name)) for name in ("local_addr", "remote_addr")):
            raise ValueError("no such family")


@mutant(breaks="datagrams.endpoint.family_only", says="raised ValueError")
class InsistsOnSomeAddress(Spoiled):
    """Raises ValueError although a family is given."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Look for addresses alone."""
        if not any(call.get(name) for name in ("local_addr", "remote_addr", "sock")):
            raise ValueError("no address")


@mutant(breaks="datagrams.endpoint.family_only", says="expected b'answer'")
class ReadsWhereItIsBoundOnly(Spoiled):
    """Begins to read where the caller bound the socket."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Remember whether it did."""
        self.is_bound = any(call.get(name) for name in ("local_addr", "remote_addr", "sock"))

    def adopt(self, protocol: Any) -> None:
        """Drop what comes."""
        if not self.is_bound:
            protocol.datagram_received = lambda *_: None


@mutant(breaks="datagrams.endpoint.sock", says="expected [b'question']")
class MakesItsOwnSocket(Spoiled):
    """Makes the given socket anew."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Bind another to the same host."""
        if call.get("sock"):
            host = call.pop("sock").getsockname()[0]
            call["local_addr"] = (host, 0)


@mutant(breaks="datagrams.endpoint.sock", says="expected it to be non-blocking")
class LeavesItBlocking(Spoiled):
    """Uses the socket as it came."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Remember it."""
        self.given = call.get("sock")

    def fit(self, transport: Any) -> Any:
        """Undo it for the descriptor."""
        if self.given:
            os.set_blocking(self.given.fileno(), True)
        return transport


@mutant(breaks="datagrams.endpoint.sock_ownership", says="expected the socket to be closed")
class WorksOnADuplicate(Spoiled):
    """Duplicates the descriptor and leaves the caller's open."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Duplicate it."""
        if call.get("sock"):
            call["sock"] = call["sock"].dup()


@mutant(breaks="datagrams.endpoint.unix_path", says="raised TypeError")
class InsistsOnHostAndPort(Spoiled):
    """Takes every address for host and port."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Insist."""
        if isinstance(call.get("local_addr"), str):
            raise TypeError("expected host and port")


@mutant(breaks="datagrams.endpoint.unix_path", says="arrived as [(b'question', None)]")
class LosesTheSendersPath(Spoiled):
    """Looks for a host in the sender's address."""

    def adopt(self, protocol: Any) -> None:
        """Lose paths."""
        received = protocol.datagram_received
        protocol.datagram_received = lambda data, address: received(
            data, None if isinstance(address, str) else address
        )


@mutant(breaks="datagrams.endpoint.unix_socketpair", says="raised ValueError")
class RefusesUnixSockets(Spoiled):
    """Takes Internet sockets alone."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Insist."""
        if call.get("sock") and call["sock"].family == socket.AF_UNIX:
            raise ValueError("an Internet socket was expected")


@mutant(breaks="datagrams.endpoint.unix_socketpair", says="expected [b'hello']")
class SkipsTheNameless(Spoiled):
    """Drops datagrams whose sender has no address."""

    def adopt(self, protocol: Any) -> None:
        """Drop them."""
        received = protocol.datagram_received
        protocol.datagram_received = lambda data, address: address and received(data, address)
