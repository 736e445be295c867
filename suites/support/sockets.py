"""Positive controls of refusals, and what a connect did and left behind.

A refusal proves little by itself: a loop that can't connect at all refuses everything.
`expect_connection` and `expect_tls_connection` are the other half of such a check, the
same call without its fault.

The time limits of `hear` and `ending` end only what already went wrong.
"""

from __future__ import annotations

import asyncio
import gc
import os
import socket
from asyncio import AbstractEventLoop
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from .certificates import NAME, client_context, server_context
from .connecting import opened
from .conversations import read_all
from .expect import not_observable
from .listeners import IPV4, bound, port_of
from .protocols import Recorder
from .refusals import refused
from .tls_peers import tls_server

E = TypeVar("E", bound=BaseException)


def free_port(host: str = IPV4) -> int:
    """A port that nobody uses just now."""
    with bound(host) as sock:
        return port_of(sock)


async def expect_refusal(
    loop: AbstractEventLoop,
    kind: type[E],
    doing: str,
    *address: Any,
    factory: Callable[[], asyncio.BaseProtocol] = Recorder,
    **options: Any,
) -> E:
    """Expect create_connection() to raise `kind`, whether called or awaited; return it.

    `doing` opens the message. What is wrongly accepted is put away.
    """

    async def attempt() -> tuple[asyncio.Transport, Any]:
        create_connection: Any = loop.create_connection  # its types refuse some of these as well
        pair: tuple[asyncio.Transport, Any] = await create_connection(factory, *address, **options)
        return pair

    return await refused(kind, doing, attempt())


async def expect_connection(loop: AbstractEventLoop, *address: Any, **arguments: Any) -> None:
    """Make a connection with these arguments and put it away: a control, no promise."""
    shown = ", ".join(["factory", *map(repr, address), *(f"{name}=..." for name in arguments)])
    call = loop.create_connection(Recorder, *address, **arguments)
    async with opened(call, f"create_connection({shown}), in order this time,"):
        pass


async def expect_tls_connection(
    loop: AbstractEventLoop, *, over_socket: bool = False, **arguments: Any
) -> None:
    """Make a TLS connection and put it away: a control, no promise."""
    arguments |= {"ssl": client_context(), "server_hostname": NAME}
    with tls_server(server_context(), read_all) as server:
        if not over_socket:
            await expect_connection(loop, server.host, server.port, **arguments)
            return
        with socket.create_connection(server.address) as sock:
            await expect_connection(loop, sock=sock, **arguments)


def any_address(
    loop: AbstractEventLoop, port: int, **arguments: Any
) -> Awaitable[tuple[asyncio.Transport, Recorder]]:
    """Call create_connection() with a port and no host, which the stubs do not know."""
    create_connection: Any = loop.create_connection
    call: Awaitable[tuple[asyncio.Transport, Recorder]]
    call = create_connection(Recorder, None, port, **arguments)
    return call


@contextmanager
def without_collection() -> Iterator[None]:
    """Keep the garbage collector from tidying up what a loop should have closed."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class CountedFactory:
    """A protocol factory that counts its calls and keeps what it made."""

    def __init__(self) -> None:
        self.made: list[Recorder] = []

    def __call__(self) -> Recorder:
        """A new protocol."""
        self.made.append(Recorder())
        return self.made[-1]

    @property
    def calls(self) -> int:
        """How often the factory was called."""
        return len(self.made)


class Reports:
    """Stands in for the loop's exception handler and keeps what was reported to it.

    Only the messages and the exceptions: a stored context can keep a task alive. With
    which other arguments a handler is called is a requirement of its own.
    """

    def __init__(self, loop: AbstractEventLoop) -> None:
        self.messages: list[str] = []
        self.errors: list[BaseException | None] = []
        self._loop = loop
        loop.set_exception_handler(self._keep)

    def expect_none(self, doing: str) -> None:
        """Expect that nothing was reported; proves first that a report would have arrived."""
        before = list(zip(self.messages, self.errors, strict=True))
        self._loop.call_exception_handler({"message": "control"})
        assert self.messages[-1:] == ["control"], (
            "call_exception_handler() did not reach the handler that set_exception_handler() "
            "installed; expected it to be called"
        )
        assert not before, f"{doing}, the exception handler got {before}; expected no report"

    def _keep(self, *called_with: Any) -> None:
        context: dict[str, Any] = called_with[-1]
        self.messages.append(str(context.get("message")))
        self.errors.append(context.get("exception"))


def exposed_socket(transport: asyncio.BaseTransport) -> Any:
    """What get_extra_info("socket") returns; Any, since only some of socket's methods are there."""
    sock = transport.get_extra_info("socket")
    assert sock is not None, (
        'get_extra_info("socket") of a new connection is None; expected its socket'
    )
    return sock


def hear(sock: socket.socket, size: int) -> bytes:
    """Read that many bytes from a peer's blocking socket; fewer at the end or the limit."""
    heard = b""
    try:
        while len(heard) < size and (data := sock.recv(size - len(heard))):
            heard += data
    except OSError:  # a reset, or nothing came: what did come says enough
        pass
    return heard


def ending(sock: socket.socket) -> str:
    """Wait for what ends a peer's stream: "end of stream", "reset" or "no end"."""
    try:
        while sock.recv(65536):
            pass
    except ConnectionError:
        return "reset"
    except TimeoutError:
        return "no end"
    return "end of stream"


def descriptors() -> int:
    """How many descriptors the process has open; ends the check where that can't be seen."""
    for folder in ("/proc/self/fd", "/dev/fd"):
        if os.path.isdir(folder):
            return len(os.listdir(folder))
    return not_observable("this platform does not list a process's descriptors")
