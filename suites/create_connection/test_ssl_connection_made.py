"""create_connection() with TLS: the factory, connection_made and the first bytes each way."""

from __future__ import annotations

import asyncio
import gc
import ssl
from asyncio import AbstractEventLoop

import pytest

from ..support.certificates import NAME, TLS_1_2, TLS_1_3, client_context, server_context
from ..support.connecting import opened
from ..support.conversations import echo, greet_with_last_flight
from ..support.expect import is_missing
from ..support.listeners import connected_pair
from ..support.protocols import Recorder, dispose
from ..support.refusals import refused
from ..support.requirement import requirement
from ..support.sockets import Reports
from ..support.tls_peers import PATIENCE, Peer, TlsPeer, tls_server, until_set


class Made(Recorder):
    """Keeps what the transport knows of TLS when connection_made() is called."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the three extras."""
        super().connection_made(transport)
        keys = ("cipher", "ssl_object", "peercert")
        self.known = {key: transport.get_extra_info(key) for key in keys}


class Writing(Recorder):
    """Writes in connection_made()."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Write at once."""
        super().connection_made(transport)
        assert self.transport is not None
        self.transport.write(b"made,")


class Failing(Recorder):
    """Raises in connection_made()."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Raise ZeroDivisionError."""
        super().connection_made(transport)
        raise ZeroDivisionError("from connection_made")


@requirement(
    "create_connection.ssl.connection_made_follows_handshake",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_connection_made_follows_the_handshake(loop: AbstractEventLoop) -> None:
    """connection_made() runs after the TLS handshake: cipher, ssl_object and peercert are there.

    If this fails, look for a connection_made() that is called when TCP has connected, or
    for extras that are set after it.
    """
    with tls_server(server_context(), echo) as server:
        call = loop.create_connection(
            Made, *server.address, ssl=client_context(), server_hostname=NAME
        )
        async with opened(call, "create_connection(ssl=context)") as (_, protocol):
            known = protocol.known

    missing = [key for key, value in known.items() if not value]
    assert not missing, (
        f"inside connection_made() get_extra_info() knew nothing of {missing}; "
        "expected a finished handshake, with cipher, ssl_object and peercert"
    )


@requirement(
    "create_connection.ssl.connection_made_gets_the_tls_transport",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_connection_made_gets_the_tls_transport(loop: AbstractEventLoop) -> None:
    """connection_made() gets the TLS transport that is returned, with the application's protocol.

    If this fails, look for the TCP transport below TLS handed out in one of both places.
    """
    with tls_server(server_context(), echo) as server:
        call = loop.create_connection(
            Recorder, *server.address, ssl=client_context(), server_hostname=NAME
        )
        async with opened(call, "create_connection(ssl=context)") as (transport, protocol):
            passed, its_protocol = protocol.transport, transport.get_protocol()

    assert passed is transport, (
        f"connection_made() got {passed!r}, create_connection(ssl=context) returned {transport!r}; "
        "expected the same transport"
    )
    assert its_protocol is protocol, (
        f"get_protocol() of the TLS transport returned {its_protocol!r}; expected {protocol!r}"
    )


@requirement(
    "create_connection.ssl.order_factory_made_return",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_factory_connection_made_and_return_come_in_this_order(
    loop: AbstractEventLoop,
) -> None:
    """Under TLS the order is factory, connection_made(), return.

    If this fails, look for a waiter that is woken when TCP has connected, or before
    connection_made() was called.
    """
    order: list[str] = []

    def factory() -> Recorder:
        protocol = Recorder()
        protocol.calls = order
        order.append("factory")
        return protocol

    with tls_server(server_context(), echo) as server:
        call = loop.create_connection(
            factory, *server.address, ssl=client_context(), server_hostname=NAME
        )
        async with opened(call, "create_connection(ssl=context)"):
            order.append("return")
            seen = list(order)
            await until_set(server.peer.shaken)

    assert seen == ["factory", "connection_made", "return"], (
        f"create_connection(ssl=context) went through {seen}; "
        "expected factory, connection_made, return"
    )


@pytest.mark.parametrize("version", [TLS_1_2, TLS_1_3])
@requirement(
    "create_connection.ssl.server_speaks_first",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_a_greeting_behind_the_handshake_arrives(
    loop: AbstractEventLoop, version: ssl.TLSVersion
) -> None:
    """Data that the server sends right behind the handshake arrives, after connection_made().

    If this fails, look for records that come in one read with the end of the handshake
    and stay in a buffer. The greeting here leaves in one send() with the server's last
    handshake message.
    """
    greet = greet_with_last_flight(server_context(only=version), b"welcome.")
    with connected_pair() as (near, far), Peer(far, greet):
        call = loop.create_connection(
            Recorder, sock=near, ssl=client_context(), server_hostname=NAME
        )
        async with opened(call, "create_connection(ssl=context)") as (_, protocol):
            arriving = asyncio.ensure_future(protocol.until_received(8))
            await asyncio.wait({arriving}, timeout=PATIENCE)
            arriving.cancel()
            calls, received = protocol.calls[:2], bytes(protocol.received)

    assert received == b"welcome.", (
        f"the server sent b'welcome.' right behind its {version.name} handshake, and "
        f"data_received() got {received!r} within {PATIENCE} s; expected all of it"
    )
    assert calls == ["connection_made", "data_received"], (
        f"a greeting right behind the {version.name} handshake led to the calls {calls}; "
        "expected connection_made, data_received"
    )


@requirement(
    "create_connection.ssl.write_in_connection_made",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_writing_in_connection_made_works(loop: AbstractEventLoop) -> None:
    """What connection_made() writes reaches the server, before anything written later.

    If this fails, look for writes that are dropped, or held in a queue of their own,
    until create_connection() has returned.
    """
    with tls_server(server_context(), echo) as server:
        call = loop.create_connection(
            Writing, *server.address, ssl=client_context(), server_hostname=NAME
        )
        async with opened(call, "create_connection(ssl=context)") as (transport, protocol):
            transport.write(b"returned.")
            await protocol.until(lambda: protocol.received.endswith(b"."))
        received = bytes(server.peer.received)

    assert received == b"made,returned.", (
        "write(b'made,') in connection_made() and write(b'returned.') after it reached the server "
        f"as {received!r}; expected b'made,returned.'"
    )


@requirement(
    "create_connection.ssl.factory_raises_propagates",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_an_exception_of_the_factory_reaches_the_caller(loop: AbstractEventLoop) -> None:
    """An exception that the factory raises reaches the caller on the TLS path, too.

    If this fails, look for a handshake that starts without a protocol, or for an error
    that is only reported to the exception handler.
    """

    def factory() -> Recorder:
        raise ZeroDivisionError("from the factory")

    with tls_server(server_context(), echo) as server:
        call = loop.create_connection(
            Recorder, *server.address, ssl=client_context(), server_hostname=NAME
        )
        async with opened(call, "create_connection(factory, ssl=context)"):
            await until_set(server.peer.shaken)

    with connected_pair() as (near, far), TlsPeer(far, server_context(), echo):
        call = loop.create_connection(
            factory, sock=near, ssl=client_context(), server_hostname=NAME
        )
        doing = "create_connection(factory that raises, ssl=context)"
        await refused(ZeroDivisionError, doing, call)


@requirement(
    "create_connection.ssl.connection_made_raises_does_not_hang",
    api="loop.create_connection",
    level="interop",
    since="3.11",
    libraries=("aiohttp", "asyncpg"),
)
async def test_an_exception_in_connection_made_ends_the_call(loop: AbstractEventLoop) -> None:
    """An exception in connection_made() under TLS ends the call, and is raised or reported.

    If this fails, look for a waiter that is never woken when connection_made() raises, or
    for an exception that is swallowed. Where it appears is open: out of the await, or in
    the exception handler.
    """
    reports = Reports(loop)
    with tls_server(server_context(), echo) as server:
        call = asyncio.ensure_future(
            loop.create_connection(
                Failing, *server.address, ssl=client_context(), server_hostname=NAME
            )
        )
        await asyncio.wait({call}, timeout=PATIENCE)
        assert call.done(), (
            "connection_made() raised ZeroDivisionError, and create_connection(ssl=context) was "
            f"still pending after {PATIENCE} s; expected an end"
        )
        raised = call.exception()
        if raised is not None and is_missing(raised):
            raise raised
        assert server.clients, "create_connection(ssl=context) ended without a connection"
        if raised is None:
            await dispose(call.result()[0])

    places = [type(error).__name__ for error in [raised, *reports.errors]]
    assert "ZeroDivisionError" in places, (
        "connection_made() raised ZeroDivisionError; out of the await and in the exception handler "
        f"came {places}; expected it in one of both"
    )
    del call, raised
    gc.collect()
