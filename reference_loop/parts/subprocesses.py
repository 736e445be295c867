"""Subprocesses: a child, a pipe transport for each of its streams, and its end.

    started ──connection_made()──> running ──the child ends──> process_exited()
    each pipe: pipe_data_received() any number of times, pipe_connection_lost() once
    connection_lost() when the child has ended and all its pipes are lost

Popen starts the child, which blocks for as long as fork and exec take. The child's end
is told by a pidfd where the kernel has them, and by a thread that waits otherwise.

Source: library/asyncio-eventloop.html#running-subprocesses,
library/asyncio-protocol.html#subprocess-transports
"""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Callable
from contextvars import copy_context
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeVar

from ..kernel.kernel import READ
from .pipes import ReadPipeTransport, WritePipeTransport
from .protocol_calls import NOBODY, CallsProtocol

if TYPE_CHECKING:
    from ..loop import ReferenceLoop

P = TypeVar("P", bound=asyncio.BaseProtocol)
STREAMS = ("stdin", "stdout", "stderr")
FIXED: dict[str, Any] = {
    "universal_newlines": False,
    "text": None,
    "encoding": None,
    "errors": None,
    "bufsize": 0,
}
"""What a program may name, but not change: the streams carry bytes, unbuffered."""


class SubprocessTransport(CallsProtocol, asyncio.SubprocessTransport):
    """The child that `popen` started."""

    def __init__(
        self,
        loop: ReferenceLoop,
        popen: subprocess.Popen[bytes],
        protocol: asyncio.SubprocessProtocol,
    ) -> None:
        super().__init__({"subprocess": popen})
        self.loop = loop
        self.context = copy_context()
        self._popen = popen
        self._protocol = protocol
        self._pipes: dict[int, Any] = {}
        self._open_pipes = 0
        self._returncode: int | None = None
        self._closing = False
        self._lost = False
        self._waiters: list[asyncio.Future[int]] = []

    def begin(self, made: asyncio.Future[None]) -> None:
        """Queue connection_made(), then the pipes' reading and the wait for the end."""
        self.loop.call_soon(self._begin, made, context=self.context)

    def get_pid(self) -> int:
        """The child's process id, which it keeps after its end."""
        return self._popen.pid

    def get_returncode(self) -> int | None:
        """The exit status, minus the signal's number for a signal; None while it runs."""
        return self._returncode

    def get_pipe_transport(self, fd: int) -> Any:
        """The transport of stdin (0), stdout (1) or stderr (2); None where there is no pipe."""
        return self._pipes.get(fd)

    def send_signal(self, signal: int) -> None:
        """Send a signal. Raises ProcessLookupError after the child's end."""
        if self._returncode is not None:
            raise ProcessLookupError(f"process {self.get_pid()} has ended")
        self._popen.send_signal(signal)

    def terminate(self) -> None:
        """Send SIGTERM. Raises ProcessLookupError after the child's end."""
        self._expect_running()
        self._popen.terminate()

    def kill(self) -> None:
        """Send SIGKILL. Raises ProcessLookupError after the child's end."""
        self._expect_running()
        self._popen.kill()

    def is_closing(self) -> bool:
        """Whether it is closing or closed."""
        return self._closing or self._lost

    def close(self) -> None:
        """Close the pipes and kill the child if it still runs; idempotent."""
        if self.is_closing():
            return
        self._closing = True
        self._close_pipes()
        if self._returncode is None:
            self._popen.kill()

    async def _wait(self) -> int:
        """The exit status, once it is known. asyncio.subprocess.Process.wait() calls this name."""
        if self._returncode is None:
            waiter: asyncio.Future[int] = self.loop.create_future()
            self._waiters.append(waiter)
            return await waiter
        return self._returncode

    def pipe_received(self, fd: int, data: bytes) -> None:
        """A pipe brought data."""
        self._notify(self._protocol.pipe_data_received, fd, data)

    def pipe_lost(self, fd: int, error: Exception | None) -> None:
        """A pipe is gone."""
        self._open_pipes -= 1
        self._notify(self._protocol.pipe_connection_lost, fd, error)
        self._lose_if_over()

    def pipe_is_full(self, full: bool) -> None:
        """The child is slow to read, or no longer."""
        self._notify(self._protocol.pause_writing if full else self._protocol.resume_writing)

    def __repr__(self) -> str:
        state = "running" if self._returncode is None else f"returned {self._returncode}"
        return f"<{type(self).__name__} pid={self.get_pid()} {state}>"

    def _begin(self, made: asyncio.Future[None]) -> None:
        for fd, stream in enumerate(STREAMS):
            pipe = getattr(self._popen, stream)
            if pipe is not None:
                kind = WritePipeTransport if fd == 0 else ReadPipeTransport
                self._pipes[fd] = kind(self.loop, pipe, PipeProtocol(self, fd))
                self._open_pipes += 1
        self._notify(self._protocol.connection_made, self)
        for transport in self._pipes.values():
            transport.begin()
        UntilEnd(self.loop, self._popen, self._ended).begin()
        if self._closing:  # cancelled before it had begun
            self._close_pipes()
        if not made.done():
            made.set_result(None)

    def _close_pipes(self) -> None:
        for pipe in self._pipes.values():
            pipe.close()

    def _ended(self, returncode: int) -> None:
        self._returncode = returncode
        self._notify(self._protocol.process_exited)
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(returncode)
        self._lose_if_over()

    def _lose_if_over(self) -> None:
        if self._returncode is not None and not self._open_pipes and not self._lost:
            self._lost = True
            protocol, self._protocol = self._protocol, NOBODY
            self.loop.call_soon(protocol.connection_lost, None, context=self.context)

    def _expect_running(self) -> None:
        if self._returncode is not None:
            raise ProcessLookupError(f"process {self.get_pid()} has ended")


class PipeProtocol(asyncio.Protocol):
    """The protocol of one of the child's pipes: hands everything to the transport."""

    def __init__(self, process: SubprocessTransport, fd: int) -> None:
        self._process = process
        self._fd = fd

    def data_received(self, data: bytes) -> None:
        """Output of the child."""
        self._process.pipe_received(self._fd, data)

    def connection_lost(self, exc: Exception | None) -> None:
        """The end of the pipe."""
        self._process.pipe_lost(self._fd, exc)

    def pause_writing(self) -> None:
        """The backlog is above its high mark."""
        self._process.pipe_is_full(True)

    def resume_writing(self) -> None:
        """It is below its low mark."""
        self._process.pipe_is_full(False)


class UntilEnd:
    """Calls `told` with the exit status, in the loop's thread, once the child has ended."""

    def __init__(
        self, loop: ReferenceLoop, popen: subprocess.Popen[bytes], told: Callable[[int], object]
    ) -> None:
        self._loop = loop
        self._popen = popen
        self._told = told
        self._pidfd: int | None = None

    def begin(self) -> None:
        """Begin to wait."""
        try:
            self._pidfd = os.pidfd_open(self._popen.pid)
        except (AttributeError, OSError):  # no such call, not allowed, or reaped by others
            Thread(target=self._wait_in_thread, daemon=True).start()
        else:
            self._loop.kernel.watch(self._pidfd, READ, self._pidfd_ready)

    def _pidfd_ready(self) -> None:
        self._loop.kernel.unwatch(self._pidfd, READ)
        self._close_pidfd()
        self._told(self._popen.wait())

    def _close_pidfd(self) -> None:
        if self._pidfd is not None:
            os.close(self._pidfd)
            self._pidfd = None

    def __del__(self) -> None:
        self._close_pidfd()  # still open where the loop was closed before the child's end

    def _wait_in_thread(self) -> None:
        returncode = self._popen.wait()
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._told, returncode)


async def subprocess_exec(
    loop: ReferenceLoop,
    protocol_factory: Callable[[], P],
    program: Any,
    *args: Any,
    stdin: Any = subprocess.PIPE,
    stdout: Any = subprocess.PIPE,
    stderr: Any = subprocess.PIPE,
    **options: Any,
) -> tuple[SubprocessTransport, P]:
    """Start a program with its arguments; `options` are Popen's.

    Raises OSError where it can't be started, TypeError for an argument that is no text,
    ValueError for an option that would change what the streams carry.
    """
    expect_fixed({**FIXED, "shell": False}, options)
    for arg in (program, *args):
        if not isinstance(arg, str | bytes | os.PathLike):
            raise TypeError(f"argument {arg!r} is {type(arg).__name__}; expected text or bytes")
    return await started(loop, protocol_factory, (program, *args), (stdin, stdout, stderr), options)


async def subprocess_shell(
    loop: ReferenceLoop,
    protocol_factory: Callable[[], P],
    cmd: str | bytes,
    *,
    stdin: Any = subprocess.PIPE,
    stdout: Any = subprocess.PIPE,
    stderr: Any = subprocess.PIPE,
    **options: Any,
) -> tuple[SubprocessTransport, P]:
    """Start a command by the shell. Raises as subprocess_exec() does."""
    expect_fixed({**FIXED, "shell": True}, options)
    if not isinstance(cmd, str | bytes):
        raise ValueError(f"the command is {cmd!r}; expected text or bytes")
    return await started(
        loop, protocol_factory, cmd, (stdin, stdout, stderr), {**options, "shell": True}
    )


def expect_fixed(fixed: dict[str, Any], options: dict[str, Any]) -> None:
    """Raise ValueError for an option that has another value than the only one allowed."""
    for name, only in fixed.items():
        if name in options and bool(options.pop(name)) is not bool(only):
            raise ValueError(f"{name} can only be {only!r}: the streams carry unbuffered bytes")


async def started(
    loop: ReferenceLoop,
    protocol_factory: Callable[[], P],
    command: Any,
    streams: tuple[Any, Any, Any],
    options: dict[str, Any],
) -> tuple[SubprocessTransport, P]:
    """The child's transport and protocol, after connection_made()."""
    protocol = protocol_factory()
    popen = subprocess.Popen(  # noqa: S603 - what the program asked for
        command, bufsize=0, **dict(zip(STREAMS, streams, strict=True)), **options
    )
    transport = SubprocessTransport(loop, popen, protocol)  # type: ignore[arg-type]  # typeshed lets any protocol in
    made = loop.create_future()
    transport.begin(made)
    try:
        await made
    except BaseException:
        transport.close()
        await transport._wait()  # when the caller hears of it, the child is gone
        raise
    return transport, protocol
