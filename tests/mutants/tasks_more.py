"""Broken loops: eager_start, and who keeps a task alive."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable
from typing import Any

from . import SoundLoop, mutant
from .tasks_more_parts import ShapedLoop

EAGER = (3, 13, 3)


@mutant(
    breaks="create_task.kwargs.eager_start_true",
    says="unexpected keyword argument 'eager_start'",
    since=EAGER,
)
class NoEagerStartLoop(SoundLoop):
    """Has the create_task() of Python 3.12, without eager_start."""

    def create_task(self, coro: Any, *, name: Any = None, context: Any = None) -> Any:  # type: ignore[override]  # the form before 3.14
        """Know two keywords only."""
        return super().create_task(coro, name=name, context=context)


@mutant(breaks="create_task.kwargs.eager_start_true", says="expected ['first part']", since=EAGER)
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

    def call_soon(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, **kwargs: Any
    ) -> Any:
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

    def call_soon(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, **kwargs: Any
    ) -> Any:
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
