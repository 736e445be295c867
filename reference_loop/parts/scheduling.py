"""Scheduling callbacks, now and later, and the clock.

Every callback runs in a context: the one that was given, else a copy of the caller's.

Source: library/asyncio-eventloop.html#scheduling-callbacks and
library/asyncio-eventloop.html#scheduling-delayed-callbacks
"""

from __future__ import annotations

import time as clocks
from collections.abc import Callable
from contextvars import Context
from typing import TYPE_CHECKING, TypeVarTuple

from ..kernel.handles import DueHandle, ReadyHandle
from .debugging import expect_callback, expect_schedulable

if TYPE_CHECKING:
    from ..loop import ReferenceLoop

Ts = TypeVarTuple("Ts")


def call_soon(
    loop: ReferenceLoop,
    callback: Callable[[*Ts], object],
    *args: *Ts,
    context: Context | None = None,
) -> ReadyHandle:
    """Run the callback in the next turn, behind all that is queued already.

    Raises RuntimeError on a closed loop.
    """
    kernel = loop.kernel
    kernel.expect_open()
    if kernel.debug:
        expect_schedulable(loop, callback)
    handle = ReadyHandle(loop, callback, args, context)
    kernel.ready.append(handle)
    return handle


def call_soon_threadsafe(
    loop: ReferenceLoop,
    callback: Callable[[*Ts], object],
    *args: *Ts,
    context: Context | None = None,
) -> ReadyHandle:
    """Do as call_soon() from any thread or signal handler, and wake the loop.

    Raises RuntimeError on a closed loop.
    """
    kernel = loop.kernel
    kernel.expect_open()
    if kernel.debug:
        expect_callback(callback)
    handle = ReadyHandle(loop, callback, args, context)
    kernel.ready.append(handle)
    kernel.waker.wake()
    return handle


def call_later(
    loop: ReferenceLoop,
    delay: float,
    callback: Callable[[*Ts], object],
    *args: *Ts,
    context: Context | None = None,
) -> DueHandle:
    """Run the callback after `delay` seconds; at once where that is negative.

    Raises TypeError for None, RuntimeError on a closed loop.
    """
    if delay is None:
        raise TypeError("the delay is None; expected seconds")
    return loop.call_at(loop.time() + delay, callback, *args, context=context)


def call_at(
    loop: ReferenceLoop,
    when: float,
    callback: Callable[[*Ts], object],
    *args: *Ts,
    context: Context | None = None,
) -> DueHandle:
    """Run the callback once loop.time() has reached `when`, in seconds.

    Raises TypeError for None, RuntimeError on a closed loop.
    """
    if when is None:
        raise TypeError("the moment is None; expected seconds on loop.time()")
    kernel = loop.kernel
    kernel.expect_open()
    if kernel.debug:
        expect_schedulable(loop, callback)
    handle = DueHandle(when, loop, callback, args, context)
    kernel.timers.add(when, handle)
    return handle


def time(loop: ReferenceLoop) -> float:  # noqa: ARG001 - a method
    """Seconds on a clock that never goes back and has no known beginning."""
    return clocks.monotonic()
