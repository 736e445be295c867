"""Mutants of create_connection(): attempts that run beside each other.

Those that hold on to an attempt keep a second descriptor of its socket, which
survives when the sound loop closes the first.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import Any

from . import mutant
from .connects import Connecting, is_numeric

RACE = "create_connection.happy_eyeballs."
ORDER = "create_connection.interleave."


@mutant(breaks=RACE + "second_starts_after_delay", says="expected the next attempt to start")
@mutant(breaks=RACE + "loser_is_closed", says="held up the race")
@mutant(breaks=RACE + "cancel_closes_every_attempt", says="had 1 connects under way")
class IgnoresTheDelayLoop(Connecting):
    """Knows happy_eyeballs_delay and does nothing with it."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        if options.pop("happy_eyeballs_delay", None) is not None:
            options.setdefault("interleave", 1)
        return await super()._connect(*args, **options)


@mutant(breaks=RACE + "second_starts_after_delay", says="expected the next attempt to start")
@mutant(breaks=RACE + "loser_is_closed", says="held up the race")
@mutant(breaks=RACE + "cancel_closes_every_attempt", says="had 1 connects under way")
class TakesTheDelayForMinutesLoop(Connecting):
    """Waits for the first attempt to fail, in effect: the delay is far too long."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        if options.get("happy_eyeballs_delay") is not None:
            options["happy_eyeballs_delay"] = 60 * options["happy_eyeballs_delay"] + 60
        return await super()._connect(*args, **options)


class KeepsAttemptsLoop(Connecting):
    """No mutant yet: holds on to the sockets of cancelled attempts, if a mutant says so."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[socket.socket] = []
        self.has_winner = False

    async def _connect(self, *args: Any, **options: Any) -> Any:
        self.has_winner = False
        return await super()._connect(*args, **options)

    async def sock_connect(self, sock: socket.socket, address: Any) -> None:
        """Connect; an attempt that is cancelled may be kept."""
        twin = sock.dup()
        try:
            await super().sock_connect(sock, address)
            self.has_winner = True
        except asyncio.CancelledError:
            if self._keeps_this():
                self.kept.append(twin)
            raise
        finally:
            if twin not in self.kept:
                twin.close()

    def _keeps_this(self) -> bool:
        return False

    def close(self) -> None:
        """Close, and nothing is left open."""
        for twin in self.kept:
            twin.close()
        super().close()


@mutant(breaks=RACE + "loser_is_closed", says="expected the loser's socket to be closed")
class LosersRunOnLoop(KeepsAttemptsLoop):
    """Lets losing attempts finish in the background."""

    def _keeps_this(self) -> bool:
        return self.has_winner


@mutant(breaks=RACE + "cancel_closes_every_attempt", says="and 1 after it was cancelled")
class CancelsOneAttemptLoop(KeepsAttemptsLoop):
    """A cancelled race gives up one attempt and forgets the other."""

    def _keeps_this(self) -> bool:
        return not self.has_winner and not self.kept


@mutant(breaks=RACE + "failure_starts_next_at_once", says="expected the next attempt at once")
@mutant(breaks=ORDER + "happy_eyeballs_defaults_to_one", says="no address in time")
@mutant(breaks=ORDER + "explicit_zero_with_happy_eyeballs", says="no address in time")
class SleepsBetweenAttemptsLoop(Connecting):
    """Waits the whole delay after an attempt that failed."""

    pause = 0.0

    async def _connect(self, *args: Any, **options: Any) -> Any:
        delay = options.get("happy_eyeballs_delay")
        self.pause = 0.0 if delay is None or is_numeric(args[1]) else delay
        return await super()._connect(*args, **options)

    async def sock_connect(self, sock: socket.socket, address: Any) -> None:
        """Connect; a failure comes late."""
        try:
            await super().sock_connect(sock, address)
        except OSError:
            await asyncio.sleep(self.pause)
            raise


@mutant(breaks=RACE + "fast_winner_stops_race", says="made 2 connections and 1 protocols")
class StartsAllAtOnceLoop(Connecting):
    """Starts all attempts together, whatever the delay; sound in the rest."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        if not self._applies(options.get("happy_eyeballs_delay")) or args[1] is not None:
            return await super()._connect(*args, **options)
        places = await self.addresses(args[1], args[2], {})
        attempts = [self.create_task(self._attempt(place)) for place in places]
        winner = None
        try:
            for attempt in asyncio.as_completed(attempts):
                with suppress(OSError):
                    winner = await attempt
                    break
        finally:
            await self._end(attempts, winner)
        if winner is None:
            return await super()._connect(*args, **options)
        names = ("ssl", "server_hostname")
        tls = {name: value for name, value in options.items() if name in names}
        return await super()._connect(args[0], sock=winner, **tls)

    def _applies(self, delay: float | None) -> bool:
        return delay is not None

    async def _attempt(self, place: Any) -> socket.socket:
        sock = socket.socket(socket.AF_INET6 if ":" in place[0] else socket.AF_INET)
        sock.setblocking(False)
        try:
            await self.sock_connect(sock, place)
        except BaseException:
            sock.close()
            raise
        return sock

    async def _end(self, attempts: list[asyncio.Task[Any]], winner: socket.socket | None) -> None:
        for attempt in attempts:
            attempt.cancel()
        ended = await asyncio.gather(*attempts, return_exceptions=True)
        for sock in ended:
            if isinstance(sock, socket.socket) and sock is not winner:
                sock.close()


@mutant(breaks=RACE + "zero_delay_yields_one_connection", says="left 2 connections open")
class KeepsTheSecondWinnerLoop(StartsAllAtOnceLoop):
    """Without a delay, the attempt that comes in second is not closed."""

    def __init__(self) -> None:
        super().__init__()
        self.second_winners: list[socket.socket] = []

    def _applies(self, delay: float | None) -> bool:
        return delay == 0

    async def _end(self, attempts: list[asyncio.Task[Any]], winner: socket.socket | None) -> None:
        ended = await asyncio.gather(*attempts, return_exceptions=True)
        self.second_winners += [
            s for s in ended if isinstance(s, socket.socket) and s is not winner
        ]

    def close(self) -> None:
        """Close, and nothing is left open."""
        for sock in self.second_winners:
            sock.close()
        super().close()


@mutant(breaks=RACE + "zero_delay_yields_one_connection", says="and made 2 protocols")
@mutant(breaks=RACE + "fast_winner_stops_race", says="1 connections and 2 protocols")
class ProtocolForEachAttemptLoop(Connecting):
    """Makes a protocol before it is known which attempt needs one."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        if options.get("happy_eyeballs_delay") is not None:
            args[0]()
        return await super()._connect(*args, **options)


@mutant(breaks=RACE + "all_failures_are_combined", says="a race of two refused attempts raised")
class InternalErrorGetsOutLoop(Connecting):
    """A race without a winner ends in an assertion about the winner."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        try:
            return await super()._connect(*args, **options)
        except (OSError, ExceptionGroup) as error:
            if options.get("happy_eyeballs_delay") is None or is_numeric(args[1]):
                raise
            raise RuntimeError("no winner") from error


@mutant(breaks=RACE + "all_failures_are_combined", says="expected what it raises without the delay")
class LosesAnErrorLoop(Connecting):
    """Keeps the error of one attempt only."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        try:
            return await super()._connect(*args, **options)
        except ExceptionGroup as group:
            if options.get("happy_eyeballs_delay") is None:
                raise
            raise ExceptionGroup(group.message, group.exceptions[-1:]) from group
        except OSError as error:
            if options.get("happy_eyeballs_delay") is None or is_numeric(args[1]):
                raise
            raise ConnectionRefusedError("the last attempt was refused") from error


@mutant(breaks=RACE + "single_address", says="ended in nothing; expected ConnectionRefusedError")
class WaitsForNobodyLoop(Connecting):
    """Waits the delay out although no other address is left."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        try:
            return await super()._connect(*args, **options)
        except OSError:
            delay = options.get("happy_eyeballs_delay")
            await asyncio.sleep(0 if delay is None or not is_numeric(args[1]) else delay)
            raise


@mutant(breaks=RACE + "with_tls", says="and a TLS peer echoed b''")
class DropsTlsInRacesLoop(Connecting):
    """The racing code path does not know of TLS."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        if options.get("happy_eyeballs_delay") is not None:
            options |= {"ssl": None, "server_hostname": None}
        return await super()._connect(*args, **options)


@mutant(breaks=RACE + "with_tls", says="made 2 connections, and a TLS peer echoed b'ping'")
class HandshakeForEachAttemptLoop(Connecting):
    """Makes a handshake on an attempt before the one on the winner."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        if options.get("happy_eyeballs_delay") is not None and options.get("ssl") is not None:
            attempt, _ = await super()._connect(asyncio.Protocol, *args[1:], **options)
            attempt.close()
        return await super()._connect(*args, **options)


@mutant(
    breaks=RACE + "without_delay_attempts_are_sequential", says="had 2 connects under way after"
)
class RacesByDefaultLoop(Connecting):
    """Takes the delay that RFC 8305 recommends when none was given."""

    async def _connect(self, *args: Any, **options: Any) -> Any:
        if args[2] is not None and options.get("happy_eyeballs_delay") is None:
            options["happy_eyeballs_delay"] = 0.25
            options.setdefault("interleave", 0)
        return await super()._connect(*args, **options)
