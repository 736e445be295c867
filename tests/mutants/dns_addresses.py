"""Loops whose getaddrinfo() takes or answers something else than it should."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from tests.mutants import SoundLoop, mutant

AS_OF_THE_MODULE = "expected, as of the socket module"


class Spoiled(SoundLoop):
    """No mutant itself: shows the arguments and the answers of getaddrinfo() to its heirs."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Change the arguments, among them `host` and `port`."""

    def change(self, answers: list[Any]) -> Any:
        """What to answer instead."""
        return answers

    async def getaddrinfo(self, host: Any, port: Any, **options: Any) -> Any:
        """Ask with what the heir left of the arguments."""
        call = {"host": host, "port": port} | options
        self.arrange(call)
        return self.change(await super().getaddrinfo(call.pop("host"), call.pop("port"), **call))


@mutant(breaks="dns.getaddrinfo.matches_socket_module", says=AS_OF_THE_MODULE)
class AnswersTwice(Spoiled):
    """Has duplicates in its answers."""

    def change(self, answers: list[Any]) -> Any:
        """Double them."""
        return answers + answers


@mutant(breaks="dns.getaddrinfo.matches_socket_module", says=AS_OF_THE_MODULE)
class TurnsTheOrder(Spoiled):
    """Has another order of its own."""

    def change(self, answers: list[Any]) -> Any:
        """Turn it."""
        return answers[::-1]


@mutant(breaks="dns.getaddrinfo.result_shape", says="expected three integers, a name")
class AnswersNames(Spoiled):
    """Hands on the names that the resolver below has for families and types."""

    def change(self, answers: list[Any]) -> Any:
        """Name them."""
        return [(info[0].name, info[1].name, *info[2:]) for info in answers]


@mutant(breaks="dns.getaddrinfo.result_shape", says="expected a list")
class AnswersAnIterator(Spoiled):
    """Answers as the resolver goes along."""

    def change(self, answers: list[Any]) -> Any:
        """Go along."""
        return iter(answers)


@mutant(breaks="dns.getaddrinfo.result_shape", says="expected tuples of five items")
class LeavesOutTheName(Spoiled):
    """Has no use for the canonical name."""

    def change(self, answers: list[Any]) -> Any:
        """Leave it out."""
        return [(*info[:3], info[4]) for info in answers]


@mutant(breaks="dns.getaddrinfo.type_filter", says="answered for the types")
class IgnoresType(Spoiled):
    """Drops type."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Drop it."""
        call.pop("type", None)


@mutant(breaks="dns.getaddrinfo.family_filter", says="answered for the families")
class IgnoresFamily(Spoiled):
    """Drops family."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Drop it."""
        call.pop("family", None)


@mutant(breaks="dns.getaddrinfo.proto_filter", says="answered for the protocols")
class IgnoresProto(Spoiled):
    """Drops proto."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Drop it."""
        call.pop("proto", None)


@mutant(breaks="dns.getaddrinfo.flags", says="(None, 80, flags=AI_PASSIVE) answered")
@mutant(breaks="dns.getaddrinfo.flags", says="('127.0.0.1', 80, flags=AI_CANONNAME) answered")
class IgnoresFlags(Spoiled):
    """Drops flags."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Drop them."""
        call.pop("flags", None)


@mutant(breaks="dns.getaddrinfo.none_host_and_port", says="('127.0.0.1', None) raised gaierror")
class MakesTextOfPorts(Spoiled):
    """Asks for the port 'None'."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Make it text."""
        call["port"] = str(call["port"])


@mutant(breaks="dns.getaddrinfo.none_host_and_port", says="(None, 80) raised TypeError")
@mutant(breaks="dns.getaddrinfo.bytes_host", says="(b'localhost', 80) raised TypeError")
class TakesHostsAsText(Spoiled):
    """Takes str alone."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Insist."""
        if not isinstance(call["host"], str):
            raise TypeError("the host must be str")


@mutant(breaks="dns.getaddrinfo.port_forms", says="raised ValueError")
class TakesNumericPorts(Spoiled):
    """Makes an int of every port."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Make it one."""
        if call["port"] is not None:
            call["port"] = int(call["port"])


@mutant(breaks="dns.getaddrinfo.port_forms", says="('127.0.0.1', b'80') raised TypeError")
@mutant(breaks="dns.getaddrinfo.port_forms", says="('127.0.0.1', '80') raised TypeError")
class TakesIntPorts(Spoiled):
    """Takes int alone."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Insist."""
        if not isinstance(call["port"], int | None):
            raise TypeError("the port must be int")


@mutant(breaks="dns.getaddrinfo.failure_is_gaierror", says="expected gaierror")
class RaisesOsError(Spoiled):
    """Makes an OSError of every failure."""

    async def getaddrinfo(self, *args: Any, **options: Any) -> Any:
        """Make it anew."""
        try:
            return await super().getaddrinfo(*args, **options)
        except socket.gaierror as error:
            raise OSError(f"could not resolve: {error}") from error


@mutant(breaks="dns.getaddrinfo.failure_is_gaierror", says="with errno None")
class LosesTheCode(Spoiled):
    """Makes a gaierror of a text."""

    async def getaddrinfo(self, *args: Any, **options: Any) -> Any:
        """Make it anew."""
        try:
            return await super().getaddrinfo(*args, **options)
        except socket.gaierror as error:
            raise socket.gaierror(str(error)) from error


@mutant(breaks="dns.getaddrinfo.options_are_keyword_only", says="expected TypeError")
class TakesFamilyByPosition(SoundLoop):
    """Has the signature of socket.getaddrinfo()."""

    async def getaddrinfo(self, host: Any, port: Any, family: int = 0, **options: Any) -> Any:
        """Pass it on."""
        return await super().getaddrinfo(host, port, family=family, **options)


@mutant(breaks="dns.getaddrinfo.does_not_block_the_loop", says="in the loop's own thread")
class ResolvesInItsThread(SoundLoop):
    """Waits for the resolver."""

    async def getaddrinfo(self, host: Any, port: Any, **options: Any) -> Any:
        """Wait."""
        return socket.getaddrinfo(host, port, **options)


@mutant(breaks="dns.getaddrinfo.concurrent", says="expected each its own")
class SharesThePort(SoundLoop):
    """Has one place for the arguments of all calls."""

    shared: Any = None

    async def getaddrinfo(self, host: Any, port: Any, **options: Any) -> Any:
        """Read it when there is time."""
        self.shared = port
        await asyncio.sleep(0)
        return await super().getaddrinfo(host, self.shared, **options)


@mutant(breaks="dns.getaddrinfo.uses_default_executor", says="expected it to run there")
class HasAPoolOfItsOwn(SoundLoop):
    """Resolves in threads that set_default_executor() does not know."""

    async def getaddrinfo(self, host: Any, port: Any, **options: Any) -> Any:
        """Use it."""

        def resolve() -> Any:
            return socket.getaddrinfo(host, port, **options)

        with ThreadPoolExecutor(1) as pool:
            return await self.run_in_executor(pool, resolve)


@mutant(breaks="dns.getaddrinfo.calls_socket_getaddrinfo", says="expected [[1], [2]]")
class RemembersTheFunction(SoundLoop):
    """Keeps the function that it found with the first call."""

    found: Callable[..., Any] | None = None

    async def getaddrinfo(self, host: Any, port: Any, **options: Any) -> Any:
        """Use that one."""
        found = self.found = self.found or socket.getaddrinfo
        return await self.run_in_executor(None, lambda: found(host, port, **options))


@mutant(breaks="dns.getaddrinfo.calls_socket_getaddrinfo", says="expected [[1], [2]]")
class RemembersAnswers(SoundLoop):
    """Asks once for each name."""

    known: dict[Any, Any]

    async def getaddrinfo(self, host: Any, port: Any, **options: Any) -> Any:
        """Look there first."""
        known = self.__dict__.setdefault("known", {})
        if (host, port) not in known:
            known[host, port] = await super().getaddrinfo(host, port, **options)
        return known[host, port]


@mutant(breaks="dns.getaddrinfo.cancel", says="expected no report")
class SetsResultsOfTheCancelled(SoundLoop):
    """Sets the result when the thread has finished, whoever still waits."""

    async def getaddrinfo(self, host: Any, port: Any, **options: Any) -> Any:
        """Set it."""
        waiting: asyncio.Future[Any] = self.create_future()

        def resolve() -> None:
            answers = socket.getaddrinfo(host, port, **options)
            self.call_soon_threadsafe(waiting.set_result, answers)

        self.run_in_executor(None, resolve)
        return await waiting


@mutant(breaks="dns.getaddrinfo.cancel", says="expected it to be cancelled")
class FinishesWhatItBegan(SoundLoop):
    """Waits for the resolver in spite of a cancel()."""

    async def getaddrinfo(self, host: Any, port: Any, **options: Any) -> Any:
        """Wait."""
        asking = asyncio.ensure_future(super().getaddrinfo(host, port, **options))
        with suppress(asyncio.CancelledError):
            return await asyncio.shield(asking)
        return await asking
