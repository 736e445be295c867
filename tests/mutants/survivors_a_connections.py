"""Loops that end a race too early, deal addresses out wrongly, or end TLS connections wrongly."""

from __future__ import annotations

import asyncio
from typing import Any

from . import mutant
from .connects import Connecting
from .tls_b_calls import Streaming


@mutant(
    breaks="create_connection.happy_eyeballs.refusal_leaves_the_others_racing",
    says="expected it pending, with 1",
)
class GivesUpAllWhenOneIsRefused(Connecting):
    """Takes the first failure of a race for the end of it."""

    def __init__(self) -> None:
        super().__init__()
        self.racing: set[asyncio.Task[Any]] = set()

    async def sock_connect(self, sock: Any, address: Any) -> None:
        """Connect; a refusal cancels the attempts beside it."""
        task = asyncio.current_task()
        assert task is not None
        self.racing.add(task)
        try:
            await super().sock_connect(sock, address)
        except ConnectionRefusedError:
            for other in self.racing - {task}:
                other.cancel()
            raise
        finally:
            self.racing.discard(task)


@mutant(
    breaks="create_connection.interleave.first_family_of_just_that_many",
    says="connected to first IPv4; expected second IPv6",
)
class KeepsTheLastOfAFamilyBack(Connecting):
    """Alternates from the last address of the first family on, however many were asked for."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        if options.get("interleave") == 2:
            options["interleave"] = 1
        return await super()._connect(*args, **options)


@mutant(breaks="tls.close.while_reading_is_paused", says="expected the call")
class ClosesWhenItReadsAgain(Streaming):
    """Leaves reading paused in close(), and so never sees the peer's close_notify."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Wait for a resume that may not come."""
        close = transport.close
        transport.close = lambda: close() if transport.is_reading() else None


@mutant(breaks="tls.corrupted_record_behind_a_good_one", says="expected an ssl.SSLError")
class ForgetsTheErrorBehindData(Streaming):
    """Puts an error off until the data before it is delivered, and then forgets it."""

    def adopt(self, protocol: Any) -> None:
        """Forget the reason where data has come."""
        lost = protocol.connection_lost

        def connection_lost(error: Exception | None) -> None:
            lost(None if protocol.received else error)

        protocol.connection_lost = connection_lost
