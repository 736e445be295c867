"""What mutants of streams have in common: a door into each stream connection."""

from __future__ import annotations

from typing import Any

from . import SoundLoop


class Streamed(SoundLoop):
    """No mutant itself: shows each stream connection to its heirs, who change something.

    `side` is "client" or "server"; `tls` whether it is one of TLS from the beginning.
    """

    def adopt(self, protocol: Any, side: str, *, tls: bool) -> None:
        """Change the protocol that the factory made."""

    def spoil(self, transport: Any, protocol: Any, side: str) -> None:
        """Change the transport, before connection_made() gets it."""

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Connect; the heir sees it."""
        factory = self._spoiling(args[0], "client", tls=bool(options.get("ssl")))
        return await super().create_connection(factory, *args[1:], **options)

    async def create_server(self, *args: Any, **options: Any) -> Any:
        """Serve; the heir sees each client."""
        factory = self._spoiling(args[0], "server", tls=bool(options.get("ssl")))
        return await super().create_server(factory, *args[1:], **options)

    async def create_unix_connection(self, *args: Any, **options: Any) -> Any:
        """Connect; the heir sees it."""
        factory = self._spoiling(args[0], "client", tls=bool(options.get("ssl")))
        return await super().create_unix_connection(factory, *args[1:], **options)

    async def create_unix_server(self, *args: Any, **options: Any) -> Any:
        """Serve; the heir sees each client."""
        factory = self._spoiling(args[0], "server", tls=bool(options.get("ssl")))
        return await super().create_unix_server(factory, *args[1:], **options)

    def _spoiling(self, factory: Any, side: str, *, tls: bool) -> Any:
        def make() -> Any:
            protocol = factory()
            made = protocol.connection_made

            def connection_made(transport: Any) -> None:
                self.spoil(transport, protocol, side)
                made(transport)

            protocol.connection_made = connection_made
            self.adopt(protocol, side, tls=tls)
            return protocol

        return make


def deaf(*_: object) -> None:
    """Stand in for a callback that a loop never calls."""
