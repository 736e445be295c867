"""Ways for a process to die, to hang and to be cut short, each a function without arguments."""

from __future__ import annotations

import ctypes
import os
import signal
import socket

from typing import NoReturn

FOR_EVER = 1000
"""Seconds that no run of the checker waits."""


class Panic(BaseException):
    """What a loop written in Rust raises for a broken invariant."""


def segfault() -> None:
    """Read address 0."""
    ctypes.string_at(0)


def leave() -> NoReturn:
    """Leave at once and look successful."""
    os._exit(0)


def kill_own_group() -> None:
    """Kill the process group that this process belongs to."""
    os.killpg(0, signal.SIGKILL)


def stop() -> None:
    """Stop this process as a terminal's Ctrl+Z does, out of reach of any handler."""
    os.kill(os.getpid(), signal.SIGSTOP)


def spin() -> NoReturn:
    """Run Python code for ever."""
    while True:
        pass


def sleep_in_c() -> None:
    """Sleep in C without letting go of the interpreter lock."""
    ctypes.PyDLL(None).sleep(FOR_EVER)


def wait_for_nothing() -> None:
    """Wait for input that never comes."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.recv(1)


def spin_without_signals() -> NoReturn:
    """Run Python code for ever with every signal blocked."""
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    spin()


def panic() -> NoReturn:
    """Raise an exception that is no Exception."""
    raise Panic("the reactor is poisoned")


def allocate() -> NoReturn:
    """Take memory until there is none."""
    taken = []
    while True:
        taken.append(bytes(1 << 27))  # untouched pages cost the machine nothing


def open_descriptors() -> NoReturn:
    """Open descriptors until there are none."""
    opened = []
    while True:
        opened.append(socket.socket())
