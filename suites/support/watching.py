"""Watching descriptors: what a callback was called with, and descriptors to watch.

`Calls` is the callback. Waiting for it ends with the call itself; PATIENCE only ends what
already went wrong. Readiness is level-triggered, so a callback that is still watched may
come in every turn: checks compare what came first, or count what came after a removal.

Descriptors are given as integers where the check is not about what may be given.
"""

from __future__ import annotations

import asyncio
import os
import socket
from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, Literal

import pytest

from .expect import is_missing, not_observable
from .tls_sessions import within_patience

Way = Literal["reader", "writer"]
READER, WRITER = "loop.add_reader, loop.remove_reader", "loop.add_writer, loop.remove_writer"
BOTH = "loop.add_reader, loop.add_writer"
ADD_READER = "library/asyncio-eventloop.html#asyncio.loop.add_reader"
REMOVE_READER = "library/asyncio-eventloop.html#asyncio.loop.remove_reader"
ADD_WRITER = "library/asyncio-eventloop.html#asyncio.loop.add_writer"
REMOVE_WRITER = "library/asyncio-eventloop.html#asyncio.loop.remove_writer"
both_ways = pytest.mark.parametrize("way", ["reader", "writer"])
"""Runs a check with add_reader(), and with add_writer()."""


class Calls:
    """A callback that keeps the arguments of each call; `then` is called with them too."""

    def __init__(self, then: Callable[..., object] = lambda *_: None) -> None:
        self.arguments: list[tuple[Any, ...]] = []
        self._then = then
        self._changed = asyncio.Event()

    def __call__(self, *arguments: Any) -> None:
        """Keep them."""
        self.arguments.append(arguments)
        self._changed.set()
        self._then(*arguments)

    @property
    def count(self) -> int:
        """How many calls there were."""
        return len(self.arguments)

    async def until(self, count: int = 1) -> bool:
        """Wait for that many calls in all; False when patience is over."""
        return await within_patience(self._reached(count))

    async def _reached(self, count: int) -> None:
        while self.count < count:
            self._changed.clear()
            await self._changed.wait()


def add(loop: AbstractEventLoop, way: Way) -> Callable[..., Any]:
    """The loop's add_reader() or add_writer()."""
    method: Callable[..., Any] = getattr(loop, f"add_{way}")
    return method


def remove(loop: AbstractEventLoop, way: Way) -> Callable[..., Any]:
    """The loop's remove_reader() or remove_writer()."""
    method: Callable[..., Any] = getattr(loop, f"remove_{way}")
    return method


def watch(loop: AbstractEventLoop, way: Way, given: Any, calls: Calls, which: str) -> None:
    """Call add_reader() or add_writer(); `which` is how the message names a refused descriptor."""
    try:
        add(loop, way)(given, calls)
    except Exception as error:
        if is_missing(error):
            raise
        raise AssertionError(f"add_{way}({which}) raised {error!r}; expected a watch") from error


@contextmanager
def unwatched(loop: AbstractEventLoop, *descriptors: int) -> Iterator[None]:
    """Remove what is still watched of these after the block, while they are open."""
    try:
        yield
    finally:
        for descriptor in descriptors:
            with suppress(Exception):  # what the check found counts
                loop.remove_reader(descriptor)
            with suppress(Exception):
                loop.remove_writer(descriptor)


@contextmanager
def watchable_pair(loop: AbstractEventLoop) -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two connected non-blocking sockets, the first to be watched and unwatched at the end.

    It is writable, and not readable until the other one sends.
    """
    ours, other = socket.socketpair()
    with ours, other:
        ours.setblocking(False)
        other.setblocking(False)
        with unwatched(loop, ours.fileno()):
            yield ours, other


@contextmanager
def watchable_pipe(loop: AbstractEventLoop) -> Iterator[tuple[int, int]]:
    """The two ends of a non-blocking pipe, the one to read from first; unwatched at the end."""
    ends = os.pipe()
    try:
        for end in ends:
            os.set_blocking(end, False)
        with unwatched(loop, *ends):
            yield ends
    finally:
        for end in ends:
            os.close(end)


@contextmanager
def pair_with_number(
    loop: AbstractEventLoop, number: int
) -> Iterator[tuple[socket.socket, socket.socket]]:
    """A `watchable_pair` whose first socket is the descriptor of that number, just closed.

    Not observable where the system does not give the number out again, or the loop has
    taken it for itself.
    """
    with ExitStack() as stack:
        for _ in range(8):
            ours, other = stack.enter_context(watchable_pair(loop))
            if number in (ours.fileno(), other.fileno()):
                yield (ours, other) if ours.fileno() == number else (other, ours)
                return
        not_observable("the closed descriptor's number was not given out again")


def fill(sock: socket.socket) -> None:
    """Send until the kernel takes no more; a small buffer, so that it is soon full."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    with suppress(BlockingIOError):
        while True:
            sock.send(bytes(1024))


def drain(sock: socket.socket) -> None:
    """Read all that is there."""
    with suppress(BlockingIOError):
        while sock.recv(65536):
            pass
