"""Loops that lose what was written or read before an upgrade, and those with layers in a muddle."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from . import SoundLoop, mutant
from .start_tls_calls import StandInTransport, Upgrading


class _Dropping(StandInTransport):
    """Drops or puts off what was written before the upgrade."""

    early: Any = None

    def write(self, data: Any) -> None:
        """Keep it."""
        self.early.append(data)

    def get_write_buffer_size(self) -> int:
        """What is kept."""
        return sum(map(len, self.early))


class Buffering(Upgrading):
    """No mutant itself: its plain transports keep what is written; heirs say what becomes of it."""

    go = b"STARTTLS\r\n"

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Return a transport that keeps what is written."""
        pair: Any = await super().create_connection(*args, **options)
        wrapped = _Dropping(pair[0])
        wrapped.early = []
        return wrapped, pair[1]

    def arrange(self, call: dict[str, Any]) -> None:
        """Upgrade the real one."""
        if isinstance(call["transport"], _Dropping):
            call["early"] = call["transport"].early
            call["transport"] = call["transport"].other


@mutant(
    breaks="start_tls.order.plaintext_written_before_is_sent_first",
    says="start_tls() as the TLS",
)
class DropsTheBuffer(Buffering):
    """Throws away what was not sent before the upgrade."""

    async def upgrade(self, call: dict[str, Any]) -> Any:
        """Throw it away."""
        call.pop("early", None)
        return await super().upgrade(call)


@mutant(
    breaks="start_tls.order.plaintext_written_before_is_sent_first",
    says="start_tls() as the TLS",
)
class OvertakesTheBuffer(Buffering):
    """Sends the ClientHello ahead of what was written before."""

    async def upgrade(self, call: dict[str, Any]) -> Any:
        """Send it."""
        early, transport = call.pop("early", []), call["transport"]
        handshake = self.create_task(super().upgrade(call))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        for data in early:
            transport.write(data)
        return await handshake


@mutant(breaks="start_tls.reading.paused_transport_is_resumed", says="was still pending")
class LeavesReadingPaused(Upgrading):
    """Waits for a handshake that nobody reads."""

    async def upgrade(self, call: dict[str, Any]) -> Any:
        """Wait."""
        if not call["transport"].is_reading():
            return await self.create_future()
        return await super().upgrade(call)


@mutant(breaks="start_tls.reading.clienthello_waiting_in_kernel", says="expected no more")
class PausesNothing(SoundLoop):
    """Goes on reading when a plain transport is paused."""

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Make a protocol whose transport can't be paused."""

        def make() -> Any:
            protocol = args[0]()
            made = protocol.connection_made
            protocol.connection_made = lambda transport: made(_Unpaused(transport))
            return protocol

        return await super().create_connection(make, *args[1:], **options)


class _Unpaused(StandInTransport):
    def pause_reading(self) -> None:
        """Don't."""


@mutant(breaks="start_tls.reading.clienthello_waiting_in_kernel", says="start_tls() as the TLS")
class LosesWhatWasRead(Upgrading):
    """Throws away what has arrived when the upgrade begins."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Throw it away."""
        if call["transport"].is_reading():
            return
        sock = call["transport"].get_extra_info("socket").dup()
        with sock:
            sock.setblocking(False)
            with suppress(BlockingIOError):
                sock.recv(65536)


@mutant(breaks="start_tls.tls_in_tls.works", says="raised TypeError")
class RefusesTLSInTLS(Upgrading):
    """Knows transports of sockets only."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Refuse TLS."""
        if call["transport"].get_extra_info("sslcontext"):
            raise TypeError("transport is not supported by start_tls()")


class _InnerOnly(StandInTransport):
    below: Any = None

    def is_closing(self) -> bool:
        """Say that this layer stays open."""
        return False


@mutant(breaks="start_tls.tls_in_tls.close_propagates", says="expected True of all")
class LeavesTheOuterLayerOpen(Upgrading):
    """Does not close the outer layer with the inner one: here it only looks so."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Upgrade the real one."""
        call["transport"] = getattr(call["transport"], "other", call["transport"])

    def upgraded(self, transport: Any, call: dict[str, Any]) -> Any:
        """Wrap the outer layer."""
        if call["transport"].get_extra_info("sslcontext"):
            return transport
        return _InnerOnly(transport)


class _LooksBelow(StandInTransport):
    below: Any = None

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Look in the layer below first."""
        found = self.below.get_extra_info(name)
        return self.other.get_extra_info(name, default) if found is None else found


@mutant(breaks="start_tls.tls_in_tls.independent_contexts", says="and inner.test inside")
class LooksInTheLayerBelow(Upgrading):
    """Answers for the layer below where that has an answer."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Upgrade the real one."""
        call["transport"] = getattr(call["transport"], "other", call["transport"])

    def upgraded(self, transport: Any, call: dict[str, Any]) -> Any:
        """Wrap it."""
        wrapped = _LooksBelow(transport)
        wrapped.below = call["transport"]
        return wrapped


@mutant(
    breaks="start_tls.client_counts_towards_server_wait_closed",
    says="expected False and True",
    since=(3, 12),
)
class ForgetsTheConnection(SoundLoop):
    """Does not count upgraded connections of a server."""

    async def create_server(self, *args: Any, **options: Any) -> Any:
        """Make wait_closed() return at once."""
        server: Any = await super().create_server(*args, **options)

        async def wait_closed() -> None:
            await asyncio.sleep(0)

        server.wait_closed = wait_closed
        return server
