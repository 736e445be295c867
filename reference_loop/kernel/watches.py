"""Watches: which descriptors the loop waits for, and the handle that each readiness queues.

A descriptor has at most one handle for reading and one for writing. Readiness is
level-triggered: a handle is queued in every turn in which its descriptor is ready.
A handle that is replaced or removed is cancelled as well, because it may stand in the
ready queue of this very turn.

Descriptors are numbers here, or objects with fileno(). Times are in seconds.

Source: asyncio manual, "Watching file descriptors".
"""

from __future__ import annotations

import selectors
from collections import deque
from typing import Any

from .handles import Behaviour, ReadyHandle

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE


class Watches:
    """The descriptors of one loop, over the best selector that the platform has."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._handles: dict[int, dict[int, ReadyHandle]] = {}

    def watch(self, descriptor: Any, event: int, handle: ReadyHandle) -> None:
        """Queue `handle` whenever `descriptor` is ready for `event`, in place of any other."""
        number = number_of(descriptor)
        handles = self._handles.get(number)
        if handles is None:
            handles = {event: handle}
            self._selector.register(number, event, handles)
            self._handles[number] = handles
            return
        previous = handles.get(event)
        if previous is None:
            self._modify(number, READ | WRITE, handles)
        else:
            previous.cancel()
        handles[event] = handle

    def unwatch(self, descriptor: Any, event: int) -> bool:
        """Stop waiting for `event`; whether anybody did."""
        number = number_of(descriptor)
        handles = self._handles.get(number, {})
        handle = handles.pop(event, None)
        if handle is None:
            return False
        handle.cancel()
        if handles:
            self._modify(number, next(iter(handles)), handles)
        else:
            del self._handles[number]
            self._selector.unregister(number)
        return True

    def _modify(self, number: int, events: int, handles: dict[int, ReadyHandle]) -> None:
        try:
            self._selector.modify(number, events, handles)
        except OSError:  # closed behind our back: the selector has forgotten it, and so do we
            del self._handles[number]
            raise

    def poll(self, timeout: float | None, ready: deque[Behaviour]) -> None:
        """Wait for at most `timeout` seconds, None for ever; append the handles to queue."""
        for key, events in self._selector.select(timeout):
            handles = key.data
            if events & READ and READ in handles:
                ready.append(handles[READ])
            if events & WRITE and WRITE in handles:
                ready.append(handles[WRITE])

    def close(self) -> None:
        """Forget all of them and release the selector's descriptor."""
        for handles in self._handles.values():
            for handle in handles.values():
                handle.cancel()
        self._handles.clear()
        self._selector.close()


def number_of(descriptor: Any) -> int:
    """The number of a descriptor. Raises ValueError for what is none."""
    try:
        number = descriptor if isinstance(descriptor, int) else int(descriptor.fileno())
    except (AttributeError, TypeError, ValueError) as error:
        raise ValueError(f"{descriptor!r} is no descriptor and has none") from error
    if number < 0:
        raise ValueError(f"{descriptor!r}: descriptor {number} is negative; is it closed?")
    return number
