"""A resolver of the check's own, put in the place of the loop's.

    async with interposed(loop, [address_of(first), address_of(second)]) as resolver:
        await loop.create_connection(Recorder, NAME, 80)
    assert resolver.names_asked == [NAME]

It enters by `loop.getaddrinfo`, set on the instance; where that has no effect, by
`socket.getaddrinfo` for the duration. Which door works is found by a probe that needs
no network: a connect to "localhost" whose answer is an exception. Where neither works,
the manual gives no promise, and the check ends as "not observable".

Loops connect numeric hosts without a resolver, so ask for a name: `NAME` exists nowhere.
Many checks need none of this: `host=None` resolves to ::1 and 127.0.0.1 by itself.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from asyncio import AbstractEventLoop
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from typing import Any, Literal, NamedTuple, TypeAlias
from unittest import mock

from .expect import not_observable

NAME = "host.invalid"
"""A host name that no resolver knows (RFC 2606); interposed ones answer for it."""

AddressInfo: TypeAlias = tuple[int, int, int, str, tuple[Any, ...]]
Door: TypeAlias = Literal["loop.getaddrinfo", "socket.getaddrinfo"]


class Question(NamedTuple):
    """What the loop asked: the arguments of getaddrinfo()."""

    host: str | bytes | None
    port: str | bytes | int | None
    family: int
    type: int
    proto: int
    flags: int


Answer: TypeAlias = Sequence[AddressInfo] | Callable[[Question], Sequence[AddressInfo]]


class Resolver:
    """An interposed resolver: what it answers, what it was asked, and through which door.

    `is_settable` is whether the loop lets its getaddrinfo attribute be set at all.
    An answer that is a sequence serves every name; numeric hosts get their own address,
    as from any resolver. An answer that is a callable gets all questions, and may raise.
    """

    def __init__(self, answer: Answer) -> None:
        self.door: Door = "loop.getaddrinfo"
        self.is_settable = True
        self.asked: list[Question] = []
        self._answer = answer

    @property
    def names_asked(self) -> list[str]:
        """The hosts that were asked for, in order, without the numeric ones."""
        return [_text(q.host) for q in self.asked if not _is_numeric(q.host)]

    def resolve(self, question: Question) -> list[AddressInfo]:
        """Note the question and answer it."""
        self.asked.append(question)
        if callable(self._answer):
            return list(self._answer(question))
        if _is_numeric(question.host):
            return [address_at(_text(question.host), int(question.port or 0))]
        return list(self._answer)


def address_of(sock: socket.socket) -> AddressInfo:
    """The answer that leads to the address of a bound socket."""
    return (sock.family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", sock.getsockname())


def address_at(host: str, port: int) -> AddressInfo:
    """The answer that leads to a numeric host and a port."""
    if ":" in host:
        return (socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, port, 0, 0))
    return (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, port))


@asynccontextmanager
async def interposed(loop: AbstractEventLoop, answer: Answer) -> AsyncIterator[Resolver]:
    """Answer the loop's questions for the block; ends the check where that has no effect."""
    resolver = Resolver(answer)
    for door, opened in _DOORS:
        probe = Resolver(_refuse)
        try:
            with opened(loop, probe):
                await _knock(loop)
        except AttributeError:  # a loop whose attributes can't be set
            resolver.is_settable = False
            continue
        if probe.asked:
            resolver.door = door
            with opened(loop, resolver):
                yield resolver
            return
    not_observable("neither loop.getaddrinfo nor socket.getaddrinfo is where this loop resolves")


class _Refused(Exception):
    """The probe's answer; nothing else raises it."""


def _refuse(_: Question) -> Sequence[AddressInfo]:
    raise _Refused


async def _knock(loop: AbstractEventLoop) -> None:
    """Make the loop resolve a name, without traffic and without a connection."""
    try:
        await loop.create_connection(asyncio.Protocol, "localhost", 1, flags=socket.AI_NUMERICHOST)
    except NotImplementedError:
        raise
    except Exception:  # noqa: BLE001 - the outcome is judged elsewhere; here only the question counts
        return


@contextmanager
def _by_loop(loop: AbstractEventLoop, resolver: Resolver) -> Iterator[None]:
    async def getaddrinfo(
        host: str | bytes | None,
        port: str | bytes | int | None,
        *,
        family: int = 0,
        type: int = 0,  # noqa: A002 - the documented name of the keyword
        proto: int = 0,
        flags: int = 0,
    ) -> list[AddressInfo]:
        return resolver.resolve(Question(host, port, family, type, proto, flags))

    with mock.patch.object(loop, "getaddrinfo", getaddrinfo):
        yield


@contextmanager
def _by_socket(_: AbstractEventLoop, resolver: Resolver) -> Iterator[None]:
    def getaddrinfo(
        host: str | bytes | None,
        port: str | bytes | int | None,
        family: int = 0,
        type: int = 0,  # noqa: A002 - the documented name of the parameter
        proto: int = 0,
        flags: int = 0,
    ) -> list[AddressInfo]:
        return resolver.resolve(Question(host, port, family, type, proto, flags))

    with mock.patch.object(socket, "getaddrinfo", getaddrinfo):
        yield


_DOORS: tuple[tuple[Door, Callable[..., AbstractContextManager[None]]], ...] = (
    ("loop.getaddrinfo", _by_loop),
    ("socket.getaddrinfo", _by_socket),
)


def _is_numeric(host: str | bytes | None) -> bool:
    try:
        ipaddress.ip_address(_text(host))
    except ValueError:
        return False
    return True


def _text(host: str | bytes | None) -> str:
    return host.decode() if isinstance(host, bytes) else str(host)
