"""create_unix_connection(): what a connection over a path, or over a given socket, is."""

from __future__ import annotations

import asyncio
import os
from asyncio import AbstractEventLoop
from collections.abc import Callable
from pathlib import Path

import pytest

from ..support.connecting import opened
from ..support.listeners import take_connection
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.tls_sessions import heard, lost
from ..support.unix_paths import (
    CONNECTION,
    abstract_name,
    ending_at,
    free_path,
    heard_at,
    listening_at,
    unix_pair,
)


@requirement(
    "unix_sockets.connection.path_str",
    api=CONNECTION,
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_a_path_connects_a_unix_stream(loop: AbstractEventLoop) -> None:
    """A str path connects an AF_UNIX stream; connection_made() was called, and data flows.

    If this fails, look for the socket's family, or for a descriptor that is never watched.
    """
    with free_path() as path, listening_at(path) as listener:
        call = loop.create_unix_connection(Recorder, path)
        async with opened(call, "create_unix_connection(factory, path)") as (transport, protocol):
            with take_connection(listener) as peer:
                transport.write(b"ping")
                peer.setblocking(False)
                sent = await heard_at(peer, 4)
                peer.sendall(b"pong")
                received = await heard(protocol, 4)

    assert protocol.calls[:1] == ["connection_made"], (
        f"create_unix_connection() called {protocol.calls} on the protocol; "
        "expected connection_made first"
    )
    assert (sent, received) == (b"ping", b"pong"), (
        f"over create_unix_connection(path) write(b'ping') brought the listener {sent!r}, and "
        f"its answer b'pong' arrived as {received!r}; expected both to arrive"
    )


@pytest.mark.parametrize("kind", [os.fsencode, Path], ids=["bytes", "pathlib"])
@requirement(
    "unix_sockets.connection.path_bytes_and_pathlike",
    api=CONNECTION,
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_a_path_may_be_bytes_or_an_object(
    loop: AbstractEventLoop, kind: Callable[[str], bytes | Path]
) -> None:
    """The path may be bytes or a pathlib.Path.

    If this fails, look for a missing os.fspath(), or for os.fsencode() of bytes.
    """
    with free_path() as path, listening_at(path) as listener:
        given = kind(path)
        call = loop.create_unix_connection(Recorder, given)  # type: ignore[arg-type]  # the stubs know str alone
        doing = f"create_unix_connection(factory, a path of type {type(given).__name__})"
        async with opened(call, doing) as (_, protocol):
            with take_connection(listener) as peer:
                peer.sendall(b"data")
                received = await heard(protocol, 4)

    assert received == b"data", (
        f"over {doing} the listener's b'data' arrived as {received!r}; expected b'data'"
    )


@requirement(
    "unix_sockets.connection.abstract_name",
    api=CONNECTION,
    level="documented",
    since="3.11",
    platforms=["linux"],
)
async def test_a_name_may_be_abstract(loop: AbstractEventLoop) -> None:
    """A name of Linux's abstract namespace, which begins with NUL, is accepted as the path.

    If this fails, look for a path that is taken for a C string, or for a file.
    """
    with listening_at(abstract_name()) as listener:
        name = os.fsdecode(listener.getsockname())
        call = loop.create_unix_connection(Recorder, name)
        doing = "create_unix_connection(factory, an abstract name)"
        async with opened(call, doing) as (_, protocol):
            with take_connection(listener) as peer:
                peer.sendall(b"data")
                received = await heard(protocol, 4)

    assert received == b"data", (
        f"over {doing} the listener's b'data' arrived as {received!r}; expected b'data'"
    )


@requirement(
    "unix_sockets.connection.order",
    api=CONNECTION,
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_the_protocol_is_made_told_and_returned(loop: AbstractEventLoop) -> None:
    """The factory is called first, then connection_made(), and then the call returns.

    If this fails, look for a call that returns when the socket is connected, while
    connection_made() is still queued.
    """
    order: list[str] = []

    class Telling(Recorder):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            order.append("connection_made")

    def factory() -> Telling:
        order.append("factory")
        return Telling()

    with free_path() as path, listening_at(path):
        call = loop.create_unix_connection(factory, path)
        async with opened(call, "create_unix_connection(factory, path)"):
            order.append("returned")

    assert order == ["factory", "connection_made", "returned"], (
        f"create_unix_connection() went as {order}; expected factory, connection_made, returned"
    )


@requirement(
    "unix_sockets.connection.sock",
    api=CONNECTION,
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_a_given_socket_belongs_to_the_transport(loop: AbstractEventLoop) -> None:
    """A connected AF_UNIX socket may be given; it becomes the transport's own.

    If this fails, look for a duplicate of the descriptor that stays open when the
    transport is closed.
    """
    with unix_pair() as (sock, peer):
        call = loop.create_unix_connection(Recorder, sock=sock)
        doing = "create_unix_connection(factory, sock=a blocking socket)"
        async with opened(call, doing) as (transport, protocol):
            peer.sendall(b"data")
            received = await heard(protocol, 4)
            transport.close()
            ending = await ending_at(peer)

    assert received == b"data", (
        f"after {doing} b'data' of the other end arrived as {received!r}; expected b'data'"
    )
    assert ending == "end of stream", (
        f"close() of the transport of a given Unix socket brought the other end {ending}; "
        "expected the end of the stream, the socket being the transport's"
    )


@requirement(
    "unix_sockets.connection.half_close",
    api=CONNECTION,
    level="implied",
    since="3.11",
    platforms=["unix"],
    doc="library/asyncio-protocol.html#asyncio.WriteTransport.write_eof",
)
async def test_write_eof_closes_one_direction(loop: AbstractEventLoop) -> None:
    """write_eof() ends the own direction of a Unix connection; the other stays open.

    If this fails, look for a write_eof() that closes the transport, or that does nothing
    for sockets other than TCP's.
    """
    with unix_pair() as (sock, peer):
        call = loop.create_unix_connection(Recorder, sock=sock)
        async with opened(call, "create_unix_connection(sock=...)") as (transport, protocol):
            transport.write_eof()
            ending = await ending_at(peer)
            try:
                peer.sendall(b"late")
            except OSError:  # nobody is there to read it
                received = b""
            else:
                received = await heard(protocol, 4)

    assert (ending, received) == ("end of stream", b"late"), (
        f"write_eof() of a Unix connection brought the other end {ending}, and its b'late', sent "
        f"then, arrived as {received!r}; expected the end of the stream, and b'late'"
    )


@requirement(
    "unix_sockets.connection.peer_close",
    api=CONNECTION,
    level="implied",
    since="3.11",
    platforms=["unix"],
    doc="library/asyncio-protocol.html#asyncio.BaseProtocol.connection_lost",
)
async def test_the_peers_close_is_the_end(loop: AbstractEventLoop) -> None:
    """When the other end closes, eof_received() and then connection_lost(None) are called.

    If this fails, look for an end of the stream that is taken for an error, or that is
    not told before the connection is lost.
    """
    with unix_pair() as (sock, peer):
        call = loop.create_unix_connection(Recorder, sock=sock)
        doing = "a Unix connection whose other end closed"
        async with opened(call, "create_unix_connection(sock=...)") as (_, protocol):
            peer.close()
            await lost(protocol, doing)

    assert protocol.calls == ["connection_made", "eof_received", "connection_lost"], (
        f"{doing} called {protocol.calls} on the protocol; "
        "expected connection_made, eof_received, connection_lost"
    )
    assert protocol.lost_with is None, (
        f"{doing} called connection_lost({protocol.lost_with!r}); expected None"
    )
