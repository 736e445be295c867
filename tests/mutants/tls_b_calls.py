"""What mutants of TLS streams have in common: a door into each TLS connection, on both sides."""

from __future__ import annotations

from typing import Any

from . import SoundLoop


class Streaming(SoundLoop):
    """No mutant itself: shows each TLS connection to its heirs, who change something."""

    def arrange(self, options: dict[str, Any]) -> None:
        """Change the keywords of create_connection() or create_server()."""

    def adopt(self, protocol: Any) -> None:
        """Change the protocol that the factory made."""

    def spoil(self, transport: Any, protocol: Any) -> None:
        """Change the transport, before connection_made() gets it."""

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Connect; the heir sees TLS connections."""
        factory, *rest = args
        if options.get("ssl"):
            self.arrange(options)
            factory = self._spoiling(factory)
        return await super().create_connection(factory, *rest, **options)

    async def create_server(self, *args: Any, **options: Any) -> Any:
        """Serve; the heir sees TLS connections."""
        factory, *rest = args
        if options.get("ssl"):
            self.arrange(options)
            factory = self._spoiling(factory)
        return await super().create_server(factory, *rest, **options)

    def _spoiling(self, factory: Any) -> Any:
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
