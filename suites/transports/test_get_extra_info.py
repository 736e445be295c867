"""get_extra_info(): what a plain transport tells of its socket, and when."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from asyncio import AbstractEventLoop
from contextlib import suppress
from typing import Any

import pytest

from ..support.connecting import opened
from ..support.expect import not_observable
from ..support.flowing import CREATE, lost, soon, stream
from ..support.listeners import IPV4, connected_pair, listening, take_connection
from ..support.protocols import Recorder, dispose
from ..support.requirement import requirement
from ..support.sockets import exposed_socket
from ..support.turns import turns

API = "asyncio.BaseTransport.get_extra_info"
DOC = f"library/asyncio-protocol.html#{API}"
ACCESS_LOGS = ("websockets",)

# What to ask of the exposed socket, and the answer that its peer knows.
USES: dict[str, Any] = {
    "getsockname": (lambda sock: sock.getsockname(), lambda peer: peer.getpeername()),
    "getpeername": (lambda sock: sock.getpeername(), lambda peer: peer.getsockname()),
    "getsockopt": (
        lambda sock: sock.getsockopt(socket.SOL_SOCKET, socket.SO_TYPE),
        lambda _: socket.SOCK_STREAM,
    ),
    "setsockopt": (lambda sock: _set_and_get(sock), lambda _: [False, True]),
    "family": (lambda sock: sock.family, lambda _: socket.AF_INET),
    "type": (lambda sock: sock.type, lambda _: socket.SOCK_STREAM),
    "proto": (lambda sock: sock.proto or socket.IPPROTO_TCP, lambda _: socket.IPPROTO_TCP),
    "fileno": (lambda sock: _name_behind(sock.fileno()), lambda peer: peer.getpeername()),
}


class _Telling(Recorder):
    """Asks for the peer's name in connection_lost()."""

    peername: object = "never asked"

    def connection_lost(self, exc: Exception | None) -> None:
        """Ask."""
        assert self.transport is not None
        self.peername = self.transport.get_extra_info("peername")
        super().connection_lost(exc)


@requirement(
    "transports.extra_info.socket_addresses", api=API, level="documented", since="3.11", doc=DOC
)
@pytest.mark.parametrize("way", ["given_socket", "connected", "accepted"])
async def test_the_names_are_those_of_the_socket(loop: AbstractEventLoop, way: str) -> None:
    """The names told, peername and sockname, are those that the socket itself returns.

    If this fails, look for the two in each other's place, or for text instead of pairs.
    """
    if way == "given_socket":
        async with stream(loop, Recorder()) as (transport, peer):
            seen, expected = _names_of(transport), [peer.getsockname(), peer.getpeername()]
    elif way == "connected":
        with listening() as listener:
            call = loop.create_connection(Recorder, *listener.getsockname())
            async with opened(call, "create_connection(factory, host, port)") as (transport, _):
                with take_connection(listener) as peer:
                    seen, expected = _names_of(transport), [peer.getsockname(), peer.getpeername()]
    else:
        seen, expected = await _names_of_accepted(loop)

    assert seen == expected, (
        f"get_extra_info() of a transport, made in the way {way!r}, told peername and sockname "
        f"{seen}; expected {expected}, as its peer has them"
    )


def _names_of(transport: asyncio.BaseTransport) -> list[Any]:
    return [transport.get_extra_info(name) for name in ("peername", "sockname")]


async def _names_of_accepted(loop: AbstractEventLoop) -> tuple[list[Any], list[Any]]:
    """What the transport of an accepted connection tells, and what its client has."""
    protocol = Recorder()
    server = await loop.create_server(lambda: protocol, IPV4, 0)
    try:
        with socket.create_connection(server.sockets[0].getsockname()) as peer:
            await soon(lambda: protocol.transport)
            assert protocol.transport is not None, (
                "a client of create_server() brought no connection_made(); expected the call"
            )
            names = _names_of(protocol.transport)
            await dispose(protocol.transport)
            return names, [peer.getsockname(), peer.getpeername()]
    finally:
        server.close()
        await turns()


@requirement(
    "transports.extra_info.socket_object", api=API, level="documented", since="3.11", doc=DOC
)
@pytest.mark.parametrize("name", USES)
async def test_the_socket_offers_what_programs_use(loop: AbstractEventLoop, name: str) -> None:
    """The "socket" is an object with the addresses, options, family, type, proto and fileno.

    If this fails, look for a bare descriptor, or for an object without some of these.
    """
    ask, answer = USES[name]
    async with stream(loop, Recorder()) as (transport, peer):
        sock = exposed_socket(transport)
        try:
            seen = ask(sock)
        except (AttributeError, TypeError, NotImplementedError) as error:
            seen = error
        expected = answer(peer)

    assert seen == expected, (
        f'get_extra_info("socket") is {sock!r}, whose {name} gave {seen!r}; expected {expected!r}'
    )


def _set_and_get(sock: Any) -> list[bool]:
    """Set an option off and on; what is read after each."""
    seen = []
    for flag in (0, 1):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, flag)
        seen.append(bool(sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)))
    return seen


def _name_behind(descriptor: int) -> Any:
    """The address of the socket that a descriptor belongs to."""
    with socket.fromfd(descriptor, socket.AF_INET, socket.SOCK_STREAM) as copy:
        return copy.getsockname()


@requirement(
    "transports.extra_info.socket_object_stays_nonblocking",
    api=API,
    level="interop",  # the manual promises a socket.socket instance, which can be made blocking
    since="3.11",
    libraries=("asyncio.trsock",),
    doc=DOC,
)
@pytest.mark.parametrize("method", ["settimeout", "setblocking"])
async def test_the_socket_cannot_be_made_blocking(loop: AbstractEventLoop, method: str) -> None:
    """The exposed socket can't put the transport's descriptor into blocking mode.

    settimeout(None) and setblocking(True) may raise, and change nothing. If this fails, look
    for the transport's own socket, handed out as it is.
    """
    if os.name == "nt":
        not_observable("Windows does not tell whether a socket is blocking")
    async with stream(loop, Recorder()) as (transport, _):
        sock = exposed_socket(transport)
        before = os.get_blocking(sock.fileno())
        with suppress(Exception):  # a refusal is as good
            getattr(sock, method)(None if method == "settimeout" else True)
        after = os.get_blocking(sock.fileno())

    assert after == before, (
        f"{method}() of the exposed socket changed its descriptor from blocking={before} to "
        f"{after}; expected no change"
    )


@requirement(
    "transports.extra_info.default_for_missing", api=API, level="documented", since="3.11", doc=DOC
)
@pytest.mark.parametrize(
    ("args", "keywords", "expected"),
    [
        (("nope",), {}, None),
        (("nope", "default"), {}, "default"),
        (("nope",), {"default": "default"}, "default"),
        ((), {"name": "nope", "default": "default"}, "default"),
        (("pipe", "default"), {}, "default"),
        (("peercert", "default"), {}, "default"),
    ],
    ids=["none", "positional", "default_keyword", "both_keywords", "pipe", "peercert"],
)
async def test_an_unknown_name_gives_the_default(
    loop: AbstractEventLoop, args: tuple[str, ...], keywords: dict[str, str], expected: str | None
) -> None:
    """A name that is unknown, or of another kind of transport, gives the default.

    If this fails, look for a KeyError let out, or for a default that is dropped.
    """
    async with stream(loop, Recorder()) as (transport, _):
        get_extra_info: Any = transport.get_extra_info
        known = get_extra_info("sockname", "default")
        try:
            value = get_extra_info(*args, **keywords)
        except LookupError as error:
            value = error

    assert value == expected, (
        f"get_extra_info() with {args} and {keywords} of a plain transport gave {value!r}; "
        f"expected {expected!r}, its default"
    )
    assert known not in (None, "default"), (
        f'get_extra_info("sockname", "default"), which is known, gave {known!r}; '
        "expected the address"
    )


@requirement(
    "transports.extra_info.addresses_survive_close",
    api=API,
    level="interop",
    since="3.11",
    libraries=ACCESS_LOGS,
    doc=DOC,
)
async def test_the_names_are_known_after_the_end(loop: AbstractEventLoop) -> None:
    """Both peername and sockname of a plain transport are still told after connection_lost().

    If this fails, look for names that are asked of a socket which is closed by then.
    """
    protocol = Recorder()
    async with stream(loop, protocol) as (transport, peer):
        expected = [peer.getsockname(), peer.getpeername()]
        transport.close()
        await lost(protocol, "close()")
        await turns()
        try:
            seen: object = _names_of(transport)
        except OSError as error:
            seen = error

    assert seen == expected, (
        f"get_extra_info() after connection_lost() told peername and sockname {seen!r}; "
        f"expected {expected}, as before"
    )


@requirement(
    "transports.extra_info.peername_in_connection_lost",
    api=API,
    level="interop",
    since="3.11",
    libraries=ACCESS_LOGS,
    doc=DOC,
)
async def test_the_peers_name_is_known_in_connection_lost(loop: AbstractEventLoop) -> None:
    """The peername is still told inside connection_lost(), when the peer has closed.

    If this fails, look for a transport that forgets before its protocol has heard.
    """
    protocol = _Telling()
    async with stream(loop, protocol) as (_, peer):
        expected = peer.getsockname()
        peer.close()
        await lost(protocol, "a peer's close")

    assert protocol.peername == expected, (
        f'get_extra_info("peername") in connection_lost() told {protocol.peername!r}; '
        f"expected {expected}, the peer that had closed"
    )


@requirement(
    "transports.extra_info.peername_of_peer_already_gone",
    api=API,
    level="interop",  # the manual wants a connected socket, and says nothing of one that was
    since="3.11",
    libraries=ACCESS_LOGS,
    doc=DOC,
)
async def test_a_connection_whose_peer_is_gone_has_a_name(loop: AbstractEventLoop) -> None:
    """A connection that its peer has reset becomes a transport still, and sockname is told.

    If this fails, look for getpeername(), which fails for such a socket.
    """
    protocol = Recorder()
    with connected_pair() as (ours, peer):
        expected = ours.getsockname()
        ours.setblocking(False)
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.close()
        call = loop.create_connection(lambda: protocol, sock=ours)
        async with opened(call, f"{CREATE}, whose peer had reset it,") as (transport, _):
            name = transport.get_extra_info("sockname")

    assert name == expected, (
        f'get_extra_info("sockname") of a connection whose peer had reset it told {name!r}; '
        f"expected {expected}"
    )
