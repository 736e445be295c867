"""ALPN: the application's protocol that both ends agree on in the handshake."""

from __future__ import annotations

import asyncio
import ssl
from asyncio import AbstractEventLoop

from ..support.certificates import client_context, server_context
from ..support.conversations import echo
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.tls_sessions import Noting, Side, both_sides, heard, session, ssl_object_of

API = "loop.create_connection, loop.create_server (ssl=)"
DOC = "library/asyncio-eventloop.html#asyncio.loop.create_connection"


def speaking(context: ssl.SSLContext, *protocols: str) -> ssl.SSLContext:
    """The context, with these protocols for ALPN, the preferred one first."""
    context.set_alpn_protocols(list(protocols))
    return context


class Choosing(Recorder):
    """Asks for the protocol agreed on in connection_made(), as a server for HTTP/2 does."""

    chosen: str | None = "connection_made() was not called"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for it."""
        super().connection_made(transport)
        ssl_object = transport.get_extra_info("ssl_object")
        self.chosen = ssl_object and ssl_object.selected_alpn_protocol()


@both_sides
@requirement("tls.alpn.selected", api=API, level="implied", since="3.11", doc=DOC)
async def test_the_agreed_protocol_is_reported(loop: AbstractEventLoop, side: Side) -> None:
    """ssl_object reports the protocol that ALPN agreed on, at both ends the same.

    If this fails, look for a TLS layer that makes a context of its own, without the
    protocols that set_alpn_protocols() set on the given one.
    """
    server = speaking(server_context(), "h2", "http/1.1")
    client = speaking(client_context(), "http/1.1", "foo")
    talk = Noting(ssl.SSLSocket.selected_alpn_protocol)
    async with session(loop, side, Recorder(), talk, server=server, client=client) as tls:
        selected = ssl_object_of(tls.transport).selected_alpn_protocol()

    assert (selected, talk.noted) == ("http/1.1", "http/1.1"), (
        "a client offered http/1.1 and foo to a server with h2 and http/1.1: the loop's "
        f"{side} selected {selected!r}, its peer {talk.noted!r}; expected 'http/1.1' at both ends"
    )


@both_sides
@requirement(
    "tls.alpn.visible_in_connection_made",
    api=API,
    level="interop",
    since="3.11",
    libraries=("hypercorn",),
    doc=DOC,
)
async def test_connection_made_sees_the_agreed_protocol(
    loop: AbstractEventLoop, side: Side
) -> None:
    """Inside connection_made() the protocol that ALPN agreed on is known.

    If this fails, look for a connection_made() that is called before the handshake is done.
    """
    server, client = speaking(server_context(), "h2"), speaking(client_context(), "h2")
    async with session(loop, side, Choosing(), server=server, client=client) as tls:
        chosen = tls.protocol.chosen

    assert chosen == "h2", (
        "inside connection_made() of a session that agreed on h2, selected_alpn_protocol() of "
        f"the loop's {side} led to {chosen!r}; expected 'h2'"
    )


@both_sides
@requirement("tls.alpn.none_offered", api=API, level="implied", since="3.11", doc=DOC)
async def test_without_an_offer_nothing_is_selected(loop: AbstractEventLoop, side: Side) -> None:
    """Without a client's offer ALPN selects None, and the connection works.

    If this fails, look for a handshake that is refused where no protocol was agreed on.
    """
    server = speaking(server_context(), "h2")
    async with session(loop, side, Recorder(), echo, server=server) as tls:
        selected = ssl_object_of(tls.transport).selected_alpn_protocol()
        tls.transport.write(b"ping")
        echoed = await heard(tls.protocol, 4)

    assert (selected, echoed) == (None, b"ping"), (
        f"a client offered nothing to a server with h2: the loop's {side} selected {selected!r} "
        f"and got {echoed!r} echoed for b'ping'; expected None and b'ping'"
    )
