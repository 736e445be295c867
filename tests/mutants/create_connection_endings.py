"""Loops that lose track of a connection that ends, or is called off, before it has begun."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import Any

from tests.mutants import SoundLoop, mutant
from tests.mutants.tls_calls import Spoiled


@mutant(
    breaks="create_connection.connection_made_raises.is_reported_to_handler",
    says="expected the exception to reach one of them",
)
class SwallowsCallbackErrors(Spoiled):
    """Drops what connection_made() raises."""

    def adopt(self, protocol: Any) -> None:
        """Drop it."""
        made = protocol.connection_made

        def dropping(transport: asyncio.Transport) -> None:
            with suppress(Exception):
                made(transport)

        protocol.connection_made = dropping


@mutant(
    breaks="create_connection.connection_made_raises.is_reported_to_handler",
    says="connection_made() raising, never returned",
)
@mutant(
    breaks="create_connection.connection_made_closes.returns_closing_transport",
    says="connection_made() closing the transport, never returned",
)
@mutant(
    breaks="create_connection.connection_made_aborts.returns_closing_transport",
    says="connection_made() aborting the transport, never returned",
)
class WakesNobody(Spoiled):
    """Wakes the awaiter only when connection_made() has left the transport open."""

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Wait for ever."""
        self.raised = False
        transport, protocol = await super().create_connection(*args, **options)
        if self.raised or transport.is_closing():
            transport.abort()
            await self.create_future()
        return transport, protocol

    def adopt(self, protocol: Any) -> None:
        """Notice what connection_made() raises."""
        made = protocol.connection_made

        def noticing(transport: asyncio.Transport) -> None:
            try:
                made(transport)
            except Exception:
                self.raised = True
                raise

        protocol.connection_made = noticing


@mutant(
    breaks="create_connection.connection_made_closes.returns_closing_transport",
    says="closing the transport, raised ConnectionAbortedError",
)
@mutant(
    breaks="create_connection.connection_made_aborts.returns_closing_transport",
    says="aborting the transport, raised ConnectionAbortedError",
)
class RaisesWhenClosed(SoundLoop):
    """Takes a transport that is closed already for a failure."""

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Raise."""
        transport, protocol = await super().create_connection(*args, **options)
        if transport.is_closing():
            raise ConnectionAbortedError("the connection was closed")
        return transport, protocol


@mutant(
    breaks="create_connection.connection_made_closes.returns_closing_transport",
    says="are (True, ['connection_made'], None)",
)
@mutant(
    breaks="create_connection.connection_made_aborts.returns_closing_transport",
    says="are (True, ['connection_made'], None)",
)
class SkipsConnectionLost(Spoiled):
    """Forgets connection_lost() when connection_made() put an end to the connection."""

    def adopt(self, protocol: Any) -> None:
        """Forget it."""
        made = protocol.connection_made

        def forgetting(transport: asyncio.Transport) -> None:
            made(transport)
            if transport.is_closing():
                protocol.connection_lost = lambda _: None

        protocol.connection_made = forgetting


@mutant(breaks="create_connection.cancel.pending_connect", says="left 1 descriptors open")
@mutant(breaks="create_connection.cancel.timeout_wrapper", says="left 1 descriptors open")
@mutant(breaks="create_connection.cancel.during_tls_handshake", says="its peer saw: no end")
class KeepsConnecting(SoundLoop):
    """Connects in a task of its own, which hears of no cancellation."""

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Connect there."""
        self.connecting = self.create_task(super().create_connection(*args, **options))
        return await asyncio.shield(self.connecting)


@mutant(breaks="create_connection.cancel.pending_connect", says="left 1 descriptors open")
@mutant(breaks="create_connection.cancel.timeout_wrapper", says="left 1 descriptors open")
class LeaksThePendingSocket(SoundLoop):
    """Closes the socket only when the connect comes to an end of its own."""

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Keep one open."""
        try:
            return await super().create_connection(*args, **options)
        except asyncio.CancelledError:
            self.kept = socket.socket()
            raise


@mutant(
    breaks="create_connection.cancel.pending_connect",
    says="raised nothing; expected CancelledError",
)
@mutant(
    breaks="create_connection.cancel.timeout_wrapper", says="raised nothing; expected TimeoutError"
)
@mutant(
    breaks="create_connection.cancel.during_tls_handshake",
    says="raised nothing; expected CancelledError",
)
class SwallowsTheCancellation(SoundLoop):
    """Takes a cancellation for an end like any other."""

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """End."""
        with suppress(asyncio.CancelledError):
            return await super().create_connection(*args, **options)


@mutant(
    breaks="create_connection.cancel.during_tls_handshake",
    says="the protocol got ['connection_lost']",
)
class TellsOfAnEndWithoutABeginning(SoundLoop):
    """Calls connection_lost() for a handshake that was called off."""

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Call it."""
        try:
            return await super().create_connection(*args, **options)
        except asyncio.CancelledError:
            if options.get("ssl"):
                args[0]().connection_lost(None)
            raise


@mutant(
    breaks="create_connection.cancel.before_start_has_no_effect_on_peer",
    says="are (False, 0); expected (True, 0)",
)
class ConnectsEagerly(SoundLoop):
    """Begins when it is called."""

    def create_connection(self, *args: Any, **options: Any) -> Any:
        """Begin."""
        if len(args) == 3:
            socket.create_connection(args[1:3]).close()
        return super().create_connection(*args, **options)
