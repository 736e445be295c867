"""Loops whose getnameinfo() takes or answers something else than it should."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

from tests.mutants import SoundLoop, mutant


@mutant(breaks="dns.getnameinfo.matches_socket_module", says="expected, as of the socket module")
class AnswersAList(SoundLoop):
    """Answers a list of both."""

    async def getnameinfo(self, *args: Any, **options: Any) -> Any:
        """Make it one."""
        return list(await super().getnameinfo(*args, **options))


@mutant(breaks="dns.getnameinfo.matches_socket_module", says="answered ('localhost'")
@mutant(breaks="dns.getnameinfo.flags_default_and_keyword", says="answered ('localhost'")
class DropsTheFlags(SoundLoop):
    """Names whatever has a name."""

    async def getnameinfo(self, sockaddr: Any, flags: int = 0) -> Any:
        """Drop them."""
        return await super().getnameinfo(sockaddr, flags and socket.NI_NUMERICSERV)


@mutant(
    breaks="dns.getnameinfo.flags_default_and_keyword", says="getnameinfo(('127.0.0.1', 80)) raised"
)
class InsistsOnFlags(SoundLoop):
    """Has no default for flags."""

    async def getnameinfo(self, sockaddr: Any, flags: int | None = None) -> Any:
        """Insist."""
        if flags is None:
            raise TypeError("missing 1 required argument: 'flags'")
        return await super().getnameinfo(sockaddr, flags)


@mutant(breaks="dns.getnameinfo.flags_default_and_keyword", says="flags=numeric) raised")
class TakesFlagsByPosition(SoundLoop):
    """Has no name for flags."""

    async def getnameinfo(self, *args: Any, **options: Any) -> Any:
        """Take no keywords."""
        if options:
            raise TypeError("no such name")
        return await super().getnameinfo(*args)


@mutant(
    breaks="dns.getnameinfo.non_numeric_host_is_oserror", says="raised nothing; expected OSError"
)
class ResolvesFirst(SoundLoop):
    """Looks up the host's address first."""

    async def getnameinfo(self, sockaddr: Any, flags: int = 0) -> Any:
        """Look it up."""
        if isinstance(sockaddr, tuple):
            infos = await self.getaddrinfo(*sockaddr[:2])
            sockaddr = infos[0][4]
        return await super().getnameinfo(sockaddr, flags)


@mutant(breaks="dns.getnameinfo.bad_argument_is_typeerror", says="was still pending after")
class LosesTheThreadsError(SoundLoop):
    """Wakes nobody when the resolver's thread fails with a TypeError."""

    async def getnameinfo(self, *args: Any, **options: Any) -> Any:
        """Wait for ever."""
        try:
            return await super().getnameinfo(*args, **options)
        except TypeError:
            return await asyncio.Event().wait()


@mutant(breaks="dns.getnameinfo.bad_argument_is_typeerror", says="expected TypeError")
class TakesItForAHost(SoundLoop):
    """Makes a sockaddr of a host."""

    async def getnameinfo(self, sockaddr: Any, flags: int = 0) -> Any:
        """Make it one."""
        if isinstance(sockaddr, str):
            sockaddr, flags = (sockaddr, 0), socket.NI_NUMERICHOST
        return await super().getnameinfo(sockaddr, flags)
