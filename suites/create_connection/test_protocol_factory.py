"""create_connection(): what may serve as a factory, and as a protocol."""

from __future__ import annotations

import functools
from asyncio import AbstractEventLoop
from collections.abc import Callable
from typing import Any

import pytest

from ..support.connecting import opened
from ..support.listeners import listening, take_connection
from ..support.protocols import Recorder
from ..support.requirement import requirement


class CallableObject:
    """An instance that can be called, and a method that can be bound."""

    def __call__(self) -> Recorder:
        """Make a protocol."""
        return Recorder()

    def make(self) -> Recorder:
        """Make a protocol, as a bound method."""
        return Recorder()


class DuckTyped:
    """The six callbacks of a protocol, in a class that inherits from nothing."""

    def __init__(self, when_lost: Callable[[None], None]) -> None:
        self.calls: list[str] = []
        self._when_lost = when_lost

    def connection_made(self, _: object) -> None:
        """Record."""
        self.calls.append("connection_made")

    def data_received(self, _: bytes) -> None:
        """Record."""
        self.calls.append("data_received")

    def eof_received(self) -> None:
        """Record; the transport closes."""
        self.calls.append("eof_received")

    def connection_lost(self, _: Exception | None) -> None:
        """Record, and tell the check."""
        self.calls.append("connection_lost")
        self._when_lost(None)

    def pause_writing(self) -> None:
        """Not called here."""

    def resume_writing(self) -> None:
        """Not called here."""


FACTORIES: dict[str, Callable[[], Recorder]] = {
    "a class": Recorder,
    "an instance with __call__": CallableObject(),
    "a bound method": CallableObject().make,
    "a functools.partial": functools.partial(Recorder),
}


@requirement(
    "create_connection.protocol.prebuilt_instance_via_lambda",
    api="loop.create_connection",
    level="implied",
    since="3.11",
)
async def test_a_factory_may_hand_out_an_existing_protocol(loop: AbstractEventLoop) -> None:
    """A factory may return a protocol that existed before; that one is connected.

    If this fails, look for code that takes the factory for a class, or that makes a
    protocol of its own from the type of the one it got.
    """
    prebuilt = Recorder()

    with listening() as listener:
        call = loop.create_connection(lambda: prebuilt, *listener.getsockname())
        async with opened(call, "create_connection(lambda: protocol)") as (_, protocol):
            assert protocol is prebuilt, (
                f"create_connection(lambda: protocol) returned {protocol!r}; "
                "expected the protocol that the lambda handed out"
            )
            assert "connection_made" in prebuilt.calls, (
                "create_connection(lambda: protocol) returned without connection_made(); "
                "expected it on the protocol that the lambda handed out"
            )


@requirement(
    "create_connection.protocol.any_callable_factory",
    api="loop.create_connection",
    level="documented",
    since="3.11",
)
@pytest.mark.parametrize("kind", FACTORIES)
async def test_any_callable_serves_as_factory(loop: AbstractEventLoop, kind: str) -> None:
    """Any callable serves as factory: a class, an instance, a bound method, a partial.

    If this fails, look for a test of the factory's type, or for attributes such as
    __name__ that not every callable has.
    """
    with listening() as listener:
        call = loop.create_connection(FACTORIES[kind], *listener.getsockname())
        async with opened(call, f"create_connection() with {kind} as factory") as (_, protocol):
            assert "connection_made" in protocol.calls, (
                f"create_connection() with {kind} as factory returned without connection_made(); "
                "expected it on the protocol that the factory made"
            )


@requirement(
    "create_connection.protocol.duck_typed",
    api="loop.create_connection",
    level="interop",
    since="3.11",
    libraries=["pymodbus"],
)
async def test_a_protocol_needs_no_base_class(loop: AbstractEventLoop) -> None:
    """A protocol need not inherit from asyncio.Protocol; having the callbacks is enough.

    If this fails, look for an isinstance() test against asyncio.Protocol where
    BufferedProtocol is told apart, or for attributes that only base classes have.
    """
    lost: Any = loop.create_future()
    duck: Any = DuckTyped(lost.set_result)

    with listening() as listener:
        call = loop.create_connection(lambda: duck, *listener.getsockname())
        async with opened(call, "create_connection() with a duck-typed protocol"):
            with take_connection(listener) as peer:
                peer.sendall(b"x")
            await lost

    calls = list(dict.fromkeys(duck.calls))
    assert calls == ["connection_made", "data_received", "eof_received", "connection_lost"], (
        f"a duck-typed protocol, whose peer sent a byte and closed, saw {calls}; "
        "expected connection_made, data_received, eof_received, connection_lost"
    )
