"""create_server(): from a client that connects to a protocol that serves it."""

from __future__ import annotations

import asyncio
import gc
import warnings
from asyncio import AbstractEventLoop

from ..support.machine import needs_descriptors
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.serving import Hosting, comes, hosting
from ..support.tracking import only_new_garbage
from ..support.turns import turns

API = "loop.create_server"


@requirement(
    "servers.create_server.returns_abstract_server",
    api=API,
    level="implied",
    since="3.11",
    doc="library/asyncio-eventloop.html#asyncio.Server",
)
async def test_create_server_returns_an_abstract_server(loop: AbstractEventLoop) -> None:
    """create_server() returns an instance of asyncio.AbstractServer.

    If this fails, look for a server class that stands outside asyncio's hierarchy.
    """
    async with hosting(loop) as hosted:
        server = hosted.server

    assert isinstance(server, asyncio.AbstractServer), (
        f"create_server() returned {server!r}; expected an instance of asyncio.AbstractServer"
    )


@requirement("servers.create_server.serves_connections", api=API, level="documented", since="3.11")
async def test_data_flows_both_ways_between_client_and_protocol(loop: AbstractEventLoop) -> None:
    """A client that connects to the bound address gets a protocol; data flows both ways.

    If this fails, look for accepted connections that get no protocol, or whose transport
    is not watched.
    """
    async with hosting(loop) as hosted:
        client, protocol = await hosted.welcome()
        client.sock.sendall(b"?")
        protocol.transport.write(b"!")
        answer = await client.hears(1)
        await comes(lambda: protocol.received)

    assert (bytes(protocol.received), answer) == (b"?", b"!"), (
        f"a client of create_server() sent b'?', of which the protocol got "
        f"{bytes(protocol.received)!r}; write(b'!') brought the client {answer!r}; "
        "expected both to arrive"
    )


@requirement(
    "servers.create_server.factory_called_per_connection",
    api=API,
    level="documented",
    since="3.11",
)
async def test_the_factory_is_called_once_for_each_connection(loop: AbstractEventLoop) -> None:
    """The protocol factory is called once for each accepted connection, and never before.

    If this fails, look for a protocol that is made when the server is created, or for one
    that several connections share.
    """
    async with hosting(loop) as hosted:
        await turns()
        beforehand = len(hosted.made)
        for _ in range(5):
            hosted.connect()
        await hosted.arrived(5)
        await turns()
        transports = {id(protocol.transport) for protocol in hosted.made}
        counts = (beforehand, len(hosted.made), len(transports))

    assert counts == (0, 5, 5), (
        f"create_server() called the factory {counts[0]} times before a client came; five "
        f"clients then brought it to {counts[1]} protocols with {counts[2]} transports; "
        "expected none before, then five and five"
    )


@requirement(
    "servers.create_server.factory_called_without_arguments",
    api=API,
    level="documented",
    since="3.11",
)
async def test_the_factory_gets_no_arguments(loop: AbstractEventLoop) -> None:
    """The protocol factory of a server is called without arguments.

    If this fails, look for a factory that is given the transport, the socket or the
    client's address.
    """
    given: list[object] = []
    hosted = Hosting()

    def factory(*args: object, **keywords: object) -> asyncio.Protocol:
        given.append((args, keywords))
        protocol: Recorder = hosted.new_protocol()
        return protocol

    hosted.server = await loop.create_server(factory, "127.0.0.1", 0)
    try:
        await hosted.welcome()
    finally:
        await hosted.put_away()

    assert given == [((), {})], (
        f"for one client the factory of create_server() was called with {given}; "
        "expected one call without arguments"
    )


@requirement(
    "servers.create_server.connection_made_before_data",
    api=API,
    level="documented",
    since="3.11",
)
async def test_a_client_that_leaves_at_once_is_told_in_order(loop: AbstractEventLoop) -> None:
    """A client that sends and closes at once gives connection_made, data, eof and lost in order.

    If this fails, look for reading that starts before connection_made() was called, or
    for a connection whose end is noticed before its data.
    """
    async with hosting(loop) as hosted:
        with hosted.connect() as client:
            client.sock.sendall(b"bye")
        await comes(lambda: hosted.made and "connection_lost" in hosted.made[0].calls)
        calls = list(dict.fromkeys(hosted.made[0].calls)) if hosted.made else []

    assert calls == ["connection_made", "data_received", "eof_received", "connection_lost"], (
        f"a client that sent b'bye' and closed before it was accepted gave the calls {calls}; "
        "expected connection_made, data_received, eof_received, connection_lost"
    )


@requirement("servers.create_server.burst_of_connections", api=API, level="implied", since="3.11")
async def test_a_burst_of_clients_is_accepted_completely(loop: AbstractEventLoop) -> None:
    """Sixty clients that connect before the loop runs again are all accepted.

    If this fails, look for an accept() that is called once for many waiting connections
    on a registration that tells of changes only (edge-triggered).
    """
    needs_descriptors(300)

    async with hosting(loop) as hosted:
        for _ in range(60):
            hosted.connect()
        await comes(lambda: sum("connection_made" in p.calls for p in hosted.made) >= 60)
        accepted = sum("connection_made" in protocol.calls for protocol in hosted.made)

    assert accepted == 60, (
        f"60 clients connected before the loop ran again and {accepted} of them got a protocol; "
        "expected all of them"
    )


@requirement(
    "servers.create_server.factory_error_does_not_stop_server",
    api=API,
    level="implied",
    since="3.11",
)
async def test_a_failing_factory_costs_one_connection_only(loop: AbstractEventLoop) -> None:
    """A factory that raises costs that connection only: it is dropped, the next one is served.

    If this fails, look for an exception that ends the accepting, or for an accepted
    socket that stays open although no protocol came to own it.
    """
    failures = [ZeroDivisionError("no protocol today")]

    def make() -> Recorder:
        if failures:
            raise failures.pop()
        return Recorder()

    loop.set_exception_handler(lambda *_: None)  # whether this is reported is left open
    with warnings.catch_warnings(), only_new_garbage():
        # asyncio leaves the socket to garbage collection (gh-153133)
        warnings.simplefilter("ignore", ResourceWarning)
        async with hosting(loop, make=make) as hosted:
            address = hosted.address
            first = hosted.connect(address)
            await comes(lambda: not failures)
            served = await hosted.serves(address)
            gc.collect()
            ending = await first.ends()

    assert served, (
        "after the factory of create_server() raised for the first client, the second one was "
        "not served; expected the server to carry on"
    )
    assert ending != "no end", (
        "the factory of create_server() raised and its client stayed connected; expected the "
        "connection to be dropped"
    )


@requirement(
    "servers.create_server.connection_made_error_does_not_stop_server",
    api=API,
    level="interop",
    since="3.11",
    libraries=("uvicorn", "aiohttp"),
)
async def test_an_error_in_connection_made_does_not_stop_the_server(
    loop: AbstractEventLoop,
) -> None:
    """An exception in connection_made() is reported, and later clients are served.

    If this fails, look for a call of connection_made() in the code that accepts, where
    its exception ends the accepting. Servers such as uvicorn's and aiohttp's count on it.
    """
    failures = [ZeroDivisionError("not this one")]
    reported: list[str] = []

    class FailsOnce(Recorder):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            if failures:
                raise failures.pop()

    loop.set_exception_handler(lambda *got: reported.append(type(got[-1]["exception"]).__name__))
    async with hosting(loop, make=FailsOnce) as hosted:
        address = hosted.address
        await hosted.welcome(address)
        served = await hosted.serves(address)

    assert served, (
        "after connection_made() raised for the first client of create_server(), the second one "
        "was not served; expected the server to carry on"
    )
    assert reported == ["ZeroDivisionError"], (
        f"connection_made() of an accepted connection raised ZeroDivisionError and the exception "
        f"handler got {reported}; expected it to be told once"
    )


@requirement(
    "servers.create_server.client_gone_before_accept_does_not_stop_server",
    api=API,
    level="implied",
    since="3.11",
)
async def test_a_client_that_resets_before_it_is_accepted_stops_nothing(
    loop: AbstractEventLoop,
) -> None:
    """A client that has reset its connection before it is accepted does not stop the server.

    If this fails, look for errors of accept(), or of the first calls on what it returned,
    such as getpeername(): they concern that client alone.
    """
    async with hosting(loop) as hosted:
        address = hosted.address
        with hosted.connect(address) as client:
            client.reset()
        await turns()
        served = await hosted.serves(address)

    assert served, (
        "a client connected and reset its connection before create_server() could accept it, and "
        "the next one was not served; expected the server to carry on"
    )
