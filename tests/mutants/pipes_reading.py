"""Loops that read pipes wrongly."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any

from . import mutant
from .pipes_parts import Piping


class Reading(Piping):
    """No mutant itself: shows read pipes alone."""

    def read_by(self, protocol: Any) -> None:
        """Change the protocol."""

    def reads(self, transport: Any, protocol: Any) -> None:
        """Change the transport."""

    def adopt(self, protocol: Any, way: str) -> None:
        """Show it."""
        if way == "read":
            self.read_by(protocol)

    def spoil(self, transport: Any, protocol: Any, way: str) -> None:
        """Show it."""
        if way == "read":
            self.reads(transport, protocol)


@mutant(breaks="pipes.read.data_then_eof_then_lost", says="a writer that wrote and closed")
class SkipsEof(Reading):
    """Goes straight to connection_lost()."""

    def read_by(self, protocol: Any) -> None:
        """Skip it."""
        protocol.eof_received = lambda: None


@mutant(breaks="pipes.read.data_then_eof_then_lost", says="expected None")
class TellsEofAsAnError(Reading):
    """Takes the end of the pipe for a broken one."""

    def read_by(self, protocol: Any) -> None:
        """Tell so."""
        lost = protocol.connection_lost
        protocol.connection_lost = lambda exc: lost(exc or BrokenPipeError())


@mutant(breaks="pipes.read.data_then_eof_then_lost", says="is_closing()")
class IsNeverClosing(Reading):
    """Says that a pipe whose end was reached is open."""

    def reads(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Say so."""
        transport.is_closing = lambda: False


@mutant(breaks="pipes.read.pending_data_is_delivered", says="b'early', written before")
class LosesEarlyData(Reading):
    """Empties the pipe when it takes it over."""

    def look(self, pipe: Any, way: str) -> Any:
        """Empty it."""
        if way == "read":
            os.set_blocking(pipe.fileno(), False)
            with suppress(BlockingIOError):
                os.read(pipe.fileno(), 65536)
        return pipe


@mutant(breaks="pipes.read.pending_data_is_delivered", says="expected eof_received among them")
class LosesAnEarlyEnd(Reading):
    """Never looks at a pipe that was at its end already."""

    def read_by(self, protocol: Any) -> None:
        """Hear only what comes after a first wait."""
        heard = protocol.eof_received
        protocol.eof_received = lambda: True
        self.call_later(0.05, setattr, protocol, "eof_received", heard)


@mutant(breaks="pipes.read.large_stream", says="written to a pipe arrived as")
class DropsEachTenthChunk(Reading):
    """Loses a chunk now and then."""

    def read_by(self, protocol: Any) -> None:
        """Lose it."""
        received, count = protocol.data_received, 0

        def dropping(data: bytes) -> None:
            nonlocal count
            count += 1
            if count % 10:
                received(data)

        protocol.data_received = dropping


@mutant(breaks="pipes.read.large_stream", says="different from byte")
class SwapsChunks(Reading):
    """Delivers a second full chunk ahead of the first."""

    def read_by(self, protocol: Any) -> None:
        """Swap."""
        received, held = protocol.data_received, bytearray()

        def swapping(data: bytes) -> None:
            if len(data) < 4096:
                received(data)
            elif held:
                received(data)
                received(bytes(held))
                held.clear()
            else:
                held.extend(data)

        protocol.data_received = swapping


@mutant(breaks="pipes.read.eof_true_does_not_keep_open", says="expected connection_lost")
class KeepsPipesOpen(Reading):
    """Heeds the answer of eof_received() as for a socket."""

    def read_by(self, protocol: Any) -> None:
        """Heed it."""
        heard, lost = protocol.eof_received, protocol.connection_lost
        kept: list[bool] = []

        def eof_received() -> Any:
            kept.extend([True] if (answer := heard()) else [])
            return answer

        protocol.eof_received = eof_received
        protocol.connection_lost = lambda exc: None if kept else lost(exc)


@mutant(breaks="pipes.read.pause_and_resume", says="expected nothing")
class IgnoresPauses(Reading):
    """Reads on."""

    def reads(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Ignore both calls."""
        reading = [True]
        transport.pause_reading = lambda: reading.__setitem__(0, False)
        transport.resume_reading = lambda: reading.__setitem__(0, True)
        transport.is_reading = lambda: reading[0]


@mutant(breaks="pipes.read.pause_and_resume", says="is_reading() at first")
class SaysThatItReads(Reading):
    """Says so while it is paused."""

    def reads(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Say so."""
        transport.is_reading = lambda: True


@mutant(breaks="pipes.read.pause_and_resume", says="after resume_reading()")
class CountsPauses(Reading):
    """Wants as many resumptions as there were pauses, and one more."""

    def reads(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Resume at the third call."""
        resume, calls = transport.resume_reading, []

        def resuming() -> None:
            calls.append(1)
            if len(calls) > 2:
                resume()

        transport.resume_reading = resuming


@mutant(breaks="pipes.read.protocol_switch", says="expected connection_made only")
class KeepsItsFirstReader(Reading):
    """Keeps the methods of the first protocol."""

    def reads(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Keep them."""
        transport.set_protocol = lambda protocol: None  # noqa: ARG005


@mutant(breaks="pipes.read.close_breaks_the_pipe", says="expected BrokenPipeError")
class KeepsTheDescriptor(Reading):
    """Closes the pipe object and keeps a copy of its descriptor."""

    def reads(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Keep one."""
        copy = os.dup(transport.get_extra_info("pipe").fileno())
        self.call_later(0.1, os.close, copy)


@mutant(breaks="pipes.read.close_breaks_the_pipe", says="expected it closed")
class LeavesThePipeObjectOpen(Reading):
    """Reads of a copy, and leaves the caller's object to the caller."""

    def look(self, pipe: Any, way: str) -> Any:
        """Copy it."""
        return os.fdopen(os.dup(pipe.fileno()), "rb", 0) if way == "read" else pipe


@mutant(breaks="pipes.read.close", says="connection_lost")
@mutant(breaks="pipes.read.close_is_idempotent", says="expected connection_lost")
class ClosesWithoutAWord(Reading):
    """Never calls connection_lost()."""

    def read_by(self, protocol: Any) -> None:
        """Say nothing."""
        protocol.connection_lost = lambda exc: None  # noqa: ARG005


@mutant(breaks="pipes.read.close", says="expected None")
class ClosesWithAnError(Reading):
    """Takes the own close for an accident."""

    def read_by(self, protocol: Any) -> None:
        """Say so."""
        lost = protocol.connection_lost
        protocol.connection_lost = lambda exc: lost(exc or ConnectionAbortedError())


@mutant(breaks="pipes.read.close_is_idempotent", says="one connection_lost")
class TellsEachClose(Reading):
    """Queues connection_lost() at each close()."""

    def reads(self, transport: Any, protocol: Any) -> None:
        """Queue it."""
        close = transport.close
        closed: list[int] = []

        def closing() -> None:
            if closed:
                self.call_soon(protocol.connection_lost, None)
            closed.append(1)
            close()

        transport.close = closing
