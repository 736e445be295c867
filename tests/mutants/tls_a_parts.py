"""What mutants of TLS sessions have in common: doors into the connections of both sides."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from . import SoundLoop

Factory = Callable[[], Any]


class Meddling(SoundLoop):
    """No mutant itself: shows its heirs the options, protocols and transports of connections.

    `side` is "client" or "server"; `tls` whether a connection is one of TLS.
    """

    def arrange(self, options: dict[str, Any], side: str) -> None:
        """Change the keyword arguments before the call."""

    def adopt(self, protocol: Any) -> None:
        """Change the protocol that the factory of a TLS connection made."""

    def furnish(self, transport: Any, protocol: Any, side: str) -> None:
        """Change the TLS transport just before connection_made()."""

    def furnish_plain(self, transport: Any) -> None:
        """Change a plain transport just before connection_made()."""

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Call the sound one with what the heir left of the arguments."""
        self.arrange(options, "client")
        making = self._adopting(args[0], "client", tls=bool(options.get("ssl")))
        return await super().create_connection(making, *args[1:], **options)

    async def create_server(self, *args: Any, **options: Any) -> Any:
        """Call the sound one with what the heir left of the arguments."""
        self.arrange(options, "server")
        making = self._adopting(args[0], "server", tls=bool(options.get("ssl")))
        return await super().create_server(making, *args[1:], **options)

    def _adopting(self, factory: Factory, side: str, *, tls: bool) -> Factory:
        def make() -> Any:
            protocol = factory()
            if tls:
                self.adopt(protocol)
            made = protocol.connection_made

            def connection_made(transport: Any) -> None:
                if tls:
                    self.furnish(transport, protocol, side)
                else:
                    self.furnish_plain(transport)
                made(transport)

            protocol.connection_made = connection_made
            return protocol

        return make


class Extras(Meddling):
    """No mutant itself: its heirs answer get_extra_info() of TLS transports."""

    def answer(self, name: str, default: Any, ask: Any, side: str) -> Any:  # noqa: ARG002 - for heirs
        """What get_extra_info(name, default) returns; `ask` is the sound one."""
        return ask(name, default)

    def furnish(self, transport: Any, protocol: Any, side: str) -> None:  # noqa: ARG002 - the base's form
        """Put the answer in the place of the sound one."""
        ask = transport.get_extra_info
        transport.get_extra_info = lambda name, default=None: self.answer(name, default, ask, side)


class Opening(asyncio.Protocol):
    """An accepted TCP connection, until its handshake is done."""

    def __init__(self, loop: AcceptsFirst, factory: Factory, options: dict[str, Any]) -> None:
        self.loop, self.factory, self.options = loop, factory, options
        self.early = b""

    def connection_made(self, transport: Any) -> None:
        """Begin the handshake."""
        self.loop.accepted(transport, self.factory)
        self.task = self.loop.create_task(self.open(transport))

    def data_received(self, data: bytes) -> None:
        """Keep what comes before the protocol is there."""
        self.early += data

    async def open(self, transport: Any) -> None:
        """Make the handshake, then hand the transport to the protocol."""
        try:
            tls: Any = await self.loop.start_tls(transport, self, server_side=True, **self.options)
        except OSError as error:
            self.loop.refused(error, self.factory)
            return
        self.loop.shaken()
        protocol = self.factory()
        tls.set_protocol(protocol)
        protocol.connection_made(tls)
        if self.early:
            protocol.data_received(self.early)


class AcceptsFirst(SoundLoop):
    """No mutant itself: a TLS server made of a plain one and start_tls()."""

    server: Any = None

    def accepted(self, transport: Any, factory: Factory) -> None:
        """Do something when TCP has connected."""

    def refused(self, error: OSError, factory: Factory) -> None:
        """Do something when a handshake has failed."""

    def shaken(self) -> None:
        """Do something when a handshake is done."""

    async def create_server(self, *args: Any, **options: Any) -> Any:
        """Take TLS out of the call, and make it when a client has come."""
        tls = {"sslcontext": options.pop("ssl", None)}
        self.server = await super().create_server(
            lambda: Opening(self, args[0], tls), *args[1:], **options
        )
        return self.server
