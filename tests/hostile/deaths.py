"""Ways for a process to die, to hang and to be cut short, each a function without arguments."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import sys
from typing import NoReturn

FOR_EVER = 1000
"""Seconds that no run of the checker waits."""


class Panic(BaseException):
    """What a loop written in Rust raises for a broken invariant."""


class Unspeakable(Exception):
    """An exception that can't be shown."""

    def __str__(self) -> str:
        raise self

    __repr__ = __str__


def segfault() -> None:
    """Read address 0."""
    ctypes.string_at(0)


def abort() -> NoReturn:
    """Die of SIGABRT."""
    os.abort()


def leave() -> NoReturn:
    """Leave at once and look successful."""
    os._exit(0)


def kill_own_group() -> None:
    """Kill the process group that this process belongs to."""
    os.killpg(0, signal.SIGKILL)


def kill_parent() -> None:
    """Kill the process that started this one."""
    os.kill(os.getppid(), signal.SIGKILL)


def stop() -> None:
    """Stop this process as a terminal's Ctrl+Z does, out of reach of any handler."""
    os.kill(os.getpid(), signal.SIGSTOP)


def spin() -> NoReturn:
    """Run Python code for ever."""
    while True:
        pass


def spin_without_signals() -> NoReturn:
    """Run Python code for ever with every signal blocked."""
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    spin()


def sleep_in_c() -> None:
    """Sleep in C without letting go of the interpreter lock."""
    ctypes.PyDLL(None).sleep(FOR_EVER)


def wait_for_nothing() -> None:
    """Wait for input that never comes."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.recv(1)


def panic() -> NoReturn:
    """Raise an exception that is no Exception."""
    raise Panic("the reactor is poisoned")


def system_exit() -> NoReturn:
    """Ask the interpreter to end, successfully."""
    sys.exit(0)


def interrupt() -> NoReturn:
    """Raise what Ctrl+C raises."""
    raise KeyboardInterrupt


def unspeakable() -> NoReturn:
    """Raise what has no text."""
    raise Unspeakable


def gibberish() -> NoReturn:
    """Raise a text that is too long and can't be encoded."""
    raise RuntimeError("half a \ud800 character" + "!" * (1 << 20))


def allocate() -> NoReturn:
    """Take memory until there is none."""
    taken = []
    while True:
        taken.append(bytes(1 << 27))  # pages that nobody touches cost the machine nothing


def open_descriptors() -> NoReturn:
    """Open descriptors until there are none."""
    opened = []
    while True:
        opened.append(os.dup(2))
