"""BufferedProtocol on TLS transports: a record of which only a part fits into the buffer."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop

from ..support.conversations import greet_with
from ..support.factories import turns_until
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.tls_sessions import Filling, Side, both_sides, heard, session, soon
from ..support.turns import turns

API = "asyncio.BufferedProtocol (TLS)"
PROTOCOLS = "library/asyncio-protocol.html"
SENT = bytes(range(200))
SIZE = 7


class _Pausing(Filling):
    """Pauses reading with the first update."""

    def buffer_updated(self, nbytes: int) -> None:
        """Pause."""
        super().buffer_updated(nbytes)
        if len(self.updates) == 1:
            assert self.transport is not None
            self.transport.pause_reading()


class _Handing(Filling):
    """Hands the connection over to a streaming protocol with the first update."""

    def __init__(self, heir: asyncio.Protocol) -> None:
        super().__init__(SIZE)
        self._heir = heir

    def buffer_updated(self, nbytes: int) -> None:
        """Hand over."""
        super().buffer_updated(nbytes)
        assert self.transport is not None
        self.transport.set_protocol(self._heir)


@both_sides
@requirement(
    "tls.buffered_protocol.rest_of_a_record_comes_after_resume",
    api=API,
    level="documented",
    since="3.11",
    doc=f"{PROTOCOLS}#asyncio.ReadTransport.resume_reading",
)
async def test_the_rest_of_a_record_comes_after_resume_reading(
    loop: AbstractEventLoop, side: Side
) -> None:
    """What did not fit into the buffer before a pause is delivered after resume_reading().

    Though nothing more arrives from the peer. If this fails, look for a resume that only
    watches the socket again, and forgets what is decrypted already.
    """
    protocol = _Pausing(SIZE)
    async with session(loop, side, protocol, greet_with(SENT)) as tls:
        await soon(protocol, lambda: bool(protocol.updates))
        await turns(10)
        while_paused = len(protocol.received)
        tls.transport.resume_reading()
        await turns_until(lambda: len(protocol.received) >= len(SENT), 500)
        received = bytes(protocol.received)

    assert 0 < while_paused < len(SENT), (
        f"a buffer of {SIZE} bytes, and pause_reading() in the first buffer_updated() of "
        f"{tls.doing}, brought {while_paused} of {len(SENT)} bytes; expected some of them"
    )
    assert received == SENT, (
        f"after resume_reading() of {tls.doing} {len(received)} bytes had arrived; expected the "
        f"{len(SENT)} that were sent, without more from the peer"
    )


@both_sides
@requirement(
    "tls.buffered_protocol.switch_in_the_middle_of_a_record",
    api=API,
    level="implied",
    since="3.11",
    doc=f"{PROTOCOLS}#asyncio.BaseTransport.set_protocol",
)
async def test_the_next_protocol_gets_the_rest_of_a_record(
    loop: AbstractEventLoop, side: Side
) -> None:
    """What did not fit into the buffer of one protocol goes to the next one, once.

    If this fails, look for a rest that is lost with the protocol it was meant for, or that
    is kept after it was delivered.
    """
    heir = Recorder()
    protocol = _Handing(heir)
    async with session(loop, side, protocol, greet_with(SENT)) as tls:
        await soon(protocol, lambda: bool(protocol.updates))
        await heard(heir, len(SENT) - SIZE)
        await turns(10)
        received = bytes(protocol.received + heir.received)

    assert received == SENT, (
        f"set_protocol() in the first buffer_updated() of {tls.doing} brought {len(received)} "
        f"bytes to the two protocols, {received[:250]!r}; expected the {len(SENT)} that were sent"
    )
