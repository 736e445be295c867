"""TLS 1.2 and TLS 1.3: data both ways, and a clean end."""

from __future__ import annotations

import ssl
from asyncio import AbstractEventLoop

from ..support.certificates import TLS_1_2, TLS_1_3, server_context
from ..support.conversations import echo
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.tls_peers import until_set
from ..support.tls_sessions import Side, both_sides, heard, lost, session

API = "loop.create_connection, loop.create_server (ssl=)"
DOC = "library/asyncio-eventloop.html#asyncio.loop.create_connection"
SENT = b"0123456789" * 7000


async def exchange_and_close(
    loop: AbstractEventLoop, side: Side, version: ssl.TLSVersion
) -> tuple[str, str]:
    """Exchange 70 kB with a strict echo peer and close; what was seen, and what was expected."""
    context = server_context(only=version)
    async with session(loop, side, Recorder(), echo, server=context, strict=True) as tls:
        tls.transport.write(SENT)
        echoed = await heard(tls.protocol, len(SENT))
        tls.transport.close()
        await lost(tls.protocol, f"{tls.doing} with {version.name}, an exchange and close()")
        await until_set(tls.peer.ended)

    seen = (
        f"{tls.peer.version}, {len(echoed)} bytes echoed, {'as' if echoed == SENT else 'not as'} "
        f"sent, connection_lost({tls.protocol.lost_with!r}), the peer's error {tls.peer.error!r}"
    )
    name = version.name.replace("_", ".")
    expected = (
        f"{name}, {len(SENT)} bytes echoed, as sent, connection_lost(None), the peer's error None"
    )
    return seen, expected


@both_sides
@requirement("tls.version.tls12", api=API, level="implied", since="3.11", doc=DOC)
async def test_tls_1_2_carries_data_and_closes(loop: AbstractEventLoop, side: Side) -> None:
    """TLS 1.2 sessions carry data both ways and close cleanly.

    If this fails, look for a shutdown that is written for TLS 1.3 alone, where either
    side may close its direction first.
    """
    seen, expected = await exchange_and_close(loop, side, TLS_1_2)

    assert seen == expected, f"TLS 1.2 with the loop as {side}: {seen}; expected {expected}"


@both_sides
@requirement("tls.version.tls13", api=API, level="implied", since="3.11", doc=DOC)
async def test_tls_1_3_carries_data_and_closes(loop: AbstractEventLoop, side: Side) -> None:
    """TLS 1.3 sessions carry data both ways and close cleanly.

    If this fails, look for messages behind the handshake, such as session tickets, that
    are taken for data or for its end.
    """
    seen, expected = await exchange_and_close(loop, side, TLS_1_3)

    assert seen == expected, f"TLS 1.3 with the loop as {side}: {seen}; expected {expected}"
