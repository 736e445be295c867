"""Loops that call the factory or the protocol of a TLS connection at the wrong time or place."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import Context
from typing import Any

from . import SoundLoop, mutant
from .tls_calls import Spoiled


@mutant(breaks="create_connection.ssl.connection_made_follows_handshake", says="knew nothing of")
@mutant(
    breaks="create_connection.ssl.connection_made_gets_the_tls_transport",
    says="expected the same transport",
)
class MadeWhenTCPHasConnected(SoundLoop):
    """Calls connection_made() with the TCP transport, and makes the handshake after it."""

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Connect, then turn to TLS."""
        context, name = options.pop("ssl", None), options.pop("server_hostname", None)
        pair: Any = await super().create_connection(*args, **options)
        transport, protocol = pair
        if context:
            transport = await self.start_tls(transport, protocol, context, server_hostname=name)
        return transport, protocol


@mutant(
    breaks="create_connection.ssl.order_factory_made_return",
    says="expected factory, connection_made, return",
)
class ReturnsBeforeConnectionMade(Spoiled):
    """Wakes the caller first and calls connection_made() in a later turn."""

    def adopt(self, protocol: Any) -> None:
        """Put connection_made() off."""
        made = protocol.connection_made
        protocol.connection_made = lambda transport: self.call_later(0, made, transport)


@mutant(breaks="create_connection.ssl.server_speaks_first", says="data_received() got b''")
class LosesWhatComesWithTheHandshake(Spoiled):
    """Drops data that arrives before the caller is awake."""

    def adopt(self, protocol: Any) -> None:
        """Let data through one turn after connection_made()."""
        made, received = protocol.connection_made, protocol.data_received

        def connection_made(transport: Any) -> None:
            made(transport)
            self.call_soon(setattr, protocol, "data_received", received)

        protocol.connection_made = connection_made
        protocol.data_received = lambda data: None  # noqa: ARG005 - the protocol's form


@mutant(
    breaks="create_connection.ssl.write_in_connection_made",
    says="expected b'made,returned.'",
)
class DropsEarlyWrites(Spoiled):
    """Drops what is written before the caller is awake."""

    def adopt(self, protocol: Any) -> None:
        """Drop writes while connection_made() runs."""
        made = protocol.connection_made

        def connection_made(transport: Any) -> None:
            transport.write = lambda data: None  # noqa: ARG005 - the transport's form
            made(transport)
            del transport.write

        protocol.connection_made = connection_made


@mutant(
    breaks="create_connection.ssl.factory_raises_propagates",
    says="raised nothing; expected ZeroDivisionError",
)
class GoesOnWithoutAProtocol(Spoiled):
    """Takes a default protocol where the factory raises."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Catch what the factory raises."""
        factory = call["factory"]

        def careful() -> Any:
            try:
                return factory()
            except Exception:  # noqa: BLE001 - the fault
                return asyncio.Protocol()

        call["factory"] = careful


class Catching(Spoiled):
    """No mutant itself: catches what connection_made() raises."""

    caught: Exception | None = None

    def adopt(self, protocol: Any) -> None:
        """Catch it."""
        made = protocol.connection_made

        def connection_made(transport: Any) -> None:
            try:
                made(transport)
            except Exception as error:  # noqa: BLE001 - the fault
                self.caught = error

        protocol.connection_made = connection_made


@mutant(
    breaks="create_connection.ssl.connection_made_raises_does_not_hang",
    says="expected it in one of both",
)
class SwallowsErrorsOfConnectionMade(Catching):
    """Goes on as if connection_made() had not raised."""


@mutant(
    breaks="create_connection.ssl.connection_made_raises_does_not_hang",
    says="was still pending",
)
class LosesTheWaiter(Catching):
    """Never wakes the caller when connection_made() raises."""

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Wait for ever."""
        pair = await super().create_connection(*args, **options)
        if self.caught is not None:
            pair[0].abort()
            await self.create_future()
        return pair


@mutant(
    breaks="create_connection.ssl.context_is_reusable_concurrently",
    says="expected each its own",
)
class KeepsTheProtocolWithTheContext(Spoiled):
    """Keeps the protocol of a connection by its context, so that the last one gets all data."""

    def __init__(self) -> None:
        super().__init__()
        self.latest: Callable[[bytes], object] = bytes

    def adopt(self, protocol: Any) -> None:
        """Send the data to the latest protocol."""
        self.latest = protocol.data_received
        protocol.data_received = lambda data: self.latest(data)


@mutant(
    breaks="create_connection.context.callbacks_see_callers_context_tls",
    says="expected the caller's context",
)
class LosesTheContext(Spoiled):
    """Calls the protocol of a TLS connection in an empty context."""

    def adopt(self, protocol: Any) -> None:
        """Run data_received() in it."""
        received = protocol.data_received
        protocol.data_received = lambda data: Context().run(received, data)


@mutant(
    breaks="create_connection.context.callbacks_see_callers_context_tls",
    says="expected the caller's context",
)
class LosesTheContextAtTheEnd(Spoiled):
    """Calls connection_lost() of a TLS connection in an empty context."""

    def adopt(self, protocol: Any) -> None:
        """Run connection_lost() in it."""
        lost = protocol.connection_lost
        protocol.connection_lost = lambda error: Context().run(lost, error)
