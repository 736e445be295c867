"""Broken loops: at the end of an asyncio.Runner, and under Ctrl+C."""

from __future__ import annotations

import asyncio
import signal
import threading
from typing import Any

from . import SoundLoop, mutant


@mutant(breaks="runner.close.cancels_remaining_tasks", says="the clean-up did []")
class UnknownTasksLoop(SoundLoop):
    """Makes tasks that asyncio does not know of."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Take the task off the list."""
        task = super().create_task(coro, **options)
        asyncio.tasks._unregister_task(task)
        return task


@mutant(breaks="runner.close.cancels_remaining_tasks", says="InvalidStateError came out")
class HastyEndLoop(SoundLoop):
    """Runs a future that is no task for a turn only."""

    def run_until_complete(self, future: Any) -> Any:
        """Run."""
        if asyncio.isfuture(future) and not isinstance(future, asyncio.Task):
            return super().run_until_complete(asyncio.sleep(0))
        return super().run_until_complete(future)


@mutant(breaks="runner.close.reports_task_errors", says="the exception handler told []")
class SilentAtTheEndLoop(SoundLoop):
    """Reports nothing while it does not run."""

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Report, perhaps."""
        if self.is_running():
            super().call_exception_handler(context)


@mutant(breaks="runner.close.reports_task_errors", says="ValueError('from the clean-up'), None)]")
class NoTaskInReportLoop(SoundLoop):
    """Reports without the task."""

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Leave it out."""
        super().call_exception_handler({k: v for k, v in context.items() if k != "task"})


@mutant(breaks="runner.close.asyncgens_and_executor", says="[] had ended; expected ['generator']")
class NoGeneratorsEndLoop(SoundLoop):
    """Has a shutdown_asyncgens() that does nothing."""

    async def shutdown_asyncgens(self) -> None:
        """Do nothing."""


@mutant(breaks="runner.close.asyncgens_and_executor", says="[] had ended; expected ['job']")
class NoThreadsEndLoop(SoundLoop):
    """Has a shutdown_default_executor() that does not wait."""

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        """Do nothing."""


@mutant(breaks="runner.sigint_cancels_main_task", says="saw [] before run() raised Keyboard")
@mutant(breaks="runner.sigint_handler_removed", says="inside run() was Python's")
class OwnSigintLoop(SoundLoop):
    """Sets Python's own SIGINT handler when it begins to run."""

    def run_forever(self) -> None:
        """Run."""
        signal.signal(signal.SIGINT, signal.default_int_handler)
        super().run_forever()


@mutant(breaks="runner.sigint_cancels_main_task", says="saw ['nothing for 2.0 s'")
class SleepsOnSignalLoop(SoundLoop):
    """Has a call_soon_threadsafe() that does not wake the loop from the loop's own thread."""

    def call_soon_threadsafe(  # type: ignore[override]  # typeshed ties the arguments
        self, callback: Any, *args: Any, **options: Any
    ) -> Any:
        """Take the thread for a sign that the loop is awake."""
        if threading.current_thread() is threading.main_thread():
            return self.call_soon(callback, *args, **options)
        return super().call_soon_threadsafe(callback, *args, **options)


@mutant(breaks="runner.sigint_second_interrupts", says="run() returned 'after 2.0 s' when its main")
class SwallowsInterruptsLoop(SoundLoop):
    """Goes on after what a signal handler raised."""

    def run_forever(self) -> None:
        """Run on."""
        try:
            super().run_forever()
        except KeyboardInterrupt:
            self.run_forever()


@mutant(breaks="runner.sigint_handler_removed", says="expected Python's, as before")
class LeavesSigintLoop(SoundLoop):
    """Ignores SIGINT after its run."""

    def run_forever(self) -> None:
        """Run."""
        super().run_forever()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
