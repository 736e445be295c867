"""Broken loops: the pipes of a child, and streams that are none."""

from __future__ import annotations

import subprocess
from typing import Any

from . import mutant
from .subprocess_parts import Starting, stays_quiet

STREAMS = ("stdin", "stdout", "stderr")


@mutant(breaks="subprocess.exec.stdout_and_stderr", says="expected {1: b'output', 2: b'errors'}")
class SwapsOutputsLoop(Starting):
    """Swaps 1 and 2."""

    def adopt(self, protocol: Any) -> None:
        """Swap."""
        received = protocol.pipe_data_received
        protocol.pipe_data_received = lambda fd, data: received({1: 2, 2: 1}[fd], data)


@mutant(breaks="subprocess.exec.stdout_and_stderr", says="pipe_data_received() was called with")
class ReusesBufferLoop(Starting):
    """Passes its own buffer on."""

    def adopt(self, protocol: Any) -> None:
        """Pass something else than bytes."""
        received = protocol.pipe_data_received
        protocol.pipe_data_received = lambda fd, data: received(fd, bytearray(data))


@mutant(breaks="subprocess.exec.stdout_and_stderr", says="expected {1: b'output', 2: b'errors'}")
class DecodesOutputLoop(Starting):
    """Passes str."""

    def adopt(self, protocol: Any) -> None:
        """Decode."""
        received = protocol.pipe_data_received
        protocol.pipe_data_received = lambda fd, data: received(fd, data.decode())


@mutant(breaks="subprocess.exec.stdin_round_trip", says="cat did not end after pipe 0 was closed")
class KeepsInputOpenLoop(Starting):
    """Does not close pipe 0 when asked to."""

    def spoil(self, transport: Any) -> None:
        """Deafen it."""
        if pipe := transport.get_pipe_transport(0):
            pipe.close = stays_quiet


@mutant(breaks="subprocess.exec.stdin_round_trip", says="printed b''; expected the same")
class WritesNothingLoop(Starting):
    """Does not write to pipe 0."""

    def spoil(self, transport: Any) -> None:
        """Drop what is written."""
        if pipe := transport.get_pipe_transport(0):
            pipe.write = stays_quiet


@mutant(
    breaks="subprocess.exec.default_pipes_for_all_three",
    says="with default streams returned None; expected a transport",
)
class InheritsByDefaultLoop(Starting):
    """Has Popen's defaults."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Put them in."""
        for name in STREAMS:
            call.setdefault(name, None)


@mutant(
    breaks="subprocess.exec.default_pipes_for_all_three",
    says="get_pipe_transport(3) raised KeyError(3); expected None",
)
class AsksTableLoop(Starting):
    """Asks a table for a pipe's number."""

    def spoil(self, transport: Any) -> None:
        """Make the table."""
        pipes = {fd: transport.get_pipe_transport(fd) for fd in range(3)}
        transport.get_pipe_transport = pipes.__getitem__


@mutant(breaks="subprocess.exec.pipe_transport_kinds", says="without ['abort', 'can_write_eof'")
@mutant(breaks="subprocess.exec.pipe_transport_kinds", says="the methods of asyncio.ReadTransport")
class HandsOutFilesLoop(Starting):
    """Hands out Popen's files."""

    def spoil(self, transport: Any) -> None:
        """Hand them out."""
        popen = transport.get_extra_info("subprocess")
        files = dict(enumerate((popen.stdin, popen.stdout, popen.stderr)))
        transport.get_pipe_transport = files.get


@mutant(
    breaks="subprocess.exec.none_inherits_and_gives_no_transport",
    says="has pipe transports [0, 1, 2]; expected none",
)
class TakesNoneForDefaultLoop(Starting):
    """Takes None for the default, and makes pipes."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Put the default in."""
        for name in STREAMS:
            if call.get(name, "") is None:
                call[name] = subprocess.PIPE


@mutant(
    breaks="subprocess.exec.none_inherits_and_gives_no_transport",
    says="wrote (None, None) to the streams of this process",
)
class TakesNoneForNullLoop(Starting):
    """Takes None for DEVNULL."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Put DEVNULL in."""
        for name in STREAMS:
            if call.get(name, "") is None:
                call[name] = subprocess.DEVNULL


@mutant(
    breaks="subprocess.exec.none_inherits_and_gives_no_transport",
    says="expected no callback about a pipe",
)
class LosesPipesThatAreNotLoop(Starting):
    """Reports pipes lost that never were."""

    def adopt(self, protocol: Any) -> None:
        """Report them at the exit."""
        exited = protocol.process_exited

        def process_exited() -> None:
            for fd in range(3):
                if protocol.transport.get_pipe_transport(fd) is None:
                    protocol.pipe_connection_lost(fd, None)
            exited()

        protocol.process_exited = process_exited


@mutant(breaks="subprocess.exec.devnull", says="wrote (b'input', b'errors') to the streams")
class TakesNullForNoneLoop(Starting):
    """Takes DEVNULL for None."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Put None in."""
        for name in STREAMS:
            if call.get(name) == subprocess.DEVNULL:
                call[name] = None


@mutant(breaks="subprocess.exec.stderr_to_stdout", says="on 1; expected b'one,two,three'")
class KeepsErrorsApartLoop(Starting):
    """Makes a separate pipe for STDOUT."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Put PIPE in."""
        if call.get("stderr") == subprocess.STDOUT:
            call["stderr"] = subprocess.PIPE


@mutant(breaks="subprocess.exec.file_object_and_descriptor", says="expected b'from a file'")
class IgnoresFilesLoop(Starting):
    """Knows the special values of streams only."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Forget the others."""
        known = (None, subprocess.PIPE, subprocess.DEVNULL, subprocess.STDOUT)
        for name in STREAMS:
            if call.get(name) not in known:
                del call[name]


@mutant(breaks="subprocess.protocol.data_is_never_empty", says="expected no call without any")
class PassesEndOnLoop(Starting):
    """Passes the end of a pipe on as data."""

    def adopt(self, protocol: Any) -> None:
        """Pass no bytes before the end."""
        lost = protocol.pipe_connection_lost

        def pipe_connection_lost(fd: int, exc: Exception | None) -> None:
            if fd:
                protocol.pipe_data_received(fd, b"")
            lost(fd, exc)

        protocol.pipe_connection_lost = pipe_connection_lost
