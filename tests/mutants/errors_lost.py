"""Mutants of futures and tasks that are dropped: failed, or pending."""

from __future__ import annotations

import asyncio
from typing import Any

from . import SoundLoop, mutant
from .task_steps import OwnTaskLoop


class UnreportedFuture(asyncio.Future[Any]):
    """Says nothing when it is collected."""

    def __del__(self) -> None:
        pass


@mutant(breaks="future.exception_never_retrieved.reported", says="its loop's handler got []")
class UnreportedFuturesLoop(SoundLoop):
    """Its futures have no report of their own."""

    def create_future(self) -> Any:
        """Use that class."""
        return UnreportedFuture(loop=self)


def failed(future: asyncio.Future[Any]) -> BaseException | None:
    """The exception of a future, which counts as retrieved by this."""
    return future.exception() if future.done() and not future.cancelled() else None


class MisaddressedFuture(asyncio.Future[Any]):
    """Reports to whichever loop is running."""

    def __del__(self) -> None:
        error = failed(self)
        if error is None:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            loop = self.get_loop()
        loop.call_exception_handler({"message": "lost", "exception": error, "future": self})


@mutant(breaks="future.exception_never_retrieved.reported", says="its loop's handler got []")
class MisaddressedReportsLoop(SoundLoop):
    """The report goes to the running loop in place of the future's own."""

    def create_future(self) -> Any:
        """Use that class."""
        return MisaddressedFuture(loop=self)


@mutant(breaks="future.exception_never_retrieved.reported", says="expected it under 'future'")
class NoFutureInReportsLoop(SoundLoop):
    """Reports without the future."""

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Leave it out."""
        context.pop("future", None)
        super().call_exception_handler(context)


@mutant(breaks="task.exception_never_retrieved.reported", says="was dropped and reported as []")
class SwallowsFailuresLoop(SoundLoop):
    """Looks at the failure of each task itself, so that it counts as retrieved."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Look when it is done."""
        task = super().create_task(coro, **options)
        task.add_done_callback(failed)
        return task


@mutant(breaks="task.exception_never_retrieved.reported", says="had been reported as")
class ReportsAtOnceLoop(SoundLoop):
    """Reports a failed task as soon as it failed."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Report when it is done."""
        task = super().create_task(coro, **options)
        task.add_done_callback(self._report)
        return task

    def _report(self, task: asyncio.Task[Any]) -> None:
        error = failed(task)
        if error is not None:
            message = "exception never retrieved"
            self.call_exception_handler({"message": message, "exception": error, "future": task})


class AlwaysReportedTask(asyncio.Task[Any]):
    """Reports its failure whoever saw it."""

    def __del__(self) -> None:
        error = failed(self)
        if error is not None:
            self.get_loop().call_exception_handler({"message": "lost", "exception": error})


@mutant(breaks="exception_never_retrieved.not_reported_when_seen", says="reported as ['lost']")
class ReportsEveryFailureLoop(OwnTaskLoop):
    """Reports every failed task when it is collected."""

    task_class = AlwaysReportedTask


class AwaitedIsUnseenFuture(asyncio.Future[Any]):
    """Takes only result() and exception() for a look at its exception."""

    seen = False

    def result(self) -> Any:
        """Count as seen."""
        self.seen = True
        return super().result()

    def exception(self) -> Any:
        """Count as seen."""
        self.seen = True
        return super().exception()

    def __await__(self) -> Any:
        try:
            return (yield from super().__await__())
        except BaseException:
            self.seen = False
            raise

    def __del__(self) -> None:
        if not self.seen and failed(self) is not None:
            self.get_loop().call_exception_handler({"message": "lost"})


@mutant(breaks="exception_never_retrieved.not_reported_when_seen", says="seen by await")
class AwaitedIsUnseenLoop(SoundLoop):
    """Awaiting a future does not count as a look at its exception."""

    def create_future(self) -> Any:
        """Use that class."""
        return AwaitedIsUnseenFuture(loop=self)


class UnreportedTask(asyncio.Task[Any]):
    """Says nothing when it is collected."""

    def __del__(self) -> None:
        pass


@mutant(breaks="task.destroyed_pending.reported", says="as []; expected one report, with 'task'")
@mutant(breaks="task.destroyed_pending.default_logged", says="and [] was logged; expected")
class UnreportedTasksLoop(OwnTaskLoop):
    """Discards pending tasks in silence."""

    task_class = UnreportedTask


@mutant(breaks="task.destroyed_pending.reported", says="expected one report, with 'task'")
class NoTaskInReportsLoop(SoundLoop):
    """Reports without the task."""

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Leave it out."""
        context.pop("task", None)
        super().call_exception_handler(context)


@mutant(breaks="task.destroyed_pending.reported", says="expected 'destroyed' in it")
class OneWordReportsLoop(SoundLoop):
    """Reports everything in the same words."""

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Use them."""
        super().call_exception_handler(context | {"message": "an error"})


@mutant(breaks="task.destroyed_pending.default_logged", says="and [] was logged; expected")
class DropsTaskReportsLoop(SoundLoop):
    """Drops what has no exception, when no handler is set."""

    def default_exception_handler(self, context: dict[str, Any]) -> None:
        """Ask for an exception."""
        if "exception" in context:
            super().default_exception_handler(context)


@mutant(breaks="task.never_retrieved_after_close", says="was lost in its destructor")
class NoReportAfterCloseLoop(SoundLoop):
    """call_exception_handler() raises on a closed loop."""

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Ask whether it is closed."""
        if self.is_closed():
            raise RuntimeError("Event loop is closed")
        super().call_exception_handler(context)


@mutant(breaks="task.never_retrieved_after_close", says="the handler was called for []")
class ForgetsTheHandlerOnCloseLoop(SoundLoop):
    """close() forgets the handler."""

    def close(self) -> None:
        """Forget it."""
        super().close()
        self.set_exception_handler(lambda *_: None)
