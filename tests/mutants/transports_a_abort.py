"""Loops that abort stream transports wrongly."""

from __future__ import annotations

import errno
from contextlib import suppress
from typing import Any

from . import mutant
from .transports_a_parts import Meddling, socket_of


@mutant(breaks="transports.abort.connection_lost_with_none", says="expected None")
class AbortsWithACode(Meddling):
    """Tells of an aborted connection by ECANCELED."""

    def spoil(self, transport: Any, protocol: Any) -> None:
        """Pass the code."""
        abort, lost = transport.abort, protocol.connection_lost

        def aborting() -> None:
            protocol.connection_lost = lambda _: lost(OSError(errno.ECANCELED, "canceled"))
            abort()

        transport.abort = aborting


@mutant(
    breaks="protocols.connection_lost.runs_in_loop_iteration_not_in_caller",
    says="expected connection_lost to come when the call had returned",
)
class LosesInsideAbort(Meddling):
    """Calls connection_lost() from abort()."""

    def spoil(self, transport: Any, protocol: Any) -> None:
        """Call it, and not again."""
        abort, lost = transport.abort, protocol.connection_lost

        def aborting() -> None:
            protocol.connection_lost = lambda _: None
            abort()
            lost(None)

        transport.abort = aborting


@mutant(breaks="transports.abort.connection_lost_with_none", says="expected True")
class AbortsInTheNextTurn(Meddling):
    """Leaves the whole abort() to the loop."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Put it off."""
        abort = transport.abort
        transport.abort = lambda: self.call_soon(abort)


@mutant(breaks="transports.abort.no_data_after_abort", says="expected b'early' alone")
class EmptiesTheSocketOnAbort(Meddling):
    """Reads what is still there before it lets go of the socket."""

    def spoil(self, transport: Any, protocol: Any) -> None:
        """Read."""
        abort = transport.abort

        def aborting() -> None:
            with socket_of(transport) as sock, suppress(OSError):
                self.call_soon(protocol.data_received, sock.recv(65536))
            abort()

        transport.abort = aborting


@mutant(breaks="transports.abort.discards_buffer", says="no connection_lost() within")
@mutant(breaks="transports.abort.after_close_with_stuck_buffer", says="no connection_lost() within")
class AbortsLikeClose(Meddling):
    """Flushes on abort."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Close."""
        transport.abort = transport.close


@mutant(breaks="transports.abort.after_close_with_stuck_buffer", says="no connection_lost() within")
class IgnoresAbortWhenClosing(Meddling):
    """Has nothing to abort on a transport that is closing."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Look first."""
        abort = transport.abort
        transport.abort = lambda: None if transport.is_closing() else abort()


@mutant(
    breaks="transports.abort.no_resume_writing_after_abort",
    says="expected connection_made, pause_writing, connection_lost",
)
class ResumesWhenDropped(Meddling):
    """Looks at the low mark when the buffer was dropped."""

    def spoil(self, transport: Any, protocol: Any) -> None:
        """Resume."""
        abort = transport.abort

        def aborting() -> None:
            abort()
            self.call_soon(protocol.resume_writing)

        transport.abort = aborting


@mutant(breaks="transports.abort.after_flushed_close", says="expected it to be ignored")
class CannotAbortWhatIsGone(Meddling):
    """Uses in abort() what connection_lost() has released."""

    def spoil(self, transport: Any, protocol: Any) -> None:
        """Raise after the end."""
        lost = protocol.connection_lost

        def refuse() -> None:
            raise ValueError("nothing to abort")

        def losing(error: Any) -> None:
            lost(error)
            transport.abort = refuse

        protocol.connection_lost = losing
