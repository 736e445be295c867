"""What mutants of subprocesses have in common: a door into each start of a child."""

from __future__ import annotations

from typing import Any

from . import SoundLoop


class Starting(SoundLoop):
    """No mutant itself: shows each start of a child to its heirs, who change something."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Change the keywords, or "command", a list of the program and its arguments."""

    def adopt(self, protocol: Any) -> None:
        """Change the protocol that the factory made."""

    def spoil(self, transport: Any) -> None:
        """Change the transport, before connection_made() gets it."""

    async def subprocess_exec(self, protocol_factory: Any, *command: Any, **options: Any) -> Any:
        """Start a program; the heir sees it."""
        call = {**options, "command": list(command)}
        self.arrange(call)
        factory, words = self._spoiling(protocol_factory), call.pop("command")
        return await SoundLoop.subprocess_exec(self, factory, *words, **call)

    async def subprocess_shell(self, protocol_factory: Any, *command: Any, **options: Any) -> Any:
        """Start a command; the heir sees it."""
        call = {**options, "command": list(command)}
        self.arrange(call)
        factory, words = self._spoiling(protocol_factory), call.pop("command")
        return await SoundLoop.subprocess_shell(self, factory, *words, **call)

    def _spoiling(self, factory: Any) -> Any:
        def make() -> Any:
            protocol = factory()
            made = protocol.connection_made

            def connection_made(transport: Any) -> None:
                self.spoil(transport)
                made(transport)

            protocol.connection_made = connection_made
            self.adopt(protocol)
            return protocol

        return make


def stays_quiet(*_arguments: object) -> None:
    """Stand in for a method or a callback, and do nothing."""
