"""Loops whose upgraded connections tell the protocol the wrong things."""

from __future__ import annotations

import asyncio
from typing import Any

from . import mutant
from .start_tls_calls import StandInProtocol, StandInTransport, Upgrading


@mutant(breaks="start_tls.protocol.connection_made_not_called_again", says="was called 2 times")
class IntroducesItselfAgain(Upgrading):
    """Calls connection_made() with the TLS transport."""

    def upgraded(self, transport: Any, call: dict[str, Any]) -> Any:
        """Call it."""
        call["protocol"].connection_made(transport)
        return transport


class _LostTwice(StandInProtocol):
    def connection_lost(self, exc: Exception | None) -> None:
        """Say it for both layers."""
        super().connection_lost(exc)
        super().connection_lost(exc)


class _LostWithAnError(StandInProtocol):
    def connection_lost(self, exc: Exception | None) -> None:
        """Have a reason at all times."""
        super().connection_lost(exc or ConnectionAbortedError("closed"))


class _NeverLost(StandInProtocol):
    def connection_lost(self, exc: Exception | None) -> None:
        """Say nothing."""


class _NeverResumed(StandInProtocol):
    def resume_writing(self) -> None:
        """Say nothing."""


class _NoEnd(StandInProtocol):
    def eof_received(self) -> bool | None:
        """Say nothing."""
        return None


class Between(Upgrading):
    """No mutant itself: puts a protocol between."""

    kind: type[StandInProtocol]

    def arrange(self, call: dict[str, Any]) -> None:
        """Put it there."""
        call["protocol"] = self.kind(call["protocol"])


@mutant(breaks="start_tls.protocol.connection_lost_once", says="was called 2 times")
@mutant(breaks="start_tls.abort_after_upgrade", says="2 times")
@mutant(breaks="start_tls.failure.connection_lost_is_called_with_the_error", says="2 times")
@mutant(breaks="start_tls.tls_in_tls.close_propagates", says="2 times")
class TellsTheEndTwice(Between):
    """Calls connection_lost() for both layers."""

    kind = _LostTwice


@mutant(breaks="start_tls.protocol.connection_lost_once", says="ConnectionAbortedError")
@mutant(breaks="start_tls.abort_after_upgrade", says="ConnectionAbortedError")
@mutant(breaks="start_tls.peer_close_notify_after_upgrade", says="ConnectionAbortedError")
class TakesEveryEndForAnError(Between):
    """Has an error for connection_lost() at all times."""

    kind = _LostWithAnError


@mutant(breaks="start_tls.failure.connection_lost_is_called_with_the_error", says="0 times")
@mutant(breaks="start_tls.failure.peer_closes_midway", says="expected connection_lost() as well")
@mutant(breaks="start_tls.abort_after_upgrade", says="0 times")
class NeverTellsTheEnd(Between):
    """Calls connection_lost() on no upgraded connection."""

    kind = _NeverLost


@mutant(
    breaks="start_tls.failure.connection_lost_is_called_with_the_error", says="expected an SSLError"
)
class KeepsTheErrorToItself(Upgrading):
    """Calls connection_lost(None) after a failed handshake."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Lose the error."""

        class WithoutError(StandInProtocol):
            def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the fault
                super().connection_lost(None)

        call["protocol"] = WithoutError(call["protocol"])


@mutant(breaks="start_tls.order.paused_writing_is_resumed", says="'pause_writing']; expected pause")
class NeverResumesWriting(Between):
    """Keeps to itself that the plain data was sent."""

    kind = _NeverResumed


@mutant(breaks="start_tls.peer_close_notify_after_upgrade", says="was told ['connection_lost']")
class SkipsEofReceived(Between):
    """Calls no eof_received() under TLS."""

    kind = _NoEnd


class _StaysOpen(StandInTransport):
    def is_closing(self) -> bool:
        """Say no."""
        return False


@mutant(breaks="start_tls.protocol.connection_lost_once", says="old transport is False")
@mutant(breaks="start_tls.failure.closes_the_transport", says="old transport is False")
@mutant(breaks="start_tls.failure.garbage_from_peer", says="of the old transport False")
class LeavesTheInnerTransportOpen(Upgrading):
    """Does not close the transport below: here it only looks so."""

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Return transports that never close."""
        pair: Any = await super().create_connection(*args, **options)
        return _StaysOpen(pair[0]), pair[1]

    def arrange(self, call: dict[str, Any]) -> None:
        """Upgrade the real one."""
        call["transport"] = getattr(call["transport"], "other", call["transport"])


@mutant(
    breaks="start_tls.protocol.different_protocol_may_be_given", says="expected connection_made"
)
class KeepsTheOldProtocol(Upgrading):
    """Asks the old transport for its protocol."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Deliver to the old one."""
        call["protocol"] = call["transport"].get_protocol()


class _Plain(StandInProtocol):
    def data_received(self, data: bytes) -> None:
        """Put something else, as long, into the buffer."""
        while data:
            buffer = self.other.get_buffer(len(data))
            size = min(len(buffer), len(data))
            buffer[:size] = bytes(byte ^ 0x17 for byte in data[:size])
            self.other.buffer_updated(size)
            data = data[size:]


@mutant(breaks="start_tls.protocol.buffered", says="expected the same bytes")
class FeedsCiphertextIntoTheBuffer(Upgrading):
    """Reads records straight into the buffer of a BufferedProtocol."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Put a protocol between that encrypts."""
        if isinstance(call["protocol"], asyncio.BufferedProtocol):
            call["protocol"] = _Plain(call["protocol"])


class _HalfAbort(StandInTransport):
    def abort(self) -> None:
        """Abort the TLS layer alone."""


class _AbortThatWaits(StandInTransport):
    def abort(self) -> None:
        """Close, and wait for the peer."""
        self.other.close()


@mutant(breaks="start_tls.abort_after_upgrade", says="called connection_lost() 0 times")
class AbortsTheLayerAlone(Upgrading):
    """Leaves the TCP connection as it is when the TLS transport is aborted."""

    def upgraded(self, transport: Any, call: dict[str, Any]) -> Any:  # noqa: ARG002 - the base's form
        """Wrap it."""
        return _HalfAbort(transport)


@mutant(breaks="start_tls.abort_after_upgrade", says="called connection_lost() 0 times")
class AbortWaitsForThePeer(Upgrading):
    """Takes abort() for close()."""

    def upgraded(self, transport: Any, call: dict[str, Any]) -> Any:  # noqa: ARG002 - the base's form
        """Wrap it."""
        return _AbortThatWaits(transport)


@mutant(breaks="start_tls.abort_after_upgrade", says="the peer saw no end")
class AbortKeepsTheSocket(Upgrading):
    """Keeps a descriptor of the socket, so that the connection stays."""

    def upgraded(self, transport: Any, call: dict[str, Any]) -> Any:
        """Keep it."""
        self.kept = call["transport"].get_extra_info("socket").dup()
        return transport

    def close(self) -> None:
        """Close what was kept."""
        if hasattr(self, "kept"):
            self.kept.close()
        super().close()
