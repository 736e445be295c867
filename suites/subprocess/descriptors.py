"""Pipes of a check's own, to see what a child does with descriptors."""

from __future__ import annotations

import os
import select
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager


@contextmanager
def open_pipe() -> Iterator[tuple[int, int]]:
    """A pipe of the check's own, as (reading, writing); both ends are closed after the block.

    An end that the check has closed itself it has replaced by /dev/null (`hang_up`).
    """
    reading, writing = os.pipe()
    try:
        yield reading, writing
    finally:
        os.close(reading)
        os.close(writing)


def hang_up(fd: int) -> None:
    """Let go of an end of a pipe; the number stays taken, by /dev/null."""
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, fd, inheritable=False)
    os.close(nothing)


def read_now(fd: int) -> bytes | None:
    """What a pipe holds; b"" when nobody can write to it any more, None when somebody can."""
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    return os.read(fd, 65536) if poll.poll(0) else None


@contextmanager
def in_place_of(standard: int, other: int) -> Iterator[None]:
    """Have another descriptor stand in the place of a standard one, in the block."""
    kept = os.dup(standard)
    os.dup2(other, standard)
    try:
        yield
    finally:
        os.dup2(kept, standard)
        os.close(kept)


@contextmanager
def standard_streams() -> Iterator[tuple[int, int]]:
    """Have pipes stand in for this process's streams; the ends where its output is read.

    On its standard input there is "input", and then its end.
    """
    with ExitStack() as stack:
        (fed, feeding), (out, printed), (errors, complained) = (
            stack.enter_context(open_pipe()) for _ in range(3)
        )
        os.write(feeding, b"input")
        hang_up(feeding)
        for standard, other in enumerate((fed, printed, complained)):
            stack.enter_context(in_place_of(standard, other))
        yield out, errors
