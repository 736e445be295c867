"""Broken loops: their futures and tasks, under wait_for() and timeout()."""

from __future__ import annotations

import asyncio
import concurrent.futures
from functools import partial
from typing import Any

from . import SoundLoop, mutant
from .tasks_more_parts import ShapedLoop, Steps


class _Uncancellable(asyncio.Future[Any]):
    def cancel(self, msg: Any = None) -> bool:  # noqa: ARG002 - the fault
        return False


class _LateFuture(asyncio.Future[Any]):
    def cancel(self, msg: Any = None) -> bool:  # noqa: ARG002 - the fault
        if not self.done():
            self.set_result("late")
        return True


class FutureLoop(SoundLoop):
    """Makes futures of a class of its own."""

    future_class: type[asyncio.Future[Any]]

    def create_future(self) -> asyncio.Future[Any]:
        """Make one."""
        return self.future_class(loop=self)


@mutant(breaks="wait_for.zero_timeout", says="gave: pending; expected TimeoutError")
@mutant(breaks="task_group.cancelled_from_outside", says="it was pending then")
class UncancellableFutureLoop(FutureLoop):
    """Makes futures that can't be cancelled."""

    future_class = _Uncancellable


@mutant(breaks="wait_for.zero_timeout", says="gave: returned 'late'; expected TimeoutError")
class LateFutureLoop(FutureLoop):
    """Makes futures that end with a result when they are cancelled."""

    future_class = _LateFuture


class _Timely(Steps):
    def throw(self, *error: Any) -> Any:
        if isinstance(error[0], asyncio.CancelledError):
            return self.coro.throw(TimeoutError())
        return self.coro.throw(*error)


@mutant(breaks="wait_for.outer_cancel", says="('raised TimeoutError()', ")
class TimeoutForCancelLoop(ShapedLoop):
    """Cancels a task by TimeoutError."""

    steps = _Timely


class _OneTaskOnly(Steps):
    """Has its task wait for another future than the one that it awaits."""

    def send(self, value: Any) -> Any:
        yielded = self.coro.send(value)
        if not self.awaits_another(yielded):
            return yielded
        relay: asyncio.Future[None] = asyncio.Future(loop=self.loop)
        yielded.add_done_callback(partial(_complete, relay))
        return self.swap(yielded, relay)


def _complete(relay: asyncio.Future[None], _: object) -> None:
    if not relay.done():
        relay.set_result(None)


@mutant(breaks="wait_for.outer_cancel", says="were ('cancelled', 'pending') then", since=(3, 12))
@mutant(breaks="gather.cancel_propagates", says="['cancelled', 'pending', 'pending']")
@mutant(breaks="call_graph.frames_and_awaiters", says="was awaited by []", since=(3, 14))
class CancelStopsHereLoop(ShapedLoop):
    """Cancels a task, and not what it awaits."""

    steps = _OneTaskOnly


@mutant(breaks="interop.arbitrary_awaitable_in_wait_for", says="wait_for(executor) gave: raised")
@mutant(breaks="gather.results_in_order", says="TypeError(")
class ConcurrentFuturesLoop(SoundLoop):
    """Has a run_in_executor() that returns the executor's own future."""

    def run_in_executor(  # type: ignore[override]  # typeshed ties the arguments to the function
        self, executor: Any, func: Any, *args: Any
    ) -> Any:
        """Submit it."""
        with concurrent.futures.ThreadPoolExecutor(1) as own:
            return (executor or own).submit(func, *args)


class _PlainFuture:
    """Looks like a future, and can't be awaited."""

    def __init__(self) -> None:
        self.value: Any = None

    def set_result(self, value: Any) -> None:
        self.value = value


@mutant(breaks="interop.arbitrary_awaitable_in_wait_for", says="wait_for(future) gave: raised")
@mutant(breaks="gather.results_in_order", says="TypeError(")
class PlainFutureLoop(SoundLoop):
    """Has a create_future() that returns something of its own."""

    def create_future(self) -> Any:
        """Make one."""
        return _PlainFuture()


class _NoUncancel(asyncio.Task[Any]):
    def __getattribute__(self, name: str) -> Any:
        if name in ("uncancel", "cancelling"):
            raise AttributeError(name)
        return super().__getattribute__(name)


@mutant(breaks="timeout.expires", says="raised AttributeError")
@mutant(breaks="task_group.failure_cancels_siblings", says="raised AttributeError")
class NoUncancelLoop(ShapedLoop):
    """Makes tasks that have no uncancel() and cancelling()."""

    task_class = _NoUncancel


class _CountsUp(asyncio.Task[Any]):
    def uncancel(self) -> int:
        return super().uncancel() + 1


@mutant(breaks="timeout.expires", says="gave: cancelled; expected it to have returned")
@mutant(breaks="timeout.nested", says="and the task gave: cancelled")
class CountsUpLoop(ShapedLoop):
    """Makes tasks whose uncancel() returns the count that was."""

    task_class = _CountsUp


class _StaysCancelling(asyncio.Task[Any]):
    most = 0

    def cancel(self, msg: Any = None) -> bool:
        self.most += 1
        return super().cancel(msg)

    def cancelling(self) -> int:
        return self.most


@mutant(breaks="timeout.expires", says="gave: returned ('TimeoutError', True, 1)")
@mutant(
    breaks="task_group.failure_cancels_siblings",
    says="expected it to have returned the exceptions of the group",
)
@mutant(breaks="timeout.nested", says="returned (True, False, 1); expected (True, False, 0)")
class StaysCancellingLoop(ShapedLoop):
    """Makes tasks whose cancelling() counts all calls of cancel()."""

    task_class = _StaysCancelling


def _scheduled_by_a_task(loop: Any, callback: Any) -> bool:
    owner = getattr(callback, "__self__", None)
    return (
        isinstance(owner, asyncio.Timeout)
        and loop.is_running()
        and asyncio.current_task(loop) is not None
    )


@mutant(breaks="timeout.past_deadline", says="gave: pending")
class LosesFromTasksLoop(SoundLoop):
    """Loses some of what tasks schedule."""

    def call_soon(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, **options: Any
    ) -> Any:
        """Lose it."""
        lost = _scheduled_by_a_task(self, callback)
        return super().call_soon(bool if lost else callback, *args, **options)


@mutant(breaks="timeout.past_deadline", says="expected it to do so in the next turn")
class DefersFromTasksLoop(SoundLoop):
    """Runs some of what tasks schedule when nothing else is ready."""

    def call_soon(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, **options: Any
    ) -> Any:
        """Take a timer."""
        if _scheduled_by_a_task(self, callback):
            return super().call_later(0.05, callback, *args, **options)
        return super().call_soon(callback, *args, **options)
