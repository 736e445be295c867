"""Loops in which pauses of reading, writing and closing get in each other's way."""

from __future__ import annotations

from typing import Any

from . import mutant
from .transports_b_parts import Plain


@mutant(
    breaks="transports.reading.pause_leaves_writing_alone",
    says="expected b'buffered, and written later'",
)
class WritesNothingInAPause(Plain):
    """Takes the descriptor off the poll, and writes again when it reads again."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Write nothing."""
        write = transport.write
        transport.write = lambda data: write(data) if transport.is_reading() else None


@mutant(breaks="transports.reading.goes_on_while_writing_is_stuck", says="expected b'hello'")
class WatchesForOneThing(Plain):
    """Watches for writing instead of reading while something waits to be written."""

    def spoil(self, transport: Any, protocol: Any) -> None:
        """Read nothing while paused."""
        protocol.pause_writing = transport.pause_reading
        protocol.resume_writing = transport.resume_reading


@mutant(breaks="transports.reading.pause_then_close_completes", says="nothing more within")
class WaitsForAResume(Plain):
    """Closes when it reads again."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Wait."""
        close = transport.close
        transport.close = lambda: close() if transport.is_reading() else None
