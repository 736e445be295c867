"""Loops whose plain transports or pipes forget something at the end, or make nothing of errors."""

from __future__ import annotations

import asyncio
from typing import Any

from reference_loop.kernel.kernel import READ

from . import mutant
from .pipes_parts import Piping
from .transports_b_parts import Plain


@mutant(
    breaks="transports.buffer_size.zero_after_abort", says="after connection_lost(); expected 0"
)
class CountsWhatItDropped(Plain):
    """Drops the buffer in abort(), and leaves the count of its bytes."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Keep the count."""
        abort = transport.abort

        def aborting() -> None:
            size = transport.get_write_buffer_size()
            transport.get_write_buffer_size = lambda: size
            abort()

        transport.abort = aborting


@mutant(breaks="transports.unclosed_is_resource_warning", says="expected it collected")
class KeepsItsTransports(Plain):
    """Holds its transports in a list that close() forgets."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[Any] = []

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Keep it."""
        self.kept.append(transport)


@mutant(breaks="transports.unclosed_is_resource_warning", says="without a ResourceWarning")
class SaysNothingOfOpenTransports(Plain):
    """Has transports without a destructor."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Take the destructor away."""
        transport.__class__ = _silent(type(transport))


def _silent(kind: type) -> type:
    return type("Silent", (kind,), {"__del__": lambda _: None})


@mutant(breaks="protocols.buffered.readonly_buffer_is_fatal", says="expected one report")
class TakesEachErrorForTheNetworks(Plain):
    """Reports nothing that a read raises."""

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Leave errors of buffers out."""
        if not isinstance(context.get("exception"), TypeError | BufferError):
            super().call_exception_handler(context)


@mutant(
    breaks="protocols.buffered.readonly_buffer_is_fatal",
    says="connection_lost() got None; expected an exception",
)
class TakesReadOnlyForTheEnd(Plain):
    """Ends without an error where the buffer takes nothing."""

    def adopt(self, protocol: Any) -> None:
        """Forget the reason."""
        lost = protocol.connection_lost
        protocol.connection_lost = lambda _: lost(None)


@mutant(breaks="pipes.descriptor_number_is_free_after_the_end", says="expected b'data'")
class WatchesOnAfterTheEnd(Piping):
    """Leaves the watch for the reader's end on a write pipe's descriptor."""

    def spoil(self, transport: Any, protocol: Any, way: str) -> None:  # noqa: ARG002 - the base's form
        """Watch the descriptor once more before it is closed."""
        number = transport.get_extra_info("pipe").fileno()
        lost = protocol.connection_lost

        def connection_lost(error: Exception | None) -> None:
            lost(error)
            self.kernel.watch(number, READ, int)

        protocol.connection_lost = connection_lost


@mutant(breaks="pipes.cancelled_connect_closes_the_pipe", says="is cancelled, and its pipe is open")
class LeavesThePipeOfACancelledConnect(Piping):
    """Connects in a task of its own, which a cancellation of the call does not reach."""

    async def connect_read_pipe(self, protocol_factory: Any, pipe: Any) -> Any:
        """Leave the other one to itself."""
        return await asyncio.shield(super().connect_read_pipe(protocol_factory, pipe))


@mutant(breaks="pipes.cancelled_connect_closes_the_pipe", says="is returned None, and its pipe is")
class SwallowsACancellation(Piping):
    """Puts the transport away, and goes on as if nothing was."""

    async def connect_write_pipe(self, protocol_factory: Any, pipe: Any) -> Any:
        """Return nothing."""
        try:
            return await super().connect_write_pipe(protocol_factory, pipe)
        except asyncio.CancelledError:
            return None
