"""What mutants of start_tls() have in common: a door into each call, and stand-ins."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

from . import SoundLoop


class Upgrading(SoundLoop):
    """No mutant itself: shows each start_tls() to its heirs, who change something."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Change the arguments, among them transport, protocol and sslcontext."""

    def upgraded(self, transport: Any, call: dict[str, Any]) -> Any:  # noqa: ARG002 - for heirs
        """The transport to return in the place of the sound one."""
        return transport

    def failed(self, error: BaseException, call: dict[str, Any]) -> Any:  # noqa: ARG002 - for heirs
        """What to return where the call has failed; raises unless overridden."""
        raise error

    async def upgrade(self, call: dict[str, Any]) -> Any:
        """The sound call."""
        options = dict(call)
        three = [options.pop(name) for name in ("transport", "protocol", "sslcontext")]
        return await super().start_tls(*three, **options)

    async def start_tls(
        self, transport: Any, protocol: Any, sslcontext: Any, **options: Any
    ) -> Any:
        """Call the sound one with what the heir left of the arguments."""
        call = {"transport": transport, "protocol": protocol, "sslcontext": sslcontext} | options
        self.arrange(call)
        try:
            new = await self.upgrade(call)
        except BaseException as error:  # noqa: BLE001 - heirs decide
            return self.failed(error, call)
        return self.upgraded(new, call)


class StandIn:
    """Something like a transport or protocol: all but what an heir defines is the other's."""

    def __init__(self, other: Any) -> None:
        self.other = other

    def __getattr__(self, name: str) -> Any:
        return getattr(self.other, name)


class StandInTransport(asyncio.Transport):
    """A transport over another one, of which heirs change something."""

    def __init__(self, other: Any) -> None:
        super().__init__()
        self.other = other

    def __getattribute__(self, name: str) -> Any:
        found = type(self).__mro__
        own = any(name in kind.__dict__ for kind in found[: found.index(StandInTransport)])
        if own or name == "other" or name.startswith("__"):
            return super().__getattribute__(name)
        return getattr(super().__getattribute__("other"), name)


class StandInProtocol(asyncio.Protocol):
    """A protocol that hands on what it is told; heirs change something."""

    def __init__(self, other: Any) -> None:
        self.other = other

    def connection_made(self, transport: Any) -> None:
        """Hand on."""
        self.other.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Hand on."""
        self.other.data_received(data)

    def eof_received(self) -> bool | None:
        """Hand on."""
        answer: bool | None = self.other.eof_received()
        return answer

    def connection_lost(self, exc: Exception | None) -> None:
        """Hand on."""
        self.other.connection_lost(exc)

    def pause_writing(self) -> None:
        """Hand on."""
        self.other.pause_writing()

    def resume_writing(self) -> None:
        """Hand on."""
        self.other.resume_writing()


def copied(context: ssl.SSLContext, *, names: bool = True, verify: bool = True) -> ssl.SSLContext:
    """A client's context with the same authorities and nothing else of the given one."""
    copy = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    copy.check_hostname = names and verify
    copy.verify_mode = ssl.CERT_REQUIRED if verify else ssl.CERT_NONE
    for certificate in context.get_ca_certs(binary_form=True):
        copy.load_verify_locations(cadata=certificate)
    return copy
