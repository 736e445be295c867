"""Loops that deal wrongly with the buffers of buffered protocols."""

from __future__ import annotations

import asyncio
from typing import Any

from . import mutant
from .transports_b_parts import Plain


class Buffering(Plain):
    """No mutant itself: shows its heirs the buffered protocols among all."""

    def adopt(self, protocol: Any) -> None:
        """Show it."""
        if isinstance(protocol, asyncio.BufferedProtocol):
            self.buffering(protocol)

    def buffering(self, protocol: Any) -> None:
        """Change it."""
        raise NotImplementedError


@mutant(
    breaks="protocols.buffered.callback_order",
    says="expected buffer_updated, each time right after get_buffer",
)
class AsksOnceOnly(Buffering):
    """Asks for a buffer at the start, and never again."""

    def buffering(self, protocol: Any) -> None:
        """Ask."""
        buffer = protocol.get_buffer(-1)
        protocol.get_buffer = lambda _: buffer


@mutant(
    breaks="protocols.buffered.callback_order",
    says="expected eof_received and connection_lost as the last two",
)
class ForgetsEof(Buffering):
    """Tells only streaming protocols of EOF."""

    def buffering(self, protocol: Any) -> None:
        """Forget it."""
        protocol.eof_received = lambda: None


class AsStreaming(asyncio.Protocol):
    """What a buffered protocol looks like to a loop that knows streaming ones only."""

    def __init__(self, protocol: Any) -> None:
        for name in ("connection_made", "data_received", "eof_received", "connection_lost"):
            setattr(self, name, getattr(protocol, name))


@mutant(breaks="protocols.buffered.used_for_accepted_connections", says="expected buffer_updated")
class StreamsToAcceptedProtocols(Plain):
    """Takes the protocols of a server for streaming ones."""

    async def create_server(self, *args: Any, **options: Any) -> Any:
        """Take them so."""
        factory, *rest = args
        return await super().create_server(lambda: AsStreaming(factory()), *rest, **options)


@mutant(
    breaks="protocols.buffered.callback_order",
    says="expected buffer_updated, each time right after get_buffer",
)
@mutant(breaks="protocols.buffered.sizehint_is_int", says="expected get_buffer() with a hint")
class StreamsToAll(Plain):
    """Knows streaming protocols only."""

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Take the protocol for one."""
        factory, *rest = args
        return await super().create_connection(lambda: AsStreaming(factory()), *rest, **options)


@mutant(
    breaks="protocols.buffered.nothing_after_eof",
    says="expected neither get_buffer nor buffer_updated",
)
class AsksAfterEof(Buffering):
    """Asks for a buffer once more after EOF."""

    def buffering(self, protocol: Any) -> None:
        """Ask."""
        ended = protocol.eof_received

        def eof_received() -> Any:
            self.call_soon(protocol.get_buffer, -1)
            return ended()

        protocol.eof_received = eof_received


@mutant(breaks="protocols.buffered.nothing_after_eof", says="expected eof_received")
@mutant(breaks="protocols.buffered.eof_true_keeps_open", says="expected eof_received")
class NeverTellsOfEof(Buffering):
    """Waits for the other end to come back."""

    def buffering(self, protocol: Any) -> None:
        """Wait."""
        protocol.eof_received = lambda: True


@mutant(breaks="protocols.buffered.nbytes_within_buffer", says="expected 1 to 10")
class TellsTheWholeRead(Buffering):
    """Tells the size of what it has read, of which the buffer got a part."""

    def buffering(self, protocol: Any) -> None:
        """Tell it."""
        updated = protocol.buffer_updated
        protocol.buffer_updated = lambda size: updated(size + 990)


@mutant(breaks="protocols.buffered.nbytes_within_buffer", says="expected 1 to 10")
class UpdatesWithZero(Buffering):
    """Tells of nothing, too."""

    def buffering(self, protocol: Any) -> None:
        """Tell of it."""
        updated = protocol.buffer_updated

        def buffer_updated(size: int) -> None:
            updated(size)
            updated(0)

        protocol.buffer_updated = buffer_updated


@mutant(breaks="protocols.buffered.nbytes_within_buffer", says="were in it in all")
@mutant(breaks="protocols.buffered.large_transfer", says="expected them intact")
class LosesWhatDidNotFit(Buffering):
    """Reads more than the buffer holds, and drops the rest."""

    def buffering(self, protocol: Any) -> None:
        """Drop every second update."""
        updated, updates = protocol.buffer_updated, []

        def buffer_updated(size: int) -> None:
            updates.append(size)
            if len(updates) % 2:
                updated(size)

        protocol.buffer_updated = buffer_updated


@mutant(breaks="protocols.buffered.sizehint_is_int", says="size hints [None")
class HintsAtNothing(Buffering):
    """Has no hint."""

    def buffering(self, protocol: Any) -> None:
        """Say None."""
        get_buffer = protocol.get_buffer
        protocol.get_buffer = lambda _: get_buffer(None)


@mutant(breaks="protocols.buffered.sizehint_is_int", says="size hints [0")
class HintsAtZero(Buffering):
    """Says 0 for "any size"."""

    def buffering(self, protocol: Any) -> None:
        """Say 0."""
        get_buffer = protocol.get_buffer
        protocol.get_buffer = lambda _: get_buffer(0)


@mutant(breaks="protocols.buffered.buffer_kinds", says="get_buffer() returned a bytearray")
@mutant(breaks="protocols.buffered.buffer_kinds", says="get_buffer() returned a array")
class NeedsAMemoryview(Buffering):
    """Calls a method that only memoryviews have."""

    def buffering(self, protocol: Any) -> None:
        """Call it."""
        get_buffer = protocol.get_buffer
        protocol.get_buffer = lambda hint: get_buffer(hint).cast("B")


@mutant(breaks="protocols.buffered.buffer_kinds", says="get_buffer() returned a memoryview")
class NeedsABytearray(Buffering):
    """Calls a method that only bytearrays have."""

    def buffering(self, protocol: Any) -> None:
        """Call it."""
        get_buffer = protocol.get_buffer

        def asked(hint: int) -> Any:
            buffer = get_buffer(hint)
            buffer.startswith(b"")
            return buffer

        protocol.get_buffer = asked


@mutant(breaks="protocols.buffered.large_transfer", says="expected them intact")
class FillsItAgainTooSoon(Buffering):
    """Tells of a read when the next one has been made."""

    def buffering(self, protocol: Any) -> None:
        """Tell late."""
        updated = protocol.buffer_updated
        protocol.buffer_updated = lambda size: self.call_soon(self.call_soon, updated, size)


@mutant(breaks="protocols.buffered.same_buffer_object_reused", says="expected one more each time")
class KeepsAView(Buffering):
    """Holds a view of each buffer, and so can't take it a second time."""

    def buffering(self, protocol: Any) -> None:
        """Hold it."""
        get_buffer = protocol.get_buffer
        seen: list[Any] = []

        def asked(hint: int) -> Any:
            buffer = get_buffer(hint)
            if any(buffer is known for known in seen):
                raise BufferError("existing exports of data: object cannot be taken again")
            seen.append(buffer)
            return buffer

        protocol.get_buffer = asked
