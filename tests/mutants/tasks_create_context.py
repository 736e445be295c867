"""Mutants of create_task(): the context that a task is given."""

from __future__ import annotations

import asyncio
from asyncio import Handle
from collections.abc import Callable
from contextvars import Context, copy_context
from typing import Any

from . import SoundLoop, mutant
from .task_steps import StepLoop


@mutant(breaks="create_task.context.explicit", says="the context that was given")
@mutant(breaks="create_task.context.explicit_not_copied", says="what the coroutine last set")
@mutant(breaks="create_task.context.explicit_every_step", says="expected 'given' in each")
@mutant(breaks="create_task.context.explicit_shared_by_tasks", says="what the first had set")
@mutant(breaks="create_task.context.explicit_current_context", says="what the child had set")
@mutant(breaks="create_task.name.with_context", says="the context that was given")
@mutant(breaks="create_task.context.get_context", says="from the value of the given", since=(3, 12))
class DropsTheContextLoop(SoundLoop):
    """Takes the context, and drops it."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Make the task without it."""
        options.pop("context", None)
        return super().create_task(coro, **options)


@mutant(breaks="create_task.context.explicit_not_copied", says="what the coroutine last set")
@mutant(breaks="create_task.context.explicit_shared_by_tasks", says="what the first had set")
@mutant(breaks="create_task.context.explicit_current_context", says="what the child had set")
@mutant(
    breaks="create_task.context.get_context", says="the very context that was given", since=(3, 12)
)
class CopiesTheContextLoop(SoundLoop):
    """Runs a task in a copy of the context it was given."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Copy."""
        if options.get("context") is not None:
            options["context"] = options["context"].copy()
        return super().create_task(coro, **options)


@mutant(breaks="create_task.context.explicit_not_copied", says="what the coroutine last set")
@mutant(breaks="create_task.context.explicit_every_step", says="expected 'given' in each")
@mutant(
    breaks="create_task.context.default_persistent_across_steps",
    says="expected its own value each time",
)
class FirstStepOnlyLoop(StepLoop):
    """Enters the task's context for the first step only."""

    def schedule_step(
        self, callback: Callable[..., object], args: tuple[Any, ...], context: Context
    ) -> Handle:
        """Run later steps in a copy of whatever context is current."""
        chosen = copy_context() if self.creating is None else context
        return super().schedule_step(callback, args, chosen)


@mutant(breaks="create_task.context.explicit_every_step", says="'after a future': 'other'")
@mutant(
    breaks="create_task.context.default_persistent_across_steps", says="'after a future': 'waker'"
)
class WakersContextLoop(StepLoop):
    """Resumes a task in the context of whoever completed the future."""

    def schedule_step(
        self, callback: Callable[..., object], args: tuple[Any, ...], context: Context
    ) -> Handle:
        """Run a wake-up in the current context."""
        woken = bool(args) and not args[0].cancelled()
        return super().schedule_step(callback, args, copy_context() if woken else context)


@mutant(breaks="create_task.context.explicit_every_step", says="'on cancellation': 'other'")
class CancellersContextLoop(StepLoop):
    """Cancels a task in the context of whoever cancelled it."""

    def schedule_step(
        self, callback: Callable[..., object], args: tuple[Any, ...], context: Context
    ) -> Handle:
        """Run the wake-up by a cancelled future in the current context."""
        cancelled = bool(args) and args[0].cancelled()
        return super().schedule_step(callback, args, copy_context() if cancelled else context)


@mutant(breaks="create_task.context.explicit_shared_by_tasks", says="what the first had set")
class CopiesSharedContextsLoop(SoundLoop):
    """Gives a copy to the second task that is created with a context while stopped."""

    def __init__(self) -> None:
        self.used: list[Context] = []
        super().__init__()

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Copy what was given before."""
        context = options.get("context")
        if context is not None and not self.is_running():
            if any(context is earlier for earlier in self.used):
                options["context"] = context.copy()
            self.used.append(context)
        return super().create_task(coro, **options)


@mutant(breaks="create_task.context.explicit_shared_by_tasks", says="expected it to be accepted")
@mutant(breaks="create_task.context.explicit_current_context", says="expected it to be accepted")
class RefusesSharedContextsLoop(SoundLoop):
    """Refuses a context that another live task uses."""

    def __init__(self) -> None:
        self.users: list[tuple[Context, asyncio.Task[Any]]] = []
        super().__init__()

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Look for a task that is not done."""
        context = options.get("context")
        if any(used is context and not task.done() for used, task in self.users):
            raise RuntimeError("this context belongs to another task")
        task = super().create_task(coro, **options)
        if context is not None:
            self.users.append((context, task))
        return task


@mutant(breaks="create_task.context.explicit_current_context", says="cannot enter context")
class EntersTheContextLoop(SoundLoop):
    """Enters the given context while it creates the task."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Create the task inside."""
        make = super().create_task
        if options.get("context") is None:
            return make(coro, **options)
        return options["context"].run(make, coro, **options)


@mutant(breaks="create_task.context.explicit_current_context", says="what the child had set")
class CopiesTheCurrentContextLoop(SoundLoop):
    """Copies the given context when it is the current one."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Tell by what a context that is entered can't do."""
        context = options.get("context")
        if context is not None:
            try:
                context.run(bool)
            except RuntimeError:
                options["context"] = context.copy()
        return super().create_task(coro, **options)
