"""Mutants of create_connection(): calls at the same time, debug mode, contexts."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Callable
from contextvars import Context, copy_context
from typing import Any

from . import mutant
from .connects import Connecting, is_numeric

CONCURRENT = "create_connection.concurrent.many_at_once"
DEBUG = "create_connection.debug.mode_changes_nothing"
SEEN = "create_connection.context.callbacks_see_callers_context"
LEAK = "create_connection.context.protocol_changes_do_not_leak"


@mutant(breaks=CONCURRENT, says="gave 1 transports")
class SharesConnectsLoop(Connecting):
    """A connect that is under way to the same place serves the next caller too."""

    def __init__(self) -> None:
        super().__init__()
        self.under_way: dict[Any, asyncio.Task[Any]] = {}

    async def _connect(self, *args: Any, **options: Any) -> Any:
        if options or not is_numeric(args[1]):
            return await super()._connect(*args, **options)
        place = args[1:3]
        if place not in self.under_way:
            task = self.create_task(super()._connect(*args))
            self.under_way[place] = task
            task.add_done_callback(lambda _: self.under_way.pop(place))
        return await self.under_way[place]


@mutant(breaks=DEBUG, says="create_connection('localhost')")
class DebugsNumericHostsOnlyLoop(Connecting):
    """The debug output takes the host for an address."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        if self.get_debug() and args[1] is not None:
            ipaddress.ip_address(args[1])
        return await super()._connect(*args, **options)


@mutant(breaks=DEBUG, says="the exception handler got")
class DebugsThroughTheHandlerLoop(Connecting):
    """Uses the exception handler for debug output."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        pair = await super()._connect(*args, **options)
        if self.get_debug():
            self.call_exception_handler({"message": f"connected to {args[1:3]}"})
        return pair


class RelaysCallbacksLoop(Connecting):
    """No mutant yet: stands between the transport and the protocol, and relays callbacks."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        protocol = self._made(args[0])
        relay = Relay(protocol, self._relay)
        transport, _ = await super()._connect(lambda: relay, *args[1:], **options)
        self._returning(relay)
        return transport, protocol

    def _made(self, factory: Callable[[], Any]) -> Any:
        """Call the factory."""
        return factory()

    def _relay(self, _: str, callback: Callable[..., Any], *args: Any) -> Any:
        """Call a callback of the protocol."""
        return callback(*args)

    def _returning(self, relay: Relay) -> None:
        """What to do before the call returns, in the context of its caller."""


class Relay(asyncio.Protocol):
    """Hands each callback on, and keeps the context in which the last one ended."""

    def __init__(self, protocol: Any, call: Callable[..., Any]) -> None:
        self._protocol = protocol
        self._call = call
        self.context = copy_context()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Hand on."""
        self._hand_on("connection_made", transport)

    def data_received(self, data: bytes) -> None:
        """Hand on."""
        self._hand_on("data_received", data)

    def eof_received(self) -> bool | None:
        """Hand on; the transport is to close."""
        self._hand_on("eof_received")
        return None

    def connection_lost(self, exc: Exception | None) -> None:
        """Hand on."""
        self._hand_on("connection_lost", exc)

    def _hand_on(self, name: str, *args: object) -> None:
        self._call(name, getattr(self._protocol, name), *args)
        self.context = copy_context()


@mutant(breaks=SEEN, says="the factory of a connection saw")
class FactoryInEmptyContextLoop(RelaysCallbacksLoop):
    """Runs the factory in an empty context."""

    def _made(self, factory: Callable[[], Any]) -> Any:
        return Context().run(factory)


@mutant(breaks=SEEN, says="the data_received of a connection")
class IoInTheLoopsContextLoop(RelaysCallbacksLoop):
    """Runs callbacks of I/O in the context in which the loop was made."""

    def __init__(self) -> None:
        super().__init__()
        self.context = copy_context()

    def _relay(self, name: str, callback: Callable[..., Any], *args: Any) -> Any:
        if name == "connection_made":
            return callback(*args)
        return self.context.run(callback, *args)


@mutant(breaks=SEEN, says="the eof_received of a connection")
@mutant(breaks=SEEN, says="the connection_lost of a connection")
class EndsInEmptyContextLoop(RelaysCallbacksLoop):
    """Runs the last callbacks of a connection in an empty context."""

    def _relay(self, name: str, callback: Callable[..., Any], *args: Any) -> Any:
        if name in ("eof_received", "connection_lost"):
            return Context().run(callback, *args)
        return callback(*args)


@mutant(breaks=LEAK, says="connection_made set a context variable")
class LeaksConnectionMadeLoop(RelaysCallbacksLoop):
    """Runs connection_made in the caller's own context, in effect."""

    def _returning(self, relay: Relay) -> None:
        for variable, value in relay.context.items():
            variable.set(value)


@mutant(
    breaks=LEAK,
    says="data_received set a context variable",
    since=(3, 12),
)
class CallbacksInTheTasksContextLoop(RelaysCallbacksLoop):
    """Runs callbacks in the caller's own context, not in a copy of it."""

    context: Context

    async def _connect(self, *args: Any, **options: Any) -> Any:
        task: Any = asyncio.current_task()
        self.context = task.get_context()
        return await super()._connect(*args, **options)

    def _relay(self, _: str, callback: Callable[..., Any], *args: Any) -> Any:
        return self.context.run(callback, *args)
