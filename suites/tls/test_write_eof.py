"""write_eof() of TLS transports, which TLS has nothing for."""

from __future__ import annotations

from asyncio import AbstractEventLoop

from ..support.conversations import echo
from ..support.expect import expect_raises
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.tls_sessions import Side, both_sides, heard, session


@both_sides
@requirement(
    "tls.write_eof.unsupported",
    api="asyncio.Protocol.eof_received (TLS)",
    level="documented",
    since="3.11",
    doc="library/asyncio-protocol.html#asyncio.WriteTransport.write_eof",
)
async def test_write_eof_is_refused_and_does_no_harm(loop: AbstractEventLoop, side: Side) -> None:
    """can_write_eof() is False, write_eof() raises NotImplementedError, and writing goes on.

    If this fails, look for calls that are passed on to the TCP transport, which can
    close one direction alone.
    """
    async with session(loop, side, Recorder(), echo) as tls:
        can = tls.transport.can_write_eof()
        with expect_raises(NotImplementedError, f"write_eof() of {tls.doing}"):
            tls.transport.write_eof()
        tls.transport.write(b"ping")
        echoed = await heard(tls.protocol, 4)

    assert can is False, f"can_write_eof() of {tls.doing} returned {can!r}; expected False"
    assert echoed == b"ping", (
        f"after write_eof() {tls.doing} got {echoed!r} echoed for b'ping'; expected a connection "
        "as usable as before"
    )
