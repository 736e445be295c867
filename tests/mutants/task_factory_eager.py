"""Broken loops of the chapter task_factory: eager tasks that start, or go on, wrongly.

Two of them use the hooks that asyncio keeps for task implementations (its manual's
page on extending it), which have been the same since Python 3.11.
"""

# ruff: noqa: D102 - the docstring of each class tells its fault; a method adds nothing to it

from __future__ import annotations

import asyncio
from contextvars import copy_context
from typing import Any

from tests.mutants import mutant
from tests.mutants.task_factory import EAGER, FactoryLoop
from tests.mutants.task_factory_call import LateProduct

EAGER_SINCE = (3, 12)


def is_eager(factory: Any) -> bool:
    """Whether asyncio's own eager factory, or one like it, is installed."""
    return getattr(factory, "__module__", None) == "asyncio.tasks"


@mutant(breaks="task_factory.eager.runs_synchronously", says="had run []", since=EAGER_SINCE)
@mutant(
    breaks="task_factory.eager.completes_without_loop",
    says="expected it to be done",
    since=EAGER_SINCE,
)
@mutant(
    breaks="task_factory.eager.get_coro_none_when_finished",
    says="eagerly finished task returned",
    since=(3, 13),
)
@mutant(
    breaks="task_factory.custom_eager.subclass", says="expected it to be done", since=EAGER_SINCE
)
class NeverSaysItRunsLoop(FactoryLoop):
    """Is not running, by its own account, during its callbacks."""

    def is_running(self) -> bool:
        return False


@mutant(
    breaks="task_factory.eager.exception_stored",
    says="from the eager part; expected it on the task",
    since=EAGER_SINCE,
)
class EagerExceptionEscapesLoop(FactoryLoop):
    """Raises from create_task() what the eager part raised."""

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        task = super().call_factory(coro, **keywords)
        if task.done() and task.exception() is not None:
            raise task.exception()
        return task


@mutant(
    breaks="task_factory.eager.interrupt_propagates_from_create_task",
    says="led to ['the creator went on']",
    since=EAGER_SINCE,
)
class SwallowsInterruptsLoop(FactoryLoop):
    """Swallows SystemExit and KeyboardInterrupt of an eager part."""

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        try:
            return super().call_factory(coro, **keywords)
        except (SystemExit, KeyboardInterrupt):
            return LateProduct(loop=self)


@mutant(
    breaks="task_factory.eager.interrupt_propagates_from_create_task",
    says="stopped before Future completed",
    since=EAGER_SINCE,
)
class StopsOnInterruptsLoop(FactoryLoop):
    """Stops on SystemExit and KeyboardInterrupt of an eager part."""

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        try:
            return super().call_factory(coro, **keywords)
        except (SystemExit, KeyboardInterrupt):
            self.stop()
            return LateProduct(loop=self)


@mutant(
    breaks="task_factory.eager.current_task_swapped",
    says="in three nested eager parts, current_task() was [None",
    since=EAGER_SINCE,
)
class EagerPartIsNobodysLoop(FactoryLoop):
    """Has no current task during the eager part."""

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        async def unregistered() -> Any:
            task: Any = asyncio.current_task()
            asyncio._leave_task(self, task)
            try:
                return await coro
            finally:
                asyncio._enter_task(self, task)

        if asyncio.current_task(self) is None or not is_eager(self.installed):
            return super().call_factory(coro, **keywords)
        return super().call_factory(unregistered(), **keywords)


@mutant(
    breaks="task_factory.eager.current_task_swapped",
    says="expected the creator again",
    since=EAGER_SINCE,
)
class CreatorIsForgottenLoop(FactoryLoop):
    """Has no current task once the eager part of a task is over, until the next turn."""

    depth = 0

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        creator: Any = asyncio.current_task(self)
        self.depth += 1
        try:
            task = super().call_factory(coro, **keywords)
        finally:
            self.depth -= 1
        if self.depth == 0 and creator is not None and is_eager(self.installed):
            asyncio._leave_task(self, creator)
        return task


@mutant(
    breaks="task_factory.eager.context",
    says="expected the creator's own value",
    since=EAGER_SINCE,
)
class EagerPartLeaksItsContextLoop(FactoryLoop):
    """Leaves what the eager part set in the creator's context."""

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        context = keywords.setdefault("context", copy_context())
        task = super().call_factory(coro, **keywords)
        for variable, value in context.items():
            variable.set(value)
        return task


@mutant(
    breaks="task_factory.eager.stopped_loop_not_eager",
    says="on a stopped loop",
    since=EAGER_SINCE,
)
class RunsTooEarlyLoop(FactoryLoop):
    """Is running, by its own account, while run_until_complete() makes the main task."""

    early = False

    def is_running(self) -> bool:
        return self.early or super().is_running()

    def run_until_complete(self, future: Any) -> Any:
        self.early = True
        try:
            main = asyncio.ensure_future(future, loop=self)
        finally:
            self.early = False
        return super().run_until_complete(main)


@mutant(
    breaks="task_factory.eager.stopped_loop_not_eager",
    says="on a stopped loop",
    since=EAGER_SINCE,
)
class RunsWhileItCreatesLoop(FactoryLoop):
    """Is running, by its own account, while it creates a task."""

    creating = False

    def is_running(self) -> bool:
        return self.creating or super().is_running()

    def create_task(self, coro: Any, **given: Any) -> Any:
        self.creating = True
        try:
            return super().create_task(coro, **given)
        finally:
            self.creating = False


@mutant(
    breaks="task_factory.eager.other_running_loop_not_eager",
    says="on an idle loop",
    since=EAGER_SINCE,
)
class AnyLoopRunsLoop(FactoryLoop):
    """Is running, by its own account, when any loop of the thread is."""

    def is_running(self) -> bool:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return False
        return True


@mutant(
    breaks="task_factory.eager.switch_back",
    says="expected the first task alone",
    since=EAGER_SINCE,
)
class EagerForTheRestOfTheRunLoop(FactoryLoop):
    """Keeps to the eager factory until the run ends."""

    def set_task_factory(self, factory: Any) -> None:
        if factory is None and self.installed is EAGER and self.is_running():
            return
        super().set_task_factory(factory)


@mutant(breaks="task_factory.custom_eager.subclass", says="expected two OwnTask", since=EAGER_SINCE)
@mutant(
    breaks="task_factory.custom_eager.constructor_call",
    says="did not call the constructor",
    since=EAGER_SINCE,
)
class StockEagerTasksLoop(FactoryLoop):
    """Makes stock tasks with any factory that asyncio.create_eager_task_factory() made."""

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        if is_eager(self.installed):
            return EAGER(self, coro, **keywords)
        return super().call_factory(coro, **keywords)
