"""Mutants of create_connection(all_errors=True): what the group holds, and when it comes."""

from __future__ import annotations

import asyncio
import errno
import socket
from typing import Any

from . import mutant
from .connects import Connecting


@mutant(
    breaks="create_connection.all_errors.raises_group",
    says="expected ExceptionGroup",
    since=(3, 12),
)
@mutant(
    breaks="create_connection.all_errors.single_failure_is_still_a_group",
    says="expected ExceptionGroup",
    since=(3, 12),
)
@mutant(
    breaks="create_connection.all_errors.keeps_attempt_order",
    says="expected ExceptionGroup",
    since=(3, 12),
)
@mutant(
    breaks="create_connection.all_errors.includes_bind_failures",
    says="expected ExceptionGroup",
    since=(3, 12),
)
class AllErrorsIgnoredLoop(Connecting):
    """Accepts all_errors, and forgets it."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        options.pop("all_errors", None)
        return await super()._connect(*args, **options)


class Regrouping(Connecting):
    """Raises what `regroup` makes of the members of a group."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        try:
            return await super()._connect(*args, **options)
        except ExceptionGroup as group:
            raise self.regroup(list(group.exceptions)) from None

    def regroup(self, errors: list[Exception]) -> Exception:
        """Make them a group again."""
        return ExceptionGroup("create_connection failed", errors)


@mutant(
    breaks="create_connection.all_errors.raises_group",
    says="expected a ConnectionRefusedError for each address",
    since=(3, 12),
)
class DistinctErrorsLoop(Regrouping):
    """Puts only errors with different messages in the group."""

    def regroup(self, errors: list[Exception]) -> Exception:
        """Keep one of each message."""
        return super().regroup(list({str(error): error for error in errors}.values()))


@mutant(
    breaks="create_connection.all_errors.single_failure_is_still_a_group",
    says="its one address refusing, raised ConnectionRefusedError",
    since=(3, 12),
)
class UnwrappingLoop(Regrouping):
    """Takes a single error out of its group."""

    def regroup(self, errors: list[Exception]) -> Exception:
        """Make a group of several only."""
        return errors[0] if len(errors) == 1 else super().regroup(errors)


@mutant(
    breaks="create_connection.all_errors.single_failure_is_still_a_group",
    says="expected one exception",
    since=(3, 12),
)
class SummingUpLoop(Regrouping):
    """Adds an error that sums the others up."""

    def regroup(self, errors: list[Exception]) -> Exception:
        """Add the sum."""
        return super().regroup([*errors, OSError("all attempts failed")])


@mutant(
    breaks="create_connection.all_errors.keeps_attempt_order",
    says="expected the order of the attempts",
    since=(3, 12),
)
class ReversedErrorsLoop(Regrouping):
    """Collects errors in reverse."""

    def regroup(self, errors: list[Exception]) -> Exception:
        """Put the last one first."""
        return super().regroup(errors[::-1])


@mutant(
    breaks="create_connection.all_errors.includes_bind_failures",
    says="expected EADDRINUSE",
    since=(3, 12),
)
class BindFailuresLostLoop(Regrouping):
    """Tells of a failed bind in general terms."""

    def regroup(self, errors: list[Exception]) -> Exception:
        """Replace the errors of bind()."""
        return super().regroup(
            [
                OSError("no local address could be bound")
                if getattr(error, "errno", None) == errno.EADDRINUSE
                else error
                for error in errors
            ]
        )


@mutant(
    breaks="create_connection.all_errors.no_effect_on_success",
    says="second address listening, raised ExceptionGroup",
    since=(3, 12),
)
class FailuresCountLoop(Connecting):
    """Raises the errors it collected although a later address connected."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        self._errors: list[OSError] = []
        transport, protocol = await super()._connect(*args, **options)
        if self._errors and options.get("all_errors"):
            transport.abort()
            raise ExceptionGroup("create_connection failed", self._errors)
        return transport, protocol

    async def sock_connect(self, sock: socket.socket, address: Any) -> None:
        """Connect, and collect the error."""
        try:
            await super().sock_connect(sock, address)
        except OSError as error:
            self._errors.append(error)
            raise


@mutant(
    breaks="create_connection.all_errors.argument_errors_stay_bare",
    says="sock=, all_errors=True) raised ExceptionGroup",
    since=(3, 12),
)
@mutant(
    breaks="create_connection.all_errors.resolver_failure_stays_bare",
    says="all_errors=True) raised ExceptionGroup",
    since=(3, 12),
)
@mutant(
    breaks="create_connection.all_errors.group_with_handshake_failure_is_bare",
    says="to an untrusted server raised ExceptionGroup",
    since=(3, 12),
)
class EverythingGroupedLoop(Connecting):
    """Makes a group of whatever was raised."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        try:
            return await super()._connect(*args, **options)
        except (ExceptionGroup, asyncio.CancelledError):
            raise
        except Exception as error:
            if options.get("all_errors"):
                raise ExceptionGroup("create_connection failed", [error]) from None
            raise
