"""Loops whose servers take one failure for the end, or an interrupt for one failure."""

from __future__ import annotations

import asyncio
from typing import Any

from reference_loop.kernel.kernel import READ

from . import mutant
from .servers_parts import Serving

SHORTAGE = "servers.create_server.descriptor_shortage_does_not_stop_server"


@mutant(breaks=SHORTAGE, says="expected the server to carry on")
class RestsForEver(Serving):
    """Stops to look at the listener when descriptors are short, and never looks again."""

    def furnish(self, server: Any) -> None:
        """Have it do so."""
        server._rest = lambda sock, _: self.kernel.unwatch(sock, READ)


@mutant(breaks=SHORTAGE, says="expected the server to carry on")
class ClosesWhenDescriptorsAreShort(Serving):
    """Takes the shortage for the end of the server."""

    def furnish(self, server: Any) -> None:
        """Close it."""
        server._rest = lambda *_: server.close()


@mutant(
    breaks="servers.create_server.factory_interrupt_leaves_the_run",
    says="expected it to leave the run",
)
class SwallowsInterrupts(Serving):
    """Takes whatever the factory raises for the failure of one connection."""

    def make(self, factory: Any) -> Any:
        """Serve the connection by nobody."""
        try:
            return factory()
        except BaseException:  # noqa: BLE001 - the fault
            return asyncio.Protocol()


@mutant(
    breaks="servers.create_server.factory_interrupt_leaves_the_run",
    says="expected it to leave the run",
)
class ReportsInterrupts(Serving):
    """Makes an error that is reported of whatever the factory raises."""

    def make(self, factory: Any) -> Any:
        """Raise another."""
        try:
            return factory()
        except BaseException as error:
            raise RuntimeError("the factory failed") from error
