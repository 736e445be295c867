"""Loops that mistake a file's position, or keep a transport when a transfer is cancelled."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.mutants import SoundLoop, mutant
from tests.mutants.sendfile_transfers import Sending, descriptor_of


@mutant(breaks="sendfile.transport.fallback_begins_at_offset", says="expected b'abcdef'")
@mutant(breaks="sendfile.sock.fallback_begins_at_offset", says="expected b'abcdef'")
class SeeksForAnOffsetOnly(Sending):
    """Sends a file that it reads from where it stands, unless there is an offset."""

    async def send(
        self, how: Any, to: Any, file: Any, offset: Any = 0, count: Any = None, **options: Any
    ) -> Any:
        """Send."""
        if not offset and descriptor_of(file) is None:
            offset = file.tell()
        return await super().send(how, to, file, offset, count, **options)


@mutant(breaks="sendfile.sock.position_after_error", says="left the file's position at 0")
class ForgetsThePosition(Sending):
    """Moves the file's position where the call returns only."""

    async def send(self, how: Any, to: Any, file: Any, *args: Any, **options: Any) -> Any:
        """Send."""
        before = file.tell()
        try:
            return await super().send(how, to, file, *args, **options)
        except OSError:
            file.seek(before)
            raise


@mutant(breaks="sendfile.transport.usable_after_cancel", says="expected b'hello'")
@mutant(breaks="sendfile.transport.usable_after_cancel_behind_writes", says="expected b'hello'")
class StaysPausedAfterACancel(SoundLoop):
    """Resumes reading where the call returns only."""

    async def sendfile(self, transport: Any, *args: Any, **options: Any) -> int:
        """Send."""
        try:
            return await super().sendfile(transport, *args, **options)
        except asyncio.CancelledError:
            transport.pause_reading()
            raise


@mutant(breaks="sendfile.transport.usable_after_cancel", says="expected it to be accepted")
@mutant(
    breaks="sendfile.transport.usable_after_cancel_behind_writes",
    says="expected it to be accepted",
)
class SendsOnAfterACancel(SoundLoop):
    """Goes on with the transfer when nobody waits for it any more."""

    async def sendfile(self, *args: Any, **options: Any) -> int:
        """Send."""
        return await asyncio.shield(asyncio.ensure_future(super().sendfile(*args, **options)))
