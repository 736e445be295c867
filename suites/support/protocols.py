"""A protocol that writes down what the loop called, and lets a check wait for it.

Events are kept in the order of arrival as the name of the callback; bytes are kept
apart, because how a stream is cut into data_received() calls is never promised.
Waiting ends with the event itself. There is no time limit here: a loop that never
delivers is ended by the checker's watchdog, which says where the check was waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from .turns import turns


class Recorder(asyncio.Protocol):
    """Records the callbacks of one connection."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.received = bytearray()
        self.transport: asyncio.Transport | None = None
        self.lost_with: Exception | None = None
        self._changed: asyncio.Event | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport; the stored one is what the loop passed, whatever it is."""
        self.transport = transport  # type: ignore[assignment]  # its class is a requirement of its own
        self._record("connection_made")

    def data_received(self, data: bytes) -> None:
        """Append to `received`."""
        self.received += data
        self._record("data_received")

    def eof_received(self) -> bool | None:
        """Record; the default answer lets the transport close."""
        self._record("eof_received")
        return None

    def connection_lost(self, exc: Exception | None) -> None:
        """Keep the reason in `lost_with`."""
        self.lost_with = exc
        self._record("connection_lost")

    def pause_writing(self) -> None:
        """Record."""
        self._record("pause_writing")

    def resume_writing(self) -> None:
        """Record."""
        self._record("resume_writing")

    async def until(self, happened: Callable[[], bool]) -> None:
        """Wait until `happened()` is true, asking again after each callback."""
        while not happened():
            self._changed = asyncio.Event()
            await self._changed.wait()

    async def until_called(self, name: str) -> None:
        """Wait until the loop has called the callback of that name."""
        await self.until(lambda: name in self.calls)

    async def until_received(self, size: int) -> bytes:
        """Wait for that many bytes in all; return everything received so far."""
        await self.until(lambda: len(self.received) >= size or "connection_lost" in self.calls)
        return bytes(self.received)

    def _record(self, name: str) -> None:
        self.calls.append(name)
        if self._changed is not None:
            self._changed.set()


async def dispose(transport: asyncio.BaseTransport) -> None:
    """Put a connection away without judging how: abort it and let the loop turn.

    For the end of a check whose promise is another one.
    """
    getattr(transport, "abort", transport.close)()
    await turns()
