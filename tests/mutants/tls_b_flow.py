"""Loops that control the flow of writing on TLS connections wrongly."""

from __future__ import annotations

import threading
from typing import Any

from . import mutant
from .tls_b_calls import Streaming


@mutant(breaks="tls.flow.pause_and_resume_are_paired", says="expected one pause_writing")
class PausesAtEachWrite(Streaming):
    """Calls pause_writing() for each write above the mark."""

    def spoil(self, transport: Any, protocol: Any) -> None:
        """Call it."""
        write = transport.write

        def pausing(data: bytes) -> None:
            write(data)
            if transport.get_write_buffer_size():
                protocol.pause_writing()

        transport.write = pausing


@mutant(
    breaks="tls.flow.pause_and_resume_are_paired",
    says="expected one pause_writing and one resume_writing",
)
class NeverResumesWriting(Streaming):
    """Forgets to look at the low mark."""

    def adopt(self, protocol: Any) -> None:
        """Resume nothing."""
        protocol.resume_writing = lambda: None


@mutant(breaks="tls.flow.limits_round_trip", says="expected (low, high)")
class ReturnsHighAndLow(Streaming):
    """Returns the marks in the other order."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Turn the pair round."""
        limits = transport.get_write_buffer_limits
        transport.get_write_buffer_limits = lambda: limits()[::-1]


@mutant(breaks="tls.flow.limits_round_trip", says="expected (low, high)")
@mutant(breaks="tls.flow.invalid_limits_are_valueerror", says="raised nothing; expected ValueError")
class IgnoresLimits(Streaming):
    """Has no use for limits under TLS."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Ignore them."""
        transport.set_write_buffer_limits = lambda high=None, low=None: None  # noqa: ARG005


@mutant(breaks="tls.flow.buffer_size_drains_to_zero", says="expected 0, more than 0, and 0")
class ItsBufferIsAlwaysEmpty(Streaming):
    """Says 0 whatever waits."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Say 0."""
        transport.get_write_buffer_size = lambda: 0


@mutant(breaks="tls.flow.buffer_size_drains_to_zero", says="expected 0, more than 0, and 0")
class NeverTakesDataOffItsSize(Streaming):
    """Counts what is written and not what has left."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Count."""
        write, written = transport.write, []

        def counting(data: bytes) -> None:
            written.append(len(data))
            write(data)

        transport.write = counting
        transport.get_write_buffer_size = lambda: sum(written)


@mutant(
    breaks="tls.flow.write_does_not_block",
    says="returned after the peer had begun to read",
)
class WaitsForThePeerInWrite(Streaming):
    """Sends in the manner of a blocking socket: returns when the peer has made room."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Wait longer than the peer keeps still."""
        write = transport.write

        def blocking(data: bytes) -> None:
            write(data)
            if len(data) > 5_000_000:
                threading.Event().wait(1.2)

        transport.write = blocking
