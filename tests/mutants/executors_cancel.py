"""Mutants of run_in_executor(): cancelled functions, and closed loops."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from . import mutant
from .executors_parts import ExecutorLoop, MirrorLoop
from .futures_parts import FutureLoop


@mutant(breaks="run_in_executor.cancel_queued", says="['cancelled', 'behind it'] ran")
class DetachedCancelLoop(MirrorLoop):
    """cancel() detaches the future from the function."""

    def reflect_cancel(self, sound: asyncio.Future[Any], mirror: asyncio.Future[Any]) -> None:
        """Let the function be."""


class UncancellableFuture(asyncio.Future[Any]):
    """Is cancelled only when the function has ended."""

    wanted = False

    def cancel(self, msg: Any = None) -> bool:  # noqa: ARG002 - the fault
        """Take note."""
        self.wanted = True
        return True

    def set_result(self, result: Any, /) -> None:
        """Cancel at last."""
        if self.wanted:
            super().cancel()
        else:
            super().set_result(result)


@mutant(breaks="run_in_executor.cancel_running", says="cancel() the task that awaits a running fu")
class PatientCancelLoop(FutureLoop):
    """Delivers a cancellation when the function has ended."""

    Future = UncancellableFuture


@mutant(breaks="run_in_executor.cancel_running", says="brought [")
class LateResultComplainsLoop(MirrorLoop):
    """Sets a late result on a future that is cancelled."""

    def reflect(self, sound: asyncio.Future[Any], mirror: asyncio.Future[Any]) -> None:
        """Set it in any case."""
        mirror.set_result(None if sound.cancelled() else sound.result())


@mutant(breaks="run_in_executor.cancel_queued", says="cancel() of a queued function returned None")
class SilentFutureLoop(FutureLoop):
    """cancel() returns nothing."""

    class Future(asyncio.Future[Any]):
        """Does not say whether it was cancelled."""

        def cancel(self, msg: Any = None) -> Any:
            """Cancel, and say nothing."""
            super().cancel(msg)


@mutant(breaks="run_in_executor.concurrent_future_cancelled", says="was still pending after")
class DroppedByExecutorLoop(MirrorLoop):
    """The future stays pending when the executor drops the function."""

    def reflect(self, sound: asyncio.Future[Any], mirror: asyncio.Future[Any]) -> None:
        """Know results and exceptions alone."""
        if not sound.cancelled():
            super().reflect(sound, mirror)


@mutant(breaks="run_in_executor.concurrent_future_cancelled", says="raised RuntimeError('dropped')")
class DroppedIsFailureLoop(MirrorLoop):
    """Takes a function that the executor drops for one that failed."""

    def reflect(self, sound: asyncio.Future[Any], mirror: asyncio.Future[Any]) -> None:
        """Make an exception of it."""
        if sound.cancelled() and not mirror.done():
            mirror.set_exception(RuntimeError("dropped"))
        else:
            super().reflect(sound, mirror)


@mutant(
    breaks="run_in_executor.loop_closed_before_completion",
    says="in its worker's thread; expected silence",
)
class ThreadPerJobLoop(ExecutorLoop):
    """Runs each function in a thread of its own, which reports to a closed loop too."""

    def hand_over(self, executor: Any, func: Any, *args: Any) -> Any:
        """Start a thread."""
        if executor is not None:
            return super().hand_over(executor, func, *args)
        future: asyncio.Future[Any] = self.create_future()

        def work() -> None:
            self.call_soon_threadsafe(future.set_result, func(*args))

        threading.Thread(target=work).start()
        return future


@mutant(
    breaks="run_in_executor.loop_closed_before_completion", says="exception calling callback for"
)
class ReportsToClosedLoop(ExecutorLoop):
    """The executor's callback reports to a closed loop too."""

    def hand_over(self, executor: Any, func: Any, *args: Any) -> Any:
        """Do without asyncio.wrap_future()."""
        if executor is None:
            return super().hand_over(executor, func, *args)
        sound, future = executor.submit(func, *args), self.create_future()
        sound.add_done_callback(
            lambda _: self.call_soon_threadsafe(future.set_result, sound.result())
        )
        return future
