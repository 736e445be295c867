"""Broken loops of the chapter task_factory: what becomes of a factory's product or error."""

# ruff: noqa: D102 - the docstring of each class tells its fault; a method adds nothing to it

from __future__ import annotations

import asyncio
from contextvars import Context
from typing import Any

from tests.mutants import mutant
from tests.mutants.task_factory import FactoryLoop
from tests.mutants.task_factory_call import LateProduct, follow


class TaskProxy:
    """Looks like the task that it stands before."""

    def __init__(self, task: Any) -> None:
        self.task = task

    def __getattr__(self, name: str) -> Any:
        return getattr(self.task, name)

    def __await__(self) -> Any:
        return self.task.__await__()


@mutant(breaks="task_factory.result.identity", says="expected what the task factory made")
class WrapsTheProductLoop(FactoryLoop):
    """Returns a proxy of the factory's task."""

    def create_task(self, coro: Any, **given: Any) -> Any:
        task = super().create_task(coro, **given)
        return task if self.installed is None else TaskProxy(task)


@mutant(breaks="task_factory.result.identity", says="expected what the task factory made")
@mutant(breaks="task_factory.result.task_subclass", says="expected an OwnTask")
class ReturnsItsOwnTaskLoop(FactoryLoop):
    """Returns a stock task that awaits the factory's."""

    def create_task(self, coro: Any, **given: Any) -> Any:
        task = super().create_task(coro, **given)
        return task if self.installed is None else self.plain_task(follow(task))


@mutant(breaks="task_factory.result.task_subclass", says="expected the factory's")
class SchedulesTheCoroutineLoop(FactoryLoop):
    """Schedules the coroutine itself, and has the factory's task wait for it."""

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        return super().call_factory(follow(self.plain_task(coro)), **keywords)


@mutant(breaks="task_factory.result.task_like_object", says="only set_name() may be used")
class InsistsOnTasksLoop(FactoryLoop):
    """Refuses a product that is no asyncio.Task."""

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        product = super().call_factory(coro, **keywords)
        if not isinstance(product, asyncio.Task):
            raise TypeError(f"the task factory returned {product!r}")
        return product


@mutant(breaks="task_factory.result.task_like_object", says="only set_name() may be used")
class AsksWhetherDoneLoop(FactoryLoop):
    """Asks the product whether it is done."""

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        product = super().call_factory(coro, **keywords)
        product.done()
        return product


@mutant(breaks="task_factory.result.not_started_twice", says="expected CORO_CREATED both times")
class AlsoMakesATaskLoop(FactoryLoop):
    """Makes a default task as well."""

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        self.plain_task(coro)
        return super().call_factory(coro, **keywords)


@mutant(breaks="task_factory.result.not_started_twice", says="expected CORO_CREATED both times")
class TakesTheFirstStepLoop(FactoryLoop):
    """Takes the first step of the coroutine before it calls the factory."""

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        coro.send(None)
        return super().call_factory(coro, **keywords)


@mutant(breaks="task_factory.result.name_applied", says="named the task")
@mutant(breaks="task_factory.call.name_not_passed", says="expected 'given', applied by the loop")
@mutant(
    breaks="task_factory.used_by.task_group",
    says="TaskGroup.create_task(name='given') named",
    since=(3, 13),
)
@mutant(breaks="task_factory.eager.name_given", says="expected 'given'", since=(3, 12))
class DropsTheNameLoop(FactoryLoop):
    """Drops the name when a factory is installed."""

    def create_task(self, coro: Any, **given: Any) -> Any:
        if self.installed is not None:
            given.pop("name", None)
        return super().create_task(coro, **given)


@mutant(breaks="task_factory.result.name_applied", says="expected ''")
class TrueNamesOnlyLoop(FactoryLoop):
    """Applies only names that are true."""

    def create_task(self, coro: Any, **given: Any) -> Any:
        if not given.get("name"):
            given.pop("name", None)
        return super().create_task(coro, **given)


@mutant(breaks="task_factory.result.own_name_kept_without_name", says="renamed the factory's task")
class NamesItNoneLoop(FactoryLoop):
    """Calls set_name() with None when there is no name."""

    def create_task(self, coro: Any, **given: Any) -> Any:
        task = super().create_task(coro, **given)
        if self.installed is not None:
            task.set_name(given.get("name"))
        return task


@mutant(breaks="task_factory.result.own_name_kept_without_name", says="renamed the factory's task")
class GeneratesANameLoop(FactoryLoop):
    """Puts a generated name over the factory's."""

    made = 0

    def create_task(self, coro: Any, **given: Any) -> Any:
        self.made += 1
        if given.get("name") is None:
            task = super().create_task(coro, **given)
            task.set_name(f"Task-{self.made}")
            return task
        return super().create_task(coro, **given)


@mutant(
    breaks="task_factory.result.default_context_copy", says="expected the value at its creation"
)
class EmptyContextLoop(FactoryLoop):
    """Calls the factory in an empty context."""

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        return Context().run(super().call_factory, coro, **keywords)


@mutant(breaks="task_factory.error.propagates", says="raised nothing; expected FactoryError")
class FallsBackLoop(FactoryLoop):
    """Makes a default task when the factory fails."""

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        try:
            return super().call_factory(coro, **keywords)
        except Exception:  # noqa: BLE001 - whatever a factory raises
            return self.plain_task(coro)


@mutant(breaks="task_factory.error.propagates", says="expected FactoryError")
class WrapsErrorsLoop(FactoryLoop):
    """Wraps a factory's exception in one of its own."""

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        try:
            return super().call_factory(coro, **keywords)
        except Exception as error:
            raise RuntimeError("the task factory failed") from error


@mutant(breaks="task_factory.error.propagates", says="raised nothing; expected FactoryError")
@mutant(breaks="task_factory.used_by.run_coroutine_threadsafe", says="not done 1000 turns later")
class LosesErrorsLoop(FactoryLoop):
    """Reports a factory's exception, and returns something that is never done."""

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        try:
            return super().call_factory(coro, **keywords)
        except Exception as error:  # noqa: BLE001 - whatever a factory raises
            self.call_exception_handler({"message": "task factory", "exception": error})
            return LateProduct(loop=self)


@mutant(breaks="task_factory.error.leaves_loop_usable", says="in all_tasks(); expected nothing new")
class RegistersTooEarlyLoop(FactoryLoop):
    """Registers a task of its own before the factory is called, and leaves it on an error."""

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        placeholder = self.plain_task(follow(self.create_future()))
        product = super().call_factory(coro, **keywords)
        placeholder.cancel()
        return product


@mutant(breaks="task_factory.error.leaves_loop_usable", says="factory to stay installed")
class RemovesAFailingFactoryLoop(FactoryLoop):
    """Removes a factory that fails."""

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        try:
            return super().call_factory(coro, **keywords)
        except Exception:
            self.set_task_factory(None)
            raise


@mutant(breaks="task_factory.error.leaves_loop_usable", says="to the exception handler")
class ReportsErrorsTooLoop(FactoryLoop):
    """Reports a factory's exception besides raising it."""

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        try:
            return super().call_factory(coro, **keywords)
        except Exception as error:
            self.call_exception_handler({"message": "task factory", "exception": error})
            raise
