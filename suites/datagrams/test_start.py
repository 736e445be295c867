"""create_datagram_endpoint(): a start that is cancelled."""

from __future__ import annotations

import asyncio
import socket
from asyncio import AbstractEventLoop

from ..support.datagrams import Mailbox, endpoint, udp
from ..support.expect import not_observable
from ..support.protocols import dispose
from ..support.requirement import requirement
from ..support.tracking import state_of
from ..support.turns import turns

API = "loop.create_datagram_endpoint"


@requirement("datagrams.endpoint.cancelled_start", api=API, level="implied", since="3.11")
async def test_a_cancelled_start_ends_so(loop: AbstractEventLoop) -> None:
    """A call that is cancelled while it waits for connection_made() ends so.

    If this fails, look for a CancelledError that is taken for an end of the wait.
    """
    async with endpoint(loop, family=socket.AF_INET):
        pass  # the call works
    with udp() as sock:
        call = loop.create_datagram_endpoint(Mailbox, sock=sock)
        starting = asyncio.ensure_future(call)
        await turns(1)
        waited = not starting.done()
        starting.cancel()
        await asyncio.wait({starting})
        state = state_of(starting)
        if state.startswith("returned"):
            await dispose(starting.result()[0])
        await turns()

    if not waited:
        not_observable("create_datagram_endpoint(sock=...) was complete within one turn")
    assert state == "cancelled", (
        f"create_datagram_endpoint() was cancelled while it waited, and {state}; expected "
        "CancelledError"
    )
