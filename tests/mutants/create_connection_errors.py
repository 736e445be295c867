"""Mutants of create_connection(): the error that stands for attempts that all failed."""

from __future__ import annotations

import socket
from typing import Any

from . import SoundLoop, mutant
from .connects import Connecting, Factory, is_numeric


@mutant(
    breaks="create_connection.errors.single_address_raises_original",
    says="raised OSError('connect failed'); expected ConnectionRefusedError",
)
class AnonymousErrorsLoop(SoundLoop):
    """Raises a plain OSError for a connect that failed."""

    async def sock_connect(self, sock: socket.socket, address: Any) -> None:
        """Connect, and make the error anew."""
        try:
            await super().sock_connect(sock, address)
        except OSError as error:
            raise OSError("connect failed") from error


@mutant(
    breaks="create_connection.errors.single_address_raises_original", says="expected ECONNREFUSED"
)
class UnnumberedErrorsLoop(SoundLoop):
    """Keeps the type of an error, and loses its number."""

    async def sock_connect(self, sock: socket.socket, address: Any) -> None:
        """Connect, and make the error anew."""
        try:
            await super().sock_connect(sock, address)
        except ConnectionRefusedError as error:
            raise ConnectionRefusedError(str(error)) from error


@mutant(
    breaks="create_connection.errors.single_address_raises_original",
    says="raised RuntimeError('connect failed'); expected ConnectionRefusedError",
)
class WrappedErrorsLoop(Connecting):
    """Wraps the error of a connect."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        try:
            return await super()._connect(*args, **options)
        except ConnectionRefusedError as error:
            raise RuntimeError("connect failed") from error


@mutant(
    breaks="create_connection.errors.distinct_messages_are_combined",
    says="expected the message of each address",
)
class FirstErrorLoop(Connecting):
    """Raises the first error, although messages differ."""

    which = 0

    async def _connect(
        self, factory: Factory, host: Any = None, port: Any = None, **options: Any
    ) -> Any:
        if host is not None or port is None or options.get("all_errors"):
            return await super()._connect(factory, host, port, **options)
        addresses = await self.addresses(host, port, options)
        pair, errors = await self.try_each(factory, addresses, options)
        if pair is None:
            raise errors[self.which]
        return pair


@mutant(
    breaks="create_connection.errors.distinct_messages_are_combined",
    says="expected the message of each address",
)
class LastErrorLoop(FirstErrorLoop):
    """Raises the last error, although messages differ."""

    which = -1


@mutant(
    breaks="create_connection.errors.identical_messages_raise_first",
    says="one refusing address twice raised OSError",
)
class AlwaysCombiningLoop(Connecting):
    """Combines the errors of several attempts, also where they read the same."""

    combined: type[OSError] = OSError

    async def _connect(
        self, factory: Factory, host: Any = None, port: Any = None, **options: Any
    ) -> Any:
        if not isinstance(host, str) or is_numeric(host) or options.get("all_errors"):
            return await super()._connect(factory, host, port, **options)
        addresses = await self.addresses(host, port, options)
        pair, errors = await self.try_each(factory, addresses, options)
        if pair is None:
            raise self.combined(", ".join(map(str, errors)))
        return pair


@mutant(
    breaks="create_connection.errors.identical_messages_raise_first",
    says="expected the message of one attempt",
)
class SameTypeCombiningLoop(AlwaysCombiningLoop):
    """Combines errors that read the same, and keeps their type."""

    combined = ConnectionRefusedError


@mutant(
    breaks="create_connection.errors.default_is_not_a_group",
    says="both addresses refusing, raised ExceptionGroup",
)
@mutant(
    breaks="create_connection.errors.distinct_messages_are_combined",
    says="both addresses refusing, raised ExceptionGroup",
)
class GroupByDefaultLoop(Connecting):
    """Raises a group whenever the host has several addresses."""

    async def _connect(self, factory: Factory, host: Any = None, *args: Any, **options: Any) -> Any:
        try:
            return await super()._connect(factory, host, *args, **options)
        except OSError as error:
            if host is None and not options.get("family"):
                raise ExceptionGroup("create_connection failed", [error]) from None
            raise
