"""What mutants of create_task() are built from; no mutant itself.

A task asks its loop for each of its steps with call_soon(), so a loop that overrides
call_soon() decides when, and in which context, a step runs. A step is known by its
`__self__`, which is the task, in the C and the Python task alike.
"""

from __future__ import annotations

import asyncio
from asyncio import Handle
from collections.abc import Callable
from contextvars import Context, copy_context
from typing import Any

from . import SoundLoop


def is_step(callback: Callable[..., object]) -> bool:
    """Whether a callback is a step, or a wake-up, of a task."""
    return isinstance(getattr(callback, "__self__", None), asyncio.Task)


class OwnTaskLoop(SoundLoop):
    """Makes tasks of the class that a mutant names."""

    task_class: type[asyncio.Task[Any]]

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Use the task class, unless there is a factory."""
        if self.get_task_factory() is not None:
            return super().create_task(coro, **options)
        return self.task_class(coro, loop=self, **options)


class StepLoop(SoundLoop):
    """Knows the steps of tasks from other callbacks, and a first step from later ones."""

    def __init__(self) -> None:
        self.creating: dict[str, Any] | None = None
        super().__init__()

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Remember, while the task is being made, with what."""
        self.creating = options
        try:
            return super().create_task(coro, **options)
        finally:
            self.creating = None

    def call_soon(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, context: Context | None = None
    ) -> Handle:
        """Part the steps from the rest."""
        if is_step(callback) and context is not None:
            return self.schedule_step(callback, args, context)
        return super().call_soon(callback, *args, context=context)

    def schedule_step(
        self, callback: Callable[..., object], args: tuple[Any, ...], context: Context
    ) -> Handle:
        """Schedule a step; a first one when `self.creating` is set. For mutants to override."""
        return super().call_soon(callback, *args, context=context)


class QueueLoop(SoundLoop):
    """Keeps a ready queue of its own, so that a mutant can disturb the order.

    Each call_soon() takes one place in the sound loop's queue; whoever's turn it is
    there runs the first callback of this one.
    """

    def __init__(self) -> None:
        self.queue: list[Queued] = []
        self.due = 0
        self.creating = False
        super().__init__()

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Remember that the next callback is a first step."""
        self.creating = True
        try:
            return super().create_task(coro, **options)
        finally:
            self.creating = False

    def call_soon(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, context: Context | None = None
    ) -> Handle:
        """Queue the callback here, and take a place there."""
        queued = Queued(self, callback, args, context, self.creating)
        self.put(queued)
        super().call_soon(self._run_one)
        return queued

    def put(self, queued: Queued) -> None:
        """Queue a callback. For mutants to override."""
        self.queue.append(queued)

    def take(self) -> Queued:
        """Remove the next callback; the first `due` ones belong to this turn. For mutants."""
        return self.queue.pop(0)

    def _run_one(self) -> None:
        self.due = self.due or len(self.queue)
        queued = self.take()
        self.due -= 1
        if not queued.cancelled():
            queued.context.run(queued.callback, *queued.args)


class Queued(Handle):
    """A callback of a QueueLoop."""

    # Handle has slots for what it runs, but none of them is public.
    __slots__ = ("args", "callback", "context", "first_step", "step")

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        callback: Callable[..., object],
        args: tuple[Any, ...],
        context: Context | None,
        first_step: bool,
    ) -> None:
        super().__init__(callback, args, loop, context)
        self.callback = callback
        self.args = args
        self.context = copy_context() if context is None else context
        self.first_step = first_step
        self.step = is_step(callback)
