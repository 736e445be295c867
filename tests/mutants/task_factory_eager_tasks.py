"""Broken loops of the chapter task_factory: what goes wrong with eager tasks after their start."""

# ruff: noqa: D102 - the docstring of each class tells its fault; a method adds nothing to it

from __future__ import annotations

import asyncio
from typing import Any

from tests.mutants import mutant
from tests.mutants.task_factory import FactoryLoop
from tests.mutants.task_factory_eager import EAGER_SINCE, is_eager


@mutant(
    breaks="task_factory.eager.blocking_task_registered",
    says="expected both waiting eager tasks in it",
    since=EAGER_SINCE,
)
class EagerTasksUnlistedLoop(FactoryLoop):
    """Does not register tasks that wait after their eager part."""

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        task = super().call_factory(coro, **keywords)
        if is_eager(self.installed):
            asyncio._unregister_task(task)
        return task


class EagerProductLoop(FactoryLoop):
    """Sound: shows each eager task to a method that mutants override."""

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        task = super().call_factory(coro, **keywords)
        if is_eager(self.installed):
            self.change(task)
        return task

    def change(self, task: Any) -> None:
        """Leave it as it is."""


@mutant(
    breaks="task_factory.eager.blocking_task_registered",
    says="expected the loop to resume it",
    since=EAGER_SINCE,
)
class LosesEagerTasksLoop(FactoryLoop):
    """Forgets to wake a task that waits after its eager part."""

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        async def asleep() -> Any:
            await self.create_future()

        if not is_eager(self.installed):
            return super().call_factory(coro, **keywords)
        coro.close()
        return super().call_factory(asleep(), **keywords)


@mutant(
    breaks="task_factory.eager.name_given",
    says="a task that finishes at once",
    since=EAGER_SINCE,
)
class NoNameOnceDoneLoop(FactoryLoop):
    """Applies the name to unfinished tasks only."""

    def create_task(self, coro: Any, **given: Any) -> Any:
        name = given.pop("name", None)
        task = super().create_task(coro, **given)
        if name is not None and not task.done():
            task.set_name(name)
        return task


@mutant(
    breaks="task_factory.eager.done_callbacks_deferred",
    says="on the spot; expected",
    since=EAGER_SINCE,
)
class CallsBackOnTheSpotLoop(EagerProductLoop):
    """Calls a done callback of a finished task on the spot."""

    def change(self, task: Any) -> None:
        if task.done():
            task.add_done_callback = lambda callback, **_context: callback(task)


@mutant(
    breaks="task_factory.eager.done_callbacks_deferred",
    says="had been called with []",
    since=EAGER_SINCE,
)
@mutant(
    breaks="task_factory.eager.gather_and_task_group",
    says="had not ended 20 turns later",
    since=EAGER_SINCE,
)
class LosesDoneCallbacksLoop(EagerProductLoop):
    """Loses the done callbacks of tasks that were started eagerly."""

    def change(self, task: Any) -> None:
        task.add_done_callback = lambda _callback, **_context: None


@mutant(
    breaks="task_factory.eager.wait_for_and_timeout",
    says="expected it to be cancelled",
    since=EAGER_SINCE,
)
@mutant(
    breaks="task_factory.eager.blocking_task_registered",
    says="expected it to be cancelled",
    since=EAGER_SINCE,
)
class LosesCancellationLoop(EagerProductLoop):
    """Does not cancel tasks that were started eagerly."""

    def change(self, task: Any) -> None:
        task.cancel = lambda *_message: False


@mutant(
    breaks="task_factory.eager.future_wakeup_order",
    says="expected the eager part first",
    since=EAGER_SINCE,
)
class GoesOnOneTurnLateLoop(FactoryLoop):
    """Queues the continuation of an eager task one turn late."""

    creating = False

    def call_factory(self, coro: Any, **keywords: Any) -> Any:
        self.creating = is_eager(self.installed)
        try:
            return super().call_factory(coro, **keywords)
        finally:
            self.creating = False

    def call_soon(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, **options: Any
    ) -> Any:
        if self.creating:
            later = super().call_soon
            return later(lambda: later(callback, *args, **options))
        return super().call_soon(callback, *args, **options)
