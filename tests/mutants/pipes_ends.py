"""Loops whose write pipes end wrongly, or tell the wrong protocol of it."""

from __future__ import annotations

import os
from typing import Any

from . import mutant
from .pipes_writing import Writing


@mutant(breaks="pipes.write.close_flushes", says="expected all of them")
class DiscardsAtClose(Writing):
    """Drops what waits."""

    def writes(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Abort."""
        transport.close = transport.abort


@mutant(breaks="pipes.write.close_flushes", says="expected None")
@mutant(breaks="pipes.write.write_eof_closes", says="expected None")
@mutant(breaks="pipes.write.abort_discards", says="expected None")
class EndsWithAnError(Writing):
    """Takes each end for an accident."""

    def written_by(self, protocol: Any) -> None:
        """Tell so."""
        lost = protocol.connection_lost
        protocol.connection_lost = lambda exc: lost(exc or OSError("shutdown() failed"))


@mutant(breaks="pipes.write.close_flushes", says="expected connection_lost")
@mutant(breaks="pipes.write.reader_closing_is_noticed", says="expected connection_lost")
class NeverTellsTheEnd(Writing):
    """Never calls connection_lost() of a write pipe."""

    def written_by(self, protocol: Any) -> None:
        """Don't."""
        protocol.connection_lost = lambda exc: None  # noqa: ARG005


@mutant(breaks="pipes.write.reader_closing_is_noticed", says="2 times; expected once")
class TellsTheLossTwice(Writing):
    """Learns of the reader's close in two ways."""

    def written_by(self, protocol: Any) -> None:
        """Tell of both."""
        lost = protocol.connection_lost

        def losing(exc: Exception | None) -> None:
            lost(exc)
            lost(exc)

        protocol.connection_lost = losing


@mutant(breaks="pipes.write.close_ends_the_pipe", says="no end of file after close()")
class WritesToACopy(Writing):
    """Writes to a copy of the descriptor, and leaves the caller's object to the caller."""

    def look(self, pipe: Any, way: str) -> Any:
        """Copy it."""
        return os.fdopen(os.dup(pipe.fileno()), "wb", 0) if way == "write" else pipe


@mutant(breaks="pipes.write.write_eof_closes", says="no end of file after write_eof()")
class OnlyMarksTheEnd(Writing):
    """Calls connection_lost() at write_eof(), and leaves the descriptor open."""

    def writes(self, transport: Any, protocol: Any) -> None:
        """Do so."""
        transport.write_eof = lambda: self.call_soon(protocol.connection_lost, None)


@mutant(breaks="pipes.write.write_eof_closes", says="expected all of them")
class EndsAheadOfItsData(Writing):
    """Ends the pipe at once."""

    def writes(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Do so."""
        transport.write_eof = transport.abort


@mutant(breaks="pipes.write.abort_discards", says="expected connection_lost")
class FlushesAtAbort(Writing):
    """Has close() for abort(): the end waits for a reader."""

    def writes(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Close."""
        transport.abort = transport.close


@mutant(breaks="pipes.write.reader_closing_is_noticed", says="expected connection_lost")
class NoticesAtTheNextWrite(Writing):
    """Learns that the reader has gone when it writes."""

    def writes(self, transport: Any, protocol: Any) -> None:
        """Hold the news back until then."""
        lost, write = protocol.connection_lost, transport.write
        news: list[Exception | None] = []
        protocol.connection_lost = news.append

        def writing(data: Any) -> None:
            write(data)
            if news:
                lost(BrokenPipeError())

        transport.write = writing


@mutant(breaks="pipes.write.reader_closing_with_pending_data", says="expected an OSError")
class TellsNoBrokenPipe(Writing):
    """Says None for every end."""

    def written_by(self, protocol: Any) -> None:
        """Say it."""
        lost = protocol.connection_lost
        protocol.connection_lost = lambda exc: lost(None)  # noqa: ARG005


@mutant(breaks="pipes.write.after_close_is_ignored", says="expected nothing")
class RefusesLateWrites(Writing):
    """Raises RuntimeError for a write after close()."""

    def writes(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Raise it."""
        write = transport.write

        def strict(data: Any) -> None:
            if transport.is_closing():
                raise RuntimeError("the transport is closing")
            write(data)

        transport.write = strict


@mutant(breaks="pipes.write.after_close_is_ignored", says="expected b'early'")
class SendsLateWrites(Writing):
    """Closes a turn too late, and sends what is written meanwhile."""

    def writes(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Do so."""
        close = transport.close
        transport.close = lambda: self.call_soon(close)


@mutant(breaks="pipes.write.protocol_get_set", says="expected connection_made and connection_lost")
class KeepsItsFirstWriter(Writing):
    """Keeps the methods of the first protocol."""

    def writes(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Say that it was replaced, and no more."""
        transport.set_protocol = lambda new: setattr(transport, "get_protocol", lambda: new)


@mutant(breaks="pipes.write.protocol_get_set", says="get_protocol() after set_protocol()")
class AnswersWithItsFirstWriter(Writing):
    """Returns the first protocol from get_protocol()."""

    def writes(self, transport: Any, protocol: Any) -> None:
        """Return it."""
        transport.get_protocol = lambda: protocol


@mutant(breaks="pipes.write.abstract_base_protocol_suffices", says="expected a transport")
class WantsAStreamingProtocol(Writing):
    """Looks up callbacks that a base protocol does not have."""

    def written_by(self, protocol: Any) -> None:
        """Look one up."""
        self.call_soon(protocol.data_received).cancel()


@mutant(breaks="pipes.write.abstract_base_protocol_suffices", says="expected once")
class CallsEofReceivedOfAnyone(Writing):
    """Calls eof_received(), which a base protocol does not have, and stumbles over it."""

    def written_by(self, protocol: Any) -> None:
        """Call it."""
        lost = protocol.connection_lost

        def losing(exc: Exception | None) -> None:
            protocol.eof_received()
            lost(exc)

        protocol.connection_lost = losing
        self.set_exception_handler(lambda *_: None)
