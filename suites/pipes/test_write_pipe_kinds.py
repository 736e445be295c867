"""connect_write_pipe(): which files it takes."""

from __future__ import annotations

import os
import socket
from asyncio import AbstractEventLoop
from io import FileIO
from pathlib import Path

from ..support.expect import not_observable
from ..support.pipes import (
    WRITE,
    Collected,
    attached,
    expect_pipe_works,
    in_short,
    lost,
    put_away,
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
async def test_a_regular_file_is_no_pipe_to_write(loop: AbstractEventLoop, tmp_path: Path) -> None:
    """connect_write_pipe() refuses a regular file with an exception, and does no harm.

    "Not supported on any platform", says the manual, and names no exception. A loop that takes
    the file and writes it in order is not judged. If this fails, look for a descriptor that is
    handed to the kernel's poll unseen: a file is always ready there, or refused, and some
    libraries abort() over it.
    """
    file, protocol, answer = tmp_path / "file", Recorder(), "accepted"
    await expect_pipe_works(loop, WRITE)

    with FileIO(file, "w") as opened:
        try:
            transport, _ = await loop.connect_write_pipe(lambda: protocol, opened)
        except Exception as error:  # noqa: BLE001 - any will do
            answer = f"refused with {error!r}"
        else:
            transport.write(b"content")
            transport.close()
            over = await until(lambda: "connection_lost" in protocol.calls)
            await put_away(transport)
            if over and protocol.lost_with is None and file.read_bytes() == b"content":
                not_observable("this loop writes regular files as well")

    assert answer != "accepted", (
        f"{WRITE} with a regular file accepted it and, after write(b'content') and close(), had "
        f"called {in_short(protocol)} and written {file.read_bytes()!r}; expected an exception"
    )


@requirement(
    "pipes.write.socket_is_accepted",
    api="loop.connect_write_pipe",
    level="implied",
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
    level="implied",
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
    level="interop",
    since="3.11",
    platforms=["unix"],
    libraries=("aioconsole",),
)
async def test_the_null_device_can_be_written(loop: AbstractEventLoop) -> None:
    """connect_write_pipe() takes the null device, as the standard output of many programs is.

    The manual promises what "the operating system can poll", and epoll answers EPERM here,
    though the device is always ready. If this fails, look for a test of the file's kind that
    knows pipes only, or for that error.
    """
    protocol = Recorder()
    await expect_pipe_works(loop, WRITE)
    with FileIO(os.devnull, "w") as device:
        call = loop.connect_write_pipe(lambda: protocol, device)
        async with attached(call, f"{WRITE} with the null device") as (transport, _):
            transport.write(b"data")
            transport.close()
            await lost(protocol, "write() to the null device and close()")

    assert protocol.lost_with is None, (
        "write() to the null device and close() called "
        f"connection_lost({protocol.lost_with!r}); expected None"
    )
