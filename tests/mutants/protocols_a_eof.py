"""Loops that make their own of eof_received()."""

from __future__ import annotations

from typing import Any

from . import mutant
from .transports_a_parts import Meddling


class Answered(Meddling):
    """No mutant itself: its heirs make their own of the answer of eof_received()."""

    def adopt(self, protocol: Any) -> None:
        """Replace the answer."""
        told = protocol.eof_received
        protocol.eof_received = lambda: self.understood(told())

    def understood(self, answer: Any) -> bool:
        """Whether the transport stays open."""
        raise NotImplementedError


@mutant(breaks="protocols.eof.default_closes_transport", says="no connection_lost() within")
@mutant(breaks="protocols.eof.falsy_returns_close", says="eof_received() that returned None: no")
class StaysOpenByDefault(Answered):
    """Closes at EOF when it is told to only."""

    def understood(self, answer: Any) -> bool:
        """Take no answer for a yes."""
        return answer is None or bool(answer)


@mutant(breaks="protocols.eof.falsy_returns_close", says="no connection_lost() within")
class ComparesWithNone(Answered):
    """Takes every answer but None for a yes."""

    def understood(self, answer: Any) -> bool:
        """Compare."""
        return answer is not None


@mutant(
    breaks="protocols.eof.truthy_return_keeps_write_side_open",
    says="expected connection_lost after close() only",
)
class ClosesAnyway(Answered):
    """Drops the answer."""

    def understood(self, answer: Any) -> bool:  # noqa: ARG002 - the base's form
        """Close."""
        return False


@mutant(
    breaks="protocols.eof.truthy_return_keeps_write_side_open",
    says="expected connection_lost after close() only",
)
class ComparesWithTrue(Answered):
    """Takes True alone for a yes."""

    def understood(self, answer: Any) -> bool:
        """Compare."""
        return answer is True


@mutant(
    breaks="protocols.eof.implicit_close_flushes",
    says="expected all of them before the transport closes",
)
class AbortsAtEOF(Meddling):
    """Ends the whole connection when one direction has ended."""

    def spoil(self, transport: Any, protocol: Any) -> None:
        """Abort."""
        told = protocol.eof_received

        def ending() -> Any:
            answer = told()
            transport.abort()
            return answer

        protocol.eof_received = ending


class AfterEOF(Meddling):
    """No mutant itself: its heirs do something in each turn after EOF, until the end."""

    def spoil(self, transport: Any, protocol: Any) -> None:
        """Begin when the protocol is told."""
        told = protocol.eof_received

        def again() -> None:
            if not transport.is_closing():
                self.each_turn(told)
                self.call_soon(again)

        def ending() -> Any:
            self.call_soon(again)
            return told()

        protocol.eof_received = ending

    def each_turn(self, told: Any) -> None:
        """What is done."""


@mutant(breaks="protocols.eof.called_at_most_once", says="expected once")
class TellsInEachTurn(AfterEOF):
    """Tells of EOF whenever the socket is readable, as it always is then."""

    def each_turn(self, told: Any) -> None:
        """Tell."""
        told()


@mutant(breaks="protocols.eof.kept_open_connection_does_not_spin", says="expected next to none")
class SpinsAfterEOF(AfterEOF):
    """Watches a socket that is always readable."""


@mutant(breaks="protocols.eof.not_called_on_abort", says="expected no eof_received")
class SimulatesEOFOnAbort(Meddling):
    """Ends the reading side of an aborted transport as if the stream had ended."""

    def spoil(self, transport: Any, protocol: Any) -> None:
        """Tell of an EOF."""
        abort = transport.abort

        def aborting() -> None:
            if not transport.is_closing():
                self.call_soon(protocol.eof_received)
            abort()

        transport.abort = aborting


@mutant(breaks="protocols.eof.not_called_on_reset", says="expected no eof_received")
class TakesResetsForEOF(Meddling):
    """Takes an error of recv() for the end of the stream."""

    def adopt(self, protocol: Any) -> None:
        """Tell of an EOF first."""
        lost = protocol.connection_lost

        def losing(error: Any) -> None:
            if error is not None:
                protocol.eof_received()
            lost(error)

        protocol.connection_lost = losing
