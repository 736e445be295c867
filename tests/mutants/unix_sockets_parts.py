"""What mutants of Unix sockets have in common: doors into the calls and their connections."""

from __future__ import annotations

import asyncio
from typing import Any

from . import SoundLoop


class Meddling(SoundLoop):
    """No mutant itself: shows its heirs the arguments, the transport and the server.

    The arguments of a call are `factory`, `path` and its keywords.
    """

    def arrange(self, call: dict[str, Any]) -> None:
        """Change the arguments of a call of the sides that the heir is about."""

    def furnish(self, transport: Any, protocol: Any) -> None:
        """Change the transport and the protocol just before connection_made()."""

    def serving(self, server: Any, path: Any) -> None:
        """Change the server; `path` is what it is bound to."""

    def _adopting(self, factory: Any) -> Any:
        def make() -> Any:
            protocol = factory()
            made = protocol.connection_made

            def connection_made(transport: Any) -> None:
                self.furnish(transport, protocol)
                made(transport)

            protocol.connection_made = connection_made
            return protocol

        return make


class Client(Meddling):
    """No mutant itself: `arrange` and `furnish` are about create_unix_connection()."""

    async def create_unix_connection(self, *args: Any, **options: Any) -> Any:
        """Call the sound one with what the heir left of the arguments."""
        call = called_with(args, options)
        self.arrange(call)
        making = self._adopting(call.pop("factory"))
        return await super().create_unix_connection(making, call.pop("path"), **call)


class Serving(Meddling):
    """No mutant itself: its hooks are about create_unix_server()."""

    async def create_unix_server(self, *args: Any, **options: Any) -> Any:
        """Call the sound one with what the heir left of the arguments."""
        call = called_with(args, options)
        self.arrange(call)
        making = self._adopting(call.pop("factory"))
        server: Any = await super().create_unix_server(making, call.pop("path"), **call)
        for sock in server.sockets:
            self.serving(server, sock.getsockname())
        return server


def called_with(args: tuple[Any, ...], options: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a call by name: `factory`, `path` and the keywords."""
    return {"path": None} | dict(zip(("factory", "path"), args, strict=False)) | options


async def nothing_to_wait_for() -> None:
    """Return at once."""


async def for_ever() -> None:
    """Never return."""
    await asyncio.get_running_loop().create_future()
