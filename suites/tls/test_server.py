"""A TLS server of the loop: many clients, and clients that are not of asyncio."""

from __future__ import annotations

import asyncio
import ssl
from asyncio import AbstractEventLoop
from contextlib import ExitStack

import pytest

from ..support.certificates import NAME, TLS_1_2, TLS_1_3, client_context, server_context
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.tls_peers import TlsPeer, tls_client, until_set
from ..support.tls_sessions import serving
from ..support.turns import turns

API = "loop.create_server (ssl=)"
DOC = "library/asyncio-eventloop.html#asyncio.loop.create_server"


class Echo(Recorder):
    """Sends back what it receives."""

    def data_received(self, data: bytes) -> None:
        """Send it back."""
        super().data_received(data)
        assert self.transport is not None
        self.transport.write(data)


@requirement("tls.server.many_clients", api=API, level="documented", since="3.11", doc=DOC)
async def test_many_clients_are_served_at_the_same_time(loop: AbstractEventLoop) -> None:
    """One TLS server serves many clients at the same time, each by itself.

    If this fails, look for what belongs to one connection kept with the server or with
    its context, such as one TLS object for all.
    """
    lines = [b"from client %02d" % number for number in range(12)]
    context, heard = client_context(), list[bytes]()

    def say(line: bytes, peer: TlsPeer) -> None:
        peer.write(line)
        peer.read_exactly(len(line))
        peer.say_goodbye()

    async with serving(loop, Echo, server_context()) as address:
        with ExitStack() as clients:
            peers = [
                clients.enter_context(
                    tls_client(
                        address,
                        context,
                        lambda peer, line=line: say(line, peer),  # type: ignore[misc]  # its default gives the type
                        server_hostname=NAME,
                    )
                )
                for line in lines
            ]
            for peer in peers:
                await until_set(peer.ended)
            heard = [bytes(peer.received) for peer in peers]
        await turns()

    assert heard == lines, (
        f"twelve clients of one TLS server that echoes sent {lines} and received {heard}; "
        "expected each its own"
    )


@pytest.mark.parametrize("version", [TLS_1_2, TLS_1_3])
@requirement(
    "tls.server.blocking_client_interoperates", api=API, level="implied", since="3.11", doc=DOC
)
async def test_a_blocking_client_can_end_the_session_first(
    loop: AbstractEventLoop, version: ssl.TLSVersion
) -> None:
    """A blocking ssl client talks to the loop's TLS server, and its unwrap() ends the session.

    If this fails, look for a server that answers a client's close_notify by closing the
    TCP connection, without a close_notify of its own.
    """

    def talk(peer: TlsPeer) -> None:
        peer.write(b"ping")
        peer.read_exactly(4)
        peer.sock.unwrap().close()

    protocol = Echo()
    context = server_context(only=version)
    async with serving(loop, lambda: protocol, context) as address:
        with tls_client(address, client_context(), talk, server_hostname=NAME, strict=True) as peer:
            await until_set(peer.ended)
            errors = (peer.handshake_error, peer.error)
            echoed = bytes(peer.received)
        if "connection_made" in protocol.calls:
            await asyncio.wait({asyncio.ensure_future(protocol.until_called("connection_lost"))})

    assert echoed == b"ping", (
        f"a blocking {version.name} client sent b'ping' to a server of the loop and received "
        f"{echoed!r}, with errors {errors}; expected an echo"
    )
    assert errors == (None, None), (
        f"unwrap() of a blocking {version.name} client of the loop's server raised {errors[1]!r}; "
        "expected a close_notify in answer to its own"
    )
