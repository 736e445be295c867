"""Mutants of create_connection(): what may serve as a factory, and as a protocol."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

from . import mutant
from .connects import Connecting, Factory


@mutant(
    breaks="create_connection.protocol.prebuilt_instance_via_lambda",
    says="expected the protocol that the lambda handed out",
)
class RemakingLoop(Connecting):
    """Takes the factory's result for an example, and makes one of its own."""

    async def _connect(self, factory: Factory, *args: Any, **options: Any) -> Any:
        return await super()._connect(lambda: type(factory())(), *args, **options)


@mutant(
    breaks="create_connection.protocol.prebuilt_instance_via_lambda",
    says="raised TypeError('protocol_factory must be a class')",
)
class ClassesOnlyLoop(Connecting):
    """Wants a class."""

    async def _connect(self, factory: Any, *args: Any, **options: Any) -> Any:
        if not inspect.isclass(factory):
            raise TypeError("protocol_factory must be a class")
        return await super()._connect(factory, *args, **options)


@mutant(
    breaks="create_connection.protocol.any_callable_factory",
    says="as factory raised TypeError",
)
class FunctionsOnlyLoop(Connecting):
    """Wants a class or a function."""

    async def _connect(self, factory: Any, *args: Any, **options: Any) -> Any:
        if not (inspect.isclass(factory) or inspect.isfunction(factory)):
            raise TypeError("protocol_factory must be a class or a function")
        return await super()._connect(factory, *args, **options)


@mutant(
    breaks="create_connection.protocol.duck_typed",
    says="with a duck-typed protocol raised TypeError",
)
class InsistingLoop(Connecting):
    """Insists on asyncio.Protocol."""

    async def _connect(self, factory: Factory, *args: Any, **options: Any) -> Any:
        def make() -> asyncio.Protocol:
            protocol = factory()
            if not isinstance(protocol, asyncio.Protocol):
                raise TypeError("a Protocol was expected")
            return protocol

        return await super()._connect(make, *args, **options)


@mutant(
    breaks="create_connection.protocol.duck_typed",
    says="with a duck-typed protocol raised AttributeError",
)
class BufferSeekingLoop(Connecting):
    """Takes what is no asyncio.Protocol for a BufferedProtocol."""

    async def _connect(self, factory: Factory, *args: Any, **options: Any) -> Any:
        def make() -> Any:
            protocol = factory()
            if not isinstance(protocol, asyncio.Protocol):
                protocol.get_buffer(-1)
            return protocol

        return await super()._connect(make, *args, **options)
