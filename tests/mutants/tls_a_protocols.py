"""Loops that call the protocols of TLS connections wrongly, or answer for them."""

from __future__ import annotations

import asyncio
from typing import Any

from . import mutant
from .tls_a_parts import Meddling

NEVER = "no connection_lost() within"


@mutant(
    breaks="tls.client_certificate.missing_tls13_surfaces_as_connection_lost",
    says="expected an ssl.SSLError",
)
@mutant(
    breaks="tls.alert_from_peer_after_handshake_is_connection_lost_error",
    says="expected an OSError",
)
@mutant(
    breaks="tls.corrupted_record_is_connection_lost_with_error", says="expected an ssl.SSLError"
)
@mutant(breaks="tls.callback_error.data_received", says="expected that exception")
class LosesTheReason(Meddling):
    """Calls connection_lost(None) whatever ended the connection."""

    def adopt(self, protocol: Any) -> None:
        """Lose it."""
        lost = protocol.connection_lost
        protocol.connection_lost = lambda error: lost(None)  # noqa: ARG005 - the protocol's form


@mutant(breaks="tls.client_certificate.missing_tls13_surfaces_as_connection_lost", says=NEVER)
@mutant(breaks="tls.alert_from_peer_after_handshake_is_connection_lost_error", says=NEVER)
@mutant(breaks="tls.corrupted_record_is_connection_lost_with_error", says=NEVER)
@mutant(breaks="tls.callback_error.eof_received", says=NEVER)
class NeverTellsOfLoss(Meddling):
    """Does not call connection_lost()."""

    def adopt(self, protocol: Any) -> None:
        """Call nothing."""
        protocol.connection_lost = lambda error: None  # noqa: ARG005 - the protocol's form


@mutant(breaks="tls.corrupted_record_is_connection_lost_with_error", says="reached the protocol")
class DeliversGarbage(Meddling):
    """Delivers what a forged record held."""

    def adopt(self, protocol: Any) -> None:
        """Deliver it."""
        lost = protocol.connection_lost

        def connection_lost(error: Any) -> None:
            protocol.data_received(b"forged")
            lost(error)

        protocol.connection_lost = connection_lost


class _Swallows(Meddling):
    """No mutant itself: catches what one callback raises."""

    callback = ""

    def adopt(self, protocol: Any) -> None:
        """Catch it."""
        sound = getattr(protocol, self.callback)

        def careful(*args: Any) -> None:
            try:
                sound(*args)
            except Exception:  # noqa: BLE001 - the fault
                self.caught(protocol)

        setattr(protocol, self.callback, careful)

    def caught(self, protocol: Any) -> None:
        """Do something about it."""


@mutant(breaks="tls.callback_error.data_received", says=NEVER)
class SwallowsErrorsOfData(_Swallows):
    """Goes on as if data_received() had not raised."""

    callback = "data_received"


@mutant(breaks="tls.callback_error.data_received", says="the exception handler got []")
class AbortsInSilence(_Swallows):
    """Aborts the connection when data_received() raises, and reports nothing."""

    callback = "data_received"

    def caught(self, protocol: Any) -> None:
        """Abort it."""
        protocol.transport.abort()


@mutant(breaks="tls.callback_error.eof_received", says="the exception handler got []")
class SwallowsErrorsOfTheEnd(_Swallows):
    """Goes on as if eof_received() had not raised."""

    callback = "eof_received"


@mutant(breaks="tls.callback_error.connection_lost", says="the exception handler got []")
class SwallowsErrorsOfLoss(_Swallows):
    """Goes on as if connection_lost() had not raised."""

    callback = "connection_lost"


@mutant(breaks="tls.callback_error.connection_lost", says="stayed open")
class LeaksTheSocket(Meddling):
    """Does not come to close the socket when connection_lost() raises."""

    def furnish(self, transport: Any, protocol: Any, side: str) -> None:  # noqa: ARG002 - the base's form
        """Keep it open."""
        self.kept = transport.get_extra_info("socket").dup()

    def close(self) -> None:
        """Close it now."""
        if hasattr(self, "kept"):
            self.kept.close()
        super().close()


@mutant(
    breaks="tls.get_protocol.reports_application_protocol",
    says="expected the application's protocol",
)
class ShowsTheLayerBelow(Meddling):
    """Returns the protocol of the TCP transport from get_protocol()."""

    def furnish(self, transport: Any, protocol: Any, side: str) -> None:  # noqa: ARG002 - the base's form
        """Return another."""
        below = asyncio.Protocol()
        transport.get_protocol = lambda: below


@mutant(breaks="tls.set_protocol.redirects_data_and_lost", says="on the old protocol")
class TellsTheOldProtocol(Meddling):
    """Keeps connection_lost() of the first protocol."""

    def furnish(self, transport: Any, protocol: Any, side: str) -> None:  # noqa: ARG002 - the base's form
        """Call both."""
        change = transport.set_protocol

        def set_protocol(new: Any) -> None:
            lost = new.connection_lost

            def connection_lost(error: Any) -> None:
                protocol.connection_lost(error)
                lost(error)

            new.connection_lost = connection_lost
            change(new)

        transport.set_protocol = set_protocol


@mutant(breaks="tls.buffered_protocol.switch_to_and_from", says="b'one', b'two' and b'three'")
class KeepsTheFirstWayToReceive(Meddling):
    """Chooses the way to receive data for the first protocol, and keeps it."""

    def furnish(self, transport: Any, protocol: Any, side: str) -> None:  # noqa: ARG002 - the base's form
        """Keep it."""
        transport.set_protocol = lambda new: None  # noqa: ARG005 - the transport's form


@mutant(breaks="tls.buffered_protocol.switch_to_and_from", says="expected no such call")
class IntroducesEachProtocol(Meddling):
    """Calls connection_made() of a protocol that set_protocol() sets."""

    def furnish(self, transport: Any, protocol: Any, side: str) -> None:  # noqa: ARG002 - the base's form
        """Call it."""
        change = transport.set_protocol

        def set_protocol(new: Any) -> None:
            change(new)
            new.connection_made(transport)

        transport.set_protocol = set_protocol


@mutant(breaks="tls.transport.repr_is_safe", says="repr() of the transport")
class ShowsWhatIsGone(Meddling):
    """Shows the peer's name in repr(), also when it has gone."""

    def furnish(self, transport: Any, protocol: Any, side: str) -> None:  # noqa: ARG002 - the base's form
        """Show it."""

        def show(shown: Any) -> str:
            if shown.is_closing():
                raise AttributeError("'NoneType' object has no attribute 'getpeername'")
            return "<TLS transport>"

        kind = type(transport)
        transport.__class__ = type(kind.__name__, (kind,), {"__repr__": show})


@mutant(breaks="tls.transport.closed_state_queries_are_safe", says="these raised")
class AbortsWhatIsGone(Meddling):
    """Passes abort() on to a TCP transport that is None when the connection is lost."""

    def furnish(self, transport: Any, protocol: Any, side: str) -> None:  # noqa: ARG002 - the base's form
        """Pass it on."""
        lost, abort = protocol.connection_lost, transport.abort
        gone: list[Any] = []

        def connection_lost(error: Any) -> None:
            gone.append(error)
            lost(error)

        def pass_on() -> None:
            if gone:
                raise AttributeError("'NoneType' object has no attribute 'abort'")
            abort()

        protocol.connection_lost, transport.abort = connection_lost, pass_on


@mutant(breaks="tls.write_eof.unsupported", says="can_write_eof() of")
class SaysItCan(Meddling):
    """Returns True from can_write_eof(), as its TCP transport does."""

    def furnish(self, transport: Any, protocol: Any, side: str) -> None:  # noqa: ARG002 - the base's form
        """Return it."""
        transport.can_write_eof = lambda: True


@mutant(breaks="tls.write_eof.unsupported", says="raised nothing; expected NotImplementedError")
class ClosesHalf(Meddling):
    """Closes one direction of the TCP connection in write_eof()."""

    def furnish(self, transport: Any, protocol: Any, side: str) -> None:  # noqa: ARG002 - the base's form
        """Close it."""
        transport.write_eof = transport.close
