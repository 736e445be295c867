"""Mutants of create_task(): what it returns."""

from __future__ import annotations

import asyncio
from typing import Any

from . import SoundLoop, mutant
from .task_steps import OwnTaskLoop


@mutant(breaks="create_task.returns.task_instance", says="expected an instance of asyncio.Task")
@mutant(breaks="create_task.task.no_external_result", says="of a task raised nothing")
class PlainFutureLoop(SoundLoop):
    """Returns a future that mirrors the task."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Keep the task, hand out the mirror."""
        mirror = self.create_future()

        def reflect(task: asyncio.Task[Any]) -> None:
            if mirror.done():
                return
            if task.cancelled():
                mirror.cancel()
            elif error := task.exception():
                mirror.set_exception(error)
            else:
                mirror.set_result(task.result())

        super().create_task(coro, **options).add_done_callback(reflect)
        return mirror


class Lookalike:
    """Has all that a task has, but its class."""

    def __init__(self, task: asyncio.Task[Any]) -> None:
        self._task = task

    def __getattr__(self, name: str) -> Any:
        return getattr(self._task, name)

    def __repr__(self) -> str:
        return repr(self._task)

    def __await__(self) -> Any:
        return self._task.__await__()


@mutant(breaks="create_task.returns.task_instance", says="expected an instance of asyncio.Task")
class LookalikeTaskLoop(SoundLoop):
    """Returns a task of a class that does not derive from asyncio.Task."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Hide the task."""
        return Lookalike(super().create_task(coro, **options))


@mutant(breaks="create_task.returns.task_instance", says="create_task() returned None")
class SchedulingOnlyLoop(SoundLoop):
    """Schedules the coroutine, and returns nothing while the loop is stopped."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Forget to return."""
        task = super().create_task(coro, **options)
        return task if self.is_running() or "shutdown" in repr(coro) else None


class NoCurrentLoop(SoundLoop):
    """No mutant: there is no current loop until a check sets one.

    Before Python 3.14, get_event_loop() makes one where none was ever set.
    """

    def __init__(self) -> None:
        super().__init__()
        asyncio.set_event_loop(None)


def current_or(loop: asyncio.AbstractEventLoop) -> asyncio.AbstractEventLoop:
    """The thread's current loop where there is one."""
    try:
        return asyncio.get_event_loop()
    except RuntimeError:
        return loop


@mutant(breaks="create_task.returns.bound_to_loop", says="a task of the thread's current loop")
class BindsToCurrentLoop(NoCurrentLoop):
    """Makes tasks of the thread's current loop."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Ask the thread in place of self."""
        if self.get_task_factory() is not None:
            return super().create_task(coro, **options)
        return asyncio.Task(coro, loop=current_or(self), **options)


@mutant(breaks="create_task.returns.bound_to_loop", says="a task of the thread's current loop")
class DelegatesToCurrentLoop(NoCurrentLoop):
    """Passes create_task() on to the thread's current loop."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Ask the current loop."""
        current = current_or(self)
        if current is self:
            return super().create_task(coro, **options)
        return current.create_task(coro, **options)


@mutant(breaks="create_task.coro.identity", says="expected that very coroutine object")
class TracingCoroutineLoop(SoundLoop):
    """Wraps each coroutine in one of its own."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Wrap, where there is a coroutine."""

        async def traced() -> Any:
            return await coro

        return super().create_task(traced() if asyncio.iscoroutine(coro) else coro, **options)


class ProxyCoroTask(asyncio.Task[Any]):
    """Hands out a proxy of its coroutine."""

    def get_coro(self) -> Any:
        """A tracing proxy."""
        return [super().get_coro()]


@mutant(breaks="create_task.coro.identity", says="expected that very coroutine object")
class ProxyCoroLoop(OwnTaskLoop):
    """get_coro() returns a proxy."""

    task_class = ProxyCoroTask


@mutant(breaks="create_task.returns.bound_to_loop", says="done() of a new task was True")
@mutant(breaks="create_task.context.done_callback_context", says="done() of the new task was True")
class FinishedAtOnceLoop(SoundLoop):
    """Returns a future that is finished, and drops the coroutine."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Drop it, save where the loop itself goes on."""
        if self.is_running() or "shutdown" in repr(coro):
            return super().create_task(coro, **options)
        coro.close()
        future = self.create_future()
        future.set_result(None)
        return future


@mutant(breaks="task.cancel.before_first_step", says="[] ran, and the second was cancelled")
@mutant(breaks="task.cancel.sleep_leaves_no_residue", says="went [] and is cancelled")
class CancelledAtOnceLoop(SoundLoop):
    """Returns a future that is cancelled, and drops the coroutine."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Drop it, save where the loop itself goes on."""
        if self.is_running() or "shutdown" in repr(coro):
            return super().create_task(coro, **options)
        coro.close()
        future = self.create_future()
        future.cancel()
        return future
