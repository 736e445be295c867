"""Loops that close stream transports wrongly."""

from __future__ import annotations

from typing import Any

from . import mutant
from .transports_a_parts import Meddling, socket_of


@mutant(breaks="transports.close.connection_lost_with_none", says="expected None")
class AbortsWithAnError(Meddling):
    """Makes up an error for a connection that was closed in order."""

    def adopt(self, protocol: Any) -> None:
        """Make one up."""
        lost = protocol.connection_lost
        protocol.connection_lost = lambda error: lost(error or ConnectionAbortedError())


@mutant(breaks="transports.close.connection_lost_with_none", says="expected connection_lost alone")
@mutant(breaks="protocols.eof.not_called_on_local_close", says="expected no eof_received")
class SimulatesEOFOnClose(Meddling):
    """Ends the reading side of a closed transport as if the stream had ended."""

    def spoil(self, transport: Any, protocol: Any) -> None:
        """Tell of an EOF."""
        close = transport.close

        def closing() -> None:
            if not transport.is_closing():
                self.call_soon(protocol.eof_received)
            close()

        transport.close = closing


@mutant(
    breaks="transports.close.connection_lost_is_not_synchronous",
    says="expected the loop to do so later",
)
class LosesInsideClose(Meddling):
    """Calls connection_lost() from close()."""

    def spoil(self, transport: Any, protocol: Any) -> None:
        """Call it, and not again."""
        close, lost = transport.close, protocol.connection_lost

        def closing() -> None:
            protocol.connection_lost = lambda _: None
            close()
            lost(None)

        transport.close = closing


@mutant(breaks="transports.close.is_closing_immediately", says="expected False, True, True")
class ClosesAfterTheFlush(Meddling):
    """Says that it is closing when its buffer is empty."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Look at the buffer."""
        is_closing = transport.is_closing
        transport.is_closing = lambda: is_closing() and not transport.get_write_buffer_size()


@mutant(breaks="transports.close.is_closing_immediately", says="expected False, True, True")
@mutant(breaks="protocols.connection_lost.transport_is_closing_inside", says="expected True")
class ForgetsThatItClosed(Meddling):
    """Clears its flags before connection_lost()."""

    def spoil(self, transport: Any, protocol: Any) -> None:
        """Clear the flag."""
        lost = protocol.connection_lost

        def losing(error: Any) -> None:
            transport.is_closing = lambda: False
            lost(error)

        protocol.connection_lost = losing


@mutant(breaks="transports.close.is_idempotent", says="expected one connection_lost")
@mutant(breaks="transports.abort.is_idempotent", says="expected one connection_lost")
class LosesForEachCall(Meddling):
    """Schedules connection_lost() whenever it is closed or aborted."""

    def spoil(self, transport: Any, protocol: Any) -> None:
        """Schedule."""
        lost = protocol.connection_lost
        for name in ("close", "abort"):
            sound = getattr(transport, name)

            def ending(sound: Any = sound) -> None:
                if transport.is_closing():
                    self.call_soon(lost, None)
                sound()

            setattr(transport, name, ending)


@mutant(breaks="transports.close.flushes_buffered_data", says="expected connection_lost to wait")
class ClosesLikeAbort(Meddling):
    """Discards the buffer on close."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Abort."""
        transport.close = transport.abort


@mutant(breaks="transports.close.flushes_buffered_data", says="expected connection_lost to wait")
class TellsBeforeTheFlush(Meddling):
    """Calls connection_lost() while data is still being sent."""

    def spoil(self, transport: Any, protocol: Any) -> None:
        """Tell early, and not again."""
        close, lost = transport.close, protocol.connection_lost

        def closing() -> None:
            protocol.connection_lost = lambda _: None
            close()
            self.call_soon(lost, None)

        transport.close = closing


@mutant(breaks="transports.close.flushes_buffered_data", says="expected all of them")
class DropsTheLastPiece(Meddling):
    """Loses what is in the buffer and waits nevertheless."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Write less than it was given."""
        write = transport.write
        transport.write = lambda data: write(data[:-1] if len(data) > 100_000 else data)


@mutant(breaks="transports.close.no_data_after_close", says="expected b'early' alone")
class ReadsUntilFlushed(Meddling):
    """Goes on reading as long as there is something to send."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Put the close off."""
        close = transport.close

        def closing() -> None:
            if transport.get_write_buffer_size():
                self.call_soon(closing)
            else:
                close()

        transport.close = closing


@mutant(breaks="transports.close.peer_sees_eof", says="expected the end of the stream")
@mutant(
    breaks="transports.close.descriptor_released_after_connection_lost", says="expected one less"
)
class LeaksTheDescriptor(Meddling):
    """Leaves the socket to the garbage collector."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Keep it open as long as the transport."""
        close = transport.close

        def closing() -> None:
            transport.kept = socket_of(transport)
            close()

        transport.close = closing


@mutant(breaks="transports.close.from_data_received", says="expected no report")
class CannotCloseWhileReading(Meddling):
    """Is not ready for a close() inside data_received()."""

    def spoil(self, transport: Any, protocol: Any) -> None:
        """Raise."""
        received, close = protocol.data_received, transport.close

        def receiving(data: bytes) -> None:
            def refuse() -> None:
                raise ValueError("closed while reading")

            transport.close = refuse
            received(data)
            transport.close = close

        protocol.data_received = receiving


@mutant(
    breaks="transports.close.from_data_received",
    says="expected connection_made, data_received, connection_lost",
)
class ReadsUntilEmpty(Meddling):
    """Reads until there is nothing more, whatever the protocol did meanwhile."""

    def adopt(self, protocol: Any) -> None:
        """Deliver what comes next."""
        received = protocol.data_received

        def receiving(data: bytes) -> None:
            received(data)
            received(b"and more")

        protocol.data_received = receiving


@mutant(
    breaks="transports.close.stops_further_data_in_same_iteration",
    says="expected connection_lost as the last",
)
@mutant(
    breaks="protocols.connection_lost.is_last_callback",
    says="expected nothing after connection_lost",
)
class DeliversAfterTheEnd(Meddling):
    """Carries out a read that was queued before the end."""

    def adopt(self, protocol: Any) -> None:
        """Deliver late."""
        lost = protocol.connection_lost

        def losing(error: Any) -> None:
            lost(error)
            self.call_soon(protocol.data_received, b"late")

        protocol.connection_lost = losing


@mutant(breaks="transports.close.other_side_can_keep_sending", says="expected b'goodbye'")
class PutsSmallWritesOff(Meddling):
    """Sends small pieces in the next turn, to join them, and forgets them on close."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Put off."""
        write = transport.write
        transport.write = lambda data: self.call_soon(write, data)
