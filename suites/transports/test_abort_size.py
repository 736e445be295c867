"""abort() of a stream transport: how much it says is buffered."""

from __future__ import annotations

from asyncio import AbstractEventLoop

from ..support.flowing import lost, stuck
from ..support.protocols import Recorder
from ..support.requirement import requirement

SIZE = "asyncio.WriteTransport.get_write_buffer_size"


@requirement(
    "transports.buffer_size.zero_after_abort",
    api=SIZE,
    level="implied",
    since="3.11",
    doc=f"library/asyncio-protocol.html#{SIZE}",
)
async def test_nothing_is_buffered_after_abort(loop: AbstractEventLoop) -> None:
    """get_write_buffer_size() is 0 once abort() has thrown the buffered data away.

    It is asked when connection_lost() has been called. If this fails, look for a buffer that
    is dropped, and a count of its bytes that is not.
    """
    protocol = Recorder()
    async with stuck(loop, protocol) as (transport, _):
        before = transport.get_write_buffer_size()
        transport.abort()
        await lost(protocol, "abort() of a transport that is stuck")
        after = transport.get_write_buffer_size()

    assert before > 0, f"{before} bytes were buffered for a stuck peer; expected more than 0"
    assert after == 0, (
        f"get_write_buffer_size() was {before} before abort() and {after} after connection_lost(); "
        "expected 0"
    )
