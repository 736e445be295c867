"""Loops whose TLS servers treat their clients, good or bad, wrongly."""

from __future__ import annotations

import ssl
from typing import Any

from . import mutant
from .tls_a_parts import AcceptsFirst, Factory, Meddling


@mutant(breaks="tls.server_handshake_failure_closes_client", says="stayed open")
class AsksNoClientForItsCertificate(Meddling):
    """Makes the handshake without the client's certificate that the context requires."""

    def arrange(self, options: dict[str, Any], side: str) -> None:
        """Take the requirement back."""
        if side == "server":
            options["ssl"].verify_mode = ssl.CERT_NONE


@mutant(
    breaks="tls.handshake.server_connection_made_after_handshake",
    says="expected nothing before the handshake",
)
class TellsAtAccept(AcceptsFirst):
    """Calls connection_made() when TCP has connected."""

    def accepted(self, transport: Any, factory: Factory) -> None:
        """Call it."""
        factory().connection_made(transport)


@mutant(
    breaks="tls.handshake.plaintext_client_does_not_reach_protocol",
    says="called ['data_received'] on the protocol",
)
class HandsPlainTextOn(AcceptsFirst):
    """Gives the protocol what is no TLS record."""

    def refused(self, error: OSError, factory: Factory) -> None:  # noqa: ARG002 - the base's form
        """Give it."""
        factory().data_received(b"GET / HTTP/1.1\r\n")


@mutant(
    breaks="tls.handshake.failed_client_does_not_stop_server",
    says="the next client of create_server(ssl=context) was not served",
)
class StopsAfterAFailure(AcceptsFirst):
    """Stops to accept when a handshake has failed."""

    def refused(self, error: OSError, factory: Factory) -> None:  # noqa: ARG002 - the base's form
        """Stop."""
        self.server.close()


@mutant(breaks="tls.handshake.aborted_by_client_is_not_reported", says="the exception handler got")
class ReportsEveryFailure(AcceptsFirst):
    """Reports all that ends a handshake."""

    def refused(self, error: OSError, factory: Factory) -> None:  # noqa: ARG002 - the base's form
        """Report it."""
        self.call_exception_handler({"message": "handshake failed", "exception": error})


@mutant(
    breaks="tls.handshake.server_timeout_drops_silent_client", says="stayed connected; expected"
)
class ServersHaveTime(Meddling):
    """Applies ssl_handshake_timeout to clients only."""

    def arrange(self, options: dict[str, Any], side: str) -> None:
        """Forget it."""
        if side == "server":
            options.pop("ssl_handshake_timeout", None)


@mutant(breaks="tls.handshake.client_that_writes_at_once", says="expected all of it")
class LosesEarlyData(Meddling):
    """Drops data that is left in the TLS buffer when the handshake completes."""

    def adopt(self, protocol: Any) -> None:
        """Let data through one turn after connection_made()."""
        made, received = protocol.connection_made, protocol.data_received

        def connection_made(transport: Any) -> None:
            made(transport)
            self.call_soon(setattr, protocol, "data_received", received)

        protocol.connection_made = connection_made
        protocol.data_received = lambda data: None  # noqa: ARG005 - the protocol's form


@mutant(breaks="tls.server.many_clients", says="expected each its own")
class SharesWhatIsRead(Meddling):
    """Has one buffer for the data of all clients, and reads its beginning."""

    first = b""

    def adopt(self, protocol: Any) -> None:
        """Read it from there."""
        received = protocol.data_received

        def data_received(data: bytes) -> None:
            self.first = self.first or data
            received(self.first)

        protocol.data_received = data_received


@mutant(breaks="tls.server.blocking_client_interoperates", says="expected a close_notify")
class DoesNotAnswerGoodbye(Meddling):
    """Closes the TCP connection when a client's close_notify has come."""

    def furnish(self, transport: Any, protocol: Any, side: str) -> None:  # noqa: ARG002 - the base's form
        """Abort it."""
        protocol.eof_received = transport.abort
