"""The base of mutants that connect wrongly: create_connection() with loose arguments.

`Connecting` passes everything on; a mutant overrides `_connect`, with whatever
signature its fault needs, and calls `super()`. `hooked` reaches into the moment in which the
factory and connection_made() are called, by public means.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Callable
from typing import Any

from . import SoundLoop

Factory = Callable[[], Any]


class Connecting(SoundLoop):
    """Sound; its create_connection() is what a mutant makes of `_connect`."""

    def create_connection(
        self, protocol_factory: Factory, host: Any = None, port: Any = None, **options: Any
    ) -> Any:
        """Pass on."""
        return self._connect(protocol_factory, host, port, **options)

    async def _connect(self, *args: Any, **options: Any) -> Any:
        return await super().create_connection(*args, **options)

    async def addresses(self, host: Any, port: Any, options: dict[str, Any]) -> list[Any]:
        """Resolve as create_connection() does; takes the resolver's keywords out of `options`."""
        keywords = {name: options.pop(name, 0) for name in ("family", "proto", "flags")}
        infos = await self.getaddrinfo(host, port, type=socket.SOCK_STREAM, **keywords)
        return [info[4][:2] for info in infos]

    async def try_each(
        self, factory: Factory, addresses: list[Any], options: dict[str, Any]
    ) -> tuple[Any, list[OSError]]:
        """Connect to the first numeric address that answers; the pair or None, and the errors."""
        errors: list[OSError] = []
        for address in addresses:
            try:
                return await Connecting._connect(self, factory, *address, **options), errors
            except OSError as error:
                errors.append(error)
        return None, errors


def is_numeric(host: Any) -> bool:
    """Whether a host is an address in digits."""
    try:
        ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host)
    except ValueError:
        return False
    return True


def hooked(
    factory: Factory, made: Callable[[Callable[[Any], None], asyncio.Transport], None]
) -> Factory:
    """A factory whose protocol's connection_made() is `made(original, transport)`."""

    def make() -> Any:
        protocol = factory()
        original = protocol.connection_made
        protocol.connection_made = lambda transport: made(original, transport)
        return protocol

    return make
