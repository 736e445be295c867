"""Mutants of create_task(): the private context of a task, and what runs beside it."""

from __future__ import annotations

import asyncio
from asyncio import Handle, TimerHandle
from collections.abc import Callable
from contextvars import Context, copy_context
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from . import SoundLoop, mutant
from .task_steps import OwnTaskLoop, StepLoop, is_step


@mutant(breaks="create_task.context.default_copies_current", says="expected the creator's value")
@mutant(
    breaks="create_task.context.default_snapshot_at_creation",
    says="value at the call of create_task",
)
@mutant(breaks="create_task.context.child_inherits", says="expected the parent's value")
@mutant(breaks="create_task.context.none_means_default", says="expected the creator's value")
@mutant(
    breaks="create_task.context.get_context", says="from the value of the creator", since=(3, 12)
)
class EmptyContextLoop(SoundLoop):
    """Runs a task without a context in an empty one."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Fill in an empty context."""
        if options.get("context") is None:
            options["context"] = Context()
        return super().create_task(coro, **options)


class StartedInLoop(StepLoop):
    """No mutant: knows the context in which it was started."""

    def __init__(self) -> None:
        self.started_in = copy_context()
        self.homeless: WeakSet[Any] = WeakSet()
        super().__init__()

    def run_forever(self) -> None:
        """Take note of the context."""
        self.started_in = copy_context()
        super().run_forever()

    def schedule_step(
        self, callback: Callable[..., object], args: tuple[Any, ...], context: Context
    ) -> Handle:
        """Run the steps of a task that was given no context where `home()` says."""
        task = callback.__self__  # type: ignore[attr-defined]  # is_step() has looked
        if self.creating is not None and self.creating.get("context") is None:
            self.homeless.add(task)
        if task not in self.homeless:
            return super().schedule_step(callback, args, context)
        return SoundLoop.call_soon(self, lambda: self.home(task).run(callback, *args))

    def home(self, _task: asyncio.Task[Any]) -> Context:
        """The context for such a task. For mutants to override."""
        raise NotImplementedError


@mutant(breaks="create_task.context.default_copies_current", says="read ['starter']")
@mutant(
    breaks="create_task.context.default_snapshot_at_creation",
    says="value at the call of create_task",
)
@mutant(breaks="create_task.context.siblings_isolated", says="expected each its own value")
@mutant(breaks="create_task.context.child_inherits", says="expected the parent's value")
class StartersContextLoop(StartedInLoop):
    """Runs a task without a context in the one in which the loop was started."""

    def home(self, _task: asyncio.Task[Any]) -> Context:
        """The starter's, for all."""
        return self.started_in


@mutant(breaks="create_task.context.default_snapshot_at_creation", says="read ['after']")
@mutant(breaks="create_task.context.child_inherits", says="expected the parent's value")
class LazyCopyLoop(StartedInLoop):
    """Copies the context with the first step of the task, in which the loop's is current."""

    def __init__(self) -> None:
        self.homes: WeakKeyDictionary[Any, Context] = WeakKeyDictionary()
        super().__init__()

    def home(self, _task: asyncio.Task[Any]) -> Context:
        """A copy for each task, made with the first step."""
        return self.homes.setdefault(_task, self.started_in.copy())


@mutant(breaks="create_task.context.child_inherits", says="left 'child' in its parent's context")
class SharesWithChildrenLoop(SoundLoop):
    """Runs a child in its parent's own context."""

    def __init__(self) -> None:
        self.contexts: WeakKeyDictionary[Any, Context] = WeakKeyDictionary()
        super().__init__()

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Pass on the context that the parent was given."""
        parent = asyncio.current_task(self) if self.is_running() else None
        if options.get("context") is None and parent in self.contexts:
            options["context"] = self.contexts[parent]
        task = super().create_task(coro, **options)
        if options.get("context") is not None:
            self.contexts[task] = options["context"]
        return task


@mutant(
    breaks="create_task.context.default_persistent_across_steps",
    says="expected its own value each time",
)
class FreshCopyEachStepLoop(StepLoop):
    """Takes a fresh copy of a private context for every step."""

    def __init__(self) -> None:
        self.given: list[Context] = []
        super().__init__()

    def schedule_step(
        self, callback: Callable[..., object], args: tuple[Any, ...], context: Context
    ) -> Handle:
        """Copy what was not given."""
        if self.creating is not None and self.creating.get("context") is not None:
            self.given.append(context)
        own = any(context is given for given in self.given)
        return super().schedule_step(callback, args, context if own else context.copy())


@mutant(breaks="create_task.context.none_means_default", says="expected it to be accepted")
class EntersNoneLoop(SoundLoop):
    """Takes context=None for a context."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Enter whatever was given."""
        if "context" in options and options["context"] is None:
            raise TypeError("a Context was expected, got None")
        return super().create_task(coro, **options)


@mutant(breaks="create_task.context.none_means_default", says="expected the creator's value")
class NoneMeansEmptyLoop(SoundLoop):
    """Takes context=None for an empty context."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Tell None from no argument."""
        if "context" in options and options["context"] is None:
            options["context"] = Context()
        return super().create_task(coro, **options)


@mutant(breaks="create_task.context.siblings_isolated", says="expected each its own value")
class OneCopyEachTurnLoop(SoundLoop):
    """Makes one copy of the context for all tasks that are created in one turn."""

    def __init__(self) -> None:
        self.copy: Context | None = None
        super().__init__()

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Use the turn's copy."""
        if options.get("context") is None:
            if self.copy is None:
                self.copy = copy_context()
                self.call_soon(setattr, self, "copy", None)
            options["context"] = self.copy
        return super().create_task(coro, **options)


@mutant(breaks="create_task.context.call_soon_inside", says="the value of the task's context")
class CallbacksInStartersContextLoop(SoundLoop):
    """Schedules callbacks in the context in which the loop was started."""

    def __init__(self) -> None:
        self.started_in = copy_context()
        super().__init__()

    def run_forever(self) -> None:
        """Take note of the context."""
        self.started_in = copy_context()
        super().run_forever()

    def call_soon(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, context: Context | None = None
    ) -> Handle:
        """Fill in the loop's context."""
        chosen = self.started_in.copy() if context is None else context
        return super().call_soon(callback, *args, context=chosen)


@mutant(breaks="create_task.context.call_soon_inside", says="scheduled with call_later() read")
class TimersInStartersContextLoop(CallbacksInStartersContextLoop):
    """Schedules timers in the context in which the loop was started."""

    def call_soon(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, context: Context | None = None
    ) -> Handle:
        """Soundly."""
        return SoundLoop.call_soon(self, callback, *args, context=context)

    def call_later(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self,
        delay: float,
        callback: Any,
        *args: Any,
        context: Context | None = None,
    ) -> TimerHandle:
        """Fill in the loop's context."""
        chosen = self.started_in.copy() if context is None else context
        return super().call_later(delay, callback, *args, context=chosen)


@mutant(breaks="create_task.context.done_callback_context", says="read ['task']")
class DoneCallbacksInTasksContextLoop(SoundLoop):
    """Runs done callbacks in the context of the task."""

    def call_soon(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, context: Context | None = None
    ) -> Handle:
        """Run what a finished task schedules where it finished."""
        finished = len(args) == 1 and isinstance(args[0], asyncio.Task) and args[0].done()
        if finished and not is_step(callback):
            context = copy_context()
        return super().call_soon(callback, *args, context=context)


class DeafTask(asyncio.Task[Any]):
    """Does not listen to the context of a done callback."""

    def add_done_callback(self, fn: Any, *, context: Context | None = None) -> None:
        """Drop the context, unless a task is waiting."""
        super().add_done_callback(fn, context=context if is_step(fn) else None)


@mutant(breaks="create_task.context.done_callback_context", says="expected ['given']")
class DeafTaskLoop(OwnTaskLoop):
    """add_done_callback() of a task ignores the context argument."""

    task_class = DeafTask


class CopyingTask(asyncio.Task[Any]):
    """Hands out a copy of its context."""

    def get_context(self) -> Context:
        """A copy."""
        own: Context = super().get_context()  # type: ignore[misc]  # since 3.12
        return own.copy()


@mutant(
    breaks="create_task.context.get_context", says="expected what the coroutine set", since=(3, 12)
)
class CopyingTaskLoop(OwnTaskLoop):
    """get_context() returns a copy."""

    task_class = CopyingTask


class AskersContextTask(asyncio.Task[Any]):
    """Hands out the context of whoever asks."""

    def get_context(self) -> Context:
        """The current context."""
        return copy_context()


@mutant(
    breaks="create_task.context.get_context", says="expected what the coroutine set", since=(3, 12)
)
class AskersContextLoop(OwnTaskLoop):
    """get_context() returns the current context of whoever asks."""

    task_class = AskersContextTask
