"""What mutants of pipes have in common: a door into each pipe that is connected."""

from __future__ import annotations

from typing import Any

from . import SoundLoop


class Piping(SoundLoop):
    """No mutant itself: shows each pipe to its heirs, who change something.

    `way` is "read" or "write".
    """

    def look(self, pipe: Any, way: str) -> Any:  # noqa: ARG002 - for heirs
        """The file to connect; may refuse it."""
        return pipe

    def adopt(self, protocol: Any, way: str) -> None:
        """Change the protocol that the factory made."""

    def spoil(self, transport: Any, protocol: Any, way: str) -> None:
        """Change the transport, before connection_made() gets it."""

    async def connect_read_pipe(self, protocol_factory: Any, pipe: Any) -> Any:
        """Connect; the heir sees what."""
        factory = self._spoiling(protocol_factory, "read")
        return await super().connect_read_pipe(factory, self.look(pipe, "read"))

    async def connect_write_pipe(self, protocol_factory: Any, pipe: Any) -> Any:
        """Connect; the heir sees what."""
        factory = self._spoiling(protocol_factory, "write")
        return await super().connect_write_pipe(factory, self.look(pipe, "write"))

    def _spoiling(self, factory: Any, way: str) -> Any:
        def make() -> Any:
            protocol = factory()
            made = protocol.connection_made

            def connection_made(transport: Any) -> None:
                self.spoil(transport, protocol, way)
                made(transport)

            protocol.connection_made = connection_made
            self.adopt(protocol, way)
            return protocol

        return make
