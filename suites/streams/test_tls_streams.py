"""TLS streams: how they end."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop

from ..support.certificates import NAME, client_context, server_context
from ..support.requirement import requirement
from ..support.sockets import Reports
from ..support.streams import OPEN, ended, put_away
from ..support.tls_peers import TlsPeer, tls_server
from ..support.turns import turns


def speak_and_end(peer: TlsPeer) -> None:
    """Send something and close in order."""
    peer.write(b"all there is")
    peer.say_goodbye()


@requirement(
    "streams.tls.eof_without_warning",
    api="asyncio.StreamReaderProtocol",
    level="interop",
    since="3.11",
    libraries=("asyncio.streams", "redis", "nats-py"),
    doc="library/asyncio-stream.html#asyncio.StreamReader",
)
async def test_the_end_of_tls_in_order_is_no_error(loop: AbstractEventLoop) -> None:
    """A TLS connection that ends in order gives its reader the end, and reports nothing.

    If this fails, look for a close_notify that is taken for an error, or for an
    eof_received() whose answer TLS complains of.
    """
    reports = Reports(loop)
    with tls_server(server_context(), speak_and_end) as server:
        call = asyncio.open_connection(*server.address, ssl=client_context(), server_hostname=NAME)
        reader, writer = await ended(call, f"{OPEN} with ssl=")
        async with put_away(writer):
            received = await ended(reader.read(), "read() to the end of TLS")
            writer.close()
            await ended(writer.wait_closed(), "wait_closed() after the end of TLS")
            await turns()

    assert received == b"all there is", (
        f"a TLS server that sent b'all there is' and closed was read as {received!r}; expected it"
    )
    reports.expect_none("after a TLS connection ended in order")
