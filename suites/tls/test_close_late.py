"""write() on a TLS transport that is closing: how the connection ends."""

from __future__ import annotations

from asyncio import AbstractEventLoop

from ..support.conversations import read_all
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.tls_sessions import Side, both_sides, lost, session
from ..support.tls_streams import PROTOCOLS, TRANSPORT


@both_sides
@requirement(
    "tls.write.after_close_leaves_the_end_clean",
    api=TRANSPORT,
    level="implied",
    since="3.11",
    doc=f"{PROTOCOLS}#asyncio.BaseTransport.close",
)
async def test_a_late_write_does_not_spoil_the_end(loop: AbstractEventLoop, side: Side) -> None:
    """A write() after close() of a TLS transport leaves connection_lost(None) as the end.

    If this fails, look for late data that is encrypted after close_notify was said: OpenSSL
    refuses that, and the refusal must not become the reason of the end.
    """
    protocol = Recorder()
    async with session(loop, side, protocol, read_all) as tls:
        tls.transport.close()
        tls.transport.write(b"late")
        await lost(protocol, f"close() and write() of {tls.doing}")

    assert protocol.lost_with is None, (
        f"close() and write() of {tls.doing} called connection_lost({protocol.lost_with!r}); "
        "expected None"
    )
