"""Faults of create_connection() in races, in the order of addresses, in overlapping calls.

Those that put addresses in a wrong order try them one by one through the sound loop,
as numeric hosts. Those that hold on to an attempt keep a second descriptor of its
socket, which survives when the sound loop closes the first.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Callable
from contextvars import Context, copy_context
from itertools import chain
from typing import Any

from tests.mutants import SoundLoop, mutant

RACE = "create_connection.happy_eyeballs."
ORDER = "create_connection.interleave."
CONTEXT = "create_connection.context."


def is_numeric(host: object) -> bool:
    """Whether a host is a numeric address."""
    try:
        ipaddress.ip_address(str(host))
    except ValueError:
        return False
    return True


@mutant(breaks=RACE + "second_starts_after_delay", says="expected the next attempt to start")
@mutant(breaks=RACE + "loser_is_closed", says="held up the race")
@mutant(breaks=RACE + "cancel_closes_every_attempt", says="had 1 connects under way")
class IgnoresTheDelayLoop(SoundLoop):
    """Knows happy_eyeballs_delay and does nothing with it."""

    async def create_connection(self, *args: Any, **kwargs: Any) -> Any:
        if kwargs.pop("happy_eyeballs_delay", None) is not None:
            kwargs.setdefault("interleave", 1)
        return await super().create_connection(*args, **kwargs)


@mutant(breaks=RACE + "second_starts_after_delay", says="expected the next attempt to start")
@mutant(breaks=RACE + "loser_is_closed", says="held up the race")
@mutant(breaks=RACE + "cancel_closes_every_attempt", says="had 1 connects under way")
class TakesTheDelayForMinutesLoop(SoundLoop):
    """Waits for the first attempt to fail, in effect: the delay is far too long."""

    async def create_connection(self, *args: Any, **kwargs: Any) -> Any:
        if kwargs.get("happy_eyeballs_delay") is not None:
            kwargs["happy_eyeballs_delay"] = 60 * kwargs["happy_eyeballs_delay"] + 60
        return await super().create_connection(*args, **kwargs)


class KeepsAttemptsLoop(SoundLoop):
    """No mutant yet: keeps sockets of cancelled attempts open until told to let go."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[socket.socket] = []

    async def sock_connect(self, sock: socket.socket, address: Any) -> None:
        twin = sock.dup()
        try:
            await super().sock_connect(sock, address)
        except asyncio.CancelledError:
            self.kept.append(twin)
            raise
        except OSError:
            twin.close()
            raise
        twin.close()

    def let_go(self, spared: int = 0) -> None:
        """Close what is kept, but for the first few."""
        for twin in self.kept[spared:]:
            twin.close()
        del self.kept[spared:]

    def close(self) -> None:
        self.let_go()
        super().close()


@mutant(breaks=RACE + "loser_is_closed", says="expected the loser's socket to be closed")
class LosersRunOnLoop(KeepsAttemptsLoop):
    """Lets losing attempts finish in the background."""

    async def create_connection(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return await super().create_connection(*args, **kwargs)
        except BaseException:
            self.let_go()
            raise


@mutant(breaks=RACE + "cancel_closes_every_attempt", says="and 1 after it was cancelled")
class CancelsOneAttemptLoop(KeepsAttemptsLoop):
    """A cancelled race closes the newest attempt and forgets the first."""

    async def create_connection(self, *args: Any, **kwargs: Any) -> Any:
        try:
            pair = await super().create_connection(*args, **kwargs)
        except asyncio.CancelledError:
            self.let_go(spared=1 if len(self.kept) > 1 else 0)
            raise
        self.let_go()
        return pair


@mutant(breaks=RACE + "failure_starts_next_at_once", says="expected the next attempt at once")
class SleepsBetweenAttemptsLoop(SoundLoop):
    """A failed attempt is followed by the whole delay before the next one."""

    async def create_connection(self, *args: Any, **kwargs: Any) -> Any:
        delay = kwargs.get("happy_eyeballs_delay")
        if delay is None or args[1] is not None:
            return await super().create_connection(*args, **kwargs)
        kwargs.setdefault("all_errors", False) if "all_errors" in kwargs else None
        factory, _, port = args
        infos = await self.getaddrinfo(None, port, type=socket.SOCK_STREAM)
        first, *_ = (info[4][0] for info in infos)
        try:
            reader, writer = await asyncio.open_connection(first, port)
        except OSError:
            await asyncio.sleep(delay)
        else:
            writer.close()
        return await super().create_connection(factory, None, port, **kwargs)
