"""Loops that go wrong with Unix connections whose peer does not read."""

from __future__ import annotations

import os
from typing import Any

from . import mutant
from .unix_sockets_parts import Client


@mutant(breaks="unix_sockets.connection.write_does_not_block", says="expected it not to block")
class ConnectsBlocking(Client):
    """Connects in blocking mode, which is simpler, and leaves the socket in it."""

    def furnish(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the form of a hook
        """Put it into that mode."""
        os.set_blocking(transport.get_extra_info("socket").fileno(), True)


@mutant(breaks="unix_sockets.connection.write_does_not_block", says="expected all of them")
class SendsWhatFits(Client):
    """Writes what the system takes at once."""

    def furnish(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the form of a hook
        """Never look again."""
        transport._writable = lambda: None
