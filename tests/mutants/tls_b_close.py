"""Loops that close TLS connections wrongly."""

from __future__ import annotations

import os
import socket
from typing import Any

from . import mutant
from .tls_b_calls import Streaming


def cut(transport: Any) -> None:
    """End TCP below a TLS transport, without close_notify."""
    fd = os.dup(transport.get_extra_info("socket").fileno())
    with socket.socket(fileno=fd) as sock:
        sock.shutdown(socket.SHUT_RDWR)


@mutant(breaks="tls.close.connection_lost_none_once", says="expected one connection_lost")
@mutant(breaks="tls.close.is_idempotent", says="expected one connection_lost")
@mutant(breaks="tls.close.from_connection_made", says="expected one connection_lost, last")
@mutant(breaks="tls.close.simultaneous_from_both_sides", says="expected one connection_lost")
@mutant(breaks="tls.close.with_unread_incoming_data", says="expected one connection_lost")
@mutant(
    breaks="tls.close.while_peer_floods_finishes_within_shutdown_timeout",
    says="expected one connection_lost",
)
@mutant(breaks="tls.pause_reading.after_close_is_harmless", says="expected one connection_lost")
@mutant(breaks="tls.shutdown_timeout.aborts_unresponsive_peer", says="expected one connection_lost")
@mutant(breaks="tls.abort.after_close_cuts_shutdown_short", says="expected one connection_lost")
@mutant(breaks="tls.abort.is_idempotent", says="expected one connection_lost")
@mutant(
    breaks="tls.eof.tcp_fin_without_close_notify_ends_connection",
    says="expected one connection_lost, last",
)
class TellsTheEndFromBothLayers(Streaming):
    """Calls connection_lost() when TLS has ended and when TCP has."""

    def adopt(self, protocol: Any) -> None:
        """Call it twice."""
        lost = protocol.connection_lost

        def connection_lost(error: Exception | None) -> None:
            lost(error)
            self.call_soon(lost, error)

        protocol.connection_lost = connection_lost


@mutant(breaks="tls.close.connection_lost_none_once", says="expected None")
@mutant(breaks="tls.close.answers_peers_close_notify_tls12", says="expected None")
@mutant(breaks="tls.shutdown_timeout.not_waited_out_by_cooperative_peer", says="expected None")
@mutant(breaks="tls.abort.connection_lost_none", says="expected None")
@mutant(breaks="tls.abort.inside_eof_received", says="expected None")
@mutant(breaks="tls.abort.does_not_wait_for_buffer", says="expected None")
@mutant(breaks="tls.eof.close_notify_gives_eof_then_lost", says="expected b'the rest' and None")
class TakesEachEndForAnError(Streaming):
    """Passes the exception with which OpenSSL says that a connection has ended."""

    def adopt(self, protocol: Any) -> None:
        """Pass it."""
        lost = protocol.connection_lost
        protocol.connection_lost = lambda error: lost(error or ConnectionAbortedError("closed"))


@mutant(breaks="tls.abort.inside_eof_received", says="expected connection_made, eof_received and")
class TellsTheEndUntilItIsClosed(Streaming):
    """Tells of the peer's end a second time where the first has aborted the connection."""

    def adopt(self, protocol: Any) -> None:
        """Tell it twice."""
        ended = protocol.eof_received

        def eof_received() -> Any:
            ended()
            return ended()

        protocol.eof_received = eof_received


@mutant(breaks="tls.close.is_closing_at_once", says="expected False and True")
class IsClosingWhenTLSHasEnded(Streaming):
    """Begins to close in the next turn."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Begin later."""
        close = transport.close
        transport.close = lambda: self.call_soon(close)


@mutant(breaks="tls.close.is_idempotent", says="raised AttributeError")
@mutant(breaks="tls.abort.is_idempotent", says="raised AttributeError")
@mutant(breaks="tls.write.after_close_is_ignored", says="raised AttributeError")
class ReleasesEverythingAtTheEnd(Streaming):
    """Uses in its methods what connection_lost() has released."""

    def spoil(self, transport: Any, protocol: Any) -> None:
        """Release the methods."""
        lost = protocol.connection_lost

        def released(*_: object) -> None:
            raise AttributeError("'NoneType' object has no attribute 'write'")

        def connection_lost(error: Exception | None) -> None:
            lost(error)
            transport.close = transport.abort = transport.write = released

        protocol.connection_lost = connection_lost


@mutant(breaks="tls.close.flushes_pending_data", says="expected all of them")
class ClosesWithDataInItsBuffer(Streaming):
    """Drops the backlog when it is closed."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Abort."""
        transport.close = transport.abort


@mutant(breaks="tls.close.sends_close_notify", says="expected a close_notify")
@mutant(breaks="tls.close.sends_close_notify_tls12", says="expected a close_notify")
@mutant(breaks="tls.shutdown_timeout.aborts_unresponsive_peer", says="expected the loop to wait")
@mutant(breaks="tls.shutdown_timeout.on_server_side", says="expected the loop to wait so long")
@mutant(breaks="tls.shutdown_timeout.reported_as_timeouterror", says="expected a TimeoutError")
class ClosesTCPAlone(Streaming):
    """Closes the TCP connection and leaves TLS as it is."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Flush, and close TCP."""
        abort = transport.abort

        def close() -> None:
            if not transport.is_closing():
                cut(transport)
                abort()

        transport.close = close


@mutant(breaks="tls.close.drops_tcp_connection_afterwards", says="with ['an open connection']")
class LeavesTCPOpen(Streaming):
    """Keeps the socket after the TLS shutdown."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Keep a second descriptor of it."""
        self.kept = socket.socket(fileno=os.dup(transport.get_extra_info("socket").fileno()))

    def close(self) -> None:
        """Close it in the end."""
        kept = self.__dict__.pop("kept", None)
        if kept is not None:
            kept.close()
        super().close()


@mutant(breaks="tls.close.answers_peers_close_notify", says="expected a close_notify")
@mutant(breaks="tls.close.answers_peers_close_notify_tls12", says="expected a close_notify")
class LeavesWithoutAnAnswer(Streaming):
    """Drops TCP when the peer's close_notify has come."""

    def adopt(self, protocol: Any) -> None:
        """Drop it in eof_received()."""
        ended = protocol.eof_received

        def eof_received() -> Any:
            cut(protocol.transport)
            return ended()

        protocol.eof_received = eof_received


@mutant(breaks="tls.close.from_data_received", says="expected b'reply' and a close_notify")
@mutant(breaks="tls.close.from_connection_made", says="expected b'only'")
class LosesWhatIsWrittenInCallbacks(Streaming):
    """Shuts down before it has written, where close() was called in a callback."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Write in the next turn."""
        write = transport.write
        transport.write = lambda data: self.call_soon(write, data)


@mutant(breaks="tls.close.simultaneous_from_both_sides", says="expected no report")
class ReportsThePeersCloseNotify(Streaming):
    """Takes the peer's close_notify during the own shutdown for a violation."""

    def adopt(self, protocol: Any) -> None:
        """Report it."""
        lost = protocol.connection_lost

        def connection_lost(error: Exception | None) -> None:
            self.call_exception_handler({"message": "application data after close notify"})
            lost(error)

        protocol.connection_lost = connection_lost


@mutant(breaks="tls.close.simultaneous_from_both_sides", says="no connection_lost() within")
@mutant(breaks="tls.close.with_unread_incoming_data", says="no connection_lost() within")
@mutant(
    breaks="tls.close.while_peer_floods_finishes_within_shutdown_timeout",
    says="no connection_lost() within",
)
@mutant(
    breaks="tls.shutdown_timeout.not_waited_out_by_cooperative_peer",
    says="no connection_lost() within",
)
@mutant(breaks="tls.abort.after_close_cuts_shutdown_short", says="no connection_lost() within")
@mutant(breaks="tls.abort.does_not_wait_for_buffer", says="no connection_lost() within")
class WaitsForEverAtTheEnd(Streaming):
    """Waits for an answer that came already, or never comes."""

    def adopt(self, protocol: Any) -> None:
        """Never call connection_lost()."""
        protocol.connection_lost = lambda error: None  # noqa: ARG005 - the protocol's form


@mutant(breaks="tls.write.after_close_is_ignored", says="expected b'x'")
class SendsLateWrites(Streaming):
    """Begins to close in the next turn, and sends what is written until then."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Begin later."""
        close = transport.close
        transport.close = lambda: self.call_soon(close)


@mutant(breaks="tls.write.after_close_is_ignored", says="raised RuntimeError")
class RefusesLateWrites(Streaming):
    """Raises RuntimeError in write() after close()."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Refuse."""
        write = transport.write

        def refusing(data: bytes) -> None:
            if transport.is_closing():
                raise RuntimeError("the transport is closing")
            write(data)

        transport.write = refusing
