"""open_unix_connection() and start_unix_server(): streams over Unix sockets."""

from __future__ import annotations

import asyncio
import socket
import tempfile
from asyncio import StreamReader, StreamWriter
from pathlib import Path

import pytest

from ..support.listeners import LIMIT
from ..support.machine import needs_unix_sockets
from ..support.requirement import requirement
from ..support.streams import Other, ended, put_away
from ..support.turns import turns


async def echo(reader: StreamReader, writer: StreamWriter) -> None:
    """Send one line back."""
    writer.write(await reader.readline())


async def echoed_to_the_loop(path: str) -> bytes:
    """The line that a client of the loop gets back from a server of the check."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        call = asyncio.open_unix_connection(path)
        reader, writer = await ended(call, "open_unix_connection()")
        listener.settimeout(LIMIT)
        with listener.accept()[0] as sock:
            async with put_away(writer):
                other = Other(sock)
                writer.write(b"line\n")
                await other.send(await other.read(5))
                return await ended(reader.readline(), "readline() of an echo")


async def echoed_by_the_loop(path: str) -> bytes:
    """The line that a client of the check gets back from a server of the loop."""
    writers: list[StreamWriter] = []

    async def handler(reader: StreamReader, writer: StreamWriter) -> None:
        writers.append(writer)
        await echo(reader, writer)

    server = await ended(asyncio.start_unix_server(handler, path), "start_unix_server()")
    try:
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(LIMIT)
            sock.connect(path)
            other = Other(sock)
            await other.send(b"line\n")
            line = await other.read(5)
        for writer in writers:
            writer.close()
    finally:
        server.close()
        await turns()
    return line


@pytest.mark.parametrize("side", ["client", "server"])
@requirement(
    "streams.unix.echo",
    api="asyncio.open_connection",
    level="interop",
    since="3.11",
    platforms=["unix"],
    libraries=("asyncio.streams", "redis"),
    doc="library/asyncio-stream.html#asyncio.open_unix_connection",
)
async def test_streams_work_over_unix_sockets(side: str) -> None:
    """Streams of open_unix_connection() and start_unix_server() exchange lines.

    If this fails, look for Unix sockets that are refused, or for what TCP needs and they lack.
    """
    needs_unix_sockets()
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:  # or paths get too long
        path = str(Path(folder, "socket"))
        echoed = await (echoed_to_the_loop if side == "client" else echoed_by_the_loop)(path)

    assert echoed == b"line\n", (
        f"a line echoed over a Unix socket, with the loop as the {side}, came back as {echoed!r}; "
        "expected b'line\\n'"
    )
