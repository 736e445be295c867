"""create_connection(): a connection_made() that raises, closes or aborts."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop, BaseTransport
from typing import cast

from ..support.connecting import opened
from ..support.listeners import IPV4, listening, port_of
from ..support.protocols import Recorder, dispose
from ..support.races import ends_soon, soon, start_connect
from ..support.requirement import requirement
from ..support.sockets import Reports
from ..support.turns import turns


class MadeError(Exception):
    """What a connection_made() here raises."""


class Closing(Recorder):
    """Closes the transport as soon as it has it."""

    def connection_made(self, transport: BaseTransport) -> None:
        """Record and close."""
        super().connection_made(transport)
        transport.close()


class Aborting(Recorder):
    """Aborts the transport as soon as it has it."""

    def connection_made(self, transport: BaseTransport) -> None:
        """Record and abort."""
        super().connection_made(transport)
        cast(asyncio.Transport, transport).abort()


@requirement(
    "create_connection.connection_made_raises.is_reported_to_handler",
    api="loop.create_connection",
    level="interop",
    since="3.11",
    libraries=["Home Assistant"],
)
async def test_an_exception_in_connection_made_is_not_lost(loop: AbstractEventLoop) -> None:
    """An exception in connection_made of a plain connection reaches the handler or the awaiter.

    If this fails, look for a call of connection_made() whose exception is dropped. Home
    Assistant logs by its own exception handler what else nobody would see.
    """
    raised = MadeError("not this one")
    reports = Reports(loop)

    class Raising(Recorder):
        def connection_made(self, transport: BaseTransport) -> None:
            super().connection_made(transport)
            raise raised

    protocol = Raising()
    with listening() as listener:
        connecting = start_connect(loop, port_of(listener), host=IPV4, factory=lambda: protocol)
        assert await ends_soon(connecting), (
            "create_connection(), connection_made() raising, never returned; expected an end"
        )
        await turns()
        reached = [connecting.exception(), *reports.errors]
        if protocol.transport is not None:
            await dispose(protocol.transport)

    assert any(error is raised for error in reached), (
        f"connection_made() raised {raised!r}; the awaiter and the exception handler got "
        f"{reached}; expected the exception to reach one of them"
    )


@requirement(
    "create_connection.connection_made_closes.returns_closing_transport",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_closing_in_connection_made_lets_the_call_return(loop: AbstractEventLoop) -> None:
    """Closing the transport in connection_made lets the call return; connection_lost follows.

    If this fails, or hangs, look for a waiter that close() drops, or for an is_closing()
    that turns into an error of the call.
    """
    with listening() as listener:
        connecting = start_connect(loop, port_of(listener), host=IPV4, factory=Closing)
        doing = "create_connection(), connection_made() closing the transport,"
        assert await ends_soon(connecting), f"{doing} never returned; expected it to"
        async with opened(connecting, doing) as (transport, protocol):
            closing = transport.is_closing()
            await soon(lambda: "connection_lost" in protocol.calls)
            await turns()
            seen = (closing, protocol.calls[:], protocol.lost_with)

    assert seen == (True, ["connection_made", "connection_lost"], None), (
        f"{doing} returned a transport: is_closing(), the protocol's callbacks and the argument "
        f"of connection_lost() are {seen}; expected True, made and lost once each, and None"
    )


@requirement(
    "create_connection.connection_made_aborts.returns_closing_transport",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_aborting_in_connection_made_lets_the_call_return(loop: AbstractEventLoop) -> None:
    """Aborting the transport in connection_made lets the call return; connection_lost follows.

    If this fails, or hangs, look for an abort() that takes a new transport for one that
    never was connected.
    """
    with listening() as listener:
        connecting = start_connect(loop, port_of(listener), host=IPV4, factory=Aborting)
        doing = "create_connection(), connection_made() aborting the transport,"
        assert await ends_soon(connecting), f"{doing} never returned; expected it to"
        async with opened(connecting, doing) as (transport, protocol):
            closing = transport.is_closing()
            await soon(lambda: "connection_lost" in protocol.calls)
            await turns()
            seen = (closing, protocol.calls[:], protocol.lost_with)

    assert seen == (True, ["connection_made", "connection_lost"], None), (
        f"{doing} returned a transport: is_closing(), the protocol's callbacks and the argument "
        f"of connection_lost() are {seen}; expected True, made and lost once each, and None"
    )
