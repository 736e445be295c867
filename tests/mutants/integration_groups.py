"""Broken loops: under TaskGroup, gather(), wait(), as_completed() and shield()."""

from __future__ import annotations

import asyncio
from typing import Any

from . import SoundLoop, mutant
from .tasks_more_parts import ShapedLoop


def _is_a_groups(callback: Any) -> bool:
    return isinstance(getattr(callback, "__self__", None), asyncio.TaskGroup)


class _EarlyCallbacks(asyncio.Task[Any]):
    is_early = False

    def add_done_callback(self, callback: Any, *, context: Any = None) -> None:
        if _is_a_groups(callback):
            self.get_loop().call_soon(self._call_early, callback)
        else:
            super().add_done_callback(callback, context=context)

    def _call_early(self, callback: Any) -> None:
        self.is_early = True
        callback(self)
        self.is_early = False

    def exception(self) -> BaseException | None:
        return None if self.is_early else super().exception()


@mutant(breaks="task_group.waits_for_children", says="'pending'")
class EarlyCallbacksLoop(ShapedLoop):
    """Makes tasks that call their done callbacks before they are done."""

    task_class = _EarlyCallbacks


class _LosesGroupsCallbacks(asyncio.Task[Any]):
    def add_done_callback(self, callback: Any, *, context: Any = None) -> None:
        if not _is_a_groups(callback):
            super().add_done_callback(callback, context=context)


@mutant(breaks="task_group.waits_for_children", says="gave: pending")
class LosesGroupsCallbacksLoop(ShapedLoop):
    """Makes tasks that lose the done callbacks of task groups."""

    task_class = _LosesGroupsCallbacks


class _DeafFromCallbacks(asyncio.Task[Any]):
    def cancel(self, msg: Any = None) -> bool:
        if asyncio.current_task(self.get_loop()) is None:
            return True
        return super().cancel(msg)


@mutant(breaks="task_group.failure_cancels_siblings", says="gave: pending")
class DeafFromCallbacksLoop(ShapedLoop):
    """Makes tasks whose cancel() has no effect when a callback calls it."""

    task_class = _DeafFromCallbacks


@mutant(breaks="task_group.kwargs_forwarded", says="unexpected keyword argument", since=(3, 14))
class ClosedKeywordsLoop(SoundLoop):
    """Has a create_task() of the time when there were two keywords."""

    def create_task(self, coro: Any, *, name: Any = None, context: Any = None) -> Any:  # type: ignore[override]  # the form before 3.14
        """Make a task."""
        return super().create_task(coro, name=name, context=context)


@mutant(breaks="task_group.kwargs_forwarded", says="had run [] of its coroutine", since=(3, 14))
class DropsKeywordsLoop(SoundLoop):
    """Has a create_task() that drops the keywords it does not know."""

    def create_task(
        self, coro: Any, *, name: Any = None, context: Any = None, **_ignored: Any
    ) -> Any:
        """Make a task."""
        return super().create_task(coro, name=name, context=context)


@mutant(breaks="gather.results_in_order", says="'future', None]")
class ResultlessExecutorLoop(SoundLoop):
    """Loses the result of an executor's job."""

    def run_in_executor(  # type: ignore[override]  # typeshed ties the arguments to the function
        self, executor: Any, func: Any, *args: Any
    ) -> Any:
        """Run it, and return None."""
        return super().run_in_executor(executor, lambda: func(*args) and None)


class _Family(asyncio.Task[Any]):
    """A task that knows the task which made it."""

    def __init__(self, *args: Any, loop: Any, **options: Any) -> None:
        self.parent = asyncio.current_task(loop) if loop.is_running() else None
        super().__init__(*args, loop=loop, **options)

    def related(self) -> list[_Family]:
        return [t for t in asyncio.all_tasks(self.get_loop()) if isinstance(t, _Family)]

    def children(self) -> list[_Family]:
        return [task for task in self.related() if task.parent is self]


class _CancelsSiblings(_Family):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.add_done_callback(self._cancel_siblings)

    def _cancel_siblings(self, _: object) -> None:
        if not self.cancelled() and self.exception() is not None:
            for task in self.related():
                if not task.children():
                    task.cancel()


@mutant(breaks="gather.exception_first", says="'cancelled'); expected")
class CancelsSiblingsLoop(ShapedLoop):
    """Cancels the other tasks when one of them fails."""

    task_class = _CancelsSiblings


class _CancelsChildren(_Family):
    def cancel(self, msg: Any = None) -> bool:
        for task in self.children():
            task.cancel(msg)
        return super().cancel(msg)


@mutant(breaks="shield.outer_cancel", says="they were ['cancelled', 'cancelled']")
class CancelsChildrenLoop(ShapedLoop):
    """Cancels with a task those that it has made."""

    task_class = _CancelsChildren


@mutant(
    breaks="run_until_complete.future.gathered_outside_run", says="TypeError('a coroutine, please')"
)
class CoroutinesOnlyLoop(SoundLoop):
    """Runs until a coroutine is complete, and nothing else."""

    def run_until_complete(self, future: Any) -> Any:
        """Run."""
        if not asyncio.iscoroutine(future):
            raise TypeError("a coroutine, please")
        return super().run_until_complete(future)


@mutant(
    breaks="run_until_complete.future.gathered_outside_run", says="returned None; expected ['one'"
)
class TaskResultsOnlyLoop(SoundLoop):
    """Returns the result of a task, but not that of a future."""

    def run_until_complete(self, future: Any) -> Any:
        """Run."""
        result = super().run_until_complete(future)
        return None if asyncio.isfuture(future) and not isinstance(future, asyncio.Task) else result


class _LateCallbacks(asyncio.Task[Any]):
    def add_done_callback(self, callback: Any, *, context: Any = None) -> None:
        loop: Any = self.get_loop()
        if isinstance(getattr(callback, "__self__", None), asyncio.Task):
            super().add_done_callback(callback, context=context)
            return

        def later(left: int) -> None:
            if left:
                loop.call_soon(later, left - 1)
            else:
                callback(self)

        def first_is_late(_: object) -> None:
            later(loop.late_by)
            loop.late_by = 0

        super().add_done_callback(first_is_late, context=context)


@mutant(breaks="as_completed.completion_order", says="gave: [")
class LateCallbacksLoop(ShapedLoop):
    """Calls the done callbacks of the first task that ends late."""

    late_by = 20

    task_class = _LateCallbacks


class _LosesWaiters(asyncio.Task[Any]):
    def add_done_callback(self, callback: Any, *, context: Any = None) -> None:
        if "wait" not in getattr(callback, "__qualname__", ""):
            super().add_done_callback(callback, context=context)


@mutant(breaks="wait.first_completed_and_timeout", says="gave: pending")
class LosesWaitersLoop(ShapedLoop):
    """Makes tasks that lose the callbacks of those who wait for several."""

    task_class = _LosesWaiters


@mutant(breaks="call_graph.frames_and_awaiters", says="'wrapper']; expected", since=(3, 14))
class WrapsCoroutinesLoop(SoundLoop):
    """Runs in a task a coroutine around the one that it was given."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Wrap it."""

        async def wrapper() -> Any:
            return await coro

        return super().create_task(wrapper(), **options)
