"""Asking a loop's resolver, and watching how it comes by the answer.

socket.getaddrinfo() may be replaced for a check. A loop that resolves in a way of its
own never calls the replacement; the manual does not forbid that, so what such a check
is about can't be seen on it.
"""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from asyncio import AbstractEventLoop
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar
from unittest import mock

from ..support.expect import expect_raises, is_missing, not_observable
from ..support.jobs import PATIENCE
from ..support.resolver import address_at

T = TypeVar("T")
E = TypeVar("E", bound=BaseException)


async def answer(call: Awaitable[T], doing: str) -> T:
    """What a call answers; `doing` opens the message if it raises. A missing call stays one."""
    try:
        return await call
    except Exception as error:
        if is_missing(error):
            raise
        raise AssertionError(f"{doing} raised {error!r}; expected an answer") from error


async def expect_answers(loop: AbstractEventLoop) -> None:
    """Resolve and name a numeric address: a control of refusals, no promise."""
    await answer(loop.getaddrinfo("127.0.0.1", 80), "getaddrinfo('127.0.0.1', 80)")
    numeric = socket.NI_NUMERICHOST | socket.NI_NUMERICSERV
    call = loop.getnameinfo(("127.0.0.1", 80), numeric)
    await answer(call, "getnameinfo(('127.0.0.1', 80), flags)")


async def refusal(kind: type[E], doing: str, call: Callable[[], Awaitable[Any]]) -> E:
    """Expect `kind` of a call, when it is called or awaited, and return it.

    What is still pending after PATIENCE seconds is said to be so.
    """

    async def attempt() -> Any:
        return await call()

    task = asyncio.ensure_future(attempt())
    await asyncio.wait({task}, timeout=PATIENCE)
    assert task.done(), f"{doing} was still pending after {PATIENCE} s; expected {kind.__name__}"
    with expect_raises(kind, doing) as caught:
        task.result()
    return caught.error


def resolves_natively(infos: Any) -> NoReturn:
    """End a check on a loop that answered without socket.getaddrinfo(), if it did answer."""
    assert infos, f"getaddrinfo('localhost', 80) answered {infos!r}; expected an address"
    not_observable("this loop resolves names in its own way, without socket.getaddrinfo()")


def ports_of(infos: list[Any]) -> list[int]:
    """The ports of the answers, without those that came twice, for other socket types."""
    return sorted({info[4][1] for info in infos})


class Gate:
    """Stands in for socket.getaddrinfo(): holds a call from another thread until `open()`.

    A call on the loop's own thread is not held, but noted in `on_the_loop`: there is
    nobody who could open.
    """

    def __init__(self) -> None:
        self.on_the_loop = False
        self._real: Callable[..., list[Any]] = socket.getaddrinfo
        self._owner = threading.get_ident()
        self._reached = threading.Event()
        self._opened = threading.Event()

    def __call__(
        self,
        host: Any,
        port: Any,
        family: int = 0,
        type: int = 0,  # noqa: A002 - the name there
        proto: int = 0,
        flags: int = 0,
    ) -> list[Any]:
        """Wait, then answer for whatever was asked; who asks for numbers alone waits for nobody."""
        if flags & socket.AI_NUMERICHOST:
            return self._real(host, port, family, type, proto, flags)
        self.on_the_loop |= threading.get_ident() == self._owner
        self._reached.set()
        if not self.on_the_loop:
            self._opened.wait(PATIENCE)
        return [address_at("127.0.0.1", port)]

    def open(self) -> None:
        """Let the calls answer."""
        self._opened.set()

    async def is_reached(self, asking: asyncio.Future[Any]) -> bool:
        """Let the loop turn until the call is here, or was answered in another way."""
        give_up = time.monotonic() + PATIENCE
        while not (self._reached.is_set() or asking.done()) and time.monotonic() < give_up:
            await asyncio.sleep(0)
        return self._reached.is_set()


@contextmanager
def gate() -> Iterator[Gate]:
    """Hold all calls of socket.getaddrinfo() in other threads; opened after the block."""
    held = Gate()
    with mock.patch.object(socket, "getaddrinfo", held):
        try:
            yield held
        finally:
            held.open()
