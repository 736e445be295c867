"""Unix signals as callbacks of the loop.

Python is told to write the number of each signal into the loop's waker; the loop reads
the number and queues the handle. The Python-level handler does nothing: its presence
keeps the signal from doing what it does by default.

Main thread only, as everywhere in Python.

Source: library/asyncio-eventloop.html#unix-signals
"""

from __future__ import annotations

import asyncio
import inspect
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVarTuple

from ..kernel.handles import ReadyHandle

if TYPE_CHECKING:
    from ..loop import ReferenceLoop

Ts = TypeVarTuple("Ts")


def add_signal_handler(
    loop: ReferenceLoop, sig: int, callback: Callable[[*Ts], object], *args: *Ts
) -> None:
    """Queue the callback whenever the signal arrives, in place of an earlier one.

    Raises TypeError for a coroutine or a signal that is no int; ValueError for a number
    that is no signal; RuntimeError for a signal that can't be caught, outside of the main
    thread, and on a closed loop.
    """
    if asyncio.iscoroutine(callback) or inspect.iscoroutinefunction(callback):
        raise TypeError(f"{callback!r} is a coroutine; a signal handler is a plain callback")
    expect_signal(sig)
    loop.kernel.expect_open()
    handle = ReadyHandle(loop, callback, args, None)
    try:
        signal.set_wakeup_fd(loop.kernel.waker.signal_fileno(), warn_on_full_buffer=False)
        signal.signal(sig, _leave_it_to_the_loop)
        signal.siginterrupt(sig, False)
    except (OSError, ValueError) as error:
        _forget_waker_when_unused(loop)
        raise RuntimeError(f"signal {sig} can't be handled here: {error}") from error
    loop.signal_handlers[sig] = handle
    loop.kernel.signal_came = lambda number: _queue(loop, number)


def remove_signal_handler(loop: ReferenceLoop, sig: int) -> bool:
    """Put the signal back to Python's default; whether there was a handler.

    Raises TypeError and ValueError as add_signal_handler() does.
    """
    expect_signal(sig)
    if loop.signal_handlers.pop(sig, None) is None:
        return False
    signal.signal(sig, signal.default_int_handler if sig == signal.SIGINT else signal.SIG_DFL)
    _forget_waker_when_unused(loop)
    return True


def expect_signal(sig: object) -> None:
    """Raise TypeError for no int, ValueError for an int that is no signal."""
    if not isinstance(sig, int):
        raise TypeError(f"the signal is {sig!r}; expected an int")
    if sig not in signal.valid_signals():
        raise ValueError(f"{sig} is no signal number")


def _queue(loop: ReferenceLoop, number: int) -> None:
    handle = loop.signal_handlers.get(number)
    if handle is not None:
        loop.kernel.ready.append(handle)


def _forget_waker_when_unused(loop: ReferenceLoop) -> None:
    if not loop.signal_handlers:
        with suppress(ValueError):  # not the main thread: nothing was set
            signal.set_wakeup_fd(-1)


def _leave_it_to_the_loop(number: int, frame: object) -> None:
    """Stand in for the default action."""
