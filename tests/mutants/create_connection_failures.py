"""Loops whose create_connection() fails in the wrong manner."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

from tests.mutants import SoundLoop, mutant
from tests.mutants.tls_calls import Spoiled


@mutant(breaks="create_connection.failure.leaks_no_descriptor", says="expected no growth")
class ForgetsTheSocket(Spoiled):
    """Closes the socket of a refused attempt nowhere."""

    def failed(self, error: Exception, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Keep one open."""
        self.__dict__.setdefault("kept", []).append(socket.socket())


@mutant(breaks="create_connection.failure.leaks_no_descriptor", says="expected no growth")
class LeavesClosingToTheCollector(Spoiled):
    """Has the socket of a refused attempt in a cycle."""

    def failed(self, error: Exception, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Make such a cycle."""
        cycle: list[Any] = [socket.socket()]
        cycle.append(cycle)


@mutant(
    breaks="create_connection.failure.exception_handler_stays_silent", says="expected no report"
)
class LeavesAnExceptionUnretrieved(Spoiled):
    """Stores the failure in a future that nobody asks."""

    def failed(self, error: Exception, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Store it."""
        self.create_future().set_exception(error)


@mutant(
    breaks="create_connection.failure.exception_handler_stays_silent", says="expected no report"
)
@mutant(breaks="create_connection.factory_raises.exception_propagates", says="expected no report")
class ReportsEveryError(Spoiled):
    """Tells the exception handler of what it raises."""

    def failed(self, error: Exception, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Tell it."""
        self.call_exception_handler({"message": "create_connection failed", "exception": error})


@mutant(
    breaks="create_connection.failure.loop_remains_usable",
    says="create_connection() after a refused one raised",
)
class StaysBroken(Spoiled):
    """Keeps the state of a failed attempt."""

    is_broken = False

    def arrange(self, call: dict[str, Any]) -> None:  # noqa: ARG002 - the base's form
        """Stumble over it."""
        if self.is_broken:
            raise OSError("a connect is already in progress")

    def failed(self, error: Exception, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Keep it."""
        self.is_broken = True


@mutant(breaks="create_connection.factory_raises.exception_propagates", says="raised RuntimeError")
class WrapsTheFactorysError(Spoiled):
    """Has an error of its own for factories that raise."""

    def failed(self, error: Exception, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Wrap it."""
        if not isinstance(error, (OSError, ValueError, RuntimeError)):
            raise RuntimeError("the protocol factory failed") from error


@mutant(breaks="create_connection.factory_raises.exception_propagates", says="got another object")
class CopiesTheFactorysError(Spoiled):
    """Raises an equal exception."""

    def failed(self, error: Exception, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Copy it."""
        if not isinstance(error, OSError):
            raise type(error)(*error.args)


class FactoryErrors(SoundLoop):
    """No mutant itself: shows what factories raise to its heirs, once there is a connection."""

    async def caught(self, error: BaseException, transport: asyncio.Transport) -> None:
        """Do something about it."""

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Connect with another protocol when the factory raises."""
        factory, *address = args
        errors: list[BaseException] = []

        def make() -> Any:
            try:
                return factory()
            except BaseException as error:  # noqa: BLE001 - it is shown to the heirs
                errors.append(error)
                return asyncio.Protocol()

        transport, protocol = await super().create_connection(make, *address, **options)
        if errors:
            await self.caught(errors[0], transport)
        return transport, protocol


@mutant(
    breaks="create_connection.factory_raises.connection_is_dropped",
    says="stayed open for its peer",
)
class LeaksTheConnection(FactoryErrors):
    """Leaves the connection open when the factory raises."""

    async def caught(self, error: BaseException, transport: asyncio.Transport) -> None:
        """Keep it."""
        self.kept = transport
        raise error


@mutant(breaks="create_connection.factory_raises.exception_propagates", says="was still pending")
class SwallowsTheFactorysError(FactoryErrors):
    """Wakes nobody when the factory raises an Exception."""

    async def caught(self, error: BaseException, transport: asyncio.Transport) -> None:
        """Wait for ever."""
        transport.abort()
        if isinstance(error, Exception):
            await self.create_future()
        raise error


@mutant(
    breaks="create_connection.factory_raises.baseexception_propagates", says="was still pending"
)
class CatchesExceptionOnly(FactoryErrors):
    """Wakes nobody when the factory raises anything but an Exception."""

    async def caught(self, error: BaseException, transport: asyncio.Transport) -> None:
        """Wait for ever."""
        transport.abort()
        if not isinstance(error, Exception):
            await self.create_future()
        raise error
