"""Loops that go wrong with datagrams that the system does not take at once."""

from __future__ import annotations

import asyncio
import os
from typing import Any

from reference_loop.kernel.kernel import WRITE

from . import SoundLoop, mutant
from .datagrams_parts import Spoiled
from .datagrams_sendto import SpoiledSendto


@mutant(breaks="datagrams.sendto.does_not_block", says="expected none of them to block")
class LeavesTheSocketBlocking(Spoiled):
    """Makes a socket and leaves it in the mode in which the system made it."""

    def fit(self, transport: Any) -> Any:
        """Put it into that mode."""
        os.set_blocking(transport.get_extra_info("socket").fileno(), True)
        return transport


@mutant(breaks="datagrams.sendto.does_not_block", says="expected all of them, in order")
class DropsWhatDoesNotFit(SpoiledSendto):
    """Throws away what the system does not take at once."""

    def sending(self, data: Any, addr: Any = None) -> None:
        """Send it unless something waits."""
        if not self.transport.get_write_buffer_size():
            super().sending(data, addr)


@mutant(breaks="datagrams.flow.lowering_limits_pauses_at_once", says="expected pause_writing")
class ComparesWhenItSendsOnly(Spoiled):
    """Looks at the marks in sendto() alone."""

    def fit(self, transport: Any) -> Any:
        """Have it look nowhere else."""
        pause = transport._pause_protocol_if_full
        sendto, limits = transport.sendto, transport.set_write_buffer_limits

        def send(*args: Any) -> None:
            transport._pause_protocol_if_full = pause
            sendto(*args)

        def set_limits(*args: Any, **marks: Any) -> None:
            transport._pause_protocol_if_full = lambda: None
            limits(*args, **marks)

        transport.sendto, transport.set_write_buffer_limits = send, set_limits
        return transport


@mutant(breaks="datagrams.abort.descriptor_number_is_free", says="expected a watch")
class LeavesAWatchBehind(Spoiled):
    """Forgets in abort() that the descriptor is watched for writing."""

    def fit(self, transport: Any) -> Any:
        """Watch it again."""
        abort, fd = transport.abort, transport.get_extra_info("socket").fileno()

        def aborting() -> None:
            abort()
            self.kernel.watch(fd, WRITE, lambda: None)

        transport.abort = aborting
        return transport


@mutant(breaks="datagrams.flow.sent_queue_costs_nothing", says="expected next to none")
class LooksAfterItsQueueForEver(SpoiledSendto):
    """Asks in every turn whether something waits, once something was sent."""

    def sending(self, data: Any, addr: Any = None) -> None:
        """Send, and begin to ask."""
        super().sending(data, addr)
        self.call_soon(self.ask)

    def ask(self) -> None:
        """Ask again in the next turn."""
        if not self.transport.is_closing():
            self.call_soon(self.ask)


@mutant(breaks="datagrams.flow.sent_queue_costs_nothing", says="when there was room")
class ForgetsToSendLater(Spoiled):
    """Queues a datagram, and never looks whether there is room for it."""

    def fit(self, transport: Any) -> Any:
        """Look away."""
        transport._writable = lambda: None
        return transport


@mutant(breaks="datagrams.endpoint.cancelled_start", says="expected CancelledError")
class StartsNevertheless(SoundLoop):
    """Does not let itself be cancelled."""

    async def create_datagram_endpoint(self, *args: Any, **options: Any) -> Any:
        """Go on."""
        starting = self.create_task(super().create_datagram_endpoint(*args, **options))
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            return await starting
