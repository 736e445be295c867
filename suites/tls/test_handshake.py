"""Handshakes with a TLS server of the loop: when its protocol first hears of a client."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from asyncio import AbstractEventLoop
from collections.abc import Callable

from ..support.certificates import NAME, TLS_1_3, client_context, server_context
from ..support.conversations import read_all
from ..support.protocols import Recorder, dispose
from ..support.requirement import requirement
from ..support.sockets import CountedFactory, Reports
from ..support.tls_peers import PATIENCE, Peer, TlsPeer, until_set
from ..support.tls_sessions import (
    Side,
    both_sides,
    expect_served,
    heard,
    plain_client,
    serving,
    session,
    soon,
)
from ..support.turns import turns

API = "loop.create_server (ssl=)"
DOC = "library/asyncio-eventloop.html#asyncio.loop.create_server"


class Made(Recorder):
    """Keeps what the transport knows of the cipher when connection_made() is called."""

    cipher: object = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for it."""
        super().connection_made(transport)
        self.cipher = transport.get_extra_info("cipher")


def greet_as_client(context: ssl.SSLContext, data: bytes) -> Callable[[Peer], None]:
    """For a plain peer: make a client's TLS handshake and send data with its last message.

    One send() for both, so that they reach the server in one read. Only TLS 1.3 allows it.
    """

    def greet(peer: Peer) -> None:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(incoming, outgoing, server_hostname=NAME)
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                peer.write(outgoing.read())
                if not (flight := peer.read()):
                    raise ConnectionError("the stream ended in the handshake") from None
                incoming.write(flight)
        tls.write(data)
        peer.write(outgoing.read())
        read_all(peer)

    return greet


@requirement(
    "tls.handshake.server_connection_made_after_handshake",
    api=API,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_connection_made_waits_for_the_clients_handshake(loop: AbstractEventLoop) -> None:
    """On a TLS server connection_made() runs only after that client's handshake.

    If this fails, look for a connection_made() that is called when the connection has been
    accepted.
    """
    protocol = Made()
    async with serving(loop, lambda: protocol, server_context()) as address:
        sock = socket.create_connection(address, PATIENCE)
        await turns(20)
        too_early = list(protocol.calls)
        with TlsPeer(sock, client_context(), read_all, server_side=False, server_hostname=NAME):
            made = await soon(protocol, lambda: protocol.transport is not None)
            if protocol.transport is not None:
                await dispose(protocol.transport)

    assert too_early == [], (
        "create_server(ssl=context) accepted a client that had sent nothing, and called "
        f"{too_early} on the protocol; expected nothing before the handshake"
    )
    assert made, (
        "a client of create_server(ssl=context) made its handshake, and connection_made() was "
        f"not called within {PATIENCE} s; expected the call"
    )
    assert protocol.cipher, (
        "inside connection_made() of a TLS server get_extra_info('cipher') returned "
        f"{protocol.cipher!r}; expected the cipher of a finished handshake"
    )


@requirement(
    "tls.handshake.plaintext_client_does_not_reach_protocol",
    api=API,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_plain_text_does_not_reach_the_protocol(loop: AbstractEventLoop) -> None:
    """A client that talks plain text to a TLS server is disconnected; the protocol hears nothing.

    If this fails, look for a read callback that passes bytes on before the handshake is
    done, or for a failed handshake that closes nothing.
    """
    Reports(loop)  # whether the failed handshake is reported is not judged here
    factory = CountedFactory()

    def ask(peer: Peer) -> None:
        peer.write(b"GET / HTTP/1.1\r\nHost: example.test\r\n\r\n")
        read_all(peer)

    async with serving(loop, factory, server_context()) as address:
        await expect_served(address, factory)
        before = factory.calls
        with plain_client(address, ask) as peer:
            ended = await until_set(peer.ended)
            stayed_open = not ended or isinstance(peer.error, TimeoutError)
        await turns()

    calls = [name for protocol in factory.made[before:] for name in protocol.calls]
    assert calls == [], (
        f"an HTTP request to create_server(ssl=context) called {calls} on the protocol; expected "
        "nothing"
    )
    assert not stayed_open, (
        "a client sent an HTTP request to create_server(ssl=context), and its connection stayed "
        "open; expected its end"
    )


@both_sides
@requirement(
    "tls.handshake.session_tickets_are_invisible",
    api=API,
    level="implied",
    since="3.11",
    doc="library/asyncio-protocol.html#asyncio.Protocol.data_received",
)
async def test_messages_behind_the_handshake_are_invisible(
    loop: AbstractEventLoop, side: Side
) -> None:
    """Messages of TLS 1.3 behind the handshake, such as session tickets, reach no protocol.

    If this fails, look for data_received(b"") after a record that held no data, or for
    an empty read that is taken for the end of the stream.
    """
    go_on = threading.Event()

    def speak_when_told(peer: Peer) -> None:
        go_on.wait(PATIENCE)
        peer.write(b"hello")
        read_all(peer)

    context = server_context(only=TLS_1_3)
    async with session(loop, side, Recorder(), speak_when_told, server=context) as tls:
        await turns(20)
        while_idle = list(tls.protocol.calls)
        go_on.set()
        received = await heard(tls.protocol, 5)

    assert while_idle == ["connection_made"], (
        f"{tls.doing} with TLS 1.3, and nothing sent, called {while_idle} on the protocol; "
        "expected connection_made alone"
    )
    assert received == b"hello", (
        f"{tls.doing} with TLS 1.3 received {received!r} after an idle time; expected b'hello'"
    )


@requirement(
    "tls.handshake.client_that_writes_at_once",
    api=API,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_data_with_the_last_handshake_message_arrives(loop: AbstractEventLoop) -> None:
    """Data in one segment with a client's last handshake message follows connection_made().

    If this fails, look for records that stay in the TLS buffer when the handshake is
    complete, until more bytes come.
    """
    protocol = Recorder()
    greet = greet_as_client(client_context(), b"at once")
    async with serving(loop, lambda: protocol, server_context(only=TLS_1_3)) as address:
        with plain_client(address, greet) as peer:
            received = await heard(protocol, 7)
            calls = protocol.calls[:2]
            if protocol.transport is not None:
                await dispose(protocol.transport)

    assert received == b"at once", (
        "a client sent b'at once' together with its last handshake message, and data_received() of "
        f"the server got {received!r}, the client's error {peer.error!r}; expected all of it"
    )
    assert calls == ["connection_made", "data_received"], (
        f"data together with a client's last handshake message led to the calls {calls}; "
        "expected connection_made, data_received"
    )
