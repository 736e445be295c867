"""start_tls(): what the context asks of the handshake."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.certificates import NAME, client_context, server_context, trust_clients
from ..support.conversations import greet_with
from ..support.requirement import requirement
from ..support.tls_peers import TlsPeer
from ..support.upgrades import SIDES, Side, in_time, linked

both_sides = pytest.mark.parametrize("side", SIDES)


@both_sides
@requirement("start_tls.alpn_is_negotiated", api="loop.start_tls", level="implied", since="3.11")
async def test_alpn_is_negotiated(loop: AbstractEventLoop, side: Side) -> None:
    """An upgrade negotiates an application protocol (ALPN) as the contexts say.

    If this fails, look for a context of the loop's own in the place of the given one.
    """
    contexts = {"client": client_context(), "server": server_context()}
    contexts["client"].set_alpn_protocols(["h2", "http/1.1"])
    contexts["server"].set_alpn_protocols(["h2"])
    ours = contexts.pop(side)
    selected: list[str | None] = []

    def note(peer: TlsPeer) -> None:
        selected.append(peer.sock.selected_alpn_protocol())
        greet_with(b"noted")(peer)

    async with linked(loop, side, note, context=ours, peers_context=contexts.popitem()[1]) as link:
        transport = await link.secured()
        await in_time(link.protocol.until_received(5))
        tls = transport.get_extra_info("ssl_object")
        selected.append(tls and tls.selected_alpn_protocol())

    assert selected == ["h2", "h2"], (
        f"{link.doing}, both ends offering 'h2': the peer and the loop's end selected {selected}; "
        "expected 'h2' of both"
    )


@both_sides
@requirement("start_tls.client_certificate", api="loop.start_tls", level="implied", since="3.11")
async def test_client_certificates_work(loop: AbstractEventLoop, side: Side) -> None:
    """A client's certificate is shown by an upgrade, and known after it to the server.

    If this fails, look for a context of the loop's own in the place of the given one, or for
    a 'peercert' that only clients fill in.
    """
    contexts = {"client": client_context(certified_as="client.test"), "server": server_context()}
    trust_clients(contexts["server"])
    ours = contexts.pop(side)
    shown: list[Any] = []

    def note(peer: TlsPeer) -> None:
        shown.append(peer.sock.getpeercert())
        greet_with(b"noted")(peer)

    async with linked(loop, side, note, context=ours, peers_context=contexts.popitem()[1]) as link:
        transport = await link.secured()
        await in_time(link.protocol.until_received(5))
        shown.append(transport.get_extra_info("peercert"))

    names = [(certificate or {}).get("subjectAltName") for certificate in shown]
    server, client = (("DNS", NAME),), (("DNS", "client.test"),)
    expected = [client, server] if side == "client" else [server, client]
    assert names == expected, (
        f"{link.doing} with a client's certificate: the peer and the loop's end were shown "
        f"{names}; expected {expected}"
    )
