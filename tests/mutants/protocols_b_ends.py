"""Loops that deal wrongly with the pauses and ends of buffered protocols."""

from __future__ import annotations

from typing import Any

from . import mutant
from .protocols_b_buffered import Buffering
from .transports_b_parts import Plain


class SeesEmptyBuffers(Buffering):
    """No mutant itself: shows its heirs an empty buffer."""

    def empty(self, protocol: Any) -> None:
        """Do something about it."""

    def buffering(self, protocol: Any) -> None:
        """Show it."""
        get_buffer, updated, no_room = protocol.get_buffer, protocol.buffer_updated, []

        def asked(hint: int) -> Any:
            buffer = get_buffer(hint)
            if not len(buffer):
                no_room.append(True)
                self.empty(protocol)
            return buffer if len(buffer) else bytearray(1)

        protocol.get_buffer = asked
        protocol.buffer_updated = lambda size: None if no_room else updated(size)


@mutant(breaks="protocols.buffered.empty_buffer_is_fatal", says="nothing more within")
class AsksAgainAndAgain(SeesEmptyBuffers):
    """Asks until there is room."""


@mutant(breaks="protocols.buffered.empty_buffer_is_fatal", says="expected an exception")
class TakesNoRoomForEof(SeesEmptyBuffers):
    """Reads zero bytes, and takes that for the end."""

    def empty(self, protocol: Any) -> None:
        """End."""
        protocol.eof_received()
        protocol.transport.close()


@mutant(
    breaks="protocols.buffered.empty_buffer_is_fatal",
    says="expected neither buffer_updated nor eof_received",
)
class TellsOfEofAsWell(SeesEmptyBuffers):
    """Reports the error, and EOF before it."""

    def empty(self, protocol: Any) -> None:
        """Tell of it."""
        protocol.eof_received()
        raise RuntimeError("the buffer has no room")


@mutant(breaks="protocols.buffered.eof_true_keeps_open", says="expected False and b'reply'")
class IgnoresTheAnswerToEof(Buffering):
    """Closes whatever eof_received() says."""

    def buffering(self, protocol: Any) -> None:
        """Ignore it."""
        ended = protocol.eof_received
        protocol.eof_received = lambda: (ended(), None)[1]


@mutant(breaks="protocols.buffered.pause_and_resume", says="after resume_reading(); expected b'")
class NeverResumesReading(Plain):
    """Forgets to watch the descriptor again."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Forget it."""
        transport.resume_reading = lambda: None


@mutant(breaks="protocols.buffered.local_close", says="expected connection_lost(None)")
class TellsOfEofAtClose(Plain):
    """Tells of EOF whichever side has closed."""

    def spoil(self, transport: Any, protocol: Any) -> None:
        """Tell of it."""
        close = transport.close

        def closing() -> None:
            self.call_soon(protocol.eof_received)
            close()

        transport.close = closing
