"""What the mutants of tasks are made of: a task's steps and its class, open to be got wrong.

A loop can't change how asyncio's own Task works, but it chooses the class of its tasks and
the coroutine that it hands them. Both are public, and both are enough.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator
from typing import Any

from . import SoundLoop


class Steps(Coroutine[Any, Any, Any]):
    """A coroutine seen from its task: what goes in, and what comes out, passes through here."""

    def __init__(self, coro: Any, loop: Any) -> None:
        self.coro = coro
        self.loop = loop

    def send(self, value: Any) -> Any:
        """Take one step."""
        return self.coro.send(value)

    def throw(self, *error: Any) -> Any:
        """Take one step that begins with an exception."""
        return self.coro.throw(*error)

    def close(self) -> None:
        """End the coroutine early."""
        self.coro.close()

    def __await__(self) -> Generator[Any, Any, Any]:
        return self.coro.__await__()  # type: ignore[no-any-return]  # coro may be any coroutine

    def __getattr__(self, name: str) -> Any:
        return getattr(self.coro, name)

    def swap(self, yielded: Any, other: Any) -> Any:
        """Have the task wait for another future than the one that its coroutine awaits."""
        yielded._asyncio_future_blocking = False
        other._asyncio_future_blocking = True
        return other

    def awaits_another(self, yielded: Any) -> bool:
        """Whether the coroutine awaits a future of its loop, other than its own task."""
        return (
            asyncio.isfuture(yielded)
            and yielded.get_loop() is self.loop
            and yielded is not asyncio.current_task(self.loop)
        )


class SteppedTask(asyncio.Task[Any]):
    """Runs a coroutine in Steps, and names the coroutine as its own."""

    def get_coro(self) -> Any:
        """The coroutine that create_task() was given."""
        coro: Any = super().get_coro()
        return coro.coro if isinstance(coro, Steps) else coro

    def get_steps(self) -> Any:
        """The Steps in which it runs."""
        return super().get_coro()


class ShapedLoop(SoundLoop):
    """Makes tasks of a class of its own, or of coroutines whose steps it sees."""

    steps: type[Steps] | None = None
    task_class: type[asyncio.Task[Any]] = SteppedTask

    def create_task(self, coro: Any, **kwargs: Any) -> asyncio.Task[Any]:
        """Shape the task, unless that is left to a task factory or coro is no coroutine."""
        if self.get_task_factory() is not None or not asyncio.iscoroutine(coro):
            return super().create_task(coro, **kwargs)
        return self.shape_task(coro, **kwargs)

    def shape_task(self, coro: Any, **kwargs: Any) -> asyncio.Task[Any]:
        """Make the task. For mutants to override."""
        if self.steps is not None:
            coro = self.steps(coro, self)
        return self.task_class(coro, loop=self, **kwargs)
