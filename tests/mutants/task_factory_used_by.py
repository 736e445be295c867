"""Broken loops of the chapter task_factory: tasks that do not come from the factory."""

# ruff: noqa: D102 - the docstring of each class tells its fault; a method adds nothing to it

from __future__ import annotations

import asyncio
import inspect
from typing import Any

from tests.mutants import SoundLoop, mutant
from tests.mutants.task_factory import FactoryLoop
from tests.mutants.task_factory_call import follow


@mutant(breaks="task_factory.used_by.run_until_complete", says="called the task factory for []")
class StockMainTaskLoop(FactoryLoop):
    """Makes the main task with asyncio.Task."""

    def run_until_complete(self, future: Any) -> Any:
        main = self.plain_task(future) if inspect.iscoroutine(future) else future
        return super().run_until_complete(main)


@mutant(breaks="task_factory.used_by.run_until_complete_future_exempt", says="expected no call")
class WrapsEveryArgumentLoop(FactoryLoop):
    """Wraps what run_until_complete() is given in a new task that awaits it."""

    def run_until_complete(self, future: Any) -> Any:
        return super().run_until_complete(follow(future))


@mutant(breaks="task_factory.used_by.asyncio_create_task", says="asyncio.create_task(")
@mutant(
    breaks="task_factory.eager.asyncio_create_task",
    says="returned a pending task",
    since=(3, 12),
)
class InnerLoopShowsLoop(asyncio.AbstractEventLoop):
    """Stands before an inner loop, which is the one that runs and has no factory."""

    own = ("inner", "factory", "create_task", "run_until_complete", "set_task_factory")

    def __init__(self) -> None:
        self.inner = SoundLoop()
        self.factory: Any = None

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("__") or name in type(self).own:
            return super().__getattribute__(name)
        return getattr(self.inner, name)

    def set_task_factory(self, factory: Any) -> None:
        self.factory = factory

    def create_task(self, coro: Any, **given: Any) -> Any:
        self.inner.set_task_factory(self.factory)
        try:
            return self.inner.create_task(coro, **given)
        finally:
            self.inner.set_task_factory(None)

    def run_until_complete(self, future: Any) -> Any:
        main = self.create_task(future) if inspect.iscoroutine(future) else future
        return self.inner.run_until_complete(main)


@mutant(breaks="task_factory.used_by.ensure_future", says="called the task factory for []")
class FactoryInRunsOnlyLoop(FactoryLoop):
    """Asks the factory only while the loop runs."""

    def create_task(self, coro: Any, **given: Any) -> Any:
        if self.is_running():
            return super().create_task(coro, **given)
        return self.plain_task(coro, **given)


@mutant(breaks="task_factory.used_by.gather_shield_as_completed", says="expected exactly these")
class FactoryForKeywordsOnlyLoop(FactoryLoop):
    """Asks the factory only when there is a name or a context."""

    def create_task(self, coro: Any, **given: Any) -> Any:
        if given:
            return super().create_task(coro, **given)
        return self.plain_task(coro)


@mutant(breaks="task_factory.used_by.run_coroutine_threadsafe", says="was given to the factory in")
class RunsInTheSubmittersThreadLoop(FactoryLoop):
    """Calls on the spot what call_soon_threadsafe() is given."""

    def call_soon_threadsafe(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, **options: Any
    ) -> Any:
        callback(*args)
        return super().call_soon_threadsafe(len, (), **options)


@mutant(
    breaks="task_factory.used_by.asyncgen_finalizer", says="expected a task made by the factory"
)
class StockFinalizerLoop(FactoryLoop):
    """Closes dropped async generators in a stock task."""

    def create_task(self, coro: Any, **given: Any) -> Any:
        if inspect.iscoroutine(coro):
            return super().create_task(coro, **given)
        return self.plain_task(coro, **given)


@mutant(
    breaks="task_factory.used_by.asyncgen_finalizer", says="expected a task made by the factory"
)
class ClosesGeneratorsInlineLoop(FactoryLoop):
    """Drives the aclose() of a dropped async generator without any task."""

    def create_task(self, coro: Any, **given: Any) -> Any:
        if inspect.iscoroutine(coro):
            return super().create_task(coro, **given)
        try:
            coro.send(None)
        except StopIteration:
            return None
        return None
