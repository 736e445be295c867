"""Mutants of create_connection(): host, port, family, flags and proto."""

from __future__ import annotations

import socket
from typing import Any

from . import SoundLoop, mutant
from .connects import Connecting, Factory, is_numeric


@mutant(breaks="create_connection.host.ipv4_literal", says="expected AF_INET and SOCK_STREAM")
class MappingLoop(Connecting):
    """Uses IPv6 sockets only, with mapped addresses."""

    async def _connect(
        self, factory: Factory, host: Any = None, port: Any = None, **options: Any
    ) -> Any:
        if isinstance(host, str) and is_numeric(host) and ":" not in host:
            host = f"::ffff:{host}"
        return await super()._connect(factory, host, port, **options)


@mutant(breaks="create_connection.host.ipv4_literal", says="of a new connection is None")
@mutant(breaks="create_connection.host.ipv6_literal", says="of a new connection is None")
@mutant(breaks="create_connection.family.selects_address", says="of a new connection is None")
class HiddenSocketLoop(Connecting):
    """Does not expose the socket of a connection."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        transport, protocol = await super()._connect(*args, **options)
        told = transport.get_extra_info
        transport.get_extra_info = lambda name, *default: (
            None if name == "socket" else told(name, *default)
        )
        return transport, protocol


@mutant(breaks="create_connection.host.ipv6_literal", says="expected the listener's four items")
class TwoItemsLoop(Connecting):
    """Cuts an IPv6 address down to two items."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        transport, protocol = await super()._connect(*args, **options)
        peername = transport.get_extra_info("peername")[:2]
        told = transport.get_extra_info
        transport.get_extra_info = lambda name, *default: (
            peername if name == "peername" else told(name, *default)
        )
        return transport, protocol


@mutant(
    breaks="create_connection.host.ipv6_literal",
    says="create_connection(host='::1') raised ValueError",
)
class ColonLoop(Connecting):
    """Takes what follows a colon in the host for the port."""

    async def _connect(self, factory: Factory, host: Any = None, *args: Any, **options: Any) -> Any:
        if isinstance(host, str) and ":" in host:
            host, _ = host.split(":")
        return await super()._connect(factory, host, *args, **options)


@mutant(
    breaks="create_connection.host.name_is_resolved",
    says="create_connection(host='localhost') raised gaierror",
)
class NumbersOnlyLoop(Connecting):
    """Connects numeric hosts only."""

    async def _connect(self, factory: Factory, host: Any = None, *args: Any, **options: Any) -> Any:
        if host is not None and not is_numeric(host):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return await super()._connect(factory, host, *args, **options)


@mutant(
    breaks="create_connection.host.bytes",
    says="create_connection(host=b'127.0.0.1') raised AttributeError",
)
class StringsOnlyLoop(Connecting):
    """Calls methods of str on the host."""

    async def _connect(self, factory: Factory, host: Any = None, *args: Any, **options: Any) -> Any:
        if host is not None:
            host.encode("idna")
        return await super()._connect(factory, host, *args, **options)


@mutant(
    breaks="create_connection.host.none_with_port_means_loopback",
    says="create_connection(host=None, port=port) raised ValueError",
)
class HostNeededLoop(Connecting):
    """Takes a host of None for no address at all."""

    async def _connect(self, factory: Factory, host: Any = None, *args: Any, **options: Any) -> Any:
        if host is None and options.get("sock") is None:
            raise ValueError("host and port was not specified and no sock specified")
        return await super()._connect(factory, host, *args, **options)


@mutant(breaks="create_connection.port.decimal_string", says="raised TypeError")
class NumberNeededLoop(Connecting):
    """Connects a numeric host at once, with the port as it was given."""

    async def _connect(
        self, factory: Factory, host: Any = None, port: Any = None, **options: Any
    ) -> Any:
        if is_numeric(host) and isinstance(port, str) and port.isdecimal():
            with socket.socket() as sock:
                sock.connect_ex((host, port))
        return await super()._connect(factory, host, port, **options)


@mutant(breaks="create_connection.port.service_name", says="raised ValueError")
@mutant(
    breaks="create_connection.port.unknown_service_is_gaierror",
    says="raised ValueError(\"invalid literal for int() with base 10: 'no-such-service-x'\")",
)
@mutant(breaks="create_connection.flags.numericserv", says="expected gaierror")
class NumericPortLoop(Connecting):
    """Makes the port a number, whatever it is."""

    async def _connect(
        self, factory: Factory, host: Any = None, port: Any = None, **options: Any
    ) -> Any:
        number = None if port is None else int(port)
        return await super()._connect(factory, host, number, **options)


@mutant(breaks="create_connection.family.selects_address", says="expected AF_INET")
class FamilyNeedsHostLoop(Connecting):
    """Loses the family when the host is None."""

    async def _connect(self, factory: Factory, host: Any = None, *args: Any, **options: Any) -> Any:
        if host is None:
            options.pop("family", None)
        return await super()._connect(factory, host, *args, **options)


@mutant(
    breaks="create_connection.family.literal_mismatch_fails",
    says="family=AF_INET6) raised nothing; expected OSError",
)
class OwnFamilyLoop(Connecting):
    """Finds the family of numeric hosts by itself, and drops the one asked for."""

    async def _connect(self, factory: Factory, host: Any = None, *args: Any, **options: Any) -> Any:
        if is_numeric(host):
            options.pop("family", None)
        return await super()._connect(factory, host, *args, **options)


@mutant(
    breaks="create_connection.family.no_fallback_to_other_family",
    says="only IPv4 listening, raised nothing",
)
class FallbackLoop(Connecting):
    """Tries again with any family when the one asked for has failed."""

    async def _connect(self, factory: Factory, host: Any = None, *args: Any, **options: Any) -> Any:
        try:
            return await super()._connect(factory, host, *args, **options)
        except OSError:
            if host is None and options.pop("family", 0):
                return await super()._connect(factory, host, *args, **options)
            raise


@mutant(
    breaks="create_connection.family.no_fallback_to_other_family",
    says="tried the IPv4 address; expected no attempt there",
)
class KnockingLoop(Connecting):
    """Tries the other family too when the one asked for has failed, and gives it up."""

    async def _connect(
        self, factory: Factory, host: Any = None, port: Any = None, **options: Any
    ) -> Any:
        try:
            return await super()._connect(factory, host, port, **options)
        except OSError:
            if host is None and options.get("family"):
                with socket.socket() as sock:
                    sock.connect_ex(("127.0.0.1", port))
            raise


@mutant(
    breaks="create_connection.flags.reach_the_resolver",
    says="flags=AI_NUMERICHOST) raised nothing; expected gaierror",
)
@mutant(
    breaks="create_connection.resolve.goes_through_loop_getaddrinfo",
    says="expected one question for",
)
class NoFlagsLoop(Connecting):
    """Accepts flags, and forgets them."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        options.pop("flags", None)
        return await super()._connect(*args, **options)


@mutant(breaks="create_connection.flags.numericserv", says="raised nothing; expected gaierror")
class NoFlagsForNumbersLoop(Connecting):
    """Forgets the flags when the host is numeric."""

    async def _connect(self, factory: Factory, host: Any = None, *args: Any, **options: Any) -> Any:
        if is_numeric(host):
            options.pop("flags", None)
        return await super()._connect(factory, host, *args, **options)


@mutant(breaks="create_connection.proto.tcp", says="gave a socket whose proto is 0")
class ProtoZeroLoop(SoundLoop):
    """Creates each socket with the default proto."""

    async def getaddrinfo(self, *args: Any, **options: Any) -> Any:
        """Lose the proto of the answers."""
        infos = await super().getaddrinfo(*args, **options)
        return [(family, kind, 0, name, address) for family, kind, _, name, address in infos]


@mutant(
    breaks="create_connection.proto.contradicting_stream_is_gaierror",
    says="proto=IPPROTO_UDP) raised nothing; expected gaierror",
)
class NoProtoLoop(Connecting):
    """Accepts a proto, and forgets it."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        options.pop("proto", None)
        return await super()._connect(*args, **options)
