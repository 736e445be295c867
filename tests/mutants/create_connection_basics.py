"""Mutants of create_connection(): its signature and its result."""

from __future__ import annotations

import asyncio
import inspect
import socket
from typing import Any

from . import mutant
from .connects import Connecting, Factory, hooked

KEYWORDS = set(inspect.signature(asyncio.SelectorEventLoop.create_connection).parameters)


def refuse(options: dict[str, Any], name: str) -> None:
    """Be a function that has no such keyword."""
    if name in options:
        raise TypeError(f"create_connection() got an unexpected keyword argument {name!r}")


@mutant(
    breaks="create_connection.signature.accepts_all_parameters",
    says="unexpected keyword argument 'happy_eyeballs_delay'",
)
class NoHappyEyeballsLoop(Connecting):
    """Has no happy_eyeballs_delay."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        refuse(options, "happy_eyeballs_delay")
        return await super()._connect(*args, **options)


@mutant(
    breaks="create_connection.signature.accepts_all_parameters",
    says="unexpected keyword argument 'interleave'",
)
class NoInterleaveLoop(Connecting):
    """Has no interleave."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        refuse(options, "interleave")
        return await super()._connect(*args, **options)


@mutant(
    breaks="create_connection.signature.accepts_all_parameters",
    says="local_addr=None) raised TypeError",
)
class BindsNoneLoop(Connecting):
    """Takes local_addr=None for an address to bind."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        if "local_addr" in options:
            with socket.socket() as sock:
                sock.bind(options["local_addr"])
        return await super()._connect(*args, **options)


@mutant(
    breaks="create_connection.signature.accepts_all_errors",
    says="unexpected keyword argument 'all_errors'",
    since=(3, 12),
)
class NoAllErrorsLoop(Connecting):
    """Has no all_errors."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        refuse(options, "all_errors")
        return await super()._connect(*args, **options)


@mutant(
    breaks="create_connection.signature.accepts_all_errors",
    says="expected (transport, protocol)",
    since=(3, 12),
)
class ResultsAndErrorsLoop(Connecting):
    """Returns results and errors with all_errors=True, as gather() might."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        pair = await super()._connect(*args, **options)
        return ([pair],) if options.get("all_errors") else pair


@mutant(
    breaks="create_connection.signature.options_are_keyword_only",
    says="create_connection(factory, host, port, None) raised nothing",
)
class PositionalSslLoop(Connecting):
    """Takes ssl by position: the asterisk is missing."""

    def create_connection(self, *args: Any, **options: Any) -> Any:
        """Take four."""
        names = ("protocol_factory", "host", "port", "ssl")
        return super().create_connection(**dict(zip(names, args, strict=False)), **options)


@mutant(
    breaks="create_connection.signature.host_and_port_by_keyword",
    says="missing 1 required positional argument: 'factory'",
)
class ShortNameLoop(Connecting):
    """Calls its first parameter factory."""

    def create_connection(self, factory: Any, *args: Any, **options: Any) -> Any:  # type: ignore[override]  # the fault
        """Take a factory."""
        return super().create_connection(factory, *args, **options)


@mutant(
    breaks="create_connection.signature.host_and_port_by_keyword",
    says="unexpected keyword argument 'host'",
)
class PositionalHostLoop(Connecting):
    """Takes the host by position only."""

    def create_connection(self, *args: Any, **options: Any) -> Any:
        """Refuse the name."""
        refuse(options, "host")
        return super().create_connection(*args, **options)


@mutant(
    breaks="create_connection.signature.unknown_keyword_is_typeerror",
    says="reuse_address=) raised nothing; expected TypeError",
)
class SwallowingLoop(Connecting):
    """Swallows keywords that it does not know."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        known = {name: value for name, value in options.items() if name in KEYWORDS}
        return await super()._connect(*args, **known)


@mutant(
    breaks="create_connection.signature.unknown_keyword_is_typeerror",
    says="expected no connection",
)
class LateRefusalLoop(Connecting):
    """Passes unknown keywords to a later step, which refuses them once connected."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        known = {name: value for name, value in options.items() if name in KEYWORDS}
        transport, protocol = await super()._connect(*args, **known)
        for name in options.keys() - known.keys():
            transport.abort()
            refuse(options, name)
        return transport, protocol


@mutant(
    breaks="create_connection.signature.call_returns_inert_coroutine",
    says="expected it to start when awaited",
)
class EagerLoop(Connecting):
    """Returns a task that is already running."""

    def _connect(self, *args: Any, **options: Any) -> Any:
        return self.create_task(super()._connect(*args, **options))


@mutant(
    breaks="create_connection.signature.call_returns_inert_coroutine",
    says="called the factory 1 times although the call was not yet awaited",
)
class EagerFactoryLoop(Connecting):
    """Calls the factory in the call itself.

    It connects when awaited.
    """

    def _connect(self, factory: Factory, *args: Any, **options: Any) -> Any:
        protocol = factory()
        return super()._connect(lambda: protocol, *args, **options)


@mutant(
    breaks="create_connection.signature.argument_errors_surface_on_await",
    says="expected the error when it is awaited",
)
class ValidatingLoop(Connecting):
    """Validates in a plain function, and returns a coroutine."""

    def _connect(self, factory: Factory, *address: Any, **options: Any) -> Any:
        if address == (None, None) and options.get("sock") is None:
            raise ValueError("nothing to connect to")
        return super()._connect(factory, *address, **options)


@mutant(breaks="create_connection.returns.pair", says="expected a tuple (transport, protocol)")
class ListLoop(Connecting):
    """Returns a list."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        return list(await super()._connect(*args, **options))


@mutant(breaks="create_connection.returns.pair", says="expected the transport first")
class SwappingLoop(Connecting):
    """Returns the protocol first."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        return (await super()._connect(*args, **options))[::-1]


@mutant(breaks="create_connection.returns.protocol_is_factory_result", says="expected once")
class SecondInstanceLoop(Connecting):
    """Calls the factory again for its result."""

    async def _connect(self, factory: Factory, *args: Any, **options: Any) -> Any:
        transport, _ = await super()._connect(factory, *args, **options)
        return transport, factory()


class Adapter(asyncio.Protocol):
    """Around a protocol."""

    def __init__(self, protocol: Any) -> None:
        self._protocol = protocol

    def __getattr__(self, name: str) -> Any:
        return getattr(self._protocol, name)


@mutant(
    breaks="create_connection.returns.protocol_is_factory_result", says="expected the same object"
)
class AdaptingLoop(Connecting):
    """Returns an adapter around the protocol."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        transport, protocol = await super()._connect(*args, **options)
        return transport, Adapter(protocol)


class Foreign:
    """A transport that is no asyncio.Transport."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


@mutant(
    breaks="create_connection.returns.transport_is_bidirectional",
    says="expected an asyncio.Transport",
)
class ForeignTransportLoop(Connecting):
    """Has a transport class of its own, registered with nothing."""

    async def _connect(self, factory: Factory, *args: Any, **options: Any) -> Any:
        shown: list[Foreign] = []

        def made(original: Any, transport: Any) -> None:
            shown.append(Foreign(transport))
            original(shown[0])

        _, protocol = await super()._connect(hooked(factory, made), *args, **options)
        return shown[0], protocol


@mutant(
    breaks="create_connection.returns.transport_is_coupled", says="expected the returned protocol"
)
class UncoupledLoop(Connecting):
    """Tells the transport its protocol only when it is asked for a second time."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        transport, protocol = await super()._connect(*args, **options)
        answers = [None]
        transport.get_protocol = lambda: answers.pop() if answers else protocol
        return transport, protocol


@mutant(
    breaks="create_connection.returns.transport_is_coupled",
    says="is_reading() on return of create_connection() was False",
)
class PausedLoop(Connecting):
    """Starts reading a turn after the caller was woken."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        transport, protocol = await super()._connect(*args, **options)
        transport.pause_reading()
        self.call_soon(lambda: transport.is_closing() or transport.resume_reading())
        return transport, protocol
