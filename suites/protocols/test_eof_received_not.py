"""eof_received(): ends of a connection that are no EOF."""

from __future__ import annotations

from asyncio import AbstractEventLoop

from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.streaming import PROTOCOLS, streaming
from ..support.tls_sessions import lost
from ..support.turns import turns

EOF_RECEIVED = "asyncio.Protocol.eof_received"
DOC = f"{PROTOCOLS}#{EOF_RECEIVED}"


@requirement(
    "protocols.eof.not_called_on_local_close",
    api=EOF_RECEIVED,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_the_own_close_is_no_eof(loop: AbstractEventLoop) -> None:
    """close() on the own side does not call eof_received().

    If this fails, look for a reader that is ended as if the stream had ended.
    """
    protocol = Recorder()
    async with streaming(loop, protocol) as stream:
        stream.transport.close()
        await lost(protocol, "close()")
        await turns()

    assert "eof_received" not in protocol.calls, (
        f"close() called {protocol.calls[1:]}; expected no eof_received"
    )


@requirement(
    "protocols.eof.not_called_on_abort",
    api=EOF_RECEIVED,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_the_own_abort_is_no_eof(loop: AbstractEventLoop) -> None:
    """abort() does not call eof_received().

    If this fails, look for a reader that is ended as if the stream had ended.
    """
    protocol = Recorder()
    async with streaming(loop, protocol) as stream:
        stream.transport.abort()
        await lost(protocol, "abort()")
        await turns()

    assert "eof_received" not in protocol.calls, (
        f"abort() called {protocol.calls[1:]}; expected no eof_received"
    )


@requirement(
    "protocols.eof.not_called_on_reset",
    api=EOF_RECEIVED,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_a_reset_is_no_eof(loop: AbstractEventLoop) -> None:
    """A reset by the other end does not call eof_received().

    If this fails, look for an error of recv() that is taken for the end of the stream.
    """
    protocol = Recorder()
    async with streaming(loop, protocol) as stream:
        stream.far.reset()
        await lost(protocol, "a reset by the other end")
        await turns()

    assert "eof_received" not in protocol.calls, (
        f"a reset by the other end called {protocol.calls[1:]}; expected no eof_received"
    )
