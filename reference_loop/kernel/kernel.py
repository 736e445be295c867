"""The kernel: one turn of the loop, over and over.

A turn is this, and nothing else:

1. wait for descriptors: not at all if a callback is ready or the loop is to stop, else
   until the earliest timer, else for ever;
2. queue the handles of the descriptors that are ready;
3. queue the timers that are due;
4. run the callbacks that are queued now. What they queue waits for the next turn.

That fourth step gives the manual's words on stop() their meaning: the batch is
finished, what the batch scheduled is not begun.

Two things come in from outside of the loop's thread: call_soon_threadsafe() appends to
the queue (a deque's append is atomic) and wakes the loop; a signal's number comes
through the waker. Times are in seconds on loop.time().

Source: asyncio manual, loop.run_forever(), loop.stop(), "Event loop methods".
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from contextvars import Context
from threading import get_ident
from typing import TYPE_CHECKING, Any

from ..core.timers import Timers
from .handles import Behaviour, DueHandle, ReadyHandle, describe
from .waker import Waker
from .watches import READ, WRITE, Watches

if TYPE_CHECKING:
    from ..loop import ReferenceLoop

LONGEST_WAIT = 24 * 3600.0
"""A wait that is longer is made in pieces: selectors count milliseconds in an int."""

logger = logging.getLogger("asyncio")


class Kernel:
    """The queue, the timers and the descriptors of one loop."""

    def __init__(self, loop: ReferenceLoop, *, debug: bool) -> None:
        self.loop = loop
        self.debug = debug
        self.ready: deque[Behaviour] = deque()
        self.timers: Timers[DueHandle] = Timers()
        self.watches = Watches()
        self.waker = Waker()
        self.signal_came: Callable[[int], object] = lambda _: None
        self.thread: int | None = None
        self.stopping = False
        self.closed = False

    def listen_to_waker(self) -> None:
        """Let other threads and signals end a wait. To be called once, when the loop has us."""
        self.watch(self.waker, READ, self._woken)

    def run(self) -> None:
        """Make turns until stop() was asked for; a request is used up by the run it ends."""
        self.thread = get_ident()
        try:
            while True:
                self._turn()
                if self.stopping:
                    return
        finally:
            self.stopping = False
            self.thread = None

    def watch(
        self,
        descriptor: Any,
        event: int,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> ReadyHandle:
        """Call back whenever `descriptor` is ready for READ or WRITE; the handle that is queued."""
        self.expect_open()
        handle = ReadyHandle(self.loop, callback, args, context)
        self.watches.watch(descriptor, event, handle)
        return handle

    def unwatch(self, descriptor: Any, event: int) -> bool:
        """Stop waiting for that; whether anybody did. A closed loop watches nothing."""
        return not self.closed and self.watches.unwatch(descriptor, event)

    def expect_open(self) -> None:
        """Raise RuntimeError on a closed loop."""
        if self.closed:
            raise RuntimeError("the event loop is closed")

    def close(self) -> None:
        """Discard all that waits and release the descriptors."""
        self.closed = True
        self.ready.clear()
        self.timers.clear()
        self.watches.close()
        self.waker.close()

    def _turn(self) -> None:
        ready = self.ready
        self.watches.poll(0.0 if ready or self.stopping else self._longest_wait(), ready)
        if self.timers:
            ready.extend(self.timers.pop_due(self.loop.time()))
        run = self._run_by_the_clock if self.debug else self._run
        for _ in range(len(ready)):
            run(ready.popleft())

    def _longest_wait(self) -> float | None:
        when = self.timers.next_when()
        if when is None:
            return None
        return min(max(0.0, when - self.loop.time()), LONGEST_WAIT)

    def _run(self, handle: Behaviour) -> None:
        args, callback = handle.args, handle.callback  # in this order: another thread may cancel
        if callback is None:
            return
        try:
            handle.context.run(callback, *args)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001 - a callback may raise anything
            self._report(handle, error)
        finally:
            # The traceback of a failed task refers to this frame, which would make a cycle.
            del handle, callback, args

    def _run_by_the_clock(self, handle: Behaviour) -> None:
        began = self.loop.time()
        try:
            self._run(handle)
            took = self.loop.time() - began
            if took >= self.loop.slow_callback_duration:
                logger.warning("Executing %r took %.3f seconds", handle, took)
        finally:
            del handle  # as above

    def _report(self, handle: Behaviour, error: BaseException) -> None:
        context: dict[str, Any] = {
            "message": f"Exception in callback {describe(handle.callback, handle.args)}",
            "exception": error,
            "handle": handle,
        }
        if handle.origin is not None:
            context["source_traceback"] = handle.origin
        self.loop.call_exception_handler(context)

    def _woken(self) -> None:
        for number in self.waker.drain():
            self.signal_came(number)


__all__ = ["READ", "WRITE", "Kernel", "logger"]
