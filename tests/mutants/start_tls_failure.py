"""Loops that go wrong where a handshake fails, takes too long or is cancelled."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

from . import mutant
from .start_tls_calls import StandInTransport, Upgrading, copied


@mutant(breaks="start_tls.failure.untrusted_certificate_raises", says="raised nothing")
class TrustsEverybody(Upgrading):
    """Replaces the context by one that verifies nothing."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Replace it."""
        if not call.get("server_side"):
            call["sslcontext"] = copied(call["sslcontext"], verify=False)


@mutant(breaks="start_tls.failure.untrusted_certificate_raises", says="raised SSLError")
@mutant(breaks="start_tls.server_hostname.mismatch_fails", says="raised SSLError")
class CallsEveryFailureAnSSLError(Upgrading):
    """Raises ssl's errors without their kind."""

    def failed(self, error: BaseException, call: dict[str, Any]) -> Any:  # noqa: ARG002 - the base's form
        """Raise the base class."""
        if isinstance(error, ssl.SSLError):
            raise ssl.SSLError(*error.args) from error
        raise error


@mutant(breaks="start_tls.failure.untrusted_certificate_raises", says="raised nothing")
@mutant(breaks="start_tls.failure.garbage_from_peer", says="raised nothing")
class ReturnsTheTransportAnyway(Upgrading):
    """Returns the old transport where the handshake fails."""

    def failed(self, error: BaseException, call: dict[str, Any]) -> Any:
        """Return it."""
        if isinstance(error, ssl.SSLError):
            return call["transport"]
        raise error


class _Deaf(StandInTransport):
    """A transport that can't be closed; what lies below stays open until it is aborted."""

    def close(self) -> None:
        """Don't."""

    def _force_close(self, exc: Any) -> None:
        """Don't."""

    def is_closing(self) -> bool:
        """No."""
        return bool(self.other.is_closing())


class KeepsOpen(Upgrading):
    """No mutant itself: start_tls() can't close its transport."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Keep a descriptor of the socket, and hide the transport."""
        sock = call["transport"].get_extra_info("socket")
        self.kept = [*getattr(self, "kept", []), sock.dup()]

    def close(self) -> None:
        """Close what was kept."""
        for sock in getattr(self, "kept", []):
            sock.close()
        super().close()


@mutant(breaks="start_tls.handshake_timeout.raises_and_closes", says="left the connection open")
@mutant(breaks="start_tls.cancel.closes_the_transport", says="the peer saw an end: False")
@mutant(breaks="start_tls.cancel.immediately_does_not_break_loop", says="the peer saw no end")
class KeepsTheSocket(KeepsOpen):
    """Leaves the socket open when the handshake has failed: a descriptor of it is kept."""


@mutant(breaks="start_tls.failure.garbage_from_peer", says="expected nothing")
class HandsOnTheGarbage(Upgrading):
    """Gives the protocol what is no TLS record."""

    def failed(self, error: BaseException, call: dict[str, Any]) -> Any:
        """Give it."""
        call["protocol"].data_received(b"500 there is")
        raise error


class Patient(Upgrading):
    """No mutant itself: waits for ever after failures of one kind."""

    kind: type[Exception]

    async def upgrade(self, call: dict[str, Any]) -> Any:
        """Turn the failure into a hang."""
        try:
            return await super().upgrade(call)
        except self.kind:
            return await self.create_future()


@mutant(breaks="start_tls.failure.garbage_from_peer", says="was still pending")
class SkipsWhatIsNoRecord(Patient):
    """Waits for a TLS record while plain text comes in."""

    kind = ssl.SSLError


@mutant(breaks="start_tls.failure.peer_closes_midway", says="was still pending")
class OverlooksTheEnd(Patient):
    """Waits for its time limit when the peer has closed."""

    kind = ConnectionError


@mutant(breaks="start_tls.failure.peer_closes_midway", says="raised SSLError")
class TakesTheEndForATLSError(Upgrading):
    """Raises an SSLError where the stream ended."""

    def failed(self, error: BaseException, call: dict[str, Any]) -> Any:  # noqa: ARG002 - the base's form
        """Raise it."""
        if isinstance(error, ConnectionError):
            raise ssl.SSLError("unexpected eof") from error
        raise error


@mutant(
    breaks="start_tls.handshake_timeout.raises_and_closes",
    says="with ssl_handshake_timeout=0.03 to a peer that never answers",
)
@mutant(breaks="start_tls.shutdown_timeout.is_applied", says="no connection_lost() in")
class IgnoresTheLimits(Upgrading):
    """Takes both limits and forgets them."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Forget them."""
        call.pop("ssl_handshake_timeout", None)
        call.pop("ssl_shutdown_timeout", None)


@mutant(breaks="start_tls.handshake_timeout.raises_and_closes", says="raised TimeoutError")
class WaitsWithWaitFor(Upgrading):
    """Puts a wait_for() around the handshake."""

    async def upgrade(self, call: dict[str, Any]) -> Any:
        """Wait for as long as the limit says."""
        limit = call.pop("ssl_handshake_timeout", None)
        return await asyncio.wait_for(super().upgrade(call), limit)


@mutant(breaks="start_tls.handshake_timeout.raises_and_closes", says="left the connection open")
class WakesTheCallerOnly(Upgrading):
    """Tells the caller that the time is over, and lets the handshake go on."""

    async def upgrade(self, call: dict[str, Any]) -> Any:
        """Stop waiting."""
        limit = call.pop("ssl_handshake_timeout", None)
        handshake = self.create_task(super().upgrade(call))
        await asyncio.wait({handshake}, timeout=limit)
        if not handshake.done():
            raise ConnectionAbortedError("SSL handshake is taking too long")
        return handshake.result()


@mutant(breaks="start_tls.cancel.closes_the_transport", says="old transport is False")
class ShieldsTheHandshake(Upgrading):
    """Goes on with a handshake that was cancelled."""

    async def upgrade(self, call: dict[str, Any]) -> Any:
        """Shield it."""
        return await asyncio.shield(super().upgrade(call))


@mutant(breaks="start_tls.cancel.closes_the_transport", says="raised ConnectionAbortedError")
class TakesCancellingForAFailure(Upgrading):
    """Turns CancelledError into an error of the connection."""

    def failed(self, error: BaseException, call: dict[str, Any]) -> Any:  # noqa: ARG002 - the base's form
        """Turn it."""
        if isinstance(error, asyncio.CancelledError):
            raise ConnectionAbortedError("cancelled") from error
        raise error


@mutant(breaks="start_tls.cancel.immediately_does_not_break_loop", says="the exception handler got")
class RunsAQueuedCallback(Upgrading):
    """Runs a queued callback of the handshake on a transport that is closed."""

    def failed(self, error: BaseException, call: dict[str, Any]) -> Any:
        """Run it."""

        def begin() -> None:
            if call["transport"].is_closing():
                raise RuntimeError("unable to perform operation on a closed transport")

        self.call_soon(begin)
        raise error


@mutant(breaks="start_tls.closing_transport.does_not_hang", says="was still pending")
class WaitsForAHandshakeThatCannotStart(Upgrading):
    """Waits on a closing transport."""

    async def upgrade(self, call: dict[str, Any]) -> Any:
        """Wait."""
        if call["transport"].is_closing():
            return await self.create_future()
        return await super().upgrade(call)


class _Open(StandInTransport):
    def is_closing(self) -> bool:
        """No."""
        return False


@mutant(breaks="start_tls.closing_transport.does_not_hang", says="expected no open transport")
class ReturnsAnOpenTransport(Upgrading):
    """Returns a transport that says it is open, though the one below was closing."""

    async def upgrade(self, call: dict[str, Any]) -> Any:
        """Return it."""
        if call["transport"].is_closing():
            return _Open(call["transport"])
        return await super().upgrade(call)
