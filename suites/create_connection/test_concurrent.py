"""create_connection(): calls that overlap in time."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop

from ..support.listeners import IPV4, listening, port_of
from ..support.races import arrivals_at, ends_soon, start_connect
from ..support.requirement import requirement

MANY = 40


@requirement(
    "create_connection.concurrent.many_at_once",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_calls_at_the_same_time_do_not_share_anything(loop: AbstractEventLoop) -> None:
    """Concurrent calls give each caller a transport, a protocol and a local port of its own.

    If this fails, look for state of a connect that is kept on the loop, where the next
    call overwrites it.
    """
    with listening() as listener, arrivals_at([listener]) as arrivals:
        connected = await asyncio.gather(
            *(start_connect(loop, port_of(listener), host=IPV4) for _ in range(MANY))
        )
        arrivals.count()
        for connection in arrivals.taken:
            connection.send(str(connection.getpeername()[1]).encode())
            connection.close()
        for _, protocol in connected:
            await ends_soon(loop.create_task(protocol.until_called("connection_lost")))

        transports = len({id(transport) for transport, _ in connected})
        ports = len({bytes(protocol.received) for _, protocol in connected})
        assert (transports, ports) == (MANY, MANY), (
            f"{MANY} calls of create_connection() at the same time gave {transports} transports, "
            f"and protocols that heard of {ports} local ports; expected {MANY} of each"
        )
