"""Broken loops: what asyncio.subprocess needs of a loop.

Process.wait() awaits the transport's _wait(), which has to be there on every loop.
"""

from __future__ import annotations

import asyncio
from typing import Any

from . import mutant
from .subprocess_parts import Starting, stays_quiet


@mutant(breaks="subprocess.highlevel.communicate", says="was still pending; expected it to feed")
class WritesOrReadsLoop(Starting):
    """Reads nothing while there is something to write."""

    def spoil(self, transport: Any) -> None:
        """Pause reading with the writer."""
        protocol, pipe = transport.get_protocol(), transport.get_pipe_transport(1)
        pause, resume = protocol.pause_writing, protocol.resume_writing

        def pause_writing() -> None:
            pipe.pause_reading()
            pause()

        def resume_writing() -> None:
            pipe.resume_reading()
            resume()

        protocol.pause_writing, protocol.resume_writing = pause_writing, resume_writing


@mutant(breaks="subprocess.highlevel.wait", says="returned 9 and pending; expected 9 twice")
class WaitsOnceLoop(Starting):
    """Makes a waiter that nobody wakes after the exit."""

    def spoil(self, transport: Any) -> None:
        """Wait for ever, the second time."""
        wait = transport._wait
        waited: list[bool] = []

        async def waiting() -> Any:
            if waited:
                await self.create_future()
            waited.append(True)
            return await wait()

        transport._wait = waiting


@mutant(breaks="subprocess.highlevel.concurrent_wait", says="'pending', 'pending']; expected 9")
class WakesOneLoop(Starting):
    """Wakes one waiter."""

    def spoil(self, transport: Any) -> None:
        """Let others wait for ever."""
        wait = transport._wait
        waited: list[bool] = []

        async def waiting() -> Any:
            if waited and transport.get_returncode() is None:
                await self.create_future()
            waited.append(True)
            return await wait()

        transport._wait = waiting


@mutant(breaks="subprocess.highlevel.streams", says="reading each time: ['pending']; expected each")
class BuffersOutputLoop(Starting):
    """Delivers output at the exit."""

    def adopt(self, protocol: Any) -> None:
        """Hold it back."""
        exited, received = protocol.process_exited, protocol.pipe_data_received
        held: list[Any] = []
        protocol.pipe_data_received = lambda *args: held.append(args)

        def process_exited() -> None:
            protocol.pipe_data_received = received
            for args in held:
                received(*args)
            exited()

        protocol.process_exited = process_exited


@mutant(
    breaks="subprocess.highlevel.broken_stdin_is_ignored_by_communicate",
    says="raised OSError(5, 'the pipe is gone')",
)
class LosesInputLoop(Starting):
    """Has an error of its own for a broken pipe."""

    def spoil(self, transport: Any) -> None:
        """Change the error."""
        protocol = transport.get_protocol()
        lost = protocol.pipe_connection_lost

        def pipe_connection_lost(fd: int, exc: Exception | None) -> None:
            lost(fd, exc and OSError(5, "the pipe is gone"))

        protocol.pipe_connection_lost = pipe_connection_lost


@mutant(
    breaks="subprocess.highlevel.stdin_drain_after_exit_is_connection_error",
    says="raised RuntimeError('the pipe is closed'); expected it to be drain()'s",
)
class RefusesToWriteLoop(Starting):
    """Refuses to write to a pipe that is closed."""

    def spoil(self, transport: Any) -> None:
        """Raise."""
        pipe = transport.get_pipe_transport(0)
        write = pipe.write

        def writing(data: bytes) -> None:
            if pipe.is_closing():
                raise RuntimeError("the pipe is closed")
            write(data)

        pipe.write = writing


@mutant(breaks="subprocess.highlevel.kill_and_wait", says="after kill(), wait(): pending")
class KillsNobodyLoop(Starting):
    """Sends no SIGKILL."""

    def spoil(self, transport: Any) -> None:
        """Send nothing."""
        transport.kill = stays_quiet


@mutant(
    breaks="subprocess.highlevel.wait_is_cancellable",
    says="and wait(): pending; expected a cancelled wait and -15",
)
class WakesTheCancelledLoop(Starting):
    """Sets the result of a waiter that was cancelled, and comes no further."""

    def spoil(self, transport: Any) -> None:
        """Keep waiters of our own."""
        waiters: list[asyncio.Future[int]] = []
        protocol = transport.get_protocol()
        exited = protocol.process_exited

        async def waiting() -> int:
            waiters.append(self.create_future())
            return await waiters[-1]

        def process_exited() -> None:
            exited()
            for waiter in waiters:
                waiter.set_result(transport.get_returncode())

        transport._wait, protocol.process_exited = waiting, process_exited
