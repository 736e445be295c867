"""Loops that go wrong in a handshake which the peer spoils, delays or cuts into pieces."""

from __future__ import annotations

import asyncio
import socket
import ssl
from contextlib import suppress
from typing import Any

from . import SoundLoop, mutant
from .tls_calls import Spoiled

HANGS = "was still pending"
NEVER = "to a trusted server raised ConnectionAbortedError"


class Patient(SoundLoop):
    """No mutant itself: waits for ever after failures of one kind."""

    kind: type[Exception]

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Turn the failure into a hang."""
        try:
            return await super().create_connection(*args, **options)
        except self.kind:
            return await self.create_future()


@mutant(breaks="create_connection.ssl.plaintext_peer_is_sslerror", says=HANGS)
class SkipsWhatIsNoRecord(Patient):
    """Waits for a TLS record while plain text comes in."""

    kind = ssl.SSLError


@mutant(breaks="create_connection.ssl.plaintext_peer_is_sslerror", says="called ['data_received']")
class HandsOnThePlainText(Spoiled):
    """Gives the protocol what is no TLS record."""

    def failed(self, error: Exception, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Give it."""
        protocol.data_received(b"HTTP/1.1 400 Bad Request\r\n")


@mutant(breaks="create_connection.ssl.peer_eof_in_handshake_is_connection_error", says=HANGS)
class OverlooksTheEnd(Patient):
    """Reacts to the end of a stream only once the connection is made."""

    kind = ConnectionResetError


@mutant(
    breaks="create_connection.ssl.peer_eof_in_handshake_is_connection_error",
    says="raised nothing; expected ConnectionResetError",
)
class ReturnsAClosingTransport(SoundLoop):
    """Returns a transport that is closing already where the peer has closed."""

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Return what is left of the connection."""
        try:
            return await super().create_connection(*args, **options)
        except ConnectionResetError:
            near, far = socket.socketpair()
            far.close()
            pair = await super().create_connection(args[0], sock=near)
            pair[0].close()
            return pair


@mutant(breaks="create_connection.ssl.peer_eof_in_handshake_is_connection_error", says=NEVER)
@mutant(breaks="create_connection.ssl.peer_reset_in_handshake_is_connection_error", says=NEVER)
@mutant(breaks="create_connection.ssl.handshake_timeout.raises_connection_aborted", says=NEVER)
class AbortsEveryHandshake(Spoiled):
    """Makes no TLS connection at all, and says that it was aborted."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Say so."""
        if call.get("ssl"):
            raise ConnectionAbortedError("the handshake was aborted")


class HandshakeFailed(Exception):
    """An exception that is no OSError."""


@mutant(
    breaks="create_connection.ssl.peer_reset_in_handshake_is_connection_error",
    says="raised HandshakeFailed",
)
class HasAnErrorOfItsOwn(Spoiled):
    """Raises an exception of its own for all that ends a handshake."""

    def failed(self, error: Exception, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Raise it."""
        raise HandshakeFailed(str(error)) from error


@mutant(
    breaks="create_connection.ssl.no_common_version_is_sslerror",
    says="raised nothing; expected SSLError",
)
class FallsBackToPlainText(SoundLoop):
    """Tries again without TLS where the handshake fails."""

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Try without."""
        try:
            return await super().create_connection(*args, **options)
        except ssl.SSLError:
            return await super().create_connection(*args)


@mutant(breaks="create_connection.ssl.failing_does_not_try_next_address", says="connected 2 times")
class GoesOnAfterAFailedHandshake(SoundLoop):
    """Takes a failed handshake for a refused connect, and tries the next address."""

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Try the next."""
        factory, host, port = args
        try:
            return await super().create_connection(factory, host, port, **options)
        except OSError:
            _, second, *_ = await self.getaddrinfo(host, port)
            options["server_hostname"] = host
            return await super().create_connection(factory, *second[4][:2], **options)


@mutant(breaks="create_connection.ssl.handshake_timeout.raises_connection_aborted", says=HANGS)
class IgnoresTheLimit(Spoiled):
    """Takes ssl_handshake_timeout and forgets it."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Forget it."""
        call.pop("ssl_handshake_timeout", None)


@mutant(
    breaks="create_connection.ssl.handshake_timeout.raises_connection_aborted",
    says="raised TimeoutError",
)
class WaitsWithWaitFor(SoundLoop):
    """Puts a wait_for() around the handshake."""

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Wait for as long as the limit says."""
        limit = options.pop("ssl_handshake_timeout", None)
        return await asyncio.wait_for(super().create_connection(*args, **options), limit)


@mutant(
    breaks="create_connection.ssl.handshake_timeout.closes_connection",
    says="left the TCP connection open",
)
class WakesTheCallerOnly(SoundLoop):
    """Tells the caller that the time is over, and lets the handshake go on."""

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Stop waiting."""
        limit = options.pop("ssl_handshake_timeout", None)
        handshake = self.create_task(super().create_connection(*args, **options))
        await asyncio.wait({handshake}, timeout=limit)
        if not handshake.done():
            raise ConnectionAbortedError("SSL handshake is taking too long")
        return handshake.result()


@mutant(
    breaks="create_connection.ssl.handshake_timeout.ends_with_the_handshake",
    says="data_received() got b''",
)
class LeavesTheTimerRunning(SoundLoop):
    """Does not cancel the timer of the handshake."""

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Abort the connection when the time is over, whatever has become of it."""
        pair = await super().create_connection(*args, **options)
        if limit := options.get("ssl_handshake_timeout"):
            self.call_later(limit, pair[0].abort)
        return pair


@mutant(
    breaks="create_connection.ssl.handshake_timeout.accepts_float_and_int",
    says="create_connection(ssl_handshake_timeout=5) raised TypeError",
)
class WantsAFloat(Spoiled):
    """Takes only a float for a time."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Look at the type."""
        if not isinstance(call.get("ssl_handshake_timeout", 0.0), float):
            raise TypeError("ssl_handshake_timeout must be float")


class _OneWay(asyncio.Protocol):
    """Passes on each read that is at least one whole TLS record, and closes on any other."""

    other: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self.transport: Any = transport

    def data_received(self, data: bytes) -> None:
        """Look whether the record is whole."""
        if len(data) < 5 + int.from_bytes(data[3:5]):
            self.transport.abort()
            self.other.abort()
        else:
            self.other.write(data)


@mutant(
    breaks="create_connection.ssl.handshake_in_tiny_fragments", says="raised ConnectionResetError"
)
class ExpectsWholeRecords(SoundLoop):
    """Expects whole records in each read."""

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Put a filter between the given socket and TLS."""
        if "sock" not in options:
            return await super().create_connection(*args, **options)
        inner, outer = socket.socketpair()
        _, far = await super().create_connection(_OneWay, sock=options["sock"])
        _, near = await super().create_connection(_OneWay, sock=outer)
        far.other, near.other = near.transport, far.transport
        return await super().create_connection(*args, **options | {"sock": inner})


@mutant(breaks="create_connection.ssl.ipv6", says="raised gaierror")
class KnowsIPv4Only(Spoiled):
    """Makes TLS connections of family AF_INET."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Set the family."""
        if call.get("ssl"):
            call["family"] = socket.AF_INET


@mutant(breaks="create_connection.ssl.local_addr_with_tls", says="came from ['127.0.0.1']")
class DropsTheLocalAddress(Spoiled):
    """Forgets local_addr on the way to TLS."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Forget it."""
        if call.get("ssl"):
            call.pop("local_addr", None)


@mutant(breaks="create_connection.debug.tls", says="raised TypeError")
class TimesTheHandshake(Spoiled):
    """Computes in debug mode how long the handshake took, from a start that was not noted."""

    started: Any = None

    def arrange(self, call: dict[str, Any]) -> None:
        """Compute it."""
        if call.get("ssl") and self.get_debug():
            self.time() - self.started


@mutant(breaks="create_connection.debug.tls", says="the exception handler got")
class ReportsItsStatistics(SoundLoop):
    """Reports a failed computation in debug mode."""

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Report it."""
        pair = await super().create_connection(*args, **options)
        if options.get("ssl") and self.get_debug():
            self.call_exception_handler({"message": "no start time"})
        return pair


@mutant(breaks="create_connection.ssl.caller_context_is_not_modified", says="changed the context")
class SwitchesTheCallersContext(Spoiled):
    """Switches the matching of names off on the caller's context where there is no name."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Switch it off."""
        if call.get("server_hostname") == "" and isinstance(call["ssl"], ssl.SSLContext):
            with suppress(ValueError):
                call["ssl"].check_hostname = False
