"""Handles: one callback each, with its arguments and its context.

A handle is what call_soon() and its kin return, and what waits in the ready queue.
asyncio's Handle and TimerHandle are the public types that callers may rely on; what
they do is written here, so that the loop needs none of their private parts.

Source: asyncio manual, "Callback Handles".
"""

from __future__ import annotations

import asyncio
import sys
import traceback
from collections.abc import Callable
from contextvars import Context, copy_context
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..loop import ReferenceLoop

ORIGIN_DEPTH = 10
"""Frames kept of where a callback was scheduled, in debug mode."""
FIELDS = ("args", "callback", "context", "described", "is_cancelled", "loop", "origin")


class Behaviour:
    """What both kinds of handle do. The fields are in slots of theirs, as Python's layout asks."""

    if not TYPE_CHECKING:
        __slots__ = ()

    callback: Callable[..., object] | None
    args: tuple[Any, ...]
    context: Context
    loop: ReferenceLoop
    is_cancelled: bool
    described: str
    origin: traceback.StackSummary | None

    def __init__(
        self,
        loop: ReferenceLoop,
        callback: Callable[..., object],
        args: tuple[Any, ...],
        context: Context | None,
    ) -> None:
        self.loop = loop
        self.callback = callback
        self.args = args
        self.context = copy_context() if context is None else context
        self.is_cancelled = False
        self.described = ""
        self.origin = stack_of_caller() if loop.kernel.debug else None

    def cancel(self) -> None:
        """Call it off and let go of callback and arguments; harmless at any time.

        Source: library/asyncio-eventloop.html#asyncio.Handle.cancel
        """
        if not self.is_cancelled:
            if self.loop.kernel.debug:
                self.described = describe(self.callback, self.args)
            self.is_cancelled = True
            self.callback = None
            self.args = ()

    def cancelled(self) -> bool:
        """Whether it was called off.

        Source: library/asyncio-eventloop.html#asyncio.Handle.cancelled
        """
        return self.is_cancelled

    def get_context(self) -> Context:
        """The context in which the callback runs."""
        return self.context

    def __repr__(self) -> str:
        state = "cancelled " if self.is_cancelled else ""
        what = describe(self.callback, self.args) if self.callback is not None else self.described
        return f"<{type(self).__name__} {state}{what}>".replace(" >", ">")


class ReadyHandle(Behaviour, asyncio.Handle):
    """A callback that runs as soon as its turn comes, or whenever a descriptor is ready."""

    __slots__ = FIELDS


class DueHandle(Behaviour, asyncio.TimerHandle):
    """A callback that runs once `moment`, a reading of loop.time(), has come."""

    __slots__ = (*FIELDS, "moment")

    def __init__(
        self,
        moment: float,
        loop: ReferenceLoop,
        callback: Callable[..., object],
        args: tuple[Any, ...],
        context: Context | None,
    ) -> None:
        super().__init__(loop, callback, args, context)
        self.moment = moment

    def when(self) -> float:
        """The moment, in seconds on the loop's clock; it stays when the handle is cancelled.

        Source: library/asyncio-eventloop.html#asyncio.TimerHandle.when
        """
        return self.moment

    # asyncio's own comparisons look into private fields that these handles do not fill.

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __lt__(self, other: asyncio.TimerHandle) -> bool:
        return self.moment < other.when()

    def __le__(self, other: asyncio.TimerHandle) -> bool:
        return self.moment <= other.when()

    def __gt__(self, other: asyncio.TimerHandle) -> bool:
        return self.moment > other.when()

    def __ge__(self, other: asyncio.TimerHandle) -> bool:
        return self.moment >= other.when()


def describe(callback: Any, args: tuple[Any, ...]) -> str:
    """A callback in words: its task where it is a step of one, else its name and arguments."""
    owner = getattr(callback, "__self__", None)
    if isinstance(owner, asyncio.Task):
        return repr(owner)
    name = getattr(callback, "__qualname__", None) or repr(callback)
    code = getattr(callback, "__code__", None)
    place = f" at {code.co_filename}:{code.co_firstlineno}" if code is not None else ""
    return f"{name}({', '.join(map(repr, args))}){place}"


def stack_of_caller() -> traceback.StackSummary:
    """Where the program stands, without the frames of this package; outermost first."""
    frame = sys._getframe(2)
    package = __name__.partition(".")[0] + "."
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith(package):
        frame = frame.f_back
    stack = traceback.StackSummary.extract(
        traceback.walk_stack(frame), limit=ORIGIN_DEPTH, lookup_lines=False
    )
    stack.reverse()
    return stack
