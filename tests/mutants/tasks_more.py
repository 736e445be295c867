"""Broken loops: eager_start, the registry of tasks, and who keeps a task alive."""

from __future__ import annotations

import asyncio
import threading
import weakref
from collections.abc import Callable
from types import FunctionType
from typing import Any, ClassVar

from asyncio.tasks import _enter_task, _leave_task, _register_task, _unregister_task

from tests.mutants import SoundLoop, mutant
from tests.mutants.tasks_more_parts import ShapedLoop, Steps

EAGER = (3, 13, 3)


@mutant(
    breaks="create_task.kwargs.eager_start_true",
    says="unexpected keyword argument 'eager_start'",
    since=EAGER,
)
class NoEagerStartLoop(SoundLoop):
    """Has the create_task() of Python 3.12, without eager_start."""

    def create_task(self, coro: Any, *, name: Any = None, context: Any = None) -> Any:
        """Know two keywords only."""
        return super().create_task(coro, name=name, context=context)


@mutant(
    breaks="create_task.kwargs.eager_start_true", says="expected ['first part']", since=EAGER
)
class LazyEagerStartLoop(SoundLoop):
    """Takes eager_start and forgets it."""

    def create_task(self, coro: Any, **kwargs: Any) -> Any:
        """Drop the keyword."""
        kwargs.pop("eager_start", None)
        return super().create_task(coro, **kwargs)


@mutant(
    breaks="create_task.kwargs.eager_start_false", says="with eager factory had run", since=(3, 14)
)
class OnlyEagerTrueLoop(SoundLoop):
    """Hands eager_start on only where it is true, so that an eager factory never hears False."""

    def create_task(self, coro: Any, **kwargs: Any) -> Any:
        """Drop what is false."""
        if not kwargs.get("eager_start"):
            kwargs.pop("eager_start", None)
        return super().create_task(coro, **kwargs)


@mutant(breaks="create_task.kwargs.eager_start_false", says="with no factory had", since=(3, 14))
@mutant(breaks="create_task.kwargs.eager_start_none", says="expected nothing", since=EAGER)
class AnyEagerStartLoop(SoundLoop):
    """Takes the keyword's presence for its value."""

    def create_task(self, coro: Any, **kwargs: Any) -> Any:
        """Read every value as True."""
        if "eager_start" in kwargs:
            kwargs["eager_start"] = True
        return super().create_task(coro, **kwargs)


@mutant(
    breaks="create_task.kwargs.eager_start_none", says="eager_start must be a bool", since=EAGER
)
class StrictEagerStartLoop(SoundLoop):
    """Refuses None for eager_start."""

    def create_task(self, coro: Any, **kwargs: Any) -> Any:
        """Insist on a bool."""
        if not isinstance(kwargs.get("eager_start", False), bool):
            raise TypeError("eager_start must be a bool")
        return super().create_task(coro, **kwargs)


@mutant(
    breaks="create_task.kwargs.eager_start_loop_not_running",
    says="on a stopped loop had run ['body']",
    since=EAGER,
)
class HastyLoop(SoundLoop):
    """Takes the eager first step itself, whether or not it is running."""

    def create_task(self, coro: Any, **kwargs: Any) -> Any:
        """Run a coroutine that ends at once on the spot."""
        if not kwargs.get("eager_start") or self.is_running():
            return super().create_task(coro, **kwargs)
        try:
            coro.send(None)
        except StopIteration as end:
            return super().create_task(asyncio.sleep(0, end.value))
        return super().create_task(coro)


@mutant(
    breaks="create_task.kwargs.eager_start_with_name_and_context",
    says="expected [('n', 'given')]",
    since=EAGER,
)
class LateNameLoop(SoundLoop):
    """Names a task once it has been made, and so after its eager step."""

    def create_task(self, coro: Any, *, name: Any = None, **kwargs: Any) -> Any:
        """Make, then name."""
        return _named(super().create_task(coro, **kwargs), name)


def _named(task: Any, name: Any) -> Any:
    if name is not None:
        task.set_name(name)
    return task


@mutant(
    breaks="create_task.kwargs.eager_start_with_name_and_context",
    says="('n', 'unset')",
    since=EAGER,
)
class EagerInCallersContextLoop(SoundLoop):
    """Takes the eager step in the context of the caller."""

    def create_task(self, coro: Any, **kwargs: Any) -> Any:
        """Drop the context of an eager task."""
        if kwargs.get("eager_start"):
            kwargs.pop("context", None)
        return super().create_task(coro, **kwargs)


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
class TaskInTaskLoop(SoundLoop):
    """Returns a task that awaits an inner one, in which the coroutine runs."""

    def create_task(self, coro: Any, **kwargs: Any) -> Any:
        """Make two tasks of one coroutine."""
        return super().create_task(self._outer(coro), **kwargs)

    async def _outer(self, coro: Any) -> Any:
        return await super().create_task(coro)


@mutant(
    breaks="create_task.registry.current_task_none_in_callback",
    says="expected [None], also when a task",
)
class CallbacksInTasksLoop(SoundLoop):
    """Runs a callback on behalf of the task that scheduled it."""

    def call_soon(self, callback: Any, *args: Any, **kwargs: Any) -> Any:
        """Remember the current task."""
        return super().call_soon(self._on_behalf(callback), *args, **kwargs)

    def call_later(self, delay: float, callback: Any, *args: Any, **kwargs: Any) -> Any:
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


@mutant(
    breaks="create_task.registry.current_task_two_loops_threads", says="expected True for all"
)
class OneCurrentTaskLoop(ShapedLoop):
    """Has one current task in the whole process."""

    steps = _OneSlot


@mutant(breaks="create_task.gc.only_weak_reference", says="hold only a weak reference")
class KeepsUntilDoneLoop(SoundLoop):
    """Keeps a task until it has ended."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: set[Any] = set()

    def create_task(self, coro: Any, **kwargs: Any) -> Any:
        """Put the task on a list."""
        return self._keep(super().create_task(coro, **kwargs))

    def _keep(self, task: Any) -> Any:
        self.kept.add(task)
        task.add_done_callback(self.kept.discard)
        return task


@mutant(breaks="create_task.gc.only_weak_reference", says="hold only a weak reference")
@mutant(breaks="create_task.gc.finished_task_released", says="expected the loop to let it go")
class KeepsTasksLoop(KeepsUntilDoneLoop):
    """Keeps every task for as long as it lives itself."""

    def _keep(self, task: Any) -> Any:
        self.kept.add(task)
        return task


@mutant(breaks="create_task.gc.finished_task_released", says="expected the loop to let it go")
class KeepsLastCallbackLoop(SoundLoop):
    """Keeps the callback that ran last until the next one runs."""

    last: Any = None

    def call_soon(self, callback: Any, *args: Any, **kwargs: Any) -> Any:
        """Remember the callback when it runs."""
        return super().call_soon(self._remembering(callback), *args, **kwargs)

    def _remembering(self, callback: Callable[..., object]) -> Callable[..., None]:
        def run(*args: Any) -> None:
            self.last = callback
            callback(*args)

        return run


class _TaskWithStep(asyncio.Task[Any]):
    step: Any = None


@mutant(breaks="create_task.gc.scheduled_task_kept", says="expected ['body']")
class WeakQueueLoop(ShapedLoop):
    """Queues the steps of a task weakly."""

    task_class = _TaskWithStep

    def call_soon(self, callback: Any, *args: Any, **kwargs: Any) -> Any:
        """Leave a step with its task and queue a weak reference to that."""
        task = getattr(callback, "__self__", None)
        if not isinstance(task, _TaskWithStep) or args:
            return super().call_soon(callback, *args, **kwargs)
        task.step = callback
        return super().call_soon(_step_of, weakref.ref(task), **kwargs)


def _step_of(reference: weakref.ref[Any]) -> None:
    task = reference()
    if task is not None:
        task.step()


class _EqualByName(asyncio.Task[Any]):
    def __eq__(self, other: object) -> bool:
        return isinstance(other, asyncio.Task) and self.get_name() == other.get_name()

    def __hash__(self) -> int:
        return hash(self.get_name())


@mutant(breaks="create_task.task.weakrefable_hashable", says="false for two tasks of one name")
class EqualByNameLoop(ShapedLoop):
    """Takes tasks of the same name for the same task."""

    task_class = _EqualByName
