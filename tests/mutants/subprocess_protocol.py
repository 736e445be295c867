"""Broken loops: what a child's protocol is told, and when."""

from __future__ import annotations

import os
from typing import Any, ClassVar

from . import mutant
from .subprocess_parts import Starting, stays_quiet


@mutant(breaks="subprocess.protocol.pipe_lost_for_each_pipe", says="for [1, 2]; expected [0, 1, 2]")
class SkipsInputLoop(Starting):
    """Does not tell of the end of pipe 0."""

    def adopt(self, protocol: Any) -> None:
        """Keep it."""
        lost = protocol.pipe_connection_lost
        protocol.pipe_connection_lost = lambda fd, exc: lost(fd, exc) if fd else None


@mutant(
    breaks="subprocess.protocol.connection_lost_after_all_pipes_and_exit",
    says="ended with ['process_exited', 'connection_lost', ",
)
class EndsWithTheChildLoop(Starting):
    """Has connection_lost() follow the exit at once."""

    def adopt(self, protocol: Any) -> None:
        """Call it there, and not later."""
        exited, lost = protocol.process_exited, protocol.connection_lost
        protocol.connection_lost = stays_quiet

        def process_exited() -> None:
            exited()
            lost(None)

        protocol.process_exited = process_exited


@mutant(
    breaks="subprocess.protocol.no_data_after_pipe_lost",
    says="was pipe_data_received(1); expected pipe_connection_lost(1)",
)
class DeliversLateLoop(Starting):
    """Delivers what it read last after the end of the pipe."""

    def adopt(self, protocol: Any) -> None:
        """Hold each piece back until the next."""
        received, lost = protocol.pipe_data_received, protocol.pipe_connection_lost
        held: dict[int, bytes] = {}

        def pipe_data_received(fd: int, data: bytes) -> None:
            if fd in held:
                received(fd, held[fd])
            held[fd] = data

        def pipe_connection_lost(fd: int, exc: Exception | None) -> None:
            lost(fd, exc)
            if fd in held:
                received(fd, held[fd])

        protocol.pipe_data_received = pipe_data_received
        protocol.pipe_connection_lost = pipe_connection_lost


@mutant(breaks="subprocess.protocol.no_data_after_pipe_lost", says="came; expected all of them")
@mutant(breaks="subprocess.protocol.large_output", says="came; expected all of them")
class TruncatesLoop(Starting):
    """Delivers no more of a pipe than it has room for."""

    def adopt(self, protocol: Any) -> None:
        """Drop the rest."""
        received, room = protocol.pipe_data_received, {1: 200000, 2: 200000}

        def pipe_data_received(fd: int, data: bytes) -> None:
            received(fd, data[: room[fd]])
            room[fd] -= len(data[: room[fd]])

        protocol.pipe_data_received = pipe_data_received


@mutant(breaks="subprocess.protocol.large_output", says="with its bytes changed or out of order")
class TurnsOutputLoop(Starting):
    """Delivers what it read first after what it read second."""

    def adopt(self, protocol: Any) -> None:
        """Hold the first piece back."""
        received, lost = protocol.pipe_data_received, protocol.pipe_connection_lost
        held: list[Any] = []

        def pipe_data_received(fd: int, data: bytes) -> None:
            if held:
                received(fd, data)
            else:
                held.append((fd, data))

        def pipe_connection_lost(fd: int, exc: Exception | None) -> None:
            if fd == 1 and held:
                received(*held[0])
            lost(fd, exc)

        protocol.pipe_data_received = pipe_data_received
        protocol.pipe_connection_lost = pipe_connection_lost


@mutant(breaks="subprocess.protocol.pipe_lost_none_on_eof", says="with [(1, EOFError()), (2, EOF")
class EndsInErrorLoop(Starting):
    """Passes the end of output on as an error."""

    def adopt(self, protocol: Any) -> None:
        """Pass one."""
        lost = protocol.pipe_connection_lost
        protocol.pipe_connection_lost = lambda fd, _exc: lost(fd, EOFError())


@mutant(
    breaks="subprocess.protocol.output_after_exit_is_delivered",
    says="of which b'' came; expected b'late'",
)
class ClosesPipesAtExitLoop(Starting):
    """Closes the pipes when the child exits."""

    def spoil(self, transport: Any) -> None:
        """Close them there."""
        protocol = transport.get_protocol()
        exited = protocol.process_exited

        def process_exited() -> None:
            for fd in range(3):
                if pipe := transport.get_pipe_transport(fd):
                    pipe.close()
            exited()

        protocol.process_exited = process_exited


@mutant(
    breaks="subprocess.protocol.exit_seen_although_grandchild_holds_pipe",
    says="['connection_made'], expected process_exited",
)
class WaitsForPipesLoop(Starting):
    """Tells of the exit when all pipes are at their end."""

    def adopt(self, protocol: Any) -> None:
        """Hold it back until the end."""
        exited, lost = protocol.process_exited, protocol.connection_lost
        protocol.process_exited = stays_quiet

        def connection_lost(exc: Exception | None) -> None:
            exited()
            lost(exc)

        protocol.connection_lost = connection_lost


@mutant(
    breaks="subprocess.protocol.child_closing_stdout_early",
    says="callbacks were ['connection_made'], expected pipe_connection_lost(1)",
)
@mutant(
    breaks="subprocess.protocol.child_closing_stdin_is_noticed",
    says="callbacks were ['connection_made'], expected pipe_connection_lost(0)",
)
class LosesPipesAtExitLoop(Starting):
    """Tells of lost pipes at the exit only."""

    def adopt(self, protocol: Any) -> None:
        """Hold them back."""
        exited, lost = protocol.process_exited, protocol.pipe_connection_lost
        held: list[Any] = []
        protocol.pipe_connection_lost = lambda *args: held.append(args)

        def process_exited() -> None:
            exited()
            protocol.pipe_connection_lost = lost
            for args in held:
                lost(*args)

        protocol.process_exited = process_exited


@mutant(breaks="subprocess.protocol.flow_control_on_stdin", says="brought []; expected pause_writ")
class NeverPausesLoop(Starting):
    """Has no flow control on pipe 0."""

    def adopt(self, protocol: Any) -> None:
        """Keep both."""
        protocol.pause_writing = protocol.resume_writing = stays_quiet


@mutant(
    breaks="subprocess.protocol.flow_control_on_stdin",
    says="had heard ['pause_writing']; expected pause_writing, resume_writing",
)
class NeverResumesLoop(Starting):
    """Pauses for ever."""

    def adopt(self, protocol: Any) -> None:
        """Keep the second."""
        protocol.resume_writing = stays_quiet


@mutant(breaks="subprocess.protocol.pausing_stdout", says="bytes came from it; expected none")
class IgnoresPauseLoop(Starting):
    """Ignores pause_reading() on pipe 1."""

    def spoil(self, transport: Any) -> None:
        """Deafen it."""
        if pipe := transport.get_pipe_transport(1):
            pipe.pause_reading = pipe.resume_reading = stays_quiet


@mutant(breaks="subprocess.protocol.pausing_stdout", says="after resume_reading() 0 bytes had come")
class NeverReadsAgainLoop(Starting):
    """Does not resume."""

    def spoil(self, transport: Any) -> None:
        """Deafen it."""
        if pipe := transport.get_pipe_transport(1):
            pipe.resume_reading = stays_quiet


@mutant(breaks="subprocess.protocol.pausing_stdout", says="came to its end; expected it to wait")
class ReadsWhilePausedLoop(Starting):
    """Reads on while paused, and keeps what it reads."""

    def spoil(self, transport: Any) -> None:
        """Hold data back instead of pausing."""
        pipe, protocol = transport.get_pipe_transport(1), transport.get_protocol()
        held: list[Any] = []
        if pipe is None:
            return
        received, lost = protocol.pipe_data_received, protocol.pipe_connection_lost

        def pause_reading() -> None:
            held.clear()
            protocol.pipe_data_received = hold(received)
            protocol.pipe_connection_lost = hold(lost)
            protocol.process_exited()

        def hold(callback: Any) -> Any:
            def holding(fd: int, what: Any) -> None:
                if fd == 1:
                    held.append((callback, fd, what))
                else:
                    callback(fd, what)

            return holding

        pipe.pause_reading = pause_reading


@mutant(breaks="subprocess.many.concurrent_children", says="expected each its own")
class SharesStatusLoop(Starting):
    """Keeps one status for all."""

    last: ClassVar[dict[str, Any]] = {}

    def spoil(self, transport: Any) -> None:
        """Ask for the last."""
        protocol, status = transport.get_protocol(), transport.get_returncode
        exited = protocol.process_exited

        def process_exited() -> None:
            self.last["status"] = status()
            transport.get_returncode = lambda: self.last["status"]
            exited()

        protocol.process_exited = process_exited


@mutant(breaks="subprocess.child.is_reaped", says="expected the child to be reaped")
class LeavesZombiesLoop(Starting):
    """Looks at a child's status without taking it."""

    def spoil(self, transport: Any) -> None:
        """Look, and leave it."""
        popen = transport.get_extra_info("subprocess")

        def wait() -> int:
            status = os.waitid(os.P_PID, popen.pid, os.WEXITED | os.WNOWAIT)
            return status.si_status if status else 0

        popen.wait = wait
