"""Mutants of create_task(): when a task takes its steps."""

from __future__ import annotations

import asyncio
from asyncio import Handle
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any

from . import SoundLoop, mutant
from .task_steps import Queued, QueueLoop, StepLoop


@mutant(breaks="create_task.scheduling.not_synchronous", says="expected nothing of it")
class EagerWhenRunningLoop(StepLoop):
    """Makes the first step at once when the loop is running, outside of tasks."""

    def schedule_step(
        self, callback: Callable[..., object], args: tuple[Any, ...], context: Context
    ) -> Handle:
        """Run a first step on the spot."""
        if self.creating is None or not self.is_running() or asyncio.current_task(self):
            return super().schedule_step(callback, args, context)
        context.run(callback, *args)
        return Handle(callback, args, self, context)


class Started(Coroutine[Any, Any, Any]):
    """A coroutine that has made its first step, and still has its yield to deliver."""

    def __init__(self, inner: Any, first: Any) -> None:
        self._inner = inner
        self._first = [first]

    def __await__(self) -> Any:
        raise NotImplementedError

    def send(self, value: Any) -> Any:
        """The first yield, then the rest."""
        return self._first.pop() if self._first else self._inner.send(value)

    def throw(self, *error: Any) -> Any:
        """Pass on."""
        self._first.clear()
        return self._inner.throw(*error)

    def close(self) -> None:
        """Pass on."""
        self._inner.close()


async def ended(value: Any) -> Any:
    """A coroutine that was over before it began."""
    return value


@mutant(breaks="create_task.scheduling.not_synchronous", says="expected nothing of it")
class PrimingLoop(SoundLoop):
    """Sends None into the coroutine in create_task() while the loop is stopped."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Prime the coroutine, then make a task of the rest."""
        if self.is_running() or not asyncio.iscoroutine(coro):
            return super().create_task(coro, **options)
        try:
            rest: Any = Started(coro, coro.send(None))
        except StopIteration as stop:
            rest = ended(stop.value)
        return super().create_task(rest, **options)


@mutant(breaks="create_task.scheduling.first_step_fifo", says="order in which they were scheduled")
@mutant(breaks="create_task.scheduling.creation_order", says="the order of their creation")
@mutant(
    breaks="create_task.scheduling.next_iteration_from_task",
    says="the child after the queued callback",
)
class FrontOfQueueLoop(QueueLoop):
    """Puts the first step of a task at the front of the ready queue."""

    def put(self, queued: Queued) -> None:
        """Insert a first step before all others."""
        self.queue.insert(0 if queued.first_step else len(self.queue), queued)


@mutant(breaks="create_task.scheduling.first_step_fifo", says="order in which they were scheduled")
class LateFirstStepLoop(StepLoop):
    """Makes the first step one turn late."""

    def schedule_step(
        self, callback: Callable[..., object], args: tuple[Any, ...], context: Context
    ) -> Handle:
        """Take another turn before a first step."""
        if self.creating is None:
            return super().schedule_step(callback, args, context)
        later = super().schedule_step
        return SoundLoop.call_soon(self, later, callback, args, context)


@mutant(breaks="create_task.scheduling.first_step_fifo", says="order in which they were scheduled")
class SeparateTaskQueueLoop(QueueLoop):
    """Starts tasks when the other callbacks of the turn have run."""

    def take(self) -> Queued:
        """Prefer what is not a first step."""
        others = [queued for queued in self.queue[: self.due] if not queued.first_step]
        chosen = (others or self.queue)[0]
        self.queue.remove(chosen)
        return chosen


@mutant(breaks="create_task.scheduling.creation_order", says="the order of their creation")
class NewestTaskFirstLoop(QueueLoop):
    """Starts the newest task first, in the places of the older ones."""

    def take(self) -> Queued:
        """When a first step is due, take the newest of them."""
        if self.queue[0].first_step:
            newest = [queued for queued in self.queue[: self.due] if queued.first_step][-1]
            self.queue.remove(newest)
            return newest
        return super().take()


@mutant(
    breaks="create_task.scheduling.next_iteration_from_task",
    says="the child after the queued callback",
)
class ChildFirstLoop(QueueLoop):
    """Starts a child as soon as the step that created it is over."""

    def put(self, queued: Queued) -> None:
        """Put a child before all others."""
        is_child = queued.first_step and self.is_running()
        self.queue.insert(0 if is_child else len(self.queue), queued)


@mutant(
    breaks="create_task.loop_not_running.deferred", says="create_task() on a stopped loop raised"
)
class RefusesWhenStoppedLoop(SoundLoop):
    """Raises RuntimeError while it is not running, but for what ends a loop."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Insist on a running loop."""
        if not self.is_running() and "shutdown" not in repr(coro):
            raise RuntimeError("no running event loop")
        return super().create_task(coro, **options)


@mutant(breaks="create_task.loop_not_running.deferred", says="expected the next run to start it")
class DropsEarlyTasksLoop(SoundLoop):
    """Never starts what was created before the first run."""

    def __init__(self) -> None:
        self.has_run = False
        super().__init__()

    def run_forever(self) -> None:
        """Remember that there was a run."""
        self.has_run = True
        super().run_forever()

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Make a task that waits for nothing in the coroutine's place."""

        async def never() -> None:
            await self.create_future()

        return super().create_task(coro if self.has_run else never(), **options)


@mutant(breaks="create_task.step.sleep0_one_iteration", says="expected them to alternate")
class ResumesAtOnceLoop(QueueLoop):
    """Goes on with a task that yielded None before anything else."""

    def put(self, queued: Queued) -> None:
        """Put the step after a bare yield before all others."""
        bare = queued.step and not queued.first_step and not queued.args
        self.queue.insert(0 if bare else len(self.queue), queued)


@mutant(breaks="create_task.step.sleep0_one_iteration", says="expected them to alternate")
class TwoTurnsAfterYieldLoop(StepLoop):
    """Needs two turns to go on after a bare yield."""

    def schedule_step(
        self, callback: Callable[..., object], args: tuple[Any, ...], context: Context
    ) -> Handle:
        """Take another turn before the step after a bare yield."""
        if self.creating is not None or args:
            return super().schedule_step(callback, args, context)
        later = super().schedule_step
        return SoundLoop.call_soon(self, later, callback, args, context)


@mutant(breaks="create_task.step.sleep0_one_iteration", says="expected them to alternate")
class TimerAfterYieldLoop(StepLoop):
    """Goes on after a bare yield through a timer."""

    def schedule_step(
        self, callback: Callable[..., object], args: tuple[Any, ...], context: Context
    ) -> Handle:
        """Use the shortest timer of a clock that counts milliseconds."""
        if self.creating is not None or args:
            return super().schedule_step(callback, args, context)
        return self.call_later(0.001, callback, context=context)
