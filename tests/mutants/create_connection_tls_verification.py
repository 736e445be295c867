"""Loops that go wrong when a certificate can't be verified."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from typing import Any

from . import mutant
from .tls_calls import Spoiled

TELLS_NOTHING = "called [] on the protocol; expected connection_made, data_received"


@mutant(
    breaks="create_connection.ssl.untrusted_issuer_is_verification_error",
    says="raised SSLError",
)
class CallsEveryFailureAnSSLError(Spoiled):
    """Raises ssl's errors without their kind."""

    def failed(self, error: Exception, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Raise the base class."""
        if isinstance(error, ssl.SSLError):
            raise ssl.SSLError(*error.args) from error


@mutant(
    breaks="create_connection.ssl.failed_verification_never_makes_connection",
    says="called ['connection_lost']",
)
@mutant(
    breaks="create_connection.ssl.handshake_timeout.protocol_sees_nothing",
    says="called ['connection_lost']",
)
class TellsTheProtocolOfTheEnd(Spoiled):
    """Calls connection_lost() when the TCP connection ends, made or not."""

    def failed(self, error: Exception, protocol: Any) -> None:
        """Tell it."""
        self.call_soon(protocol.connection_lost, error)


@mutant(
    breaks="create_connection.ssl.failed_verification_never_makes_connection", says=TELLS_NOTHING
)
@mutant(breaks="create_connection.ssl.handshake_timeout.protocol_sees_nothing", says=TELLS_NOTHING)
@mutant(breaks="create_connection.cancel.during_tls_handshake", says=TELLS_NOTHING)
class TellsNoProtocolAnything(Spoiled):
    """Makes TLS connections and calls nothing on their protocols."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Put a protocol that is deaf in the place of the caller's."""
        if call.get("ssl"):
            call["factory"] = asyncio.Protocol

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Return the caller's protocol, as if it had been told."""
        transport, protocol = await super().create_connection(*args, **options)
        return transport, args[0]() if options.get("ssl") else protocol


@mutant(
    breaks="create_connection.ssl.failed_verification_closes_the_connection",
    says="more descriptors open than before",
)
class LosesADescriptor(Spoiled):
    """Loses a descriptor with each failure."""

    def failed(self, error: Exception, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Lose it."""
        os.dup(0)


@mutant(
    breaks="create_connection.ssl.failed_verification_closes_the_connection",
    says="expected none",
)
class KeepsTheSocket(Spoiled):
    """Leaves the sockets of failed handshakes open."""

    kept: tuple[socket.socket, ...] = ()

    def arrange(self, call: dict[str, Any]) -> None:
        """Keep a second descriptor of the socket."""
        sock = socket.create_connection((call.pop("host"), call.pop("port")))
        sock.setblocking(False)
        self.kept += (sock.dup(),)
        call["sock"] = sock


@mutant(
    breaks="create_connection.ssl.failed_verification_handler_stays_silent",
    says="the exception handler got",
)
class ReportsTheFailureBesides(Spoiled):
    """Reports the failure of a handshake to the exception handler, too."""

    def failed(self, error: Exception, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Report it."""
        self.call_exception_handler({"message": "SSL handshake failed", "exception": error})


@mutant(
    breaks="create_connection.ssl.unverified_context_accepts_any_certificate",
    says="raised SSLCertVerificationError",
)
class VerifiesOfItsOwnAccord(Spoiled):
    """Makes contexts that verify nothing safe."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Put a safe one in the place of the given one."""
        if call["ssl"].verify_mode == ssl.CERT_NONE:
            call["ssl"] = ssl.create_default_context()


@mutant(
    breaks="create_connection.ssl.server_hostname.mismatch_is_certificate_error",
    says="raised ConnectionError",
)
@mutant(
    breaks="create_connection.ssl.untrusted_issuer_is_verification_error",
    says="raised ConnectionError",
)
class CallsEveryFailureAConnectionError(Spoiled):
    """Has one exception for whatever goes wrong in a handshake."""

    def failed(self, error: Exception, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Raise it."""
        raise ConnectionError("handshake failed") from error
