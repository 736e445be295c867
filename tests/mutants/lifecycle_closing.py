"""Broken loops: close() and is_closed()."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from . import SoundLoop, mutant


@mutant(breaks="close.is_closed", says="'after a run': True")
class ClosedAfterRunLoop(SoundLoop):
    """Counts as closed when a run has ended."""

    over = False

    def is_closed(self) -> bool:
        """Look at the mark as well."""
        return self.over or super().is_closed()

    def run_until_complete(self, future: Any) -> Any:
        """Set the mark."""
        result = super().run_until_complete(future)
        self.over = True
        return result


@mutant(breaks="close.is_closed", says="'after close()': False")
class NeverClosedLoop(SoundLoop):
    """Never counts as closed."""

    def is_closed(self) -> bool:
        """Deny."""
        return False


@mutant(breaks="close.idempotent", says="called three times, raised")
class CloseOnceLoop(SoundLoop):
    """Can be closed only once."""

    def close(self) -> None:
        """Refuse the second time."""
        if self.is_closed():
            raise RuntimeError("the loop is closed already")
        super().close()


@mutant(breaks="close.idempotent", says="returned [True, True, True]")
class ClosesTrueLoop(SoundLoop):
    """Returns True from close()."""

    def close(self) -> Any:
        """Say that all went well."""
        super().close()
        return True


@mutant(breaks="close.never_run", says="of a loop that never ran raised")
class NeedsRunToCloseLoop(SoundLoop):
    """Can be closed only after it has run."""

    has_run = False

    def run_until_complete(self, future: Any) -> Any:
        """Set up what close() takes down."""
        self.has_run = True
        return super().run_until_complete(future)

    def close(self) -> None:
        """Take down what a run set up."""
        if not self.has_run:
            raise RuntimeError("the loop has not been started")
        super().close()


@mutant(breaks="close.never_run", says="executed ['callback'")
@mutant(breaks="close.pending_callbacks_discarded", says="expected nothing that was pending")
class RunsAtCloseLoop(SoundLoop):
    """Lets the loop turn once more before it closes."""

    def close(self) -> None:
        """Run what is pending."""
        if not self.is_closed() and not self.is_running():
            self.stop()
            self.run_forever()
        super().close()


@mutant(breaks="close.while_running.runtime_error", says="raised nothing; expected RuntimeError")
class IgnoresCloseLoop(SoundLoop):
    """Ignores close() while it runs."""

    def close(self) -> None:
        """Do nothing for now."""
        if not self.is_running():
            super().close()


@mutant(breaks="close.while_running.runtime_error", says="was refused is True; expected False")
class ClosedBeforeCheckLoop(SoundLoop):
    """Counts as closed after it refused to close."""

    marked = False

    def is_closed(self) -> bool:
        """Look at the mark as well."""
        return self.marked or super().is_closed()

    def close(self) -> None:
        """Set the mark first."""
        self.marked = True
        super().close()


@mutant(breaks="close.while_running_other_thread", says="raised nothing; expected RuntimeError")
class ClosesFromThreadsLoop(SoundLoop):
    """Takes close() of another thread for one that comes after the run."""

    def close(self) -> None:
        """Ask for the running loop of this thread."""
        if not self.is_running() or asyncio._get_running_loop() is self:
            super().close()


@mutant(breaks="close.other_loop_running", says="inside the run of another raised")
class ClosesOutsideOnlyLoop(SoundLoop):
    """Takes any loop's run for its own when it is closed."""

    def close(self) -> None:
        """Ask for the running loop of this thread."""
        if asyncio._get_running_loop() is not None:
            raise RuntimeError("the loop is running")
        super().close()


@mutant(breaks="close.other_loop_running", says="is None; expected the loop that goes on")
class UnregistersAtCloseLoop(SoundLoop):
    """Clears the thread's registration when it is closed."""

    def close(self) -> None:
        """Clear it, whoever's it is."""
        super().close()
        asyncio._set_running_loop(None)


@mutant(breaks="close.pending_callbacks_discarded", says="'timer'")
class TimerThreadLoop(SoundLoop):
    """Has threads call its timers, which close() does not end."""

    def call_later(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, delay: float, callback: Any, *args: Any, context: Any = None
    ) -> Any:
        """Start a thread."""
        handle = super().call_later(delay, int, context=context)
        timer = threading.Timer(delay, callback, args)
        timer.daemon = True
        timer.start()
        return handle


@mutant(breaks="close.clears_queues", says="argument of a pending call_soon()")
class KeepsQueueLoop(SoundLoop):
    """Keeps its ready queue when it is closed."""

    def __init__(self) -> None:
        self.queue: list[Any] = []
        super().__init__()

    def call_soon(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, context: Any = None
    ) -> Any:
        """Keep the callback."""
        self.queue.append((callback, args))
        return super().call_soon(callback, *args, context=context)


@mutant(breaks="close.clears_queues", says="argument of a pending call_later()")
class KeepsTimersLoop(SoundLoop):
    """Keeps its timers when it is closed."""

    def __init__(self) -> None:
        self.timers: list[Any] = []
        super().__init__()

    def call_later(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, delay: float, callback: Any, *args: Any, context: Any = None
    ) -> Any:
        """Keep the timer."""
        self.timers.append((callback, args))
        return super().call_later(delay, callback, *args, context=context)


@mutant(
    breaks="close.executor_shutdown_no_wait",
    says="default executor of a closed loop raised nothing",
)
class ForgetsExecutorLoop(SoundLoop):
    """Does not shut its default executor down."""

    pool: Any = None

    def set_default_executor(self, executor: Any) -> None:
        """Keep it apart."""
        self.pool = executor

    def run_in_executor(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, executor: Any, func: Any, *args: Any
    ) -> Any:
        """Use the one that is set."""
        return super().run_in_executor(executor or self.pool, func, *args)


@mutant(breaks="close.executor_shutdown_no_wait", says="close() waited for a job")
class WaitsForExecutorLoop(ForgetsExecutorLoop):
    """Waits for the jobs of its default executor when it is closed."""

    def close(self) -> None:
        """Wait."""
        if self.pool is not None:
            self.pool.shutdown(wait=True)
        super().close()


@mutant(breaks="close.explicit_executor_untouched", says="expected it to work as before")
class ShutsAllExecutorsLoop(SoundLoop):
    """Shuts every executor down that it has seen."""

    def __init__(self) -> None:
        self.seen: list[Any] = []
        super().__init__()

    def run_in_executor(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, executor: Any, func: Any, *args: Any
    ) -> Any:
        """Remember the executor."""
        self.seen.append(executor)
        return super().run_in_executor(executor, func, *args)

    def close(self) -> None:
        """Shut them down."""
        for executor in self.seen:
            executor.shutdown(wait=False)
        super().close()
