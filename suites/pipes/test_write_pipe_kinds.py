"""connect_write_pipe(): which files it takes."""

from __future__ import annotations

import os
import socket
from asyncio import AbstractEventLoop
from collections.abc import Callable
from io import FileIO
from pathlib import Path

from ..support.pipes import (
    WRITE,
    Collected,
    attached,
    expect_pipe_works,
    in_child_of_its_own,
    terminal,
    until,
)
from ..support.protocols import Recorder
from ..support.requirement import requirement


@requirement(
    "pipes.write.regular_file_is_valueerror",
    api="loop.connect_write_pipe",
    level="documented",
    since="3.11",
    platforms=["unix"],
)
def test_a_regular_file_is_no_pipe_to_write(
    loop_factory: Callable[[], AbstractEventLoop], tmp_path: Path
) -> None:
    """connect_write_pipe() refuses a regular file with ValueError, and does the process no harm.

    If this fails, look for a descriptor that is handed to the kernel's poll unseen: a file is
    always ready there, or refused, and some libraries abort() over it.
    """
    file = tmp_path / "file"

    async def attempt(loop: AbstractEventLoop) -> str:
        with FileIO(file, "w") as opened:
            try:
                await loop.connect_write_pipe(Recorder, opened)
            except ValueError:
                return "ValueError"
            return "accepted"

    answer = in_child_of_its_own(loop_factory, attempt)
    loop = loop_factory()
    loop.run_until_complete(expect_pipe_works(loop, WRITE))

    assert answer == "ValueError", (
        f"{WRITE} with a regular file, in a child process, came to {answer}; expected ValueError"
    )


@requirement(
    "pipes.write.socket_is_accepted",
    api="loop.connect_write_pipe",
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_a_socket_can_be_written_as_a_pipe(loop: AbstractEventLoop) -> None:
    """connect_write_pipe() takes a socket.

    If this fails, look for a test of the file's kind that knows FIFOs only.
    """
    ours, theirs = socket.socketpair()
    received = bytearray()

    def arrived() -> bool:
        try:
            received.extend(theirs.recv(100))
        except BlockingIOError:
            return False
        return len(received) >= 4

    with ours, theirs:
        theirs.setblocking(False)
        call = loop.connect_write_pipe(Recorder, ours)
        async with attached(call, f"{WRITE} with a socket") as (transport, _):
            transport.write(b"data")
            await until(arrived)

    assert received == b"data", (
        f"write(b'data') to a socket that {WRITE} was given sent {bytes(received)!r}; expected it"
    )


@requirement(
    "pipes.write.fifo",
    api="loop.connect_write_pipe",
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_a_fifo_can_be_written(loop: AbstractEventLoop, tmp_path: Path) -> None:
    """connect_write_pipe() takes a FIFO, and what is written reaches its reader.

    If this fails, look for a loop that knows only the pipes that it made itself.
    """
    path = tmp_path / "fifo"
    os.mkfifo(path)
    with (
        FileIO(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "r") as reader,
        FileIO(os.open(path, os.O_WRONLY | os.O_NONBLOCK), "w") as writer,
    ):
        call = loop.connect_write_pipe(Recorder, writer)
        async with attached(call, f"{WRITE} with a FIFO") as (transport, _):
            transport.write(b"data")
            received = await Collected(reader).until_size(4)

    assert received == b"data", (
        f"write(b'data') to a FIFO brought its reader {received!r}; expected b'data'"
    )


@requirement(
    "pipes.write.pty",
    api="loop.connect_write_pipe",
    level="documented",
    since="3.11",
    platforms=["unix"],
)
async def test_a_terminal_can_be_written(loop: AbstractEventLoop) -> None:
    """connect_write_pipe() takes a terminal, and what is written reaches its other side.

    If this fails, look for character devices that are refused, or for a terminal's own
    input, which says nothing of its reader.
    """
    with terminal() as (other, slave):
        os.set_blocking(other.fileno(), False)
        call = loop.connect_write_pipe(Recorder, slave)
        async with attached(call, f"{WRITE} with a terminal") as (transport, _):
            transport.write(b"data")
            received = await Collected(other).until_size(4)

    assert received == b"data", (
        f"write(b'data') to a terminal brought its other side {received!r}; expected b'data'"
    )


@requirement(
    "pipes.write.devnull",
    api="loop.connect_write_pipe",
    level="documented",
    since="3.11",
    platforms=["unix"],
)
def test_the_null_device_can_be_written(loop_factory: Callable[[], AbstractEventLoop]) -> None:
    """connect_write_pipe() takes a character device, such as the null device.

    If this fails, look for a test of the file's kind that knows pipes only, or for a device
    that the kernel's poll refuses (epoll answers EPERM) though it is always ready.
    """

    async def work(loop: AbstractEventLoop) -> str:
        protocol = Recorder()
        with FileIO(os.devnull, "w") as device:
            transport, _ = await loop.connect_write_pipe(lambda: protocol, device)
            transport.write(bytes(100_000))
            transport.close()
            await until(lambda: "connection_lost" in protocol.calls)
        return f"{protocol.calls}, {protocol.lost_with!r}"

    answer = in_child_of_its_own(loop_factory, work)
    loop = loop_factory()
    loop.run_until_complete(expect_pipe_works(loop, WRITE))

    assert answer == "['connection_made', 'connection_lost'], None", (
        f"{WRITE} with the null device, write() of 100 kB and close(), in a child process, came to "
        f"{answer}; expected connection_made and connection_lost(None)"
    )
