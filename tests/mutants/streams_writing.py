"""Loops on which a StreamWriter waits wrongly, or is told wrong things."""

from __future__ import annotations

from typing import Any

from . import mutant
from .streams_parts import Streamed, deaf


class Writer(Streamed):
    """No mutant itself: shows its heirs the client's side."""

    def written_by(self, protocol: Any) -> None:
        """Change the protocol."""

    def writes(self, transport: Any, protocol: Any) -> None:
        """Change the transport."""

    def adopt(self, protocol: Any, side: str, *, tls: bool) -> None:  # noqa: ARG002 - the base's form
        """Show it."""
        if side == "client":
            self.written_by(protocol)

    def spoil(self, transport: Any, protocol: Any, side: str) -> None:
        """Show it."""
        if side == "client":
            self.writes(transport, protocol)


@mutant(breaks="streams.drain.blocks_until_peer_reads", says="expected it to wait")
@mutant(breaks="streams.drain.several_waiters", says="expected all of them to wait")
@mutant(breaks="streams.drain.waiter_wakes_when_connection_lost", says="raised nothing")
class NeverPauses(Writer):
    """Has no flow control."""

    def written_by(self, protocol: Any) -> None:
        """Never call it."""
        protocol.pause_writing = deaf
        protocol.resume_writing = deaf


@mutant(breaks="streams.drain.blocks_until_peer_reads", says="was still pending")
@mutant(breaks="streams.drain.several_waiters", says="expected all to return None")
class NeverResumes(Writer):
    """Forgets the low mark."""

    def written_by(self, protocol: Any) -> None:
        """Never call it."""
        protocol.resume_writing = deaf


@mutant(breaks="streams.drain.blocks_until_peer_reads", says="get_write_buffer_size() after")
class HasNoBufferSize(Writer):
    """Says that nothing waits."""

    def writes(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Say so."""
        transport.get_write_buffer_size = lambda: 0


@mutant(breaks="streams.drain.returns_at_once_when_idle", says="had not returned")
class PausesFromTheStart(Writer):
    """Has the writer wait for the next time that the socket can be written."""

    def written_by(self, protocol: Any) -> None:
        """Wait a while."""
        made = protocol.connection_made

        def connection_made(transport: Any) -> None:
            made(transport)
            protocol.pause_writing()
            self.call_later(0.05, protocol.resume_writing)

        protocol.connection_made = connection_made


@mutant(breaks="streams.drain.raises_after_reset", says="was still pending")
@mutant(breaks="streams.drain.waiter_wakes_when_connection_lost", says="was still pending")
@mutant(breaks="streams.writer.close_and_wait_closed", says="was still pending")
@mutant(breaks="streams.writer.wait_closed_raises_connection_error", says="was still pending")
@mutant(breaks="streams.reader.reset_raises", says="was still pending")
class NeverTellsTheLoss(Writer):
    """Never calls connection_lost(), and stays open for its writer."""

    def written_by(self, protocol: Any) -> None:
        """Never call it."""
        protocol.connection_lost = deaf

    def writes(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Say that it is open until it is closed."""
        close, closed = transport.close, [False]

        def closing() -> None:
            closed[0] = True
            close()

        transport.close = closing
        transport.is_closing = lambda: closed[0]


@mutant(breaks="streams.writer.close_and_wait_closed", says="expected False and True")
class IsNeverClosing(Writer):
    """Says that it is open whatever happened."""

    def writes(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Say so."""
        transport.is_closing = lambda: False


@mutant(
    breaks="streams.writer.wait_closed_raises_connection_error",
    says="read() after a reset raised nothing",
)
@mutant(breaks="streams.reader.reset_raises", says="a waiting read() on a reset raised nothing")
class TellsResetsAsTheEnd(Writer):
    """Says None for each loss."""

    def written_by(self, protocol: Any) -> None:
        """Say it."""
        lost = protocol.connection_lost
        protocol.connection_lost = lambda exc: lost(None)  # noqa: ARG005


@mutant(
    breaks="streams.writer.wait_closed_raises_connection_error",
    says="expected ConnectionResetError",
)
@mutant(breaks="streams.reader.reset_raises", says="expected ConnectionResetError")
@mutant(breaks="streams.drain.waiter_wakes_when_connection_lost", says="expected ConnectionError")
class TellsResetsInItsOwnWords(Writer):
    """Has an error of its own for each loss."""

    def written_by(self, protocol: Any) -> None:
        """Say it."""
        lost = protocol.connection_lost
        protocol.connection_lost = lambda exc: lost(exc and RuntimeError("connection lost"))


@mutant(breaks="streams.writer.close_flushes", says="expected all of them")
class TruncatesAtClose(Writer):
    """Drops what waits."""

    def writes(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Abort."""
        transport.close = transport.abort


@mutant(breaks="streams.writer.close_flushes", says="expected 'end of stream'")
class NeverClosesTheSocket(Writer):
    """Keeps the socket open when all was sent."""

    def writes(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Keep it."""
        transport.close = deaf


@mutant(breaks="streams.writer.writelines", says="expected b'one two three'")
class SendsTheFirstOfAList(Writer):
    """Forgets all but the first piece."""

    def writes(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Forget them."""
        transport.writelines = lambda pieces: transport.write(pieces[0])


@mutant(breaks="streams.writer.writelines", says="TypeError")
class TakesNoLists(Writer):
    """Expects one bytes-like object in writelines()."""

    def writes(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Expect it."""
        transport.writelines = lambda pieces: transport.write(pieces)


@mutant(breaks="streams.writer.extra_info_and_transport", says="get_extra_info() of the writer")
class KnowsNothing(Writer):
    """Answers None to everything."""

    def writes(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Answer so."""
        transport.get_extra_info = deaf
