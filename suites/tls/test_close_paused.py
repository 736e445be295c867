"""close() of a TLS transport that is not reading."""

from __future__ import annotations

from asyncio import AbstractEventLoop

from ..support.conversations import read_all
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.tls_sessions import Side, both_sides, lost, session
from ..support.tls_streams import PROTOCOLS, TRANSPORT


@both_sides
@requirement(
    "tls.close.while_reading_is_paused",
    api=TRANSPORT,
    level="implied",
    since="3.11",
    doc=f"{PROTOCOLS}#asyncio.BaseTransport.close",
)
async def test_close_after_pause_reading_completes(loop: AbstractEventLoop, side: Side) -> None:
    """close() of a TLS transport whose reading is paused leads to connection_lost(None).

    Nobody can resume reading on a closing transport. If this fails, look for a pause that
    keeps the peer's close_notify from being read, so that only a time limit ends it.
    """
    protocol = Recorder()
    async with session(loop, side, protocol, read_all) as tls:
        tls.transport.pause_reading()
        tls.transport.close()
        await lost(protocol, f"pause_reading() and close() of {tls.doing}")

    assert protocol.lost_with is None, (
        f"pause_reading() and close() of {tls.doing} called connection_lost"
        f"({protocol.lost_with!r}); expected None"
    )
