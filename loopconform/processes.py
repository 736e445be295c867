"""Starting worker processes, and saying exactly how they ended.

Two ways to start one. A fork of the collected pytest session costs milliseconds; a
spawned interpreter collects anew, for platforms without fork and for preloads that
must come before every other import. Either way a worker leads a process group of
its own, so that it can be killed with all that it started.

A forked worker leaves its parent's call stack by the exception BecomeWorker, so that
it ends through the ordinary exit of the interpreter, which is judged too.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from loopconform.channel import Channel, Message

MARK = "LOOPCONFORM_RUN"
"""The environment variable that all processes of one run have in common."""
TAIL = 65536
"""Bytes kept of what a worker printed, and of its stacks: the last ones."""
DRAUGHTS = 16
"""Readings of what a worker writes, one after another, before others get their turn."""
HIGH = 200
"""Lowest descriptor number of a worker's own ends, out of the way of the loop's."""
SPAWN_PATIENCE = 60.0
"""Seconds that a new interpreter may take until it connects."""


class BecomeWorker(BaseException):
    """Raised in a forked process: unwind, then serve the pool on this channel."""

    def __init__(self, channel: socket.socket, stacks: int | None, target: str) -> None:
        super().__init__()
        self.channel, self.stacks, self.target = channel, stacks, target


class Tail:
    """The reading end of what a worker writes, of which only the end is kept."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self._sock = sock
        self._kept = b""

    def fileno(self) -> int:
        """The descriptor, for a selector."""
        return self._sock.fileno()

    def drain(self) -> bool:
        """Read what is there without waiting; False once it has ended.

        A writer may be faster than we are, so it is left for later after a while.
        """
        for _ in range(DRAUGHTS):
            try:
                data = self._sock.recv(TAIL)
            except BlockingIOError:
                return True
            except OSError:
                return False
            if not data:
                return False
            self._kept = (self._kept + data)[-TAIL:]
        return True

    def take(self) -> str:
        """The text since the last call."""
        self.drain()
        text, self._kept = self._kept.decode(errors="replace"), b""
        return text

    def close(self) -> None:
        """Close this end."""
        self._sock.close()


@dataclass
class Process:
    """A worker process: its channel, what it writes, and how it ended."""

    pid: int
    channel: Channel
    output: Tail
    stacks: Tail
    wait: Callable[[], int | None]
    status: int | None = None

    def has_ended(self) -> bool:
        """Whether the process is gone; `status` is then as subprocess.returncode."""
        if self.status is None:
            self.status = self.wait()
        return self.status is not None

    def signal(self, number: int) -> None:
        """Send a signal to the process alone."""
        with contextlib.suppress(OSError):
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill what is left of the process and of its group."""
        kill_group(self.pid)
        if not self.has_ended():
            self.signal(getattr(signal, "SIGKILL", signal.SIGTERM))

    def close(self) -> None:
        """Give back this side's descriptors."""
        self.channel.close()
        self.output.close()
        self.stacks.close()


def kill_group(leader: int) -> None:
    """Kill every process in the group of that leader, if there are any."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(OSError):
            os.killpg(leader, signal.SIGKILL)


def kill_marked(mark: str) -> None:
    """Kill every other process whose environment has this value of MARK.

    Finds, on Linux, what a loop has started in a session of its own, where killing a
    process group does not reach.
    """
    if not mark:
        return
    for place in Path("/proc").glob("[0-9]*/environ"):
        pid = int(place.parent.name)
        with contextlib.suppress(OSError):
            if pid != os.getpid() and f"{MARK}={mark}\0".encode() in place.read_bytes():
                os.kill(pid, signal.SIGKILL)


def end_of(status: int) -> str:
    """How a process ended, in words, from a status as subprocess.returncode gives it."""
    if status >= 0:
        return f"exited with status {status}"
    try:
        return f"died of {signal.Signals(-status).name}"
    except ValueError:
        return f"died of signal {-status}"


def fork(target: str, forget: Callable[[], None]) -> Process:
    """Fork a worker. In the new process, raises BecomeWorker after calling `forget`.

    `forget` closes what belongs to the pool alone. Raises OSError when there is no
    process or descriptor left to be had.
    """
    ours, theirs = zip(*(socket.socketpair() for _ in range(3)), strict=True)
    pid = os.fork()
    if pid:
        for sock in theirs:
            sock.close()
        channel, output, stacks = ours
        return Process(pid, Channel(channel), Tail(output), Tail(stacks), lambda: _status_of(pid))
    for sock in ours:
        sock.close()
    forget()
    channel, output, stacks = theirs
    _replace_standard_streams(output)
    raise BecomeWorker(socket.socket(fileno=_moved_up(channel)), _moved_up(stacks), target)


def spawn(config: Message, environment: dict[str, str]) -> Process:
    """Start a worker in a new interpreter, which connects back over the loopback address.

    Raises OSError when it can't be started. One that dies before it connects is a
    process whose channel has ended.
    """
    output, their_output = socket.socketpair()
    stacks, their_stacks = socket.socketpair()
    posix = os.name == "posix"
    with their_output, their_stacks, socket.create_server(("127.0.0.1", 0)) as listener:
        config = config | {"port": listener.getsockname()[1]}
        if posix:
            config["stacks"] = their_stacks.fileno()
        process = subprocess.Popen(
            [sys.executable, "-m", "loopconform.child"],
            stdin=subprocess.PIPE,
            stdout=their_output.fileno() if posix else subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            pass_fds=[their_stacks.fileno()] if posix else [],
            env=environment,
            start_new_session=True,
        )
        assert process.stdin is not None
        with contextlib.suppress(OSError), process.stdin as pipe:
            pipe.write(json.dumps(config).encode() + b"\n")
        tails = Tail(output), Tail(stacks)
        channel = _accept_from(listener, process, tails)
    return Process(process.pid, Channel(channel), *tails, process.poll)


def _accept_from(
    listener: socket.socket, process: subprocess.Popen[bytes], tails: tuple[Tail, Tail]
) -> socket.socket:
    """The worker's connection; one that has already ended where the worker did."""
    listener.settimeout(0.1)
    patience = time.monotonic() + SPAWN_PATIENCE
    while process.poll() is None and time.monotonic() < patience:
        for tail in tails:  # a worker that dies and can't write where would wait with it
            tail.drain()
        with contextlib.suppress(TimeoutError):
            channel, _ = listener.accept()
            channel.setblocking(True)
            return channel
    kill_group(process.pid)
    nowhere, other = socket.socketpair()
    other.close()
    return nowhere


def _status_of(pid: int) -> int | None:
    ended, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


def _replace_standard_streams(output: socket.socket) -> None:
    """Point descriptors 0 to 2 away from the terminal and from the checker."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(output.fileno(), 1)
    os.dup2(output.fileno(), 2)
    output.close()


def _moved_up(sock: socket.socket) -> int:
    """Give up the socket object for a descriptor with a high number."""
    import fcntl  # not on Windows, where nothing is forked

    fd = fcntl.fcntl(sock.fileno(), fcntl.F_DUPFD_CLOEXEC, HIGH)
    sock.close()
    return fd
