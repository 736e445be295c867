"""Files to send, and the connections they are sent over.

A file here is a temporary one with a descriptor, open for reading in binary, positioned
at its start: `sending` opens it together with a connection, whose peer the check holds.
"""

from __future__ import annotations

import asyncio
import socket
import tempfile
from asyncio import AbstractEventLoop
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import IO, Any

from .connecting import opened
from .plain_sockets import MORE_THAN_FITS, drained, narrow_pair, result_of, waiting
from .protocols import Recorder
from .tls_streams import numbered

TEXT = b"0123456789" * 100
"""What most files hold: a thousand bytes, small enough to fit into any socket's buffer."""
BAD_NUMBERS: list[dict[str, Any]] = [
    {"offset": -1},
    {"count": -1},
    {"offset": "1"},
    {"count": "1"},
]
"""Arguments that make no sense. A count of 0, which asyncio refuses, can be taken for nothing."""
NUMBERS = [f"{name}={value!r}" for numbers in BAD_NUMBERS for name, value in numbers.items()]
"""How they are called, in the same order."""


@contextmanager
def file_of(data: bytes) -> Iterator[IO[bytes]]:
    """A temporary file that holds the data and has a descriptor."""
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        file.seek(0)
        yield file


@contextmanager
def text_file() -> Iterator[Any]:
    """One that holds a few letters and is open in text mode."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as file:
        file.write("letters")
        file.flush()
        file.seek(0)
        yield file


@dataclass(frozen=True)
class Sending:
    """The loop's transport and its protocol, and the socket of its peer."""

    transport: asyncio.Transport
    protocol: Recorder
    peer: socket.socket


@asynccontextmanager
async def connection(loop: AbstractEventLoop) -> AsyncIterator[Sending]:
    """A connection with small buffers, made from a socket; aborted after the block."""
    with narrow_pair() as (sock, peer):
        call = loop.create_connection(Recorder, sock=sock)
        async with opened(call, "create_connection(sock=...)") as (transport, protocol):
            yield Sending(transport, protocol, peer)


@asynccontextmanager
async def stuck_sendfile(
    loop: AbstractEventLoop,
) -> AsyncIterator[tuple[Sending, asyncio.Future[int]]]:
    """A sendfile() that waits, its peer not reading; MORE_THAN_FITS numbered bytes."""
    async with connection(loop) as link:
        with file_of(numbered(MORE_THAN_FITS)) as file:
            call = loop.sendfile(link.transport, file)
            yield link, await waiting(call, "sendfile() to a peer that does not read")


async def carried(call: Any, doing: str, peer: socket.socket, size: int) -> tuple[int, bytes]:
    """Await a call that sends a file, its peer reading: the result, and what arrived.

    `doing` opens the message when it fails.
    """
    future = asyncio.ensure_future(call)
    received = await drained(peer, size, future)
    expected = f"it to send {size} bytes, of which {len(received)} arrived"
    return await result_of(future, doing, expected), received
