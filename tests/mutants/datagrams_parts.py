"""What mutants of datagram endpoints have in common: a door into each call, and what it made."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from . import SoundLoop


class Spoiled(SoundLoop):
    """No mutant itself: shows each endpoint that is made to its heirs, who change something."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Change the arguments that were given, `factory` among them, before the call."""

    def adopt(self, protocol: Any) -> None:
        """Change the protocol that the factory made."""

    def fit(self, transport: Any) -> Any:
        """Change the transport, or return another."""
        return transport

    async def create_datagram_endpoint(self, *args: Any, **options: Any) -> Any:
        """Call the sound one with what the heir left of the arguments."""
        names = ("factory", "local_addr", "remote_addr")
        call = dict(zip(names, args, strict=False)) | options
        self.arrange(call)
        factory = call.pop("factory")

        def adopting() -> Any:
            protocol = factory()
            self.adopt(protocol)
            return protocol

        transport, protocol = await super().create_datagram_endpoint(adopting, **call)
        return self.fit(transport), protocol


class Wrapper:
    """A transport behind another object, which is not of its class."""

    def __init__(self, transport: Any) -> None:
        self._transport = transport

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


def after_turns(count: int, callback: Callable[[], object]) -> None:
    """Call back after some turns of the running loop."""
    if count:
        asyncio.get_running_loop().call_soon(after_turns, count - 1, callback)
    else:
        callback()
