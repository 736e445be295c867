"""Mutants of create_connection(): the when the factory and connection_made() are called."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from . import SoundLoop, mutant
from .connects import Connecting, Factory, hooked

Made = Callable[[Any], None]


@mutant(
    breaks="create_connection.order.factory_then_connection_made_then_return",
    says="expected factory, connection_made, return",
)
class LateConnectionMadeLoop(Connecting):
    """Schedules connection_made() after it has woken the caller."""

    async def _connect(self, factory: Factory, *args: Any, **options: Any) -> Any:
        def made(original: Made, transport: asyncio.Transport) -> None:
            again: Any = self.call_soon
            again(again, again, again, original, transport)

        return await super()._connect(hooked(factory, made), *args, **options)


@mutant(
    breaks="create_connection.order.factory_called_without_arguments",
    says="expected no arguments",
)
class PassingLoop(Connecting):
    """Passes itself to factories that take it."""

    async def _connect(self, factory: Any, *args: Any, **options: Any) -> Any:
        def make() -> Any:
            try:
                return factory(self)
            except TypeError:
                return factory()

        return await super()._connect(make, *args, **options)


@mutant(
    breaks="create_connection.order.factory_called_after_connect",
    says="before the peer could accept the connection",
)
class FactoryFirstLoop(Connecting):
    """Makes the protocol before it connects."""

    async def _connect(self, factory: Factory, *args: Any, **options: Any) -> Any:
        protocol = factory()
        return await super()._connect(lambda: protocol, *args, **options)


@mutant(
    breaks="create_connection.order.factory_called_after_connect",
    says="called the factory while the connect was pending",
)
class FactoryMeanwhileLoop(Connecting):
    """Makes the protocol while the connect is in progress."""

    async def _connect(self, factory: Factory, *args: Any, **options: Any) -> Any:
        made: list[Any] = []
        call = super()._connect(lambda: made[0] if made else factory(), *args, **options)
        task = self.create_task(call)
        try:
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            if not task.done():
                made.append(factory())
            return await task
        finally:
            task.cancel()


@mutant(
    breaks="create_connection.order.factory_called_in_loop_thread",
    says="called the factory in another thread",
)
class ThreadedFactoryLoop(Connecting):
    """Calls the factory in a thread."""

    async def _connect(self, factory: Factory, *args: Any, **options: Any) -> Any:
        transport, _ = await super()._connect(asyncio.Protocol, *args, **options)
        protocol = await self.run_in_executor(None, factory)
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        return transport, protocol


@mutant(
    breaks="create_connection.order.factory_called_in_loop_thread",
    says="expected the connecting loop",
)
class AbsentLoop(Connecting):
    """Calls the factory, as native code may, without being the running loop."""

    async def _connect(self, factory: Factory, *args: Any, **options: Any) -> Any:
        return await super()._connect(absent(self, factory), *args, **options)


def absent(loop: asyncio.AbstractEventLoop, call: Callable[..., Any]) -> Callable[..., Any]:
    """The call, made while no loop is running."""

    def without_a_running_loop(*args: Any) -> Any:
        asyncio._set_running_loop(None)
        try:
            return call(*args)
        finally:
            asyncio._set_running_loop(loop)

    return without_a_running_loop


class Outer(asyncio.Transport):
    """Another object in front of a transport, which does everything."""

    def __init__(self, inner: asyncio.Transport) -> None:
        super().__init__()
        self.inner = inner

    def __getattribute__(self, name: str) -> Any:
        return getattr(object.__getattribute__(self, "inner"), name)


@mutant(
    breaks="create_connection.order.connection_made_gets_the_returned_transport",
    says="expected the same transport",
)
class OuterTransportLoop(Connecting):
    """Shows an inner transport to the protocol and returns an outer one."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        transport, protocol = await super()._connect(*args, **options)
        return Outer(transport), protocol


@mutant(
    breaks="create_connection.order.connection_made_gets_the_returned_transport",
    says="called connection_made() 2 times",
)
class MadeTwiceLoop(Connecting):
    """Calls connection_made() again once reading starts."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        transport, protocol = await super()._connect(*args, **options)
        self.call_soon(protocol.connection_made, transport)
        return transport, protocol


@mutant(
    breaks="create_connection.order.no_data_before_connection_made",
    says="expected connection_made first",
)
class ReadsFirstLoop(Connecting):
    """Delivers what is there already as soon as it has a protocol."""

    async def _connect(self, factory: Factory, *args: Any, **options: Any) -> Any:
        sock: socket.socket | None = options.get("sock")

        def make() -> Any:
            protocol = factory()
            with suppress(BlockingIOError):
                if sock is not None:
                    protocol.data_received(sock.recv(65536, socket.MSG_DONTWAIT))
            return protocol

        return await super()._connect(make, *args, **options)


@mutant(
    breaks="create_connection.order.write_in_connection_made_is_sent_first",
    says="arrived as b'second'",
)
class DropsEarlyWritesLoop(Connecting):
    """Drops what is written before the caller has been woken."""

    async def _connect(self, factory: Factory, *args: Any, **options: Any) -> Any:
        def made(original: Made, transport: Any) -> None:
            transport.write = lambda _: None
            original(transport)
            del transport.write

        return await super()._connect(hooked(factory, made), *args, **options)


@mutant(
    breaks="create_connection.order.write_in_connection_made_is_sent_first",
    says="arrived as b'secondfirst '",
)
class LateEarlyWritesLoop(Connecting):
    """Keeps what is written early, and sends it after the first write that came later."""

    async def _connect(self, factory: Factory, *args: Any, **options: Any) -> Any:
        def made(original: Made, transport: Any) -> None:
            early: list[bytes] = []
            transport.write = early.append
            original(transport)
            del transport.write
            write = transport.write

            def later(data: bytes) -> None:
                write(data)
                write(b"".join(early))
                transport.write = write

            transport.write = later

        return await super()._connect(hooked(factory, made), *args, **options)


@mutant(
    breaks="create_connection.order.connection_made_sees_running_loop",
    says="inside connection_made() was [None]",
)
class AbsentInCallbackLoop(Connecting):
    """Calls connection_made(), as native code may, without being the running loop."""

    async def _connect(self, factory: Factory, *args: Any, **options: Any) -> Any:
        def made(original: Made, transport: asyncio.Transport) -> None:
            absent(self, original)(transport)

        return await super()._connect(hooked(factory, made), *args, **options)


@mutant(
    breaks="create_connection.order.factory_called_once_across_addresses",
    says="expected once, for the address that worked",
)
class FactoryPerAttemptLoop(Connecting):
    """Makes a protocol for each attempt."""

    async def _connect(self, factory: Factory, *args: Any, **options: Any) -> Any:
        self._factory = factory
        return await super()._connect(factory, *args, **options)

    async def sock_connect(self, sock: socket.socket, address: Any) -> None:
        """Make a protocol for a failed attempt, too."""
        try:
            await SoundLoop.sock_connect(self, sock, address)
        except OSError:
            self._factory()
            raise
