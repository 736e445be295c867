"""Datagram endpoints, and the sockets at their other end.

The other end is a non-blocking socket that the check holds, as the kernel keeps what
was sent until somebody looks. A loop is free to send, and to hear, some turns later:
wait with `Mailbox.until` and `heard`. Both give up after PATIENCE seconds, so that a
loop which never does its part fails in the check's own words.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import tempfile
import threading
import time
from asyncio import AbstractEventLoop
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from typing import Any, TypeVar

from . import connecting
from .expect import not_observable
from .listeners import IPV4
from .protocols import dispose
from .refusals import refused
from .turns import turns

P = TypeVar("P", bound=asyncio.BaseProtocol)
E = TypeVar("E", bound=BaseException)
Address = Any
"""A pair of host and port, the four items of IPv6, or the path of a Unix socket."""

PATIENCE = 2.0
"""Seconds after which something that a sound loop does promptly is taken for undone."""
LARGEST = 65536
"""More than any datagram of UDP holds, in bytes."""
_GLANCE = 0.0005
"""Seconds in which a loop without traffic leaves the processor to the kernel and to others."""


class Mailbox(asyncio.DatagramProtocol):
    """Writes down what the loop called, and lets a check wait for it."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.received: list[tuple[Any, Address]] = []
        self.errors: list[Any] = []
        self.transport: asyncio.BaseTransport | None = None
        self.lost_with: list[Exception | None] = []
        self._changed: asyncio.Event | None = None

    @property
    def data(self) -> list[Any]:
        """What the datagrams held, in the order of their arrival."""
        return [data for data, _ in self.received]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self.transport = transport
        self._record("connection_made")

    def datagram_received(self, data: bytes, addr: Address) -> None:
        """Keep both."""
        self.received.append((data, addr))
        self._record("datagram_received")

    def error_received(self, exc: Exception) -> None:
        """Keep the error, whatever it is."""
        self.errors.append(exc)
        self._record("error_received")

    def connection_lost(self, exc: Exception | None) -> None:
        """Keep the reason."""
        self.lost_with.append(exc)
        self._record("connection_lost")

    def pause_writing(self) -> None:
        """Record."""
        self._record("pause_writing")

    def resume_writing(self) -> None:
        """Record."""
        self._record("resume_writing")

    async def until(self, happened: Callable[[], bool]) -> None:
        """Wait until `happened()` is true, or PATIENCE is over; the check looks which."""
        loop = asyncio.get_running_loop()
        given_up: list[bool] = []

        def give_up() -> None:
            given_up.append(True)
            if self._changed is not None:
                self._changed.set()

        rescue = loop.call_later(PATIENCE, give_up)
        while not happened() and not given_up:
            self._changed = asyncio.Event()
            await self._changed.wait()
        rescue.cancel()

    async def until_called(self, name: str) -> None:
        """Wait, as `until` does, for the callback of that name."""
        await self.until(lambda: name in self.calls)

    async def until_received(self, count: int) -> None:
        """Wait, as `until` does, for that many datagrams in all."""
        await self.until(lambda: len(self.received) >= count or "connection_lost" in self.calls)

    def _record(self, name: str) -> None:
        self.calls.append(name)
        if self._changed is not None:
            self._changed.set()


def opened(
    call: Awaitable[tuple[asyncio.DatagramTransport, P]], doing: str
) -> AbstractAsyncContextManager[tuple[Any, P]]:
    """Await a create_datagram_endpoint() and abort the endpoint after the block.

    `doing` opens the message when it fails. A missing call or keyword leaves as it
    came. The transport's class is a requirement of its own, so it counts as Any.
    """
    return connecting.opened(call, doing, "an endpoint", _end)


async def _end(transport: Any, protocol: Any) -> None:
    """Abort an endpoint, unless it has ended: CPython's abort() raises then on some versions."""
    if "connection_lost" in getattr(protocol, "calls", ()):
        await turns()
    else:
        await dispose(transport)


@asynccontextmanager
async def endpoint(loop: AbstractEventLoop, **options: Any) -> AsyncIterator[tuple[Any, Mailbox]]:
    """An endpoint made with these options, and its mailbox; without any, one on 127.0.0.1."""
    options = options or {"local_addr": (IPV4, 0)}
    call = loop.create_datagram_endpoint(Mailbox, **options)
    async with opened(call, f"create_datagram_endpoint({shown(options)})") as pair:
        yield pair


async def expect_refusal(
    loop: AbstractEventLoop,
    kind: type[E],
    factory: Callable[[], asyncio.BaseProtocol] = Mailbox,
    **options: Any,
) -> E:
    """Expect create_datagram_endpoint() to raise `kind`, called or awaited; return it."""

    async def attempt() -> tuple[Any, Any]:
        create: Any = loop.create_datagram_endpoint  # its types refuse some of these as well
        pair: tuple[Any, Any] = await create(factory, **options)
        return pair

    return await refused(kind, f"create_datagram_endpoint({shown(options)})", attempt())


async def expect_endpoint(loop: AbstractEventLoop, **options: Any) -> None:
    """Make an endpoint with these options and put it away: a control, no promise."""
    async with endpoint(loop, **options):
        pass


def shown(options: dict[str, Any]) -> str:
    """Options of a call, for a message; which socket it was says nothing."""
    told = {k: "..." if isinstance(v, socket.socket) else repr(v) for k, v in options.items()}
    return ", ".join(["factory", *(f"{name}={value}" for name, value in told.items())])


@contextmanager
def udp(host: str = IPV4) -> Iterator[socket.socket]:
    """A non-blocking UDP socket on `host`, at a port that the system chose."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):  # 9 kB is all that some systems give
            if sock.getsockopt(socket.SOL_SOCKET, option) < 2 * LARGEST:
                sock.setsockopt(socket.SOL_SOCKET, option, 2 * LARGEST)
        sock.bind((host, 0))
        sock.setblocking(False)
        yield sock


@contextmanager
def refusing() -> Iterator[socket.socket]:
    """A UDP socket that hears itself alone: datagrams from elsewhere are refused.

    So nobody can take its port meanwhile. Connect it to somebody else, and it hears them.
    """
    with udp() as sock:
        sock.connect(sock.getsockname())
        yield sock


def free_udp_port() -> int:
    """A UDP port of 127.0.0.1 that nobody uses just now."""
    with udp() as sock:
        port: int = sock.getsockname()[1]
        return port


def address_of(transport: asyncio.BaseTransport) -> Address:
    """The local address of an endpoint, by whichever of two ways the loop knows."""
    with suppress(Exception):  # what it answers to "sockname" is a requirement of its own
        if address := transport.get_extra_info("sockname"):
            return address
    return transport.get_extra_info("socket").getsockname()


def send(transport: Any, data: Any, address: Address = None) -> None:
    """Call sendto(), which is expected not to raise."""
    try:
        if address is None:
            transport.sendto(data)
        else:
            transport.sendto(data, address)
    except NotImplementedError:
        raise
    except Exception as error:
        given = f"{type(data).__name__} of {len(data)} bytes{', address' if address else ''}"
        raise AssertionError(f"sendto({given}) raised {error!r}; expected it to be sent") from error


async def heard(sock: socket.socket, count: int) -> list[tuple[bytes, Address]]:
    """What a peer's socket received: that many datagrams; fewer when PATIENCE is over."""
    give_up = time.monotonic() + PATIENCE
    idle = threading.Event()
    datagrams: list[tuple[bytes, Address]] = []
    while len(datagrams) < count and time.monotonic() < give_up:
        try:
            datagrams.append(sock.recvfrom(LARGEST))
        except BlockingIOError:
            await asyncio.sleep(0)
            idle.wait(_GLANCE if not datagrams else 0)
    return datagrams


@contextmanager
def unix_paths(count: int) -> Iterator[list[str]]:
    """Paths for Unix sockets, in a folder that goes away with all that is in it."""
    with tempfile.TemporaryDirectory(prefix="lc", ignore_cleanup_errors=True) as folder:
        yield [f"{folder}/{number}" for number in range(count)]


@contextmanager
def unix_socket(path: str) -> Iterator[socket.socket]:
    """A non-blocking Unix datagram socket at that path."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(path)
        sock.setblocking(False)
        yield sock


@contextmanager
def clogged() -> Iterator[tuple[socket.socket, socket.socket, int]]:
    """A Unix datagram socket whose peer takes no more, the peer, and how many it holds.

    The first is for `sock=`: whatever is sent there waits until the peer has read. Not
    observable where a full socket is an error to tell, ENOBUFS, and not a reason to wait:
    on macOS and the BSDs nothing ever waits in a loop's queue.
    """
    with unix_paths(2) as (own, other), unix_socket(other) as peer, unix_socket(own) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        sock.connect(other)
        yield sock, peer, _fill(sock)


def _fill(sock: socket.socket) -> int:
    """Send until the system takes no more; how many datagrams it took."""
    count = 0
    try:
        while True:
            sock.send(bytes(1000))
            count += 1
    except BlockingIOError:
        return count
    except OSError as error:
        if error.errno == errno.ENOBUFS:
            not_observable("a full Unix datagram socket of this system makes nobody wait (ENOBUFS)")
        raise AssertionError(
            f"a full Unix datagram socket of this machine says {error!r}; "
            "expected BlockingIOError to judge with"
        ) from error
