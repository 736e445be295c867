"""Mutants of create_connection(): resolving names, and trying several addresses."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import Any

from . import SoundLoop, mutant
from .connects import Connecting, Factory, is_numeric


@mutant(
    breaks="create_connection.resolve.failure_propagates_gaierror",
    says="raised OSError('cannot resolve the host'); expected gaierror",
)
@mutant(breaks="create_connection.port.unknown_service_is_gaierror", says="expected gaierror")
@mutant(breaks="create_connection.proto.contradicting_stream_is_gaierror", says="expected gaierror")
@mutant(breaks="create_connection.flags.reach_the_resolver", says="expected gaierror")
class WrappedResolverErrorsLoop(SoundLoop):
    """Wraps the errors of the resolver in a plain OSError."""

    async def getaddrinfo(self, *args: Any, **options: Any) -> Any:
        """Resolve, and wrap the error."""
        try:
            return await super().getaddrinfo(*args, **options)
        except socket.gaierror as error:
            raise OSError("cannot resolve the host") from error


@mutant(breaks="create_connection.resolve.failure_propagates_gaierror", says="expected EAI_NONAME")
class NewResolverErrorsLoop(SoundLoop):
    """Makes resolver errors anew, without their number."""

    async def getaddrinfo(self, *args: Any, **options: Any) -> Any:
        """Resolve, and make the error anew."""
        try:
            return await super().getaddrinfo(*args, **options)
        except socket.gaierror as error:
            raise socket.gaierror(str(error)) from error


@mutant(
    breaks="create_connection.resolve.goes_through_loop_getaddrinfo",
    says="expected the override to be asked",
)
class OwnResolverLoop(Connecting):
    """Calls socket.getaddrinfo() for names."""

    async def _connect(
        self, factory: Factory, host: Any = None, port: Any = None, **options: Any
    ) -> Any:
        if not isinstance(host, str) or is_numeric(host):
            return await super()._connect(factory, host, port, **options)
        asked = {name: options.pop(name, 0) for name in ("family", "proto", "flags")}
        infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, **asked)
        addresses = [info[4][:2] for info in infos]
        pair, errors = await self.try_each(factory, addresses, options)
        if pair is None:
            raise errors[0] if errors else OSError("no address")
        return pair


@mutant(breaks="create_connection.resolve.empty_answer_is_oserror", says="raised IndexError")
class LastErrorLoop(Connecting):
    """Raises the last error of its attempts, of which there may be none."""

    async def _connect(
        self, factory: Factory, host: Any = None, port: Any = None, **options: Any
    ) -> Any:
        if not isinstance(host, str) or is_numeric(host):
            return await super()._connect(factory, host, port, **options)
        pair, errors = await self.try_each(
            factory, await self.addresses(host, port, options), options
        )
        if pair is None:
            raise errors[-1]
        return pair


@mutant(breaks="create_connection.resolve.empty_answer_is_oserror", says="raised nothing")
class NoAttemptLoop(Connecting):
    """Returns no transport where there was nothing to attempt."""

    async def _connect(self, factory: Factory, *args: Any, **options: Any) -> Any:
        self._attempts = 0
        try:
            return await super()._connect(factory, *args, **options)
        except OSError as error:
            if self._attempts or isinstance(error, socket.gaierror):
                raise
            return None, factory()

    async def sock_connect(self, sock: socket.socket, address: Any) -> None:
        """Connect, and count."""
        self._attempts += 1
        await super().sock_connect(sock, address)


@mutant(
    breaks="create_connection.resolve.resolver_exception_propagates",
    says="raised OSError('the resolver failed'); expected ZeroDivisionError",
)
class ConvertedResolverErrorsLoop(Connecting):
    """Turns whatever the resolver raises into OSError."""

    async def _connect(self, factory: Factory, host: Any = None, *args: Any, **options: Any) -> Any:
        try:
            return await super()._connect(factory, host, *args, **options)
        except (OSError, ExceptionGroup):
            raise
        except Exception as error:
            if isinstance(host, str) and not is_numeric(host):
                raise OSError("the resolver failed") from error
            raise


@mutant(
    breaks="create_connection.resolve.resolver_exception_propagates",
    says="expected the resolver's own exception",
)
class CopiedResolverErrorsLoop(Connecting):
    """Carries errors over from the resolver's thread as copies."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        try:
            return await super()._connect(*args, **options)
        except ArithmeticError as error:
            raise type(error)(*error.args) from None


@mutant(
    breaks="create_connection.resolve.numeric_host_skips_resolver",
    says="with a failing resolver raised OSError(\"asked for '127.0.0.1'\")",
)
class AlwaysAskingLoop(Connecting):
    """Asks the resolver for numeric hosts, too."""

    async def _connect(
        self, factory: Factory, host: Any = None, port: Any = None, **options: Any
    ) -> Any:
        if is_numeric(host):
            await self.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return await super()._connect(factory, host, port, **options)


@mutant(
    breaks="create_connection.resolve.numeric_host_skips_resolver",
    says="expected no question for a numeric address",
)
class AskingAnywayLoop(Connecting):
    """Asks the resolver for numeric hosts, and does without where it fails."""

    async def _connect(
        self, factory: Factory, host: Any = None, port: Any = None, **options: Any
    ) -> Any:
        if is_numeric(host):
            with suppress(OSError):
                await self.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return await super()._connect(factory, host, port, **options)


@mutant(
    breaks="create_connection.resolve.local_addr_goes_through_loop_getaddrinfo",
    says="both names known to the resolver, raised gaierror",
)
class UnresolvedLocalAddressLoop(Connecting):
    """Binds the local address as it was given."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        if options.get("local_addr") and not is_numeric(options["local_addr"][0]):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return await super()._connect(*args, **options)


@mutant(
    breaks="create_connection.resolve.local_addr_goes_through_loop_getaddrinfo",
    says="expected the host and then the local host",
)
class LocalFirstLoop(Connecting):
    """Resolves the local address first."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        if options.get("local_addr"):
            infos = await self.getaddrinfo(*options["local_addr"], type=socket.SOCK_STREAM)
            options["local_addr"] = infos[0][4][:2]
        return await super()._connect(*args, **options)


@mutant(
    breaks="create_connection.multiple.falls_through_to_a_working_address",
    says="listening, raised ConnectionRefusedError",
)
@mutant(
    breaks="create_connection.order.factory_called_once_across_addresses",
    says="first address refused, raised ConnectionRefusedError",
)
@mutant(
    breaks="create_connection.all_errors.no_effect_on_success",
    says="second address listening, raised ExceptionGroup",
    since=(3, 12),
)
class FirstAddressLoop(Connecting):
    """Takes the first address of the answer only."""

    async def _connect(
        self, factory: Factory, host: Any = None, port: Any = None, **options: Any
    ) -> Any:
        if host is None and port is not None:
            host, port = (await self.addresses(host, port, options))[0]
        return await super()._connect(factory, host, port, **options)


@mutant(
    breaks="create_connection.multiple.resolver_order_is_kept",
    says="expected loop.getaddrinfo()'s first answer",
)
class LastAddressFirstLoop(Connecting):
    """Takes addresses from the end of the answer, as with pop()."""

    async def _connect(
        self, factory: Factory, host: Any = None, port: Any = None, **options: Any
    ) -> Any:
        if host is None and port is not None:
            host, port = (await self.addresses(host, port, options))[-1]
        return await super()._connect(factory, host, port, **options)


@mutant(
    breaks="create_connection.multiple.resolver_order_is_kept_interposed",
    says="an answer that has the higher port first connected to",
)
class SortingLoop(Connecting):
    """Sorts the answer."""

    async def _connect(
        self, factory: Factory, host: Any = None, port: Any = None, **options: Any
    ) -> Any:
        by_name = isinstance(host, str) and not is_numeric(host)
        if by_name and (ordered := sorted(await self.addresses(host, port, options))):
            host, port = ordered[0]
        return await super()._connect(factory, host, port, **options)


@mutant(
    breaks="create_connection.multiple.later_addresses_untouched_after_success",
    says="expected one address only",
)
class ParallelLoop(Connecting):
    """Connects to all addresses at once, and keeps the first."""

    async def _connect(
        self, factory: Factory, host: Any = None, port: Any = None, **options: Any
    ) -> Any:
        pair = await super()._connect(factory, host, port, **options)
        if host is None and port is not None:
            for address in (await self.addresses(host, port, options))[1:]:
                with socket.socket() as sock:
                    sock.connect_ex(address)
        return pair
