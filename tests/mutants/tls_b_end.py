"""Loops that end TLS connections wrongly: by time, by abort(), or when the peer ends them."""

from __future__ import annotations

import asyncio
import os
import socket
from typing import Any

from . import mutant
from .tls_b_calls import Streaming


@mutant(breaks="tls.shutdown_timeout.aborts_unresponsive_peer", says="no connection_lost() within")
@mutant(breaks="tls.shutdown_timeout.on_server_side", says="no connection_lost() within")
class IgnoresTheShutdownTimeout(Streaming):
    """Waits the default 30 s, whatever was asked for."""

    def arrange(self, options: dict[str, Any]) -> None:
        """Forget the keyword."""
        options.pop("ssl_shutdown_timeout", None)


@mutant(breaks="tls.shutdown_timeout.reported_as_timeouterror", says="expected a TimeoutError")
class AbortsWithoutAReason(Streaming):
    """Calls connection_lost(None) after a shutdown that timed out."""

    def adopt(self, protocol: Any) -> None:
        """Drop the reason."""
        lost = protocol.connection_lost
        protocol.connection_lost = lambda error: lost(None)  # noqa: ARG005 - the protocol's form


@mutant(breaks="tls.abort.connection_lost_none", says="left its peer waiting")
class AbortsItselfAlone(Streaming):
    """Keeps the socket after abort()."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Keep a second descriptor of it."""
        self.kept = socket.socket(fileno=os.dup(transport.get_extra_info("socket").fileno()))

    def close(self) -> None:
        """Close it in the end."""
        kept = self.__dict__.pop("kept", None)
        if kept is not None:
            kept.close()
        super().close()


@mutant(breaks="tls.abort.sends_no_close_notify", says="expected no close_notify")
@mutant(breaks="tls.abort.does_not_wait_for_buffer", says="no connection_lost() within")
@mutant(breaks="tls.abort.after_close_cuts_shutdown_short", says="no connection_lost() within")
class AbortsInOrder(Streaming):
    """Does in abort() what it does in close()."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Close."""
        transport.abort = transport.close


@mutant(breaks="tls.eof.close_notify_gives_eof_then_lost", says="expected connection_made, data")
@mutant(
    breaks="tls.eof.true_return_does_not_keep_connection",
    says="expected eof_received and then connection_lost",
)
class SkipsEofReceived(Streaming):
    """Goes from the peer's close_notify to connection_lost()."""

    def adopt(self, protocol: Any) -> None:
        """Skip it."""
        protocol.eof_received = lambda: None


@mutant(breaks="tls.eof.close_notify_gives_eof_then_lost", says="expected all data before")
class EndsBeforeTheData(Streaming):
    """Calls eof_received() before the data that came with the end."""

    def adopt(self, protocol: Any) -> None:
        """Deliver late."""
        received, lost = protocol.data_received, protocol.connection_lost
        late: list[bytes] = []
        protocol.data_received = late.append

        def connection_lost(error: Exception | None) -> None:
            for data in late:
                received(data)
            lost(error)

        protocol.connection_lost = connection_lost


@mutant(breaks="tls.eof.true_return_does_not_keep_connection", says="no connection_lost() within")
class KeepsHalfOpenTLS(Streaming):
    """Heeds a true return of eof_received()."""

    def adopt(self, protocol: Any) -> None:
        """Swallow the end of a connection that is to be kept."""
        ended, lost = protocol.eof_received, protocol.connection_lost

        def eof_received() -> Any:
            if keep := ended():
                protocol.connection_lost = lambda error: None  # noqa: ARG005 - its form
            else:
                protocol.connection_lost = lost
            return keep

        protocol.eof_received = eof_received


@mutant(breaks="tls.eof.tcp_fin_without_close_notify_ends_connection", says="expected b'so far'")
class LosesDataBeforeTheEndOfTCP(Streaming):
    """Delivers in the turn after, when the end may have come."""

    def adopt(self, protocol: Any) -> None:
        """Deliver data only if the connection is still there."""
        received = protocol.data_received
        protocol.data_received = lambda data: self.call_later(
            0.05, lambda: "connection_lost" in protocol.calls or received(data)
        )


@mutant(
    breaks="tls.eof.peer_reset_is_connection_lost_with_error", says="expected a ConnectionError"
)
class TakesAResetForTheEnd(Streaming):
    """Calls connection_lost(None) after a reset."""

    def adopt(self, protocol: Any) -> None:
        """Drop the reason."""
        lost = protocol.connection_lost
        protocol.connection_lost = lambda error: lost(None)  # noqa: ARG005 - the protocol's form


@mutant(
    breaks="tls.eof.peer_reset_is_connection_lost_with_error",
    says="expected connection_made, connection_lost",
)
class TellsOfAnEofAtAReset(Streaming):
    """Calls eof_received() before each connection_lost()."""

    def adopt(self, protocol: Any) -> None:
        """Call it."""
        lost = protocol.connection_lost

        def connection_lost(error: Exception | None) -> None:
            protocol.eof_received()
            lost(error)

        protocol.connection_lost = connection_lost


@mutant(breaks="tls.resources.descriptors_are_given_back", says="more descriptors open than before")
class LosesADescriptorWithEachConnection(Streaming):
    """Loses a descriptor with each TLS connection."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Lose it."""
        os.dup(0)


@mutant(breaks="tls.resources.objects_are_collected", says="expected all of them to be collected")
class KeepsEndedConnections(Streaming):
    """Keeps each transport in a registry that nobody clears."""

    def __init__(self) -> None:
        super().__init__()
        self.ended: list[asyncio.BaseTransport] = []

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Keep it."""
        self.ended.append(transport)
