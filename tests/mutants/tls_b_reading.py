"""Loops that pause the reading of TLS connections wrongly."""

from __future__ import annotations

from typing import Any

from . import mutant
from .tls_b_calls import Streaming


def _nothing(*_: object) -> None:
    """Stands in for a method that is not there."""


@mutant(breaks="tls.pause_reading.stops_data_received", says="expected nothing before resume")
@mutant(
    breaks="tls.pause_reading.inside_data_received_is_honoured",
    says="more calls came before resume_reading(); expected none",
)
@mutant(breaks="tls.pause_reading.in_connection_made", says="expected nothing before resume")
@mutant(breaks="tls.pause_reading.back_pressure_reaches_the_writer", says="expected it to stick")
@mutant(breaks="tls.pause_reading.no_data_is_lost_when_peer_closes", says="expected nothing")
class PausesNothing(Streaming):
    """Says that it is paused and goes on; a record at a time."""

    def adopt(self, protocol: Any) -> None:
        """Deliver in two pieces."""
        received = protocol.data_received

        def data_received(data: bytes) -> None:
            received(data[:1])
            if data[1:]:
                received(data[1:])

        protocol.data_received = data_received

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Take the calls and do nothing."""
        transport.reading = True

        def pause_reading() -> None:
            transport.reading = False

        def resume_reading() -> None:
            transport.reading = True

        transport.pause_reading = pause_reading
        transport.resume_reading = resume_reading
        transport.is_reading = lambda: transport.reading


@mutant(breaks="tls.pause_reading.stops_data_received", says="expected True, False, True")
class IsAlwaysReading(Streaming):
    """Forgets that it was paused, when asked."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Say that it reads."""
        transport.is_reading = lambda: True


@mutant(breaks="tls.pause_reading.is_idempotent", says="after two pauses and one resume_reading()")
class CountsPauses(Streaming):
    """Resumes after as many resumes as there were pauses."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Count."""
        pause, resume, paused = transport.pause_reading, transport.resume_reading, []

        def pause_reading() -> None:
            paused.append(1)
            pause()

        def resume_reading() -> None:
            del paused[-1:]
            if not paused:
                resume()

        transport.pause_reading, transport.resume_reading = pause_reading, resume_reading


@mutant(breaks="tls.pause_reading.is_idempotent", says="raised RuntimeError")
class RefusesASecondPause(Streaming):
    """Raises RuntimeError when it is paused already."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Refuse."""
        pause = transport.pause_reading

        def pause_reading() -> None:
            if not transport.is_reading():
                raise RuntimeError("already paused")
            pause()

        transport.pause_reading = pause_reading


@mutant(breaks="tls.pause_reading.no_data_is_lost_when_peer_closes", says="received 0 bytes")
class DropsDataAtCloseNotify(Streaming):
    """Drops what was not delivered yet when the end has come."""

    def spoil(self, transport: Any, protocol: Any) -> None:
        """Drop what comes after a pause."""
        resume = transport.resume_reading

        def resume_reading() -> None:
            protocol.data_received = _nothing
            resume()

        transport.resume_reading = resume_reading


@mutant(breaks="tls.pause_reading.after_close_is_harmless", says="raised AttributeError")
class ReleasesTooMuchAtClose(Streaming):
    """Gives up the transport below in close()."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Fail as None does."""
        pause = transport.pause_reading

        def pause_reading() -> None:
            if transport.is_closing():
                raise AttributeError("'NoneType' object has no attribute 'pause_reading'")
            pause()

        transport.pause_reading = pause_reading
