"""connect_write_pipe(): what it returns, what it does to the pipe, and whom it tells."""

from __future__ import annotations

import asyncio
import os
from asyncio import AbstractEventLoop

from ..support.expect import not_observable
from ..support.pipes import (
    MORE,
    WRITE,
    Collected,
    attached,
    lacking,
    os_pipe,
    stopped,
    until,
    write_pipe,
)
from ..support.protocols import Recorder
from ..support.requirement import requirement

PROTOCOLS = "library/asyncio-protocol.html"


class Bare(asyncio.BaseProtocol):
    """Has nothing but a base protocol's callbacks."""

    lost = 0

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the protocol's form
        """Count."""
        self.lost += 1


@requirement(
    "pipes.write.returns_pair_after_connection_made",
    api="loop.connect_write_pipe",
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_connect_write_pipe_returns_the_pair_after_connection_made(
    loop: AbstractEventLoop,
) -> None:
    """connect_write_pipe() returns (transport, protocol), and has called connection_made() before.

    If this fails, look for a connection_made() that is queued and not waited for, or for a
    protocol that is not the one that the factory made.
    """
    made: list[Recorder] = []

    def factory() -> Recorder:
        made.append(Recorder())
        return made[-1]

    with os_pipe() as (_, writer):
        call = loop.connect_write_pipe(factory, writer)
        async with attached(call, WRITE) as (transport, protocol):
            calls, told = protocol.calls.copy(), protocol.transport

    assert protocol is made[0], (
        f"{WRITE} returned the protocol {protocol!r}; expected {made[0]!r}, made by the factory"
    )
    assert calls == ["connection_made"], (
        f"{WRITE} had called {calls} when it returned; expected connection_made"
    )
    assert told is transport, (
        f"{WRITE} gave connection_made() {told!r} and returned {transport!r}; expected the same"
    )


@requirement(
    "pipes.write.transport_type",
    api="loop.connect_write_pipe",
    level="documented",
    since="3.11",
    platforms=["unix"],
    doc=f"{PROTOCOLS}#asyncio.WriteTransport",
)
async def test_the_transport_is_a_write_transport(loop: AbstractEventLoop) -> None:
    """The transport that connect_write_pipe() returns supports the WriteTransport interface.

    "Supports" is the manual's word: a class that does not inherit from asyncio's will do. If
    this fails, look for methods that only the transports of sockets have.
    """
    async with write_pipe(loop, Recorder()) as piped:
        missing = lacking(piped.transport, asyncio.WriteTransport)

    assert not missing, (
        f"{WRITE} returned a transport of {type(piped.transport)} without {missing}; expected "
        "the methods of asyncio.WriteTransport"
    )


@requirement(
    "pipes.write.becomes_nonblocking",
    api="loop.connect_write_pipe",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_a_pipe_to_write_is_made_non_blocking(loop: AbstractEventLoop) -> None:
    """connect_write_pipe() makes the pipe non-blocking where a write could stop the loop.

    The manual states the mode for SelectorEventLoop. A loop that writes in another way, say in
    a thread, may leave it. If this fails, look for a descriptor that is taken as it is: a write
    to a full pipe stops the whole loop.
    """
    async with write_pipe(loop, Recorder()) as piped:
        if not os.get_blocking(piped.pipe.fileno()):
            return
        loop.call_soon(piped.transport.write, bytes(MORE))
        stood_still = await stopped(piped.other)

    assert not stood_still, (
        f"{WRITE} left the pipe blocking, and write() of {MORE} bytes stopped the loop; "
        "expected a non-blocking pipe"
    )
    not_observable("the pipe is left blocking, and a write to a full pipe did not stop the loop")


@requirement(
    "pipes.write.extra_info_pipe",
    api="loop.connect_write_pipe",
    level="documented",
    since="3.11",
    platforms=["unix"],
    doc=f"{PROTOCOLS}#asyncio.BaseTransport.get_extra_info",
)
async def test_a_write_transport_tells_its_pipe(loop: AbstractEventLoop) -> None:
    """get_extra_info("pipe") of a write transport is the object that connect_write_pipe() got.

    If this fails, look for a transport that keeps the descriptor, or a file object of its
    own, in the place of the caller's.
    """
    async with write_pipe(loop, Recorder()) as piped:
        told = piped.transport.get_extra_info("pipe")

    if told is None:  # "the default if the transport does not support querying it"
        not_observable('get_extra_info("pipe") is not supported')
    assert told is piped.pipe, (
        f'get_extra_info("pipe") after {WRITE} returned {told!r}; expected {piped.pipe!r}, '
        "the object that was given"
    )


@requirement(
    "pipes.write.protocol_get_set",
    api="loop.connect_write_pipe",
    level="implied",
    since="3.11",
    platforms=["unix"],
    doc=f"{PROTOCOLS}#asyncio.BaseTransport.set_protocol",
)
async def test_a_new_protocol_hears_of_the_loss_of_a_write_pipe(loop: AbstractEventLoop) -> None:
    """After set_protocol() on a write pipe get_protocol() returns it, and it hears of the loss.

    If this fails, look for bound methods of the first protocol that the transport keeps.
    """
    old, new = Recorder(), Recorder()
    async with write_pipe(loop, old) as piped:
        piped.transport.set_protocol(new)
        current = piped.transport.get_protocol()
        piped.transport.close()
        await until(lambda: "connection_lost" in old.calls + new.calls)

    assert current is new, (
        f"get_protocol() after set_protocol() on a write pipe returned {current!r}; "
        f"expected {new!r}"
    )
    assert (old.calls, new.calls) == (["connection_made"], ["connection_lost"]), (
        f"after set_protocol() on a write pipe and close() the old protocol had got {old.calls}, "
        f"the new one {new.calls}; expected connection_made and connection_lost"
    )


@requirement(
    "pipes.write.abstract_base_protocol_suffices",
    api="loop.connect_write_pipe",
    level="implied",
    since="3.11",
    platforms=["unix"],
    doc=f"{PROTOCOLS}#asyncio.BaseProtocol",
)
async def test_a_base_protocol_is_enough_for_a_write_pipe(loop: AbstractEventLoop) -> None:
    """An asyncio.BaseProtocol is enough for a write pipe: no data_received(), no eof_received().

    If this fails, look for callbacks of a streaming protocol that are looked up, or called,
    for a pipe that is never read.
    """
    protocol = Bare()
    async with write_pipe(loop, protocol) as piped:
        piped.transport.write(b"data")
        received = await Collected(piped.other).until_size(4)
        piped.other.close()
        await until(lambda: bool(protocol.lost))

    assert received == b"data", (
        f"write(b'data') to a pipe with a BaseProtocol brought {received!r}; expected b'data'"
    )
    assert protocol.lost == 1, (
        f"the reader's close called connection_lost() of a BaseProtocol {protocol.lost} times; "
        "expected once"
    )
