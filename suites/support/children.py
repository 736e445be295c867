"""Children: what a loop tells of a process, written down, and the process's certain end.

A child here is a shell, `cat` or `true`: a millisecond each. It never sleeps to be in
time: it waits for its input, or for a signal. What a check waits for is bounded by the
child's own patience, so that a loop that tells nothing fails in words, and so that the
child is gone, killed and reaped, before any watchdog ends the worker.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from asyncio import AbstractEventLoop
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

from .turns import turns

T = TypeVar("T")
PATIENCE = 2.5
"""Seconds, from its start, after which a child's news is not going to come."""
GRACE = 1.0
"""Seconds that a loop may take to put a killed child away."""
FOREVER = ("sleep", "60")
"""A child that outlives its check, whatever happens to its input, until it is killed."""


def sh(script: str, *arguments: str) -> tuple[str, ...]:
    """A program and its arguments: the shell with a script, in which `arguments` are $0, $1, ..."""
    return ("/bin/sh", "-c", script, *arguments)


class Child(asyncio.SubprocessProtocol):
    """The protocol of one child: records each call by name, and output and ends by descriptor."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.chunks: list[tuple[int, Any]] = []
        self.lost_with: list[tuple[int, Any]] = []
        self.transport: Any = None
        self.result: Any = None
        self._give_up = time.monotonic() + PATIENCE
        self._changed: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport, whatever it is."""
        self.transport = transport
        self._record("connection_made")

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """Keep the data, whatever it is."""
        self.chunks.append((fd, data))
        self._record(f"pipe_data_received({fd})")

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        """Keep the reason."""
        self.lost_with.append((fd, exc))
        self._record(f"pipe_connection_lost({fd})")

    def process_exited(self) -> None:
        """Record."""
        self._record("process_exited")

    def connection_lost(self, exc: Exception | None) -> None:
        """Record; an exit is no error, and what else `exc` might be is not asked."""
        del exc
        self._record("connection_lost")

    def pause_writing(self) -> None:
        """Record."""
        self._record("pause_writing")

    def resume_writing(self) -> None:
        """Record."""
        self._record("resume_writing")

    def output(self, fd: int) -> bytes:
        """What came from that descriptor; what came and is no bytes, in words."""
        return b"".join(
            data if isinstance(data, bytes | bytearray | memoryview) else repr(data).encode()
            for number, data in self.chunks
            if number == fd
        )

    def pipe(self, fd: int) -> Any:
        """The transport of a pipe that has to be there."""
        pipe = self.transport.get_pipe_transport(fd)
        assert pipe is not None, (
            f"get_pipe_transport({fd}) of a child with a pipe there returned None; "
            "expected the pipe's transport"
        )
        return pipe

    async def until(self, happened: Callable[[], object]) -> bool:
        """Wait, asking again after each callback; False when it is not going to happen."""
        while not happened():
            left = self._give_up - time.monotonic()
            if left <= 0:
                return False
            self._changed = asyncio.get_running_loop().create_future()
            await asyncio.wait([self._changed], timeout=left)
        return True

    async def until_called(self, name: str) -> bool:
        """Wait until the loop has called that; False when it is not going to."""
        return await self.until(lambda: name in self.calls)

    async def until_exit(self) -> bool:
        """Wait for process_exited(); False when it is not going to come."""
        return await self.until_called("process_exited")

    async def until_over(self) -> bool:
        """Close the child's input, where it is a pipe, and wait for connection_lost().

        That a broken input is noticed at the exit has a requirement of its own.
        """
        if pipe := self.transport.get_pipe_transport(0):
            pipe.close()
        return await self.until_called("connection_lost")

    async def put_away(self) -> None:
        """Kill and reap the child and close its transport, without judging how."""
        if self.transport is None:
            return
        self._give_up = time.monotonic() + GRACE
        pid = self._pid()
        if "process_exited" not in self.calls:
            kill(pid)
            await self.until_exit()
        with suppress(Exception):
            self.transport.close()
        await self.until_called("connection_lost")
        if "process_exited" not in self.calls:
            reap(pid)
        await turns()

    def end_at_once(self) -> None:
        """Kill and close without waiting, for a check that is being closed itself."""
        if self.transport is not None:
            kill(self._pid())
            with suppress(Exception):
                self.transport.close()

    def _pid(self) -> int:
        pid = self.transport.get_pid()
        return pid if isinstance(pid, int) else 0

    def _record(self, name: str) -> None:
        self.calls.append(name)
        if self._changed is not None and not self._changed.done():
            self._changed.set_result(None)


@asynccontextmanager
async def running(
    loop: AbstractEventLoop,
    *command: Any,
    by_shell: bool = False,
    child: Child | None = None,
    factory: Callable[..., Child] | None = None,
    **options: Any,
) -> AsyncIterator[Child]:
    """Start a child, in the block, with the loop's own call; end it after the block.

    What the call returned is in `result`, and `transport` is connection_made()'s, so that
    a wrong result fails its own check alone.
    """
    child = child or Child()
    call: Any = loop.subprocess_shell if by_shell else loop.subprocess_exec
    try:
        child.result = await call(factory or (lambda: child), *command, **options)
        assert await child.until_called("connection_made"), (
            f"a child was started as {command}: no connection_made() came; expected it, "
            "with the transport"
        )
        yield child
    except GeneratorExit:
        child.end_at_once()
        raise
    except BaseException:
        with suppress(Exception):  # what the check found counts
            await child.put_away()
        raise
    await child.put_away()


async def expect_starts(
    loop: AbstractEventLoop, *command: Any, by_shell: bool = False, **options: Any
) -> None:
    """Expect a child to start and to end: the control of a refusal, no promise."""
    async with running(loop, *command, by_shell=by_shell, **options) as child:
        assert await child.until_exit(), (
            f"a child started as {command} brought no process_exited(); expected it, without "
            "which a refusal says nothing"
        )


@asynccontextmanager
async def process(
    *command: Any, by_shell: bool = False, **options: Any
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Start a child, in the block, as asyncio.subprocess does; end it after the block."""
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), asyncio.subprocess.PIPE)
    call: Any = asyncio.create_subprocess_shell if by_shell else asyncio.create_subprocess_exec
    started = await call(*command, **{**pipes, **options})
    try:
        yield started
    except GeneratorExit:
        kill(started.pid)
        raise
    except BaseException:
        with suppress(Exception):  # what the check found counts
            await _end(started)
        raise
    await _end(started)


async def _end(started: asyncio.subprocess.Process) -> None:
    if started.returncode is None:
        kill(started.pid)
    (await settled(started.communicate(), GRACE)).cancel()
    if started.returncode is None:
        reap(started.pid)
    await turns()


async def settled(work: Awaitable[T], patience: float = PATIENCE) -> asyncio.Future[T]:
    """Wait for something to end, and return it as a future; still pending when it does not.

    Its exception counts as retrieved.
    """
    future = asyncio.ensure_future(work)
    await asyncio.wait([future], timeout=patience)
    if future.done() and not future.cancelled():
        future.exception()
    return future


def is_child(pid: int) -> bool:
    """Whether that is a child of this process, running or a zombie, as far as can be told."""
    if pid <= 1 or pid == os.getpid():
        return False
    if not hasattr(os, "waitid"):
        return True
    try:
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG)
    except OSError:
        return False
    return True


def is_process(pid: int) -> bool:
    """Whether there is a process of that number that we may signal, running or a zombie."""
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def kill(pid: int) -> None:
    """Kill a child, if it is one of ours."""
    if is_child(pid):
        with suppress(OSError):
            os.kill(pid, signal.SIGKILL)


def reap(pid: int) -> None:
    """Take the status of a killed child that its loop has forgotten."""
    if is_child(pid):
        with suppress(OSError):
            os.waitpid(pid, 0)
