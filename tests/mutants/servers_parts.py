"""What mutants of servers have in common: doors into create_server() and what comes of it."""

from __future__ import annotations

from typing import Any

from . import SoundLoop


class Serving(SoundLoop):
    """No mutant itself: shows its heirs each call, server, protocol and accepted transport."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Change the arguments, all by name, before the call."""

    def make(self, factory: Any) -> Any:
        """Call the protocol factory."""
        return factory()

    def adopt(self, protocol: Any) -> None:
        """Change the protocol that the factory made."""

    def accepted(self, transport: Any) -> Any:
        """Change the transport just before connection_made(), or put another in its place."""
        return transport

    def furnish(self, server: Any) -> None:
        """Change the server before it is returned."""

    async def create_server(
        self, protocol_factory: Any, host: Any = None, port: Any = None, **options: Any
    ) -> Any:
        """Call the sound one with what the heir left of the arguments."""
        call = {"protocol_factory": protocol_factory, "host": host, "port": port, **options}
        self.arrange(call)
        call["protocol_factory"] = self._making(call["protocol_factory"])
        self.server = await super().create_server(**call)
        self.furnish(self.server)
        return self.server

    def _making(self, factory: Any) -> Any:
        def make() -> Any:
            protocol = self.make(factory)
            if hasattr(protocol, "calls"):  # else it is no check's own
                self._adopt(protocol)
            return protocol

        return make

    def _adopt(self, protocol: Any) -> None:
        self.adopt(protocol)
        made = protocol.connection_made
        protocol.connection_made = lambda transport: made(self.accepted(transport))


def become(thing: Any, **members: Any) -> None:
    """Give one object other properties and special methods."""
    thing.__class__ = type(type(thing).__name__, (type(thing),), members)
