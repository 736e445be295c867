"""The control of checks in which a protocol has to hear nothing."""

from __future__ import annotations

import asyncio

from .certificates import NAME, client_context, server_context
from .connecting import opened
from .conversations import greet_with
from .protocols import Recorder
from .tls_peers import PATIENCE, tls_server


async def expect_told() -> None:
    """Make a TLS connection whose protocol hears of it, and put it away: a control, no promise."""
    doing = "create_connection(ssl=context) to a trusted server"
    with tls_server(server_context(), greet_with(b"hello")) as server:
        call = asyncio.get_running_loop().create_connection(
            Recorder, *server.address, ssl=client_context(), server_hostname=NAME
        )
        async with opened(call, doing) as (_, protocol):
            arriving = asyncio.ensure_future(protocol.until_received(5))
            await asyncio.wait({arriving}, timeout=PATIENCE)
            arriving.cancel()
            calls = protocol.calls[:2]

    assert calls == ["connection_made", "data_received"], (
        f"{doing} that sends a greeting called {calls} on the protocol; "
        "expected connection_made, data_received"
    )
