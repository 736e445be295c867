"""What mutants of stream transports have in common: a door into each connection of the client."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any

from . import SoundLoop


class Meddling(SoundLoop):
    """No mutant itself: shows each connection to its heirs, who change something."""

    def adopt(self, protocol: Any) -> None:
        """Change the protocol that the factory made."""

    def spoil(self, transport: Any, protocol: Any) -> None:
        """Change the transport, before connection_made() gets it."""

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Connect; the heir sees the connection."""
        factory, *rest = args
        return await super().create_connection(self._meddling(factory), *rest, **options)

    def _meddling(self, factory: Callable[[], Any]) -> Callable[[], Any]:
        def make() -> Any:
            protocol = factory()
            made = protocol.connection_made

            def connection_made(transport: Any) -> None:
                self.spoil(transport, protocol)
                made(transport)

            protocol.connection_made = connection_made
            self.adopt(protocol)
            return protocol

        return make


def socket_of(transport: Any) -> socket.socket:
    """Another descriptor of the transport's socket, non-blocking; the caller closes it."""
    sock: socket.socket = transport.get_extra_info("socket").dup()
    return sock


def send_now(transport: Any, data: Any) -> int:
    """Send past the transport's buffer; how many bytes the socket took."""
    with socket_of(transport) as sock:
        try:
            return sock.send(data)
        except OSError:
            return 0


def is_buffered(protocol: Any) -> bool:
    """Whether a protocol brings its own buffers."""
    return isinstance(protocol, asyncio.BufferedProtocol)
