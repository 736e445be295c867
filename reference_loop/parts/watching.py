"""Watching file descriptors.

A descriptor that an open transport uses is the transport's alone.

Source: library/asyncio-eventloop.html#watching-file-descriptors
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVarTuple

from ..kernel.kernel import READ, WRITE
from ..kernel.watches import number_of

if TYPE_CHECKING:
    from ..loop import ReferenceLoop

Ts = TypeVarTuple("Ts")


def add_reader(loop: ReferenceLoop, fd: Any, callback: Callable[[*Ts], Any], *args: *Ts) -> None:
    """Call back in every turn in which `fd`, a number or an object with one, can be read.

    Raises ValueError for no descriptor; RuntimeError for a transport's and on a closed loop.
    """
    expect_free(loop, fd)
    loop.kernel.watch(fd, READ, callback, *args)


def remove_reader(loop: ReferenceLoop, fd: Any) -> bool:
    """Stop that; whether there was anything to stop. Raises as add_reader() does."""
    expect_free(loop, fd)
    return loop.kernel.unwatch(fd, READ)


def add_writer(loop: ReferenceLoop, fd: Any, callback: Callable[[*Ts], Any], *args: *Ts) -> None:
    """Call back in every turn in which `fd` can be written. Raises as add_reader() does."""
    expect_free(loop, fd)
    loop.kernel.watch(fd, WRITE, callback, *args)


def remove_writer(loop: ReferenceLoop, fd: Any) -> bool:
    """Stop that; whether there was anything to stop. Raises as add_reader() does."""
    expect_free(loop, fd)
    return loop.kernel.unwatch(fd, WRITE)


def expect_free(loop: ReferenceLoop, fd: Any) -> None:
    """Raise RuntimeError where an open transport uses the descriptor."""
    transport = loop.transports.get(number_of(fd))
    if transport is not None and not transport.is_closing():
        raise RuntimeError(f"descriptor {number_of(fd)} is in use by {transport!r}")
