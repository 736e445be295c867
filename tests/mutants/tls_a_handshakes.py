"""Loops that go wrong in what is agreed on in the handshake: versions, names, certificates."""

from __future__ import annotations

import socket
import ssl
from typing import Any

from . import SoundLoop, mutant
from .tls_a_parts import Extras, Meddling
from .tls_calls import lenient


@mutant(breaks="tls.version.tls12", says="TLS 1.2 with the loop as")
class ClosesTLS12WithoutGoodbye(Meddling):
    """Knows the shutdown of TLS 1.3 alone, and aborts sessions of TLS 1.2."""

    def furnish(self, transport: Any, protocol: Any, side: str) -> None:  # noqa: ARG002 - the base's form
        """Abort in close()."""
        if transport.get_extra_info("ssl_object").version() == "TLSv1.2":
            transport.close = transport.abort


@mutant(breaks="tls.version.tls13", says="TLS 1.3 with the loop as")
class TakesTicketsForData(Meddling):
    """Hands the content of a session ticket to the protocol."""

    def furnish(self, transport: Any, protocol: Any, side: str) -> None:  # noqa: ARG002 - the base's form
        """Hand it on."""
        if transport.get_extra_info("ssl_object").version() == "TLSv1.3":
            self.call_soon(protocol.data_received, b"ticket")


@mutant(breaks="tls.handshake.session_tickets_are_invisible", says="connection_made alone")
class TellsOfTickets(Meddling):
    """Calls data_received(b"") for a record that held no data."""

    def furnish(self, transport: Any, protocol: Any, side: str) -> None:  # noqa: ARG002 - the base's form
        """Call it."""
        self.call_soon(protocol.data_received, b"")


@mutant(breaks="tls.alpn.selected", says="client selected None")
class DropsALPN(Meddling):
    """Makes a context of its own with the authorities of the given one."""

    def arrange(self, options: dict[str, Any], side: str) -> None:
        """Make it."""
        if side == "client" and options.get("ssl"):
            options["ssl"] = lenient(options["ssl"])


@mutant(breaks="tls.alpn.visible_in_connection_made", says="led to None")
class KnowsTheSessionLater(Extras):
    """Fills in 'ssl_object' one turn after connection_made()."""

    early = True

    def furnish(self, transport: Any, protocol: Any, side: str) -> None:
        """Fill it in later."""
        super().furnish(transport, protocol, side)
        self.call_soon(setattr, self, "early", False)

    def answer(self, name: str, default: Any, ask: Any, side: str) -> Any:  # noqa: ARG002 - the base's form
        """Know it by then."""
        return default if name == "ssl_object" and self.early else ask(name, default)


@mutant(breaks="tls.alpn.none_offered", says="create_connection(ssl=context) raised SSLError")
class InsistsOnALPN(Meddling):
    """Refuses a session that has agreed on no protocol."""

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Refuse it."""
        pair = await super().create_connection(*args, **options)
        if pair[0].get_extra_info("ssl_object").selected_alpn_protocol() is None:
            pair[0].abort()
            raise ssl.SSLError("no application protocol")
        return pair


@mutant(breaks="tls.sni.server_callback_can_switch_context", says="expected one for 'two.test'")
@mutant(breaks="tls.sni.server_callback_can_refuse", says="handshake succeeded")
class NeverAsksAboutNames(Meddling):
    """Does not call the sni_callback of a server's context."""

    def arrange(self, options: dict[str, Any], side: str) -> None:
        """Take it out."""
        if side == "server" and options.get("ssl"):
            options["ssl"].sni_callback = None


@mutant(breaks="tls.sni.refused_name_fails_the_await", says="was still pending")
@mutant(breaks="tls.client_certificate.missing_tls12_fails_the_await", says="was still pending")
class MissesAlerts(SoundLoop):
    """Goes on waiting when the server's alert ends the handshake."""

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Wait for ever."""
        try:
            return await super().create_connection(*args, **options)
        except ssl.SSLError:
            return await self.create_future()


@mutant(
    breaks="tls.client_certificate.missing_tls12_fails_the_await",
    says="called ['connection_made'] on the protocol",
)
class TellsBeforeTheAlert(SoundLoop):
    """Calls connection_made() before the server's last message."""

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Call it."""
        made: list[Any] = []

        def make() -> Any:
            made.append(args[0]())
            return made[-1]

        try:
            return await super().create_connection(make, *args[1:], **options)
        except ssl.SSLError:
            made[-1].connection_made(None)
            raise


@mutant(breaks="tls.client_certificate.untrusted_tls12", says="raised nothing; expected OSError")
@mutant(
    breaks="tls.client_certificate.missing_tls12_fails_the_await",
    says="raised nothing; expected OSError",
)
class ReturnsWhatIsLeft(SoundLoop):
    """Returns a closing transport where the server has refused the client."""

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Return what is left of the connection."""
        try:
            return await super().create_connection(*args, **options)
        except ssl.SSLError:
            near, far = socket.socketpair()
            far.close()
            pair = await super().create_connection(args[0], sock=near)
            pair[0].close()
            return pair


@mutant(breaks="tls.client_certificate.presented", says="expected 'client.test'")
class ServersSeeNoCertificate(Extras):
    """Sets 'peercert' on the client's side alone."""

    def answer(self, name: str, default: Any, ask: Any, side: str) -> Any:
        """Leave it out."""
        return None if (name, side) == ("peercert", "server") else ask(name, default)


@mutant(breaks="tls.client_certificate.refused_by_server", says="led to the calls")
class AcceptsEveryClient(Meddling):
    """Serves clients whatever they show."""

    def arrange(self, options: dict[str, Any], side: str) -> None:
        """Verify nothing."""
        if side == "server" and options.get("ssl"):
            options["ssl"].verify_mode = ssl.CERT_NONE


@mutant(breaks="tls.client_certificate.optional_absent", says="expected the call")
class InsistsOnCertificates(Meddling):
    """Takes CERT_OPTIONAL for CERT_REQUIRED."""

    def arrange(self, options: dict[str, Any], side: str) -> None:
        """Insist."""
        if side == "server" and options["ssl"].verify_mode == ssl.CERT_OPTIONAL:
            options["ssl"].verify_mode = ssl.CERT_REQUIRED
