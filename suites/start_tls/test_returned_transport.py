"""start_tls(): the transport that it returns."""

from __future__ import annotations

import asyncio
import ssl
import threading
from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.certificates import NAME
from ..support.conversations import greet_with, read_all
from ..support.requirement import requirement
from ..support.tls_peers import PATIENCE, TlsPeer, until_set
from ..support.turns import turns
from ..support.upgrades import SIDES, Link, Side, in_time, linked

both_sides = pytest.mark.parametrize("side", SIDES)
EXTRA_INFO = "library/asyncio-protocol.html#asyncio.BaseTransport.get_extra_info"


@both_sides
@requirement(
    "start_tls.returns.new_transport", api="loop.start_tls", level="documented", since="3.11"
)
async def test_a_new_transport_is_returned(loop: AbstractEventLoop, side: Side) -> None:
    """start_tls() returns a new transport, of the given protocol, open and reading.

    If this fails, look for the plain transport handed back, or for a reading state that
    is never set.
    """
    async with linked(loop, side) as link:
        new: Any = await link.secured()
        is_old = new is link.transport
        seen = (new.get_protocol() is link.protocol, new.is_closing(), new.is_reading())

    assert not is_old, f"{link.doing} returned the old transport; expected a new one"
    assert seen == (True, False, True), (
        f"{link.doing} returned a transport that has the given protocol, is closing, is reading: "
        f"{seen}; expected (True, False, True)"
    )


@both_sides
@requirement(
    "start_tls.returns.is_asyncio_transport", api="loop.start_tls", level="implied", since="3.11"
)
async def test_the_new_transport_is_an_asyncio_transport(
    loop: AbstractEventLoop, side: Side
) -> None:
    """The returned transport is an asyncio.Transport.

    If this fails, look for a class of the TLS layer that is outside asyncio's hierarchy.
    """
    async with linked(loop, side) as link:
        transport = await link.secured()

    assert isinstance(transport, asyncio.Transport), (
        f"{link.doing} returned {transport!r}, a {type(transport).__name__}; "
        "expected an asyncio.Transport"
    )


def _named(certificate: Any) -> Any:
    return certificate.get("subjectAltName") if isinstance(certificate, dict) else certificate


def _answers(link: Link[Any], new: asyncio.BaseTransport, key: str, cipher: Any) -> tuple[Any, Any]:
    """What get_extra_info() answers about the key, in comparable form, and what it ought to."""
    value, old = new.get_extra_info(key), link.transport.get_extra_info(key)
    if key == "sslcontext":
        return value is link.context, True
    if key == "cipher":
        return value, cipher
    if key == "peercert":
        return _named(value), (("DNS", NAME),)
    if key == "ssl_object":
        is_one = isinstance(value, ssl.SSLObject | ssl.SSLSocket)
        return value.version() if is_one else value, link.peer.version
    if key == "socket":
        return value and value.fileno(), old.fileno()
    return value, old


@pytest.mark.parametrize(
    "key", ["sslcontext", "cipher", "peercert", "ssl_object", "peername", "sockname", "socket"]
)
@requirement(
    "start_tls.extra_info.tls_and_socket_keys",
    api="loop.start_tls",
    level="documented",
    since="3.11",
    doc=EXTRA_INFO,
)
async def test_the_new_transport_knows_of_tls_and_of_the_socket(
    loop: AbstractEventLoop, key: str
) -> None:
    """The returned transport answers the TLS keys, and still the socket keys of the old one.

    If this fails, look for extra information that is not filled in after the handshake,
    or for keys that are not looked up in the transport below.
    """
    ciphers: list[Any] = []

    def note_cipher(peer: TlsPeer) -> None:
        ciphers.append(peer.sock.cipher())
        greet_with(b"noted")(peer)

    async with linked(loop, "client", note_cipher) as link:
        transport = await link.secured()
        await in_time(link.protocol.until_received(5))
        seen, expected = _answers(link, transport, key, ciphers[0] if ciphers else None)

    assert expected is not None, f"the plain transport answered None to {key!r}; expected a value"
    assert seen == expected, (
        f"get_extra_info({key!r}) of the transport that {link.doing} returned came to {seen!r}; "
        f"expected {expected!r}"
    )


@both_sides
@pytest.mark.parametrize("what", ["reading", "write_buffer_limits"])
@requirement(
    "start_tls.flow_control_on_returned_transport",
    api="loop.start_tls",
    level="implied",
    since="3.11",
)
async def test_flow_control_works_on_the_new_transport(
    loop: AbstractEventLoop, side: Side, what: str
) -> None:
    """The returned transport pauses and resumes reading, and takes write buffer limits.

    If this fails, look for a TLS transport that leaves flow control to the one below.
    """
    may_speak, spoken = threading.Event(), threading.Event()

    def speak_when_told(peer: TlsPeer) -> None:
        may_speak.wait(PATIENCE)
        peer.write(b"held")
        spoken.set()
        read_all(peer)

    async with linked(loop, side, speak_when_told) as link:
        transport = await link.secured()
        if what == "reading":
            transport.pause_reading()
            may_speak.set()
            await until_set(spoken)
            await turns(20)
            while_paused = bytes(link.protocol.received)
            transport.resume_reading()
            seen: Any = (while_paused, await in_time(link.protocol.until_received(4)))
            expected: Any = (b"", b"held")
        else:
            transport.set_write_buffer_limits(high=4321, low=123)
            seen, expected = transport.get_write_buffer_limits(), (123, 4321)
            may_speak.set()

    shown = {"reading": "while reading was paused and after it was resumed, data_received() got"}
    assert seen == expected, (
        f"{link.doing}: "
        f"{shown.get(what, 'set to low=123, high=4321 get_write_buffer_limits() returned')} "
        f"{seen}; expected {expected}"
    )
