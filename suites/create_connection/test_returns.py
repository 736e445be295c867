"""create_connection(): the pair that it returns."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop

import pytest

from ..support.certificates import client_context, server_context
from ..support.connecting import opened
from ..support.conversations import read_all
from ..support.listeners import listening
from ..support.protocols import Recorder, dispose
from ..support.requirement import requirement
from ..support.tls_peers import plain_server, tls_server


@requirement(
    "create_connection.returns.pair",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_the_result_is_a_tuple_of_transport_and_protocol(loop: AbstractEventLoop) -> None:
    """Success yields a tuple of exactly two items, the transport first, the protocol second.

    If this fails, look at the last line of create_connection().
    """
    with listening() as listener:
        result = await loop.create_connection(Recorder, *listener.getsockname())

        assert isinstance(result, tuple), (
            f"create_connection() returned a {type(result).__name__}; "
            "expected a tuple (transport, protocol)"
        )
        assert len(result) == 2, (
            f"create_connection() returned {len(result)} items; expected (transport, protocol)"
        )
        assert hasattr(result[0], "write"), (
            f"create_connection() returned {result[0]!r} first; expected the transport first"
        )
        assert hasattr(result[1], "connection_made"), (
            f"create_connection() returned {result[1]!r} second; expected the protocol second"
        )
        await dispose(result[0])


@requirement(
    "create_connection.returns.protocol_is_factory_result",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
async def test_the_protocol_is_the_one_the_factory_made(loop: AbstractEventLoop) -> None:
    """The protocol returned is the very object that the factory returned, its only one.

    If this fails, look for a factory that is called again for the result, or for an
    adapter around the protocol that leaks to the caller.
    """
    made: list[Recorder] = []

    def factory() -> Recorder:
        made.append(Recorder())
        return made[-1]

    with listening() as listener:
        call = loop.create_connection(factory, *listener.getsockname())
        async with opened(call, "create_connection()") as (_, protocol):
            assert len(made) == 1, (
                f"create_connection() called the factory {len(made)} times; expected once"
            )
            assert protocol is made[0], (
                f"create_connection() returned the protocol {protocol!r}, the factory made "
                f"{made[0]!r}; expected the same object"
            )


@requirement(
    "create_connection.returns.transport_is_bidirectional",
    api="loop.create_connection",
    level="documented",
    since="3.11",
    doc="library/asyncio-protocol.html#asyncio.Transport",
)
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
async def test_the_transport_is_an_asyncio_transport(loop: AbstractEventLoop, tls: bool) -> None:
    """The transport is an asyncio.Transport, and so a Read-, Write- and BaseTransport.

    If this fails, look for a transport class that neither derives from
    asyncio.Transport nor is registered with it; TLS often has one of its own.
    """
    classes = (
        asyncio.Transport,
        asyncio.ReadTransport,
        asyncio.WriteTransport,
        asyncio.BaseTransport,
    )
    context = client_context() if tls else None
    served = tls_server(server_context("127.0.0.1"), read_all) if tls else plain_server(read_all)
    with served as server:
        call = loop.create_connection(Recorder, server.host, server.port, ssl=context)
        async with opened(call, f"create_connection(ssl={context})") as (transport, _):
            missing = [one.__name__ for one in classes if not isinstance(transport, one)]

            assert not missing, (
                f"create_connection() returned a {type(transport).__name__}, which is no "
                f"{', no '.join(missing)}; expected an asyncio.Transport"
            )


@requirement(
    "create_connection.returns.transport_is_coupled",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_the_transport_is_open_reading_and_knows_its_protocol(
    loop: AbstractEventLoop,
) -> None:
    """On return the transport is open, reads, and has the returned protocol as its own.

    If this fails, look for set-up that is put off until the first bytes arrive, or
    for reading that starts a turn after the caller has been woken.
    """
    with listening() as listener:
        call = loop.create_connection(Recorder, *listener.getsockname())
        async with opened(call, "create_connection()") as (transport, protocol):
            own, closing, reading = (
                transport.get_protocol(),
                transport.is_closing(),
                transport.is_reading(),
            )

            assert own is protocol, (
                f"get_protocol() on return of create_connection() was {own!r}; "
                "expected the returned protocol"
            )
            assert closing is False, (
                f"is_closing() on return of create_connection() was {closing!r}; expected False"
            )
            assert reading is True, (
                f"is_reading() on return of create_connection() was {reading!r}; expected True"
            )
