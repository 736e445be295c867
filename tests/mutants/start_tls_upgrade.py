"""Loops whose start_tls() does not upgrade, or not wholly, or returns the wrong thing."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

from . import SoundLoop, mutant
from .start_tls_calls import StandIn, StandInProtocol, StandInTransport, Upgrading


@mutant(breaks="start_tls.upgrade.both_sides", says="had ended before the peer made its part")
class ReturnsBeforeTheHandshake(Upgrading):
    """Starts the handshake and returns."""

    async def upgrade(self, call: dict[str, Any]) -> Any:
        """Return the plain transport meanwhile."""
        self.handshake = self.create_task(super().upgrade(call))
        await asyncio.sleep(0)
        return call["transport"]


@mutant(breaks="start_tls.upgrade.both_sides", says="had ended before the peer made its part")
@mutant(breaks="start_tls.upgrade.really_encrypts", says="on the wire; expected that and then")
@mutant(breaks="start_tls.returns.new_transport", says="expected a new one")
@mutant(breaks="start_tls.upgrade.with_blocking_peer", says="expected it over TLSv1")
class StaysPlain(Upgrading):
    """Hands the plain transport back and goes on in plain text."""

    async def upgrade(self, call: dict[str, Any]) -> Any:
        """Upgrade nothing."""
        return call["transport"]


@mutant(breaks="start_tls.returns.new_transport", says="returned None; expected a transport")
class ReturnsNothing(Upgrading):
    """Forgets the return statement."""

    def upgraded(self, transport: Any, call: dict[str, Any]) -> Any:
        """Return nothing."""


@mutant(breaks="start_tls.returns.new_transport", says="returned the old transport")
class UpgradesInPlace(Upgrading):
    """Returns the transport that it was given, though TLS is there."""

    def upgraded(self, transport: Any, call: dict[str, Any]) -> Any:  # noqa: ARG002 - the base's form
        """Return the old one."""
        return call["transport"]


@mutant(breaks="start_tls.returns.is_asyncio_transport", says="expected an asyncio.Transport")
class ReturnsAForeignClass(Upgrading):
    """Returns something that has a transport's methods only."""

    def upgraded(self, transport: Any, call: dict[str, Any]) -> Any:  # noqa: ARG002 - the base's form
        """Wrap it."""
        return StandIn(transport)


class _WithoutGoodbye(StandInTransport):
    def close(self) -> None:
        """Close the TCP connection at once."""
        self.other.abort()


@mutant(breaks="start_tls.upgrade.with_blocking_peer", says="expected an exchange of close_notify")
@mutant(breaks="start_tls.upgrade.with_blocking_peer", says="the peer's unwrap() ended with")
class ClosesWithoutGoodbye(Upgrading):
    """Ends the TCP connection in close(), without a close_notify."""

    def upgraded(self, transport: Any, call: dict[str, Any]) -> Any:  # noqa: ARG002 - the base's form
        """Wrap it."""
        return _WithoutGoodbye(transport)


class _Half(StandInProtocol):
    left = 100_000

    def data_received(self, data: bytes) -> None:
        """Stop in the middle."""
        self.left -= len(data)
        if self.left > 0:
            super().data_received(data)


@mutant(breaks="start_tls.large_transfer_after_upgrade", says="expected all of them intact")
@mutant(breaks="start_tls.tls_in_tls.works", says="expected the same bytes")
class StopsAfterAWhile(Upgrading):
    """Delivers the first 100 kB."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Put a protocol that stops between."""
        call["protocol"] = _Half(call["protocol"])


class _Halting(StandInTransport):
    below: Any = None

    def write(self, data: Any) -> None:
        """Stop reading until all is written, which will never be."""
        self.other.write(data)
        if self.below.get_write_buffer_size():
            self.below.pause_reading()


@mutant(breaks="start_tls.large_transfer_after_upgrade", says="expected all of them intact")
class WritesBeforeItReads(Upgrading):
    """Does not read until all is written: with a peer that does the same, both wait for ever."""

    def upgraded(self, transport: Any, call: dict[str, Any]) -> Any:
        """Wrap it."""
        wrapped = _Halting(transport)
        wrapped.below = call["transport"]
        return wrapped


class Rooted(SoundLoop):
    """No mutant itself: knows which transports it has connected."""

    def __init__(self) -> None:
        super().__init__()
        self.connected: list[Any] = []

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Remember the transport."""
        pair: Any = await super().create_connection(*args, **options)
        self.connected.append(pair[0])
        return pair


@mutant(
    breaks="start_tls.server_side_roles_are_independent_of_connecting",
    says="was still pending",
)
class TheConnectingEndIsTheClient(Rooted):
    """Derives the TLS role from who connected."""

    async def start_tls(self, transport: Any, *args: Any, **options: Any) -> Any:
        """Refuse the other role by waiting for what never comes."""
        if (transport in self.connected) == bool(options.get("server_side")):
            return await self.create_future()
        return await super().start_tls(transport, *args, **options)


@mutant(breaks="start_tls.unix_transport_can_be_upgraded", says="raised TypeError")
class UpgradesTCPOnly(Upgrading):
    """Looks whether a socket is a TCP socket."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Refuse any other."""
        sock = call["transport"].get_extra_info("socket")
        if sock is not None and sock.family not in (socket.AF_INET, socket.AF_INET6):
            raise TypeError("transport is no TCP transport")


class _Forgetful(StandInTransport):
    forgets: tuple[str, ...] = ()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Know nothing of some."""
        return default if name in self.forgets else self.other.get_extra_info(name, default)


class _KnowsNoSocket(_Forgetful):
    forgets = ("peername", "sockname", "socket")


class _KnowsNoTLS(_Forgetful):
    forgets = ("sslcontext", "cipher", "peercert", "ssl_object")


@mutant(breaks="start_tls.extra_info.tls_and_socket_keys", says="get_extra_info('peername')")
@mutant(breaks="start_tls.extra_info.tls_and_socket_keys", says="get_extra_info('socket')")
class LosesTheSocketKeys(Upgrading):
    """Answers the keys of TLS alone."""

    def upgraded(self, transport: Any, call: dict[str, Any]) -> Any:  # noqa: ARG002 - the base's form
        """Wrap it."""
        return _KnowsNoSocket(transport)


@mutant(breaks="start_tls.extra_info.tls_and_socket_keys", says="get_extra_info('cipher')")
@mutant(breaks="start_tls.extra_info.tls_and_socket_keys", says="get_extra_info('ssl_object')")
@mutant(breaks="start_tls.extra_info.tls_and_socket_keys", says="get_extra_info('peercert')")
@mutant(breaks="start_tls.extra_info.tls_and_socket_keys", says="get_extra_info('sslcontext')")
@mutant(breaks="start_tls.client_certificate", says="were shown")
class KnowsNothingOfTLS(Upgrading):
    """Answers the keys of the old transport alone."""

    def upgraded(self, transport: Any, call: dict[str, Any]) -> Any:  # noqa: ARG002 - the base's form
        """Wrap it."""
        return _KnowsNoTLS(transport)


class _NeverPaused(StandInTransport):
    def pause_reading(self) -> None:
        """Pause nothing."""

    def resume_reading(self) -> None:
        """Resume nothing."""


class _NeverResumed(StandInTransport):
    def resume_reading(self) -> None:
        """Resume nothing."""


class _NoLimits(StandInTransport):
    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Forget them."""


@mutant(
    breaks="start_tls.flow_control_on_returned_transport", says="(b'held', b'held'); expected (b''"
)
class PausesNothing(Upgrading):
    """Does not pause the reading of a TLS transport."""

    def upgraded(self, transport: Any, call: dict[str, Any]) -> Any:  # noqa: ARG002 - the base's form
        """Wrap it."""
        return _NeverPaused(transport)


@mutant(breaks="start_tls.flow_control_on_returned_transport", says="(b'', None); expected (b''")
class ResumesNothing(Upgrading):
    """Does not resume the reading of a TLS transport."""

    def upgraded(self, transport: Any, call: dict[str, Any]) -> Any:  # noqa: ARG002 - the base's form
        """Wrap it."""
        return _NeverResumed(transport)


@mutant(
    breaks="start_tls.flow_control_on_returned_transport",
    says="get_write_buffer_limits() returned",
)
class ForgetsTheLimits(Upgrading):
    """Takes write buffer limits of an upgraded connection, and leaves them as they were."""

    def upgraded(self, transport: Any, call: dict[str, Any]) -> Any:  # noqa: ARG002 - the base's form
        """Wrap it."""
        return _NoLimits(transport)
