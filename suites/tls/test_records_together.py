"""A good TLS record and a spoilt one that arrive together."""

from __future__ import annotations

import ssl
from asyncio import AbstractEventLoop

from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.sockets import Reports
from ..support.tls_peers import Peer
from ..support.tls_sessions import lost
from ..support.tls_streams import SealedByHand, opened_by_hand


def _good_then_spoilt(peer: Peer, sealing: SealedByHand) -> None:
    good, spoilt = sealing.seal(b"good"), bytearray(sealing.seal(b"spoilt"))
    spoilt[-1] ^= 0xFF
    peer.write(good + bytes(spoilt))


@requirement(
    "tls.corrupted_record_behind_a_good_one",
    api="asyncio.Protocol.eof_received (TLS)",
    level="implied",
    since="3.11",
    doc="library/asyncio-protocol.html#asyncio.BaseProtocol.connection_lost",
)
async def test_a_spoilt_record_behind_a_good_one_ends_the_connection(
    loop: AbstractEventLoop,
) -> None:
    """A spoilt record ends in connection_lost(ssl.SSLError) though a good one came with it.

    Whether the good one is delivered is left open. If this fails, look for an error of the
    second read that is put off until after the data, and then forgotten: OpenSSL says it once.
    """
    Reports(loop)  # whether the error is reported besides is not judged here
    protocol = Recorder()
    async with opened_by_hand(loop, protocol, _good_then_spoilt):
        await lost(protocol, "a TLS 1.2 connection whose peer sent a good and a spoilt record")

    assert isinstance(protocol.lost_with, ssl.SSLError), (
        f"a good record and a spoilt one, sent together, ended in connection_lost"
        f"({protocol.lost_with!r}); expected an ssl.SSLError"
    )
    assert bytes(protocol.received) in (b"", b"good"), (
        f"a good record and a spoilt one brought {bytes(protocol.received)!r}; "
        "expected no byte of the spoilt one"
    )
