"""create_connection(ssl=context) together with the rest: addresses, contexts, debug mode."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from contextlib import suppress
from contextvars import ContextVar

import pytest

from ..support.certificates import NAME, client_context, server_context
from ..support.connecting import opened
from ..support.conversations import echo
from ..support.expect import not_observable
from ..support.listeners import IPV6, bound
from ..support.protocols import Recorder, dispose
from ..support.requirement import requirement
from ..support.sockets import Reports
from ..support.tls_peers import PATIENCE, TlsPeer, tls_server, until_set
from ..support.wires import Wire

CALLER: ContextVar[str] = ContextVar("CALLER", default="the loop's own context")


class Reading(Recorder):
    """Reads the context variable in each callback."""

    def __init__(self) -> None:
        super().__init__()
        self.read: dict[str, str] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Read it."""
        self.read["connection_made"] = CALLER.get()
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Read it."""
        self.read["data_received"] = CALLER.get()
        super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Read it."""
        self.read["connection_lost"] = CALLER.get()
        super().connection_lost(exc)


@requirement(
    "create_connection.ssl.handshake_in_tiny_fragments",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_a_handshake_in_single_bytes_completes(loop: AbstractEventLoop) -> None:
    """A handshake that arrives one byte at a time still completes, and data flows.

    If this fails, look for code that expects a whole TLS record in each read.
    """
    doing = "create_connection(ssl=context), the server's bytes arriving one at a time,"
    with Wire() as wire, TlsPeer(wire.server_end, server_context(), echo):
        passing = asyncio.ensure_future(wire.keep_passing(to_client=1))
        call = asyncio.ensure_future(
            loop.create_connection(
                Recorder, sock=wire.client_end, ssl=client_context(), server_hostname=NAME
            )
        )
        await asyncio.wait({call}, timeout=PATIENCE)
        assert call.done(), f"{doing} was still pending after {PATIENCE} s; expected a connection"
        async with opened(call, doing) as (transport, protocol):
            transport.write(b"ping")
            echoed = await protocol.until_received(4)
        passing.cancel()

    assert echoed == b"ping", f"{doing} brought {echoed!r} back for b'ping'; expected an echo"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the empty name
@pytest.mark.parametrize("name", [NAME, ""])
@requirement(
    "create_connection.ssl.caller_context_is_not_modified",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_the_given_context_is_not_modified(loop: AbstractEventLoop, name: str) -> None:
    """The given context keeps check_hostname, verify_mode, its options and its versions.

    If this fails, look for check_hostname switched off, for an empty server_hostname, on
    a context that belongs to the caller. Whether the empty name connects is not judged here.
    """
    kept = ("check_hostname", "verify_mode", "options", "minimum_version", "maximum_version")
    context = client_context()
    before = {setting: getattr(context, setting) for setting in kept}
    Reports(loop)  # whether a refusal is reported besides is not judged here either
    with tls_server(server_context(), echo) as server:
        call = loop.create_connection(Recorder, *server.address, ssl=context, server_hostname=name)
        if name:
            async with opened(call, "create_connection(ssl=context)"):
                await until_set(server.peer.shaken)
        else:
            with suppress(OSError, ValueError):
                transport, _ = await call
                await dispose(transport)
    after = {setting: getattr(context, setting) for setting in kept}

    changed = {key: (before[key], after[key]) for key in kept if before[key] != after[key]}
    assert not changed, (
        f"create_connection(ssl=context, server_hostname={name!r}) changed the context, from and "
        f"to: {changed}; expected it to be left as it was"
    )


@requirement(
    "create_connection.ssl.context_is_reusable_concurrently",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_one_context_serves_connections_at_the_same_time(loop: AbstractEventLoop) -> None:
    """One context serves several connections at the same time.

    If this fails, look for what belongs to one connection kept with the context.
    """
    context, said = client_context(), [f"from {number}".encode() for number in range(5)]
    heard: list[bytes] = []
    with tls_server(server_context(), echo, connections=len(said)) as server:
        pairs = await asyncio.gather(
            *(
                loop.create_connection(Recorder, *server.address, ssl=context, server_hostname=NAME)
                for _ in said
            )
        )
        for (transport, _), line in zip(pairs, said, strict=True):
            transport.write(line)
        answers = asyncio.gather(*(protocol.until_received(6) for _, protocol in pairs))
        await asyncio.wait({answers}, timeout=PATIENCE)
        heard = [bytes(protocol.received) for _, protocol in pairs]
        for transport, _ in pairs:
            await dispose(transport)

    assert heard == said, (
        f"five connections with one context wrote {said} to an echo server and got {heard} back; "
        "expected each its own"
    )


@requirement(
    "create_connection.ssl.ipv6",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_tls_works_over_ipv6(loop: AbstractEventLoop) -> None:
    """TLS works over IPv6.

    If this fails, look for AF_INET where the address's own family belongs.
    """
    doing = "create_connection(host='::1', ssl=context, server_hostname='localhost')"
    with tls_server(server_context("localhost"), echo, host=IPV6) as server:
        call = loop.create_connection(
            Recorder, *server.address, ssl=client_context(), server_hostname="localhost"
        )
        async with opened(call, doing) as (transport, protocol):
            transport.write(b"ping")
            echoed = await protocol.until_received(4)

    assert echoed == b"ping", f"{doing} brought {echoed!r} back for b'ping'; expected an echo"


@requirement(
    "create_connection.ssl.local_addr_with_tls",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_local_addr_holds_for_tls(loop: AbstractEventLoop) -> None:
    """local_addr is where a TLS connection comes from, too.

    If this fails, look for a path to the TLS layer that makes a socket of its own.
    """
    doing = "create_connection(ssl=context, local_addr=('127.0.0.2', 0))"
    try:
        with bound("127.0.0.2"):
            pass
    except OSError:
        not_observable("127.0.0.2 is no address of this machine")
    with tls_server(server_context(), echo) as server:
        call = loop.create_connection(
            Recorder,
            *server.address,
            ssl=client_context(),
            server_hostname=NAME,
            local_addr=("127.0.0.2", 0),
        )
        async with opened(call, doing):
            seen = list(server.clients)

    assert seen == ["127.0.0.2"], f"{doing} came from {seen}; expected ['127.0.0.2']"


@requirement(
    "create_connection.debug.tls",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_tls_works_in_debug_mode(loop: AbstractEventLoop) -> None:
    """TLS connections are made and closed in debug mode as ever, and nothing is reported.

    If this fails, look for what is only computed in debug mode, such as the duration of
    the handshake.
    """
    loop.set_debug(True)
    reports = Reports(loop)
    doing = "create_connection(ssl=context), an exchange and close() in debug mode"
    with tls_server(server_context(), echo) as server:
        call = loop.create_connection(
            Recorder, *server.address, ssl=client_context(), server_hostname=NAME
        )
        async with opened(call, doing) as (transport, protocol):
            transport.write(b"ping")
            echoed = await protocol.until_received(4)
            transport.close()
            await protocol.until_called("connection_lost")

    assert echoed == b"ping", f"{doing}: b'ping' brought {echoed!r} back; expected an echo"
    reports.expect_none(doing)


@requirement(
    "create_connection.context.callbacks_see_callers_context_tls",
    api="loop.create_connection",
    level="interop",
    since="3.11",
    libraries=("OpenTelemetry", "structlog"),
)
async def test_callbacks_of_a_tls_connection_run_in_the_callers_context(
    loop: AbstractEventLoop,
) -> None:
    """Callbacks of a TLS connection run in the context of the code that awaited the call.

    If this fails, look for a TLS layer that calls the protocol from callbacks of the
    loop's own context.
    """

    def greet_and_close(peer: TlsPeer) -> None:
        peer.write(b"hello")
        peer.say_goodbye()

    async def connect(port: int) -> Reading:
        CALLER.set("the caller's context")
        _, protocol = await loop.create_connection(
            Reading, "127.0.0.1", port, ssl=client_context(), server_hostname=NAME
        )
        return protocol

    with tls_server(server_context(), greet_and_close) as server:
        protocol = await asyncio.ensure_future(connect(server.port))
        await protocol.until_called("connection_lost")

    callbacks = ("connection_made", "data_received", "connection_lost")
    assert protocol.read == dict.fromkeys(callbacks, "the caller's context"), (
        "a TLS connection made by a task with a context variable of its own read it in its "
        f"callbacks as {protocol.read}; expected the caller's context in all three"
    )
