"""connect_read_pipe(): which files it takes."""

from __future__ import annotations

import os
import socket
from asyncio import AbstractEventLoop
from io import FileIO
from pathlib import Path

from ..support.expect import not_observable
from ..support.pipes import (
    READ,
    attached,
    expect_pipe_works,
    feed,
    in_short,
    lost,
    put_away,
    terminal,
    until,
)
from ..support.protocols import Recorder
from ..support.requirement import requirement


@requirement(
    "pipes.read.regular_file_is_valueerror",
    api="loop.connect_read_pipe",
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_a_regular_file_is_no_pipe_to_read(loop: AbstractEventLoop, tmp_path: Path) -> None:
    """connect_read_pipe() refuses a regular file with an exception, and does the process no harm.

    "Not supported on any platform", says the manual, and names no exception. A loop that takes
    the file and reads it to its end is not judged. If this fails, look for a descriptor that is
    handed to the kernel's poll unseen: a file is always ready there, or refused, and some
    libraries abort() over it.
    """
    file, protocol, answer = tmp_path / "file", Recorder(), "accepted"
    file.write_bytes(b"content")
    await expect_pipe_works(loop, READ)

    with FileIO(file) as opened:
        try:
            transport, _ = await loop.connect_read_pipe(lambda: protocol, opened)
        except Exception as error:  # noqa: BLE001 - any will do
            answer = f"refused with {error!r}"
        else:
            read = await until(lambda: "connection_lost" in protocol.calls)
            await put_away(transport)
            if read and protocol.received == b"content":
                not_observable("this loop reads regular files as well")

    assert answer != "accepted", (
        f"{READ} with a regular file accepted it and then called {in_short(protocol)}, with "
        f"{bytes(protocol.received)!r} of b'content'; expected an exception"
    )


@requirement(
    "pipes.read.socket_is_accepted",
    api="loop.connect_read_pipe",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_a_socket_can_be_read_as_a_pipe(loop: AbstractEventLoop) -> None:
    """connect_read_pipe() takes a socket.

    If this fails, look for a test of the file's kind that knows FIFOs only.
    """
    ours, theirs = socket.socketpair()
    protocol = Recorder()
    with ours, theirs:
        call = loop.connect_read_pipe(lambda: protocol, ours)
        async with attached(call, f"{READ} with a socket"):
            theirs.sendall(b"data")
            await until(lambda: len(protocol.received) >= 4)

    assert protocol.received == b"data", (
        f"b'data', sent to a socket that {READ} was given, arrived as "
        f"{bytes(protocol.received)!r}; expected it"
    )


@requirement(
    "pipes.read.fifo",
    api="loop.connect_read_pipe",
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_a_fifo_can_be_read(loop: AbstractEventLoop, tmp_path: Path) -> None:
    """connect_read_pipe() takes a FIFO, and delivers its data and its end.

    If this fails, look for a loop that knows only the pipes that it made itself.
    """
    path, protocol = tmp_path / "fifo", Recorder()
    os.mkfifo(path)
    with (
        FileIO(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "r") as reader,
        FileIO(os.open(path, os.O_WRONLY | os.O_NONBLOCK), "w") as writer,
    ):
        call = loop.connect_read_pipe(lambda: protocol, reader)
        async with attached(call, f"{READ} with a FIFO"):
            received = await feed(writer, b"data", protocol)
            writer.close()
            await lost(protocol, "the writer's close of a FIFO")

    assert received == b"data", f"b'data' written to a FIFO arrived as {received!r}; expected it"


@requirement(
    "pipes.read.pty",
    api="loop.connect_read_pipe",
    level="implied",
    since="3.11",
    platforms=["unix"],
)
async def test_a_terminal_can_be_read(loop: AbstractEventLoop) -> None:
    """connect_read_pipe() takes a pseudo-terminal's master; the other side's hang-up ends it.

    If this fails, look for character devices that are refused, or for the EIO with which a
    terminal tells its hang-up.
    """
    protocol = Recorder()
    with terminal() as (master, slave):
        call = loop.connect_read_pipe(lambda: protocol, master)
        async with attached(call, f"{READ} with a terminal"):
            received = await feed(slave, b"data", protocol)
            slave.close()
            await lost(protocol, "the hang-up of a terminal")

    assert received == b"data", (
        f"b'data' written to a terminal arrived as {received!r}; expected it"
    )
    assert protocol.lost_with is None or isinstance(protocol.lost_with, OSError), (
        f"the hang-up of a terminal called connection_lost({protocol.lost_with!r}); "
        "expected None or an OSError"
    )
