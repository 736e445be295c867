"""Unix domain sockets: paths for them, and the check's own end of their connections.

The kernel completes a connect to a listening Unix socket by itself, so a check connects
or accepts in the loop's own thread and needs no other. Its ends are non-blocking; what
arrives at one is waited for with `heard_at` and `ending_at`, which let the loop turn.

Paths are short, since the kernel takes about a hundred bytes, and stand in directories of
their own. The time limits here end only what already went wrong.
"""

from __future__ import annotations

import asyncio
import os
import select
import socket
import tempfile
import time
import uuid
from asyncio import AbstractEventLoop
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, TypeVar

from .connecting import connected, opened
from .expect import expect_raises, is_missing
from .machine import needs_unix_sockets
from .protocols import Recorder
from .refusals import refused
from .tls_peers import PATIENCE
from .tls_sessions import within_patience
from .turns import turns

E = TypeVar("E", bound=BaseException)
CONNECTION, SERVER = "loop.create_unix_connection", "loop.create_unix_server"
REFUSALS = ("ConnectionRefusedError", "FileNotFoundError")
"""What `answer_at` may meet where nobody listens; a file may be there or not."""
_GLANCE = 0.0005


@contextmanager
def free_path() -> Iterator[str]:
    """A path where no file is, in a directory that goes with the block."""
    needs_unix_sockets()
    with tempfile.TemporaryDirectory(prefix="loop-", dir="/tmp") as folder:
        yield os.path.join(folder, "s")


def abstract_name() -> str:
    """A name that begins with NUL, which is Linux's and no file; nobody uses it."""
    return f"\0loopconform-{uuid.uuid4().hex}"


@contextmanager
def bound_at(path: str) -> Iterator[socket.socket]:
    """A non-blocking Unix stream socket bound to the path, not listening: connects are refused."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        sock.bind(path)
        sock.setblocking(False)
        yield sock


@contextmanager
def listening_at(path: str) -> Iterator[socket.socket]:
    """A non-blocking listener at the path; `take_connection` accepts from it."""
    with bound_at(path) as listener:
        listener.listen()
        yield listener


@contextmanager
def unix_pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two connected Unix stream sockets: a blocking one to hand over, then its peer."""
    needs_unix_sockets()
    ours, peer = socket.socketpair(socket.AF_UNIX)
    with ours, peer:
        peer.setblocking(False)
        yield ours, peer


def client_at(path: str) -> socket.socket:
    """Connect to the server at the path; a non-blocking socket, for the caller to close.

    Raises OSError where nobody listens.
    """
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.settimeout(PATIENCE)
    try:
        sock.connect(path)
    except BaseException:
        sock.close()
        raise
    sock.setblocking(False)
    return sock


def answer_at(path: str) -> str:
    """What connecting to the path meets: "a listener", or the name of the error."""
    try:
        client_at(path).close()
    except OSError as error:
        return type(error).__name__
    return "a listener"


async def heard_at(sock: socket.socket, size: int) -> bytes:
    """Let the loop turn until that many bytes are there; fewer at the end or without patience."""
    heard = b""
    while len(heard) < size and await _until_readable(sock):
        try:
            data = sock.recv(size - len(heard))
        except ConnectionError:
            break
        if not data:
            break
        heard += data
    return heard


async def ending_at(sock: socket.socket) -> str:
    """Let the loop turn until the stream has ended: "end of stream", "reset" or "no end"."""
    while await _until_readable(sock):
        try:
            if not sock.recv(65536):
                return "end of stream"
        except ConnectionError:
            return "reset"
    return "no end"


async def caller_of(
    listener: socket.socket, call: asyncio.Future[Any], doing: str
) -> socket.socket:
    """Let the loop turn until a connect has reached the listener; the accepted socket.

    For connects that wait for an answer, such as a TLS handshake. `doing` opens the
    message where the call failed before.
    """
    give_up = time.monotonic() + PATIENCE
    while not select.select([listener], [], [], 0)[0] and time.monotonic() < give_up:
        if call.done():
            await connected(call, doing)
            break
        await asyncio.sleep(0)
    assert select.select([listener], [], [], 0)[0], (
        f"nobody connected to {listener.getsockname()!r}; expected a waiting connection"
    )
    return listener.accept()[0]


class Echo(Recorder):
    """Sends back what it receives."""

    def data_received(self, data: bytes) -> None:
        """Send it back."""
        super().data_received(data)
        assert self.transport is not None
        self.transport.write(data)


async def echoed_at(path: str) -> bytes:
    """What a client of the path gets back for b"ping"; an error's name in bytes if it can't."""
    try:
        client = client_at(path)
    except OSError as error:
        return type(error).__name__.encode()
    with client:
        client.sendall(b"ping")
        return await heard_at(client, 4)


@asynccontextmanager
async def serving_at(
    loop: AbstractEventLoop, path: Any = None, **options: Any
) -> AsyncIterator[tuple[Any, list[Echo]]]:
    """A Unix server of the loop that echoes: the server, and its protocols as they are made.

    Closed after the block, with what it still had of connections aborted. Any, since the
    stubs name asyncio's own class.
    """
    made: list[Echo] = []

    def factory() -> Echo:
        made.append(Echo())
        return made[-1]

    arguments = [path] if path is not None else []
    kinds = [f"a path of type {type(path).__name__}"] if arguments else []
    shown = ", ".join(["factory", *kinds, *(f"{name}=..." for name in options)])
    doing = f"create_unix_server({shown})"
    try:
        server = await loop.create_unix_server(factory, *arguments, **options)
    except Exception as error:
        if is_missing(error):
            raise
        raise AssertionError(f"{doing} raised {error!r}; expected a server") from error
    assert server is not None, f"{doing} returned None; expected a server"
    try:
        yield server, made
    except GeneratorExit:  # the check itself is being closed, and can't wait any more
        server.close()
        raise
    except BaseException:
        with suppress(Exception):  # what the check found counts
            await _put_away(server, made)
        raise
    await _put_away(server, made)


async def closed(server: Any) -> None:
    """Close a server and wait until it is; a wait_closed() that is late is not judged here."""
    server.close()
    await within_patience(server.wait_closed())
    await turns()


async def expect_unix_connection(loop: AbstractEventLoop, **options: Any) -> None:
    """Connect to a listener at a path with these options and put it away: a control, no promise."""
    shown = ", ".join(["factory", "path", *(f"{name}=..." for name in options)])
    with free_path() as path, listening_at(path):
        call = loop.create_unix_connection(Recorder, path, **options)
        async with opened(call, f"create_unix_connection({shown}), in order this time,"):
            pass


async def expect_unix_server(loop: AbstractEventLoop, **options: Any) -> None:
    """Serve at a path with these options and put it away: a control, no promise."""
    with free_path() as path:
        async with serving_at(loop, path, **options):
            pass


async def refused_connection(
    loop: AbstractEventLoop,
    kind: type[E],
    doing: str,
    *path: Any,
    factory: Callable[[], asyncio.BaseProtocol] = Recorder,
    **options: Any,
) -> E:
    """Expect create_unix_connection() to raise `kind`, and return it; see `refused`."""

    async def attempt() -> tuple[asyncio.Transport, Any]:
        create_unix_connection: Any = loop.create_unix_connection  # for what its types refuse
        pair: tuple[asyncio.Transport, Any] = await create_unix_connection(
            factory, *path, **options
        )
        return pair

    return await refused(kind, doing, attempt())


async def refused_server(
    loop: AbstractEventLoop,
    kind: type[E] | tuple[type[E], ...],
    doing: str,
    *path: Any,
    **options: Any,
) -> E:
    """Expect create_unix_server() to raise `kind`, and return it; what it made is closed."""
    create_unix_server: Any = loop.create_unix_server
    with expect_raises(kind, doing) as caught:
        server = await create_unix_server(Recorder, *path, **options)
        if server is not None:
            server.close()
            await turns()
    return caught.error


async def _put_away(server: Any, made: list[Echo]) -> None:
    with suppress(Exception):  # whether close() may be called twice is a requirement of its own
        server.close()
    for protocol in made:
        if protocol.transport is not None:
            protocol.transport.abort()
    await turns()


async def _until_readable(sock: socket.socket) -> bool:
    give_up = time.monotonic() + PATIENCE
    wait = 0.0
    while not select.select([sock], [], [], wait)[0]:
        if time.monotonic() > give_up:
            return False
        wait = _GLANCE
        await asyncio.sleep(0)
    return True
