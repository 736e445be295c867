"""Mutants of run_in_executor(): which thread does what."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from typing import Any

from . import SoundLoop, mutant
from .executors_parts import ExecutorLoop
from .futures_parts import Callback, CallbackFuture, FutureLoop


@mutant(breaks="run_in_executor.other_thread", says="for a callback of the loop in vain")
class InlineLoop(ExecutorLoop):
    """Runs the function on the spot."""

    def hand_over(self, executor: Any, func: Any, *args: Any) -> Any:  # noqa: ARG002 - the fault
        """Call it here."""
        future = self.create_future()
        future.set_result(func(*args))
        return future


@mutant(breaks="run_in_executor.other_thread", says="for a callback of the loop in vain")
class WaitingLoop(ExecutorLoop):
    """Runs the function in another thread, and waits for it."""

    def hand_over(self, executor: Any, func: Any, *args: Any) -> Any:  # noqa: ARG002 - the fault
        """Wait here."""
        future = self.create_future()
        with ThreadPoolExecutor(1) as pool:
            future.set_result(pool.submit(func, *args).result())
        return future


@mutant(
    breaks="run_in_executor.default_is_concurrent", says="expected them to run at the same time"
)
class SingleThreadLoop(SoundLoop):
    """Has a default executor with one thread."""

    def __init__(self) -> None:
        super().__init__()
        self.set_default_executor(ThreadPoolExecutor(1))


@mutant(breaks="run_in_executor.default_reused", says="ran in 100 different threads")
class PoolPerCallLoop(ExecutorLoop):
    """Makes a pool for each call."""

    def hand_over(self, executor: Any, func: Any, *args: Any) -> Any:
        """Make one more."""
        return super().hand_over(executor or ThreadPoolExecutor(1), func, *args)


@mutant(breaks="run_in_executor.wakes_idle_loop", says="was to end, the idle loop had not")
class SleepingLoop(SoundLoop):
    """Completes futures without waking the loop."""

    def call_soon_threadsafe(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, **options: Any
    ) -> Any:
        """Schedule, as if called in the loop's thread."""
        return self.call_soon(callback, *args, **options)


@mutant(breaks="run_in_executor.completion_in_loop_thread", says="expected the loop's thread")
class WorkerCompletesLoop(FutureLoop):
    """Runs done callbacks in the worker's thread."""

    class Future(CallbackFuture):
        """Calls at once."""

        def schedule(self, callback: Callback, context: Context) -> None:
            """Call it here."""
            context.run(callback, self)

    def call_soon_threadsafe(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, **options: Any
    ) -> Any:
        """Call it here, then wake up."""
        callback(*args)
        return super().call_soon_threadsafe(lambda: None, **options)
