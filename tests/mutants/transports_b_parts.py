"""What mutants of plain connections have in common: a door into each, made or accepted."""

from __future__ import annotations

from typing import Any

from . import SoundLoop


class Plain(SoundLoop):
    """No mutant itself: shows each plain connection to its heirs, who change something."""

    def adopt(self, protocol: Any) -> None:
        """Change the protocol that the factory made."""

    def spoil(self, transport: Any, protocol: Any) -> None:
        """Change the transport, before connection_made() gets it."""

    def follow(self, transport: Any, protocol: Any) -> None:
        """Do something behind connection_made()."""

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Connect; the heir sees plain connections."""
        return await super().create_connection(*self._shown(args, options), **options)

    async def create_server(self, *args: Any, **options: Any) -> Any:
        """Serve; the heir sees plain connections."""
        return await super().create_server(*self._shown(args, options), **options)

    def _shown(self, args: tuple[Any, ...], options: dict[str, Any]) -> tuple[Any, ...]:
        factory, *rest = args
        return args if options.get("ssl") else (self._spoiling(factory), *rest)

    def _spoiling(self, factory: Any) -> Any:
        def make() -> Any:
            protocol = factory()
            made = protocol.connection_made

            def connection_made(transport: Any) -> None:
                self.spoil(transport, protocol)
                made(transport)
                self.follow(transport, protocol)

            protocol.connection_made = connection_made
            self.adopt(protocol)
            return protocol

        return make
