"""Broken loops: the tasks that are listed, and the one that is current."""

from __future__ import annotations

import asyncio
import threading
from asyncio.tasks import _enter_task, _leave_task, _register_task, _unregister_task
from types import FunctionType
from typing import Any, ClassVar

from . import SoundLoop, mutant
from .tasks_more_parts import ShapedLoop, Steps


@mutant(breaks="create_task.registry.all_tasks_pending", says="expected [True]")
@mutant(breaks="create_task.registry.all_tasks_from_other_thread", says="expected the running task")
class UnlistedLoop(SoundLoop):
    """Makes tasks that asyncio does not know of."""

    def create_task(self, coro: Any, **kwargs: Any) -> Any:
        """Take the task off the list."""
        return _unlisted(super().create_task(coro, **kwargs))


def _unlisted(task: Any) -> Any:
    _unregister_task(task)
    return task


class _ListedByStep(Steps):
    def send(self, value: Any) -> Any:
        _register_task(asyncio.current_task(self.loop))  # type: ignore[arg-type]  # there is one
        return super().send(value)


@mutant(breaks="create_task.registry.all_tasks_pending", says="expected [True]")
class ListedLateLoop(ShapedLoop):
    """Lists a task with its first step."""

    steps = _ListedByStep

    def create_task(self, coro: Any, **kwargs: Any) -> Any:
        """Take the task off the list until its first step."""
        return _unlisted(super().create_task(coro, **kwargs))


class _Ghost:
    """A second handle of a task, equal to it, that never ends."""

    def __init__(self, task: Any) -> None:
        self.task = task

    def __eq__(self, other: object) -> bool:
        return self.task is other

    def __hash__(self) -> int:
        return hash(self.task)

    def get_loop(self) -> Any:
        return self.task.get_loop()

    def done(self) -> bool:
        return False


@mutant(breaks="create_task.registry.all_tasks_excludes_done", says="expected only pending tasks")
class ListsTheDoneLoop(SoundLoop):
    """Goes on listing tasks that have ended."""

    def __init__(self) -> None:
        super().__init__()
        self.ghosts: list[_Ghost] = []

    def create_task(self, coro: Any, **kwargs: Any) -> Any:
        """Keep the task listed."""
        return self._followed(super().create_task(coro, **kwargs))

    def _followed(self, task: Any) -> Any:
        task.add_done_callback(self._list)
        return task

    def _list(self, task: Any) -> None:
        self.ghosts.append(_Ghost(task))
        _unregister_task(task)
        _register_task(self.ghosts[-1])  # type: ignore[arg-type]  # stands for a task


@mutant(breaks="create_task.registry.all_tasks_excludes_done", says="ended (cancelled)")
class ListsTheCancelledLoop(ListsTheDoneLoop):
    """Goes on listing tasks that were cancelled."""

    def _list(self, task: Any) -> None:
        if task.cancelled():
            super()._list(task)


@mutant(breaks="create_task.registry.all_tasks_per_loop", says="expected each loop to list its own")
class NewestLoop(SoundLoop):
    """Makes tasks of the loop that was made last, as if there were only one in a thread."""

    newest: ClassVar[Any] = None

    def __init__(self) -> None:
        super().__init__()
        type(self).newest = self

    def create_task(self, coro: Any, **kwargs: Any) -> Any:
        """Take the newest loop for this one."""
        return super(NewestLoop, type(self).newest).create_task(coro, **kwargs)


class _WithoutCurrent(Steps):
    def send(self, value: Any) -> Any:
        task: Any = asyncio.current_task(self.loop)
        _leave_task(self.loop, task)
        try:
            return super().send(value)
        finally:
            _enter_task(self.loop, task)


@mutant(breaks="create_task.registry.current_task", says="was [None, None]")
class NoCurrentTaskLoop(ShapedLoop):
    """Does not tell asyncio which task it runs."""

    steps = _WithoutCurrent


@mutant(breaks="create_task.registry.current_task", says="expected the object that create_task()")
class TaskInTaskLoop(ShapedLoop):
    """Returns a task that awaits an inner one, in which the coroutine runs."""

    def shape_task(self, coro: Any, **kwargs: Any) -> Any:
        """Make two tasks of one coroutine."""
        return super().shape_task(self._outer(coro), **kwargs)

    async def _outer(self, coro: Any) -> Any:
        return await super().shape_task(coro)


@mutant(
    breaks="create_task.registry.current_task_none_in_callback",
    says="expected [None], also when a task",
)
class CallbacksInTasksLoop(SoundLoop):
    """Runs a callback on behalf of the task that scheduled it."""

    def call_soon(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, **kwargs: Any
    ) -> Any:
        """Remember the current task."""
        return super().call_soon(self._on_behalf(callback), *args, **kwargs)

    def call_later(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, delay: float, callback: Any, *args: Any, **kwargs: Any
    ) -> Any:
        """Remember the current task."""
        return super().call_later(delay, self._on_behalf(callback), *args, **kwargs)

    def _on_behalf(self, callback: Any) -> Any:
        task = asyncio.current_task(self) if self.is_running() else None
        if task is None or not isinstance(callback, FunctionType):
            return callback

        def in_task(*args: Any) -> None:
            _enter_task(self, task)
            try:
                callback(*args)
            finally:
                _leave_task(self, task)

        return in_task


class _StaleAfterError(Steps):
    stale: Any = None

    def send(self, value: Any) -> Any:
        mine: Any = asyncio.current_task(self.loop)
        stale = vars(self.loop).pop("stale", mine)
        _leave_task(self.loop, mine)
        _enter_task(self.loop, stale)
        try:
            return super().send(value)
        except ValueError:
            self.loop.stale = mine
            raise
        finally:
            _leave_task(self.loop, stale)
            _enter_task(self.loop, mine)


@mutant(
    breaks="create_task.registry.current_task_interleaved",
    says="expected each task in its own steps",
)
class StaleCurrentTaskLoop(ShapedLoop):
    """Takes a task that has failed for the current one in the step that comes next."""

    steps = _StaleAfterError


class _OneSlot(Steps):
    taken_by: ClassVar[int | None] = None

    def send(self, value: Any) -> Any:
        here = threading.get_ident()
        if _OneSlot.taken_by in (None, here):
            _OneSlot.taken_by = here
            try:
                return super().send(value)
            finally:
                _OneSlot.taken_by = None
        task: Any = asyncio.current_task(self.loop)
        _leave_task(self.loop, task)
        try:
            return super().send(value)
        finally:
            _enter_task(self.loop, task)


@mutant(breaks="create_task.registry.current_task_two_loops_threads", says="expected True for all")
class OneCurrentTaskLoop(ShapedLoop):
    """Has one current task in the whole process."""

    steps = _OneSlot
