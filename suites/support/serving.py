"""Servers of the loop under test, and their clients: plain sockets, without a thread.

`hosting` creates a server, keeps the protocols that it makes, connects clients to it, and
puts all of that away. The kernel connects a client by itself and holds what either side
sent; a client looks between two turns of the loop, so nothing has to run beside it.

Waiting asks for nothing but turns. PATIENCE ends only what already went wrong, so that a
check can say in words what did not happen.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
import time
from asyncio import AbstractEventLoop
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager, suppress
from typing import Any, TypeVar

from .expect import expect_raises
from .listeners import IPV4, LIMIT, bound_on_both, port_of
from .protocols import Recorder
from .tls_peers import PATIENCE
from .turns import SETTLE, turns

E = TypeVar("E", bound=BaseException)
_GLANCE = 0.0002
"""Seconds that a turn leaves to the rest of the process, once nothing has come at once."""


async def comes(happened: Callable[[], object]) -> bool:
    """Let the loop turn until `happened()` is true; False when patience is over."""
    give_up, idle, count = time.monotonic() + PATIENCE, threading.Event(), 0
    while not happened():
        if time.monotonic() > give_up:
            return False
        count += 1
        if count > SETTLE:
            idle.wait(_GLANCE)
        await asyncio.sleep(0)
    return True


class Client:
    """A socket connected to a server of the loop, never blocking; close it by `with`.

    `ending` is "" while the stream goes on, then "end of stream" or "reset".
    """

    def __init__(self, address: Any) -> None:
        self.sock = socket.create_connection(address[:2], LIMIT)
        self.sock.setblocking(False)
        self.received = bytearray()
        self.ending = ""

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *exc: object) -> None:
        self.sock.close()

    def look(self) -> bytes:
        """Take in what has arrived; everything received so far."""
        try:
            while not self.ending:
                data = self.sock.recv(65536)
                self.received += data
                self.ending = "" if data else "end of stream"
        except BlockingIOError:
            pass
        except OSError:
            self.ending = "reset"
        return bytes(self.received)

    def reset(self) -> None:
        """Close the socket in a way that the other end sees as a TCP reset."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def has_ended(self) -> bool:
        """Take in what has arrived, and whether that was the end."""
        self.look()
        return bool(self.ending)

    async def hears(self, size: int) -> bytes:
        """What has arrived once it is that many bytes, or the stream or patience has ended."""
        await comes(lambda: len(self.look()) >= size or self.ending)
        return bytes(self.received)

    async def ends(self) -> str:
        """Wait for the end: "end of stream", "reset", or "no end" when patience is over."""
        await comes(self.has_ended)
        return self.ending or "no end"


class Hosting:
    """A server of the loop, the protocols that its factory made, and their clients."""

    def __init__(self, make: Callable[[], Any] = Recorder) -> None:
        self.server: Any = None
        self.made: list[Any] = []
        self.clients = ExitStack()
        self._make = make

    def new_protocol(self) -> Any:
        """Be the protocol factory."""
        protocol = self._make()
        self.made.append(protocol)
        return protocol

    @property
    def addresses(self) -> list[Any]:
        """Where the server's sockets say that it listens."""
        sockets = self.server.sockets
        assert sockets, f"a new server has sockets {sockets!r}; expected its listeners"
        return [sock.getsockname() for sock in sockets]

    @property
    def address(self) -> Any:
        """The first of them."""
        return self.addresses[0]

    def connect(self, address: Any = None) -> Client:
        """A new client, closed with the rest."""
        return self.clients.enter_context(Client(address or self.address))

    async def arrived(self, count: int = 1) -> list[Any]:
        """Wait until that many protocols know their transports; all of them."""

        def connected() -> int:
            return sum("connection_made" in protocol.calls for protocol in self.made)

        await comes(lambda: connected() >= count)
        assert connected() >= count, (
            f"{count} clients connected, and connection_made() was called on {connected()} of "
            f"{len(self.made)} protocols within {PATIENCE} s; expected a call for each client"
        )
        return self.made

    async def welcome(self, address: Any = None) -> tuple[Client, Any]:
        """Connect a client; it, and the protocol that the server made for it."""
        client = self.connect(address)
        made = await self.arrived(len(self.made) + 1)
        return client, made[-1]

    async def serves(self, address: Any = None) -> bool:
        """Whether what a new client sends reaches a protocol; a control, or an outcome."""
        before = len(self.made)
        try:
            client = self.connect(address)
            client.sock.sendall(b"hello")
        except OSError:  # nobody listens
            return False
        return await comes(lambda: any(p.received == b"hello" for p in self.made[before:]))

    async def put_away(self) -> None:
        """Close the clients and the server, and abort what is left of its connections."""
        await turns()  # what was accepted gets its transport, which needs an open server
        self.clients.close()
        with suppress(Exception):  # closing it again has a requirement of its own
            self.server.close()
        await turns()
        for protocol in self.made:
            transport = getattr(protocol, "transport", None)
            if transport is not None and "connection_lost" not in protocol.calls:
                transport.abort()
        await turns()


@asynccontextmanager
async def hosting(
    loop: AbstractEventLoop,
    *address: Any,
    make: Callable[[], Any] = Recorder,
    **options: Any,
) -> AsyncIterator[Hosting]:
    """Create a server with these arguments, by default on 127.0.0.1, and put it away."""
    hosted = Hosting(make)
    if not address and "sock" not in options:
        address = (IPV4, 0)
    hosted.server = await loop.create_server(hosted.new_protocol, *address, **options)
    try:
        yield hosted
    except GeneratorExit:  # the check itself is being closed, and can't wait any more
        hosted.clients.close()
        hosted.server.close()
        raise
    except BaseException:
        with suppress(Exception):  # what the check found counts
            await hosted.put_away()
        raise
    await hosted.put_away()


def is_refused(address: Any) -> bool:
    """Whether nobody listens there, seen by a connect."""
    try:
        socket.create_connection(address[:2], LIMIT).close()
    except ConnectionError:
        return True
    return False


async def falls_silent(address: Any) -> bool:
    """Whether connects there are refused, now or soon: a server may close asynchronously."""
    idle = threading.Event()
    for _ in range(20):
        if is_refused(address):
            return True
        await turns()
        idle.wait(0.005)
    return False


def port_free_on_both() -> int:
    """A port that nobody uses just now, neither on 127.0.0.1 nor on ::1."""
    with bound_on_both() as (ipv4, _):
        return port_of(ipv4)


async def expect_no_server(
    loop: AbstractEventLoop, kind: type[E], doing: str, *address: Any, **options: Any
) -> E:
    """Expect create_server() to raise `kind`; return it. What it wrongly makes is put away."""
    with expect_raises(kind, doing) as caught:
        async with hosting(loop, *address, **options):
            pass
    return caught.error


async def expect_server(loop: AbstractEventLoop, *address: Any, **options: Any) -> None:
    """Create a server that has a listener, and put it away: the control of a refusal."""
    async with hosting(loop, *address, **options) as hosted:
        assert hosted.address
