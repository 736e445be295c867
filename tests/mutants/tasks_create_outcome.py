"""Mutants of create_task(): what a task comes to."""

from __future__ import annotations

import asyncio
from typing import Any

from . import SoundLoop, mutant
from .task_steps import OwnTaskLoop

SPECIAL = (KeyboardInterrupt, SystemExit, GeneratorExit, asyncio.CancelledError)


class WrappingLoop(SoundLoop):
    """No mutant: runs each coroutine inside one of a mutant's own."""

    async def around(self, coro: Any) -> Any:
        """Await the coroutine. For mutants to override."""
        return await coro

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Wrap, where there is a coroutine."""
        return super().create_task(
            self.around(coro) if asyncio.iscoroutine(coro) else coro, **options
        )


@mutant(breaks="create_task.result.value", says="expected the object that the coroutine returned")
class DropsTheResultLoop(WrappingLoop):
    """Drops what the coroutine returned."""

    async def around(self, coro: Any) -> Any:
        """Return nothing."""
        await coro


class EarlyDoneTask(asyncio.Task[Any]):
    """Done one turn before its result is in place."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.in_place = False
        self.add_done_callback(self._store)

    def _store(self, _: object) -> None:
        self.in_place = True

    def result(self) -> Any:
        """Nothing, until the value is stored."""
        found = super().result()
        return found if self.in_place else None


@mutant(breaks="create_task.result.value", says="result() of a task that was just done gave None")
class EarlyDoneLoop(OwnTaskLoop):
    """Marks the task done one turn before it stores the result."""

    task_class = EarlyDoneTask


class EscapingLoop(SoundLoop):
    """No mutant: lets what a task raised out of the run method."""

    lets_out: type[BaseException]

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Watch the task's end."""
        task = super().create_task(coro, **options)
        task.add_done_callback(self._look_at)
        return task

    def run_forever(self) -> None:
        """Run, then raise what stopped the run."""
        self.escaped: BaseException | None = None
        super().run_forever()
        if self.escaped is not None:
            raise self.escaped

    def _look_at(self, task: asyncio.Task[Any]) -> None:
        error = None if task.cancelled() else task.exception()
        if isinstance(error, self.lets_out):
            self.escaped = error
            self.stop()


@mutant(breaks="create_task.result.exception", says="expected it to be stored on the task")
class EscapingExceptionsLoop(EscapingLoop):
    """Lets a task's exception out of run_forever()."""

    lets_out = ArithmeticError


@mutant(breaks="create_task.result.exception", says="expected that very exception from both")
class WrapsExceptionsLoop(WrappingLoop):
    """Wraps what a coroutine raised in another exception."""

    async def around(self, coro: Any) -> Any:
        """Raise another exception."""
        try:
            return await coro
        except ArithmeticError as error:
            raise RuntimeError("task failed") from error


@mutant(breaks="create_task.result.exception", says="expected that very exception from both")
class LosesExceptionsLoop(WrappingLoop):
    """Takes an exception for a plain end."""

    async def around(self, coro: Any) -> Any:
        """Return nothing in its place."""
        try:
            return await coro
        except ArithmeticError:
            return None


@mutant(breaks="create_task.result.custom_base_exception", says="expected the loop to keep running")
class EscapingBaseExceptionsLoop(EscapingLoop):
    """Catches only Exception around a task's step, so that the loop dies of others."""

    lets_out = BaseException

    def _look_at(self, task: asyncio.Task[Any]) -> None:
        if task.cancelled() or not isinstance(task.exception(), Exception):
            super()._look_at(task)


@mutant(breaks="create_task.result.custom_base_exception", says="is still pending")
class NeverEndsOnBaseExceptionLoop(WrappingLoop):
    """Never completes a task whose coroutine raised a BaseException."""

    async def around(self, coro: Any) -> Any:
        """Wait for nothing in place of failing."""
        try:
            return await coro
        except BaseException as error:
            if isinstance(error, (Exception, *SPECIAL)):
                raise
            await self.create_future()


class NoneWhilePendingTask(asyncio.Task[Any]):
    """Answers None while it has no outcome."""

    def result(self) -> Any:
        """None while pending."""
        return super().result() if self.done() else None

    def exception(self) -> Any:
        """None while pending."""
        return super().exception() if self.done() else None


@mutant(breaks="create_task.result.not_done_invalid_state", says="of a pending task raised nothing")
class NoneWhilePendingLoop(OwnTaskLoop):
    """result() and exception() of a pending task return None."""

    task_class = NoneWhilePendingTask


class OtherErrorTask(asyncio.Task[Any]):
    """Raises RuntimeError while it has no outcome."""

    def result(self) -> Any:
        """RuntimeError while pending."""
        if not self.done():
            raise RuntimeError("not done")
        return super().result()


@mutant(
    breaks="create_task.result.not_done_invalid_state",
    says="result() of a pending task raised RuntimeError",
)
class OtherErrorWhilePendingLoop(OwnTaskLoop):
    """result() of a pending task raises another exception."""

    task_class = OtherErrorTask


class SettableTask(asyncio.Task[Any]):
    """Leaves the setters of Future open."""

    def set_result(self, result: Any) -> None:
        """Accept, and forget."""

    def set_exception(self, exception: Any) -> None:
        """Accept, and forget."""


@mutant(breaks="create_task.task.no_external_result", says="of a task raised nothing")
class SettableTaskLoop(OwnTaskLoop):
    """set_result() of a task is accepted."""

    task_class = SettableTask
