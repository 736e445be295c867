"""BufferedProtocol: a buffer that nothing can be written to."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from contextlib import suppress

from ..support.flowing import lost, stream
from ..support.reports import error_of, keep_reports
from ..support.requirement import requirement
from ..support.tls_sessions import Filling
from ..support.turns import turns

API = "asyncio.BufferedProtocol"


class _Sealed(Filling):
    """Offers a buffer that is read only."""

    def get_buffer(self, sizehint: int) -> memoryview:
        """A view of bytes."""
        return super().get_buffer(sizehint).toreadonly()


@requirement(
    "protocols.buffered.readonly_buffer_is_fatal",
    api=API,
    level="implied",
    since="3.11",
    doc=f"library/asyncio-protocol.html#{API}.get_buffer",
)
async def test_a_buffer_that_is_read_only_ends_the_connection(loop: AbstractEventLoop) -> None:
    """A buffer that can't be written to is reported, and ends in connection_lost(exception).

    Which exception it is, is left open. If this fails, look for errors of a read that are all
    taken for the network's, which need no report: this one is a mistake in the program.
    """
    protocol, reported = _Sealed(), keep_reports(loop, error_of)
    async with stream(loop, protocol) as (_, peer):
        with suppress(ConnectionError):  # a loop that asks early has ended it by now
            peer.send(b"hello")
        await lost(protocol, "get_buffer() returning a read-only buffer")
        await turns()

    assert isinstance(protocol.lost_with, Exception), (
        f"get_buffer() returned a read-only buffer, and connection_lost() got "
        f"{protocol.lost_with!r}; expected an exception"
    )
    assert len(reported) == 1, (
        f"get_buffer() returned a read-only buffer, and the exception handler got {reported}; "
        "expected one report"
    )
    assert "buffer_updated" not in protocol.calls, (
        f"get_buffer() returned a read-only buffer, and the protocol was called {protocol.calls}; "
        "expected no buffer_updated"
    )
