"""Races between addresses: what is in flight, who arrived, who won.

`host=None` resolves to 127.0.0.1 and ::1 in an order of the system's own, which no
check relies on: where the order matters, a check runs once for each family, or asks
`winner_among` for addresses in an order of its own, by an interposed resolver.

Whether something happens at all is asked for ROUNDS of the loop's timers and for
LIMIT seconds, whichever is longer: a busy machine stretches the rounds, and a loop
with a clock of its own can't race through them. Nothing here bounds time from above
on a loop that does its part.
"""

from __future__ import annotations

import asyncio
import os
import socket
import time
from asyncio import AbstractEventLoop
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, TypeAlias

from .expect import is_missing, not_observable
from .listeners import (
    BOTH_LOOPBACKS,
    IPV4,
    IPV6,
    bound,
    bound_on_both,
    filled,
    is_untouched,
    port_of,
    take_connection,
)
from .protocols import Recorder, dispose
from .resolver import NAME, address_of, interposed

ROUND = 0.002
"""Seconds between two glances."""
ROUNDS = 100
LIMIT = 1.0
"""Rounds and seconds after which something that did not happen is not going to."""
FAR = 30.0
"""A delay, in seconds, that no check lives to see."""
ROUTES = ("first IPv6", "second IPv6", "third IPv6", "first IPv4", "second IPv4")
"""Addresses in the order in which a resolver names them."""

Connected: TypeAlias = tuple[asyncio.Transport, Recorder]


def start_connect(
    loop: AbstractEventLoop,
    port: int,
    *,
    host: str = BOTH_LOOPBACKS,
    factory: Callable[[], Recorder] = Recorder,
    **options: Any,
) -> asyncio.Task[Connected]:
    """Start create_connection() in a task; without a host, to 127.0.0.1 and ::1."""
    return loop.create_task(loop.create_connection(factory, host, port, **options))


async def soon(happened: Callable[[], bool], ends: asyncio.Future[Any] | None = None) -> bool:
    """Let the loop work until `happened()`; False when it has not after all patience.

    Asks again after each round, and when `ends` is done.
    """
    glance = ends or asyncio.get_running_loop().create_future()
    give_up, rounds = time.monotonic() + LIMIT, 0
    while not happened():
        if rounds >= ROUNDS and time.monotonic() >= give_up:
            return False
        await asyncio.wait([glance], timeout=ROUND)
        rounds += 1
    return True


async def ends_soon(task: asyncio.Task[Any]) -> bool:
    """Let the loop work until the task ends; if it does not, cancel it."""
    ended = await soon(task.done, task)
    if not ended:
        task.cancel()
    return ended


async def called_off(task: asyncio.Task[Any]) -> None:
    """Cancel a task and wait for its end, whatever it ends with."""
    task.cancel()
    await asyncio.wait([task])
    if not task.cancelled():
        task.exception()


async def outcome_of(connecting: asyncio.Task[Connected]) -> str:
    """Let a connect end soon: "a connection", which is put away; the error; or "nothing".

    An OSError is said by its class alone.
    """
    if not await ends_soon(connecting):
        return "nothing"
    if error := connecting.exception():
        if is_missing(error):
            raise error
        return type(error).__name__ if isinstance(error, OSError) else repr(error)
    await dispose(connecting.result()[0])
    return "a connection"


def kinds_of(error: BaseException) -> list[tuple[str, int | None]]:
    """Class and errno of an error, or of a group's members: what it is, without its words."""
    if isinstance(error, BaseExceptionGroup):
        return sorted(kind for member in error.exceptions for kind in kinds_of(member))
    return [(type(error).__name__, getattr(error, "errno", None))]


@contextmanager
def silent_and_listening(silent: str) -> Iterator[socket.socket]:
    """A listener on one loopback address; at the same port of the other, nobody answers.

    `silent` is the address, IPV4 or IPV6, whose queue is full.
    """
    with bound_on_both() as pair:
        full, listener = sorted(pair, key=lambda sock: sock.getsockname()[0] != silent)
        listener.listen()
        with filled(full):
            yield listener


def under_way() -> int:
    """How many connects of this process wait for an answer.

    Counts those of the check too, such as the one that keeps a queue full, and ports
    that refuse or listen: compare with an earlier count.
    """
    for folder in ("/proc/self/fd", "/dev/fd"):
        if os.path.isdir(folder):
            places = {_connecting_from(int(name)) for name in os.listdir(folder)}
            return len(places - {None})
    return not_observable("this platform does not list a process's descriptors")


class Arrivals:
    """The connections that reached some listeners, accepted whenever it looks."""

    def __init__(self, listeners: Sequence[socket.socket]) -> None:
        self._listeners = listeners
        self.taken: list[socket.socket] = []

    def count(self) -> int:
        """How many have arrived so far."""
        for listener in self._listeners:
            while not is_untouched(listener):
                connection = take_connection(listener)
                connection.setblocking(False)
                self.taken.append(connection)
        return len(self.taken)

    def still_open(self) -> int:
        """How many of them the loop has neither closed nor reset."""
        self.count()
        return sum(_is_open(connection) for connection in self.taken)


@contextmanager
def arrivals_at(listeners: Sequence[socket.socket]) -> Iterator[Arrivals]:
    """Watch who connects; close the accepted ends after the block."""
    arrivals = Arrivals(listeners)
    try:
        yield arrivals
    finally:
        for connection in arrivals.taken:
            connection.close()


async def winner_among(
    loop: AbstractEventLoop,
    *,
    refusing: Collection[str],
    routes: Sequence[str] = ROUTES,
    **options: Any,
) -> str:
    """Connect to a name that has these routes; return the one that the connection took.

    Those not `refusing` listen. The end of the route itself tells which one it is, over
    the connection. When no connection came about: "no address", with the reason. Ends
    the check where the loop's resolver can't be replaced, but not before a keyword that
    the loop does not know has raised TypeError.
    """
    with ExitStack() as stack:
        ends = {name: stack.enter_context(bound(IPV6 if "6" in name else IPV4)) for name in routes}
        await _call_refused(loop, **options)
        listeners = {name: end for name, end in ends.items() if name not in refusing}
        for listener in listeners.values():
            listener.listen()
        async with interposed(loop, [address_of(end) for end in ends.values()]):
            connecting = start_connect(loop, 80, host=NAME, **options)
            if not await ends_soon(connecting):
                return "no address in time"
        if error := connecting.exception():
            return f"no address ({error!r})"
        _, protocol = connecting.result()
        for name, listener in listeners.items():
            _tell_arrivals(listener, name)
        await ends_soon(loop.create_task(protocol.until_called("connection_lost")))
        return protocol.received.decode() or "an address that was not asked for"


async def _call_refused(loop: AbstractEventLoop, **options: Any) -> None:
    with bound() as refusing, suppress(OSError):
        await loop.create_connection(Recorder, IPV4, port_of(refusing), **options)


def _tell_arrivals(listener: socket.socket, name: str) -> None:
    with arrivals_at([listener]) as arrivals:
        arrivals.count()
        for connection in arrivals.taken:
            connection.send(name.encode())


def _is_open(connection: socket.socket) -> bool:
    with suppress(ConnectionError):
        try:
            return connection.recv(65536) != b""
        except BlockingIOError:
            return True
    return False


def _connecting_from(descriptor: int) -> Any:
    """The address of a TCP socket that has no peer but a port; None for anything else."""
    try:
        twin = os.dup(descriptor)
    except OSError:  # closed since it was listed
        return None
    try:
        sock = socket.socket(fileno=twin)
    except OSError:  # no socket
        os.close(twin)
        return None
    with sock:
        if sock.family not in (socket.AF_INET, socket.AF_INET6) or sock.type != socket.SOCK_STREAM:
            return None
        address = sock.getsockname()
        return None if address[1] == 0 or _has_peer(sock) else address


def _has_peer(sock: socket.socket) -> bool:
    try:
        sock.getpeername()
    except OSError:
        return False
    return True
