"""Mutants of create_task(): waiting for a task, and closed loops."""

from __future__ import annotations

import asyncio
from asyncio import Handle
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context, copy_context
from typing import Any

from . import SoundLoop, mutant
from .task_steps import OwnTaskLoop, is_step


class OneWaiterTask(asyncio.Task[Any]):
    """Wakes the first waiter; the others wake much later."""

    waiters = 0

    def add_done_callback(self, fn: Any, *, context: Context | None = None) -> None:
        """Keep one waiter."""
        self.waiters += is_step(fn)
        if is_step(fn) and self.waiters > 1:
            self.get_loop().call_later(0.05, fn, self, context=context)
        else:
            super().add_done_callback(fn, context=context or copy_context())


@mutant(breaks="create_task.await.result_and_waiters", says="three tasks that awaited a task got [")
class OneWaiterLoop(OwnTaskLoop):
    """Wakes only the first waiter of a task when it is done."""

    task_class = OneWaiterTask


class AwaitedOnceTask(asyncio.Task[Any]):
    """May be awaited once."""

    awaited = False

    def __await__(self) -> Any:
        if self.awaited:
            raise RuntimeError("this task is awaited already")
        self.awaited = True
        return super().__await__()


@mutant(breaks="create_task.await.result_and_waiters", says="three tasks that awaited a task got [")
class AwaitedOnceLoop(OwnTaskLoop):
    """Raises when a task is awaited a second time."""

    task_class = AwaitedOnceTask


class YieldingTask(asyncio.Task[Any]):
    """Gives way when it is awaited, though it is done."""

    def __await__(self) -> Any:
        if self.done():
            yield
        return (yield from super().__await__())


@mutant(breaks="create_task.await.done_task_no_suspend", says="go on before the callback")
class YieldsForDoneTasksLoop(OwnTaskLoop):
    """Awaiting a finished task costs a turn."""

    task_class = YieldingTask


def is_done_callback(callback: Callable[..., object], args: tuple[Any, ...]) -> bool:
    """Whether call_soon() was asked for the done callback of a finished task."""
    of_task = len(args) == 1 and isinstance(args[0], asyncio.Task) and args[0].done()
    return of_task and not is_step(callback)


@mutant(breaks="create_task.done_callback.via_call_soon", says="the done callback to be queued")
class CallsDoneCallbacksLoop(SoundLoop):
    """Calls done callbacks from the last step of the task."""

    def call_soon(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, context: Context | None = None
    ) -> Handle:
        """Call a done callback on the spot."""
        if not is_done_callback(callback, args):
            return super().call_soon(callback, *args, context=context)
        (context or copy_context()).run(callback, *args)
        return Handle(callback, args, self, context)


def outcome_of(task: asyncio.Task[Any]) -> Any:
    """The result of a finished task, None where it has none."""
    return None if task.cancelled() or task.exception() else task.result()


@mutant(breaks="create_task.done_callback.via_call_soon", says="expected the task alone")
class PassesTheResultLoop(SoundLoop):
    """Passes the result to a done callback, where there is one."""

    def call_soon(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, context: Context | None = None
    ) -> Handle:
        """Put the result in the task's place."""
        if is_done_callback(callback, args) and outcome_of(args[0]) is not None:
            args = (outcome_of(args[0]),)
        return super().call_soon(callback, *args, context=context)


@mutant(
    breaks="create_task.closed_loop.runtime_error",
    says="create_task() on a closed loop raised nothing",
)
@mutant(
    breaks="create_task.closed_loop.ensure_future_closes_coroutine",
    says="ensure_future() on a closed loop raised nothing",
)
@mutant(
    breaks="create_task.closed_loop.factory_not_called",
    says="create_task() on a closed loop with a factory raised nothing",
)
class AcceptsAfterCloseLoop(SoundLoop):
    """Accepts a coroutine after close(), and forgets it."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Return a future that nothing will complete."""
        if self.is_closed():
            return asyncio.Future(loop=self)
        return super().create_task(coro, **options)


@mutant(breaks="create_task.closed_loop.runtime_error", says="expected nothing of it")
class StartsAfterCloseLoop(SoundLoop):
    """Starts the coroutine before it notices that it is closed."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Make the first step, then ask."""
        if self.is_closed():
            with suppress(StopIteration):
                coro.send(None)
        return super().create_task(coro, **options)


@mutant(
    breaks="create_task.closed_loop.runtime_error",
    says="create_task() on a closed loop raised ValueError",
)
@mutant(
    breaks="create_task.closed_loop.ensure_future_closes_coroutine",
    says="ensure_future() on a closed loop raised ValueError",
)
@mutant(
    breaks="create_task.closed_loop.factory_not_called",
    says="create_task() on a closed loop with a factory raised ValueError",
)
class OtherErrorAfterCloseLoop(SoundLoop):
    """Refuses after close() with another exception than RuntimeError."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Refuse."""
        if self.is_closed():
            raise ValueError("closed")
        return super().create_task(coro, **options)


@mutant(breaks="create_task.closed_loop.factory_not_called", says="expected no call")
class AsksFactoryFirstLoop(SoundLoop):
    """Looks whether it is closed only when there is no factory."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Hand everything to the factory."""
        factory = self.get_task_factory()
        if factory is None:
            return super().create_task(coro, **options)
        return factory(self, coro, **options)
