"""connect_read_pipe(): what it returns, and what it does to the pipe."""

from __future__ import annotations

import asyncio
import os
from asyncio import AbstractEventLoop
from io import FileIO

from ..support.expect import expect_raises, not_observable
from ..support.pipes import READ, attached, lacking, os_pipe, read_pipe, stopped
from ..support.protocols import Recorder
from ..support.requirement import requirement


@requirement(
    "pipes.read.returns_pair_after_connection_made",
    api="loop.connect_read_pipe",
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_connect_read_pipe_returns_the_pair_after_connection_made(
    loop: AbstractEventLoop,
) -> None:
    """connect_read_pipe() returns (transport, protocol), and has called connection_made() before.

    If this fails, look for a connection_made() that is queued and not waited for, or for a
    protocol that is not the one that the factory made.
    """
    made: list[Recorder] = []

    def factory() -> Recorder:
        made.append(Recorder())
        return made[-1]

    with os_pipe() as (reader, _):
        async with attached(loop.connect_read_pipe(factory, reader), READ) as (transport, protocol):
            calls, told = protocol.calls.copy(), protocol.transport

    assert protocol is made[0], (
        f"{READ} returned the protocol {protocol!r}; expected {made[0]!r}, made by the factory"
    )
    assert calls == ["connection_made"], (
        f"{READ} had called {calls} when it returned; expected connection_made"
    )
    assert told is transport, (
        f"{READ} gave connection_made() {told!r} and returned {transport!r}; expected the same"
    )


@requirement(
    "pipes.read.transport_type",
    api="loop.connect_read_pipe",
    level="documented",
    since="3.11",
    platforms=["unix"],
    doc="library/asyncio-protocol.html#asyncio.ReadTransport",
)
async def test_the_transport_is_a_read_transport(loop: AbstractEventLoop) -> None:
    """The transport that connect_read_pipe() returns supports the ReadTransport interface.

    "Supports" is the manual's word: a class that does not inherit from asyncio's will do. If
    this fails, look for methods that only the transports of sockets have.
    """
    async with read_pipe(loop, Recorder()) as piped:
        missing = lacking(piped.transport, asyncio.ReadTransport)

    assert not missing, (
        f"{READ} returned a transport of {type(piped.transport)} without {missing}; expected "
        "the methods of asyncio.ReadTransport"
    )


@requirement(
    "pipes.read.becomes_nonblocking",
    api="loop.connect_read_pipe",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_a_pipe_to_read_is_made_non_blocking(loop: AbstractEventLoop) -> None:
    """connect_read_pipe() makes the pipe non-blocking where a read could stop the loop.

    The manual states the mode for SelectorEventLoop. A loop that reads in another way, say in
    a thread, may leave it. If this fails, look for a descriptor that is taken as it is: when
    somebody else was faster, a read finds nothing and stops the whole loop.
    """
    async with read_pipe(loop, Recorder()) as piped:
        if not os.get_blocking(piped.pipe.fileno()):
            return
        with FileIO(os.dup(piped.pipe.fileno()), "r") as same:
            async with attached(loop.connect_read_pipe(Recorder, same), READ):
                piped.other.write(b"for one of two")
                stood_still = await stopped(piped.other)

    assert not stood_still, (
        f"{READ} left the pipe blocking, and of two transports that share it the slower one's read "
        "stopped the loop; expected a non-blocking pipe"
    )
    not_observable("the pipe is left blocking, and no read was seen to stop the loop")


@requirement(
    "pipes.read.extra_info_pipe",
    api="loop.connect_read_pipe",
    level="documented",
    since="3.11",
    platforms=["unix"],
    doc="library/asyncio-protocol.html#asyncio.BaseTransport.get_extra_info",
)
async def test_a_read_transport_tells_its_pipe(loop: AbstractEventLoop) -> None:
    """get_extra_info("pipe") of a read transport is the object that connect_read_pipe() was given.

    If this fails, look for a transport that keeps the descriptor, or a file object of its
    own, in the place of the caller's.
    """
    async with read_pipe(loop, Recorder()) as piped:
        told = piped.transport.get_extra_info("pipe")

    if told is None:  # "the default if the transport does not support querying it"
        not_observable('get_extra_info("pipe") is not supported')
    assert told is piped.pipe, (
        f'get_extra_info("pipe") after {READ} returned {told!r}; expected {piped.pipe!r}, '
        "the object that was given"
    )


@requirement(
    "pipes.read.factory_error_propagates",
    api="loop.connect_read_pipe",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_an_error_of_the_factory_reaches_the_caller(loop: AbstractEventLoop) -> None:
    """An exception of the protocol factory comes out of connect_read_pipe().

    If this fails, look for a factory that is called in a callback, whose error goes to the
    exception handler.
    """

    def factory() -> Recorder:
        raise ZeroDivisionError("from the factory")

    with (
        os_pipe() as (reader, _),
        expect_raises(ZeroDivisionError, f"{READ} with a factory that fails") as caught,
    ):
        await loop.connect_read_pipe(factory, reader)

    assert caught.error.args == ("from the factory",), (
        f"{READ} with a factory that fails raised {caught.error!r}; expected the factory's error"
    )
