"""Pipes with the loop on one end and the check on the other.

The check's end is a raw, non-blocking file. It is read and written between the loop's
turns, so nothing runs in a thread and a loop that does nothing is seen to do nothing.
`read_pipe` and `write_pipe` make a pipe and connect it; `attached` connects anything.

Time limits (PATIENCE) only end what already went wrong.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from asyncio import AbstractEventLoop
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from io import FileIO
from itertools import groupby
from typing import Any, Generic, TypeVar

from .connecting import opened
from .protocols import Recorder
from .tls_peers import PATIENCE
from .turns import turns

P = TypeVar("P", bound=asyncio.BaseProtocol)

READ, WRITE = "connect_read_pipe()", "connect_write_pipe()"
"""How messages name the calls."""
MORE = 3_000_000
"""Bytes that no pipe holds: on Linux it is 64 KiB, and 1 MiB where somebody enlarged it."""
RESCUE = 1.0
"""Seconds after which a loop that a blocking pipe has stopped is set free."""
_PIECE = bytes(range(251))


def patterned(size: int) -> bytes:
    """Data whose pattern shows a lost or swapped piece: its period divides no usual size."""
    return (_PIECE * (size // len(_PIECE) + 1))[:size]


@contextmanager
def os_pipe() -> Iterator[tuple[FileIO, FileIO]]:
    """A pipe's reading and writing end, both blocking, both closed after the block."""
    reading, writing = os.pipe()
    with FileIO(reading, "r") as reader, FileIO(writing, "w") as writer:
        yield reader, writer


def fill(writer: FileIO) -> int:
    """Write to a pipe until it takes no more, and leave it blocking; how much it took."""
    size, piece = 0, bytes(4096)
    os.set_blocking(writer.fileno(), False)
    while taken := writer.write(piece):
        size += taken
    os.set_blocking(writer.fileno(), True)
    return size


def lacking(transport: Any, interface: type) -> list[str]:
    """The public methods of an interface that a transport does not have."""
    names = (name for name in dir(interface) if not name.startswith("_"))
    return [name for name in names if not callable(getattr(transport, name, None))]


@contextmanager
def terminal() -> Iterator[tuple[FileIO, FileIO]]:
    """A pseudo-terminal in raw mode: its master, then its slave; both closed after the block."""
    import tty  # not on Windows, where nothing that asks for a terminal runs

    try:
        master, slave = os.openpty()
    except OSError as error:
        raise AssertionError(
            f"this machine has no pseudo-terminal: {error}; expected one to judge with"
        ) from error
    with FileIO(master, "r+") as ours, FileIO(slave, "r+") as theirs:
        tty.setraw(slave)
        yield ours, theirs


def attached(
    call: Awaitable[tuple[Any, P]], doing: str
) -> AbstractAsyncContextManager[tuple[Any, P]]:
    """Await a call that connects a pipe; close what it connected after the block.

    `doing` opens the message when it fails. A missing method leaves as it came.
    """
    return opened(call, doing, "a transport", put_away)


async def put_away(transport: Any, protocol: object = None) -> None:  # noqa: ARG001 - the form of opened()
    """End a pipe's transport without judging how; one that only reads need not have abort()."""
    with suppress(AttributeError, NotImplementedError):
        transport.abort()
    transport.close()
    await turns()


@dataclass(frozen=True)
class Connected(Generic[P]):
    """The loop's end of a pipe, as transport, protocol and file, and the check's end."""

    transport: Any
    protocol: P
    pipe: FileIO
    other: FileIO


@asynccontextmanager
async def read_pipe(loop: AbstractEventLoop, protocol: P) -> AsyncIterator[Connected[P]]:
    """A pipe of which the loop reads, and to which the check writes."""
    with os_pipe() as (reader, writer):
        os.set_blocking(writer.fileno(), False)
        call = loop.connect_read_pipe(lambda: protocol, reader)
        async with attached(call, READ) as (transport, _):
            yield Connected(transport, protocol, reader, writer)


@asynccontextmanager
async def write_pipe(loop: AbstractEventLoop, protocol: P) -> AsyncIterator[Connected[P]]:
    """A pipe to which the loop writes, and of which the check reads."""
    with os_pipe() as (reader, writer):
        os.set_blocking(reader.fileno(), False)
        call = loop.connect_write_pipe(lambda: protocol, writer)
        async with attached(call, WRITE) as (transport, _):
            yield Connected(transport, protocol, writer, reader)


async def until(happened: Callable[[], bool]) -> bool:
    """Let the loop turn until `happened()` is true; False when patience is over."""
    give_up = time.monotonic() + PATIENCE
    while not happened():
        if time.monotonic() > give_up:
            return False
        await asyncio.sleep(0)
    return True


async def stopped(other: FileIO) -> bool:
    """Let the loop turn; whether it stood still until a thread closed the pipe's other end."""
    rescue = threading.Timer(RESCUE, other.close)
    rescue.start()
    await turns(50)
    rescue.cancel()
    rescue.join()
    return other.closed


async def lost(protocol: Recorder, doing: str) -> None:
    """Wait for connection_lost() and what follows it; `doing` opens the message without it."""
    assert await until(lambda: "connection_lost" in protocol.calls), (
        f"{doing} called {in_short(protocol)} within {PATIENCE} s; expected connection_lost"
    )
    await turns()


async def feed(writer: FileIO, data: bytes, protocol: Recorder) -> bytes:
    """Write all of the data between the loop's turns; what the protocol has received by then.

    Ends early when nothing moves for as long as patience lasts.
    """
    left = memoryview(data)

    def moved() -> bool:
        nonlocal left
        if left:
            left = left[writer.write(left) or 0 :]
        return not left and len(protocol.received) >= len(data)

    await until(moved)
    return bytes(protocol.received)


class Collected:
    """What the check has read of a pipe, and whether it has seen the end."""

    def __init__(self, reader: FileIO) -> None:
        self.data = bytearray()
        self.ended = False
        self._reader = reader

    def look(self) -> None:
        """Read what is there."""
        while not self.ended:
            piece = self._reader.read(65536)
            if piece is None:  # nothing now
                return
            self.data += piece
            self.ended = not piece

    async def until_size(self, size: int) -> bytes:
        """Read, turn by turn, until that many bytes are there, the pipe or patience has ended."""

        def there() -> bool:
            self.look()
            return self.ended or len(self.data) >= size

        await until(there)
        return bytes(self.data)

    async def until_end(self) -> bytes:
        """Read, turn by turn, until the end of the pipe or of patience."""

        def there() -> bool:
            self.look()
            return self.ended

        await until(there)
        return bytes(self.data)


def difference(got: bytes, sent: bytes) -> str:
    """How received data differs from what was sent, for a message; "" when it does not."""
    if got == sent:
        return ""
    first = next(
        (at for at, pair in enumerate(zip(got, sent, strict=False)) if len({*pair}) > 1), -1
    )
    where = "cut short or too long" if first < 0 else f"different from byte {first} on"
    return f"{len(got)} bytes of {len(sent)}, {where}"


def in_short(protocol: Recorder) -> list[str]:
    """The callbacks in order, repeated ones once: how a stream is cut is nobody's promise."""
    return [name for name, _ in groupby(protocol.calls)]


async def expect_pipe_works(loop: AbstractEventLoop, doing: str) -> None:
    """Move data through an ordinary pipe, with the call named: a control, no promise."""
    if doing == READ:
        async with read_pipe(loop, Recorder()) as piped:
            moved = await feed(piped.other, b"data", piped.protocol)
    else:
        async with write_pipe(loop, Recorder()) as piped:
            piped.transport.write(b"data")
            moved = await Collected(piped.other).until_size(4)
    assert moved == b"data", (
        f"{doing} with an ordinary pipe moved {moved!r}; expected b'data', without which "
        "the case at hand says nothing"
    )
