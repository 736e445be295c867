"""Protocols of all kinds: where their callbacks run, and which they may leave out."""

from __future__ import annotations

import asyncio
import socket
import threading
from asyncio import AbstractEventLoop
from functools import partial

import pytest

from ..support.flowing import CREATE
from ..support.flowing import soon as happened
from ..support.listeners import IPV4, LIMIT, listening, take_connection
from ..support.protocols import Recorder, dispose
from ..support.requirement import requirement
from ..support.sockets import CountedFactory, Reports
from ..support.streaming import BIG, PROTOCOLS, FarEnd, course, streaming
from ..support.tls_sessions import lost, soon
from ..support.turns import turns

BASE = "asyncio.BaseProtocol"
DOC = f"{PROTOCOLS}#asyncio.BaseProtocol.connection_made"


class Placed(Recorder):
    """Keeps in which thread each callback ran."""

    def __init__(self) -> None:
        super().__init__()
        self.threads: dict[str, set[int]] = {}

    def _record(self, name: str) -> None:
        self.threads.setdefault(name, set()).add(threading.get_ident())
        super()._record(name)


class Busy(Recorder):
    """Counts how deep its callbacks are nested; data makes it pause, resume and write."""

    far: FarEnd
    depth = 0
    deepest = 0

    def data_received(self, data: bytes) -> None:
        """Do what a loop may be tempted to answer at once."""
        self.depth += 1
        self.deepest = max(self.deepest, self.depth)
        super().data_received(data)
        assert self.transport is not None
        self.far.say(b"more")
        self.transport.pause_reading()
        self.transport.resume_reading()
        self.transport.write(b"x")
        if len(self.received) > 16:
            self.transport.abort()
        self.depth -= 1

    def connection_lost(self, exc: Exception | None) -> None:
        """Count."""
        self.deepest = max(self.deepest, self.depth + 1)
        super().connection_lost(exc)


class WithABuffer(asyncio.BufferedProtocol):
    """Overrides what has no useful default only: a loop may ask for the buffer at any time."""

    def get_buffer(self, sizehint: int) -> bytearray:  # noqa: ARG002 - the protocol's form
        """Some room."""
        return bytearray(100)


def has_received(protocol: Recorder, size: int) -> bool:
    """Whether a protocol has got that many bytes."""
    return len(protocol.received) >= size


@requirement(
    "protocols.callbacks.run_on_loop_thread", api=BASE, level="implied", since="3.11", doc=DOC
)
async def test_callbacks_run_in_the_thread_of_the_loop(loop: AbstractEventLoop) -> None:
    """All callbacks of a protocol run in the loop's thread.

    If this fails, look for callbacks made by the thread that does the I/O.
    """
    protocol = Placed()
    async with streaming(loop, protocol, narrow=True) as stream:
        stream.transport.write(bytes(BIG))
        await stream.far.until_heard(BIG)
        stream.far.say(b"data")
        stream.far.finish()
        await lost(protocol, "the other end's EOF")

    elsewhere = [name for name, ids in protocol.threads.items() if ids != {threading.get_ident()}]
    assert elsewhere == [], (
        f"a connection with data, flow control and EOF called {elsewhere} in other threads than "
        "the loop's; expected all in the loop's"
    )
    assert "data_received" in protocol.threads, (
        f"a connection with data, flow control and EOF called {list(protocol.threads)}; "
        "expected data_received among them"
    )


@requirement("protocols.callbacks.never_nested", api=BASE, level="implied", since="3.11", doc=DOC)
async def test_callbacks_are_never_nested(loop: AbstractEventLoop) -> None:
    """No callback is entered while another runs, even if that pauses, resumes, writes and aborts.

    If this fails, look for a resume_reading() that reads at once, or for calls that end the
    connection on the spot.
    """
    protocol = Busy()
    async with streaming(loop, protocol) as stream:
        protocol.far = stream.far
        stream.far.say(b"data")
        await lost(protocol, "data_received() that pauses, resumes, writes and at last aborts")

    assert protocol.deepest == 1, (
        "data_received() that pauses and resumes reading, writes and at last aborts, and "
        f"connection_lost(), were nested {protocol.deepest} deep; expected one at a time"
    )


@requirement(
    "protocols.callbacks.connection_made_on_both_ends",
    api=BASE,
    level="documented",
    since="3.11",
    doc=DOC,
)
@pytest.mark.parametrize("side", ["client", "server"])
async def test_each_connection_has_a_protocol_of_its_own(
    loop: AbstractEventLoop, side: str
) -> None:
    """A client's and an accepted connection each have a protocol, told of the connection and data.

    If this fails, look for a protocol factory that is called once for several connections,
    or for an accepted connection that is never announced.
    """
    factory, server = CountedFactory(), None
    far_ends: list[socket.socket] = []
    with listening() as listener:
        if side == "client":
            for _ in range(2):
                await loop.create_connection(factory, *listener.getsockname()[:2])
                far_ends.append(take_connection(listener))
        else:
            server = await loop.create_server(factory, IPV4, 0)
            address = server.sockets[0].getsockname()[:2]
            far_ends += [socket.create_connection(address, LIMIT) for _ in range(2)]
            await happened(lambda: factory.calls == 2)
        for number, sock in enumerate(far_ends):
            sock.sendall(b"to number %d" % number)
        for protocol in factory.made:
            await soon(protocol, partial(has_received, protocol, 11))
        told = [(course(p.calls), bytes(p.received)) for p in factory.made]
        for protocol in factory.made:
            if protocol.transport is not None:
                await dispose(protocol.transport)
        for sock in far_ends:
            sock.close()
        if server is not None:
            server.close()
            await turns()

    made = ["connection_made", "data_received"]
    assert sorted(told) == [(made, b"to number 0"), (made, b"to number 1")], (
        f"two connections of a {side}, with a message each, told their protocols {told}; expected "
        "two protocols, each with connection_made and its own message"
    )


@requirement(
    "protocols.base.optional_flow_callbacks_have_defaults",
    api=BASE,
    level="documented",
    since="3.11",
    doc=DOC,
)
@pytest.mark.parametrize("kind", [asyncio.Protocol, WithABuffer])
async def test_a_protocol_may_leave_callbacks_out(
    loop: AbstractEventLoop, kind: type[asyncio.BaseProtocol]
) -> None:
    """A protocol that overrides no callback is a good protocol: the base classes have defaults.

    A BufferedProtocol needs its get_buffer(). If this fails, look for a loop that takes
    callbacks from the protocol's own class, or calls one which the base classes do not have.
    """
    reports = Reports(loop)
    async with streaming(loop, kind(), narrow=True) as stream:
        stream.far.say(b"data")
        stream.transport.set_write_buffer_limits(high=65536)
        stream.transport.write(bytes(BIG))
        await turns()
        heard = await stream.far.until_heard(BIG)
        stream.transport.close()
        await turns()

    assert len(heard) == BIG, (
        f"write() of {BIG} bytes, for a protocol {kind.__name__} that overrides nothing, "
        f"brought {len(heard)} bytes; expected all"
    )
    reports.expect_none(f"after {CREATE} with a protocol {kind.__name__} that overrides nothing")
