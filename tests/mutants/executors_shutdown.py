"""Mutants of shutdown_default_executor(): what it waits for, and the functions."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from . import mutant
from .executors_parts import DefaultShutdownLoop, MirrorLoop, OwnPoolLoop


@mutant(breaks="shutdown_default_executor.is_coroutine", says="expected a coroutine")
class ShutdownTaskLoop(DefaultShutdownLoop):
    """Makes a task of the shutdown."""

    def shutdown_default_executor(self, *args: Any, **options: Any) -> Any:  # noqa: ARG002 - nobody gives the limit by position
        """Begin at once."""
        return self.create_task(self.sound_shutdown(options))


@mutant(
    breaks="shutdown_default_executor.is_coroutine", says="before the coroutine of shutdown_def"
)
class ShutAtTheCallLoop(DefaultShutdownLoop):
    """Shuts down at the call, and waits in the coroutine."""

    def shutdown_default_executor(self, *args: Any, **options: Any) -> Coroutine[Any, Any, None]:  # noqa: ARG002 - nobody gives the limit by position
        """Mark the executor here."""
        self.pool.shutdown(wait=False)
        return self.sound_shutdown(options)


@mutant(
    breaks="shutdown_default_executor.waits_for_threads",
    says="returned while a function was still running",
)
class NoWaitLoop(OwnPoolLoop):
    """Tells the executor to end, and does not wait."""

    gone = False

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:  # noqa: ARG002 - the fault
        """Return at once."""
        self.gone = True
        self.pool.shutdown(wait=False)

    def hand_over(self, executor: Any, func: Any, *args: Any) -> Any:
        """Refuse after the shutdown."""
        if executor is None and self.gone:
            raise RuntimeError("the default executor is shut down")
        return super().hand_over(executor, func, *args)


@mutant(
    breaks="shutdown_default_executor.waits_for_threads",
    says="was alive; expected it to be joined",
)
@mutant(
    breaks="shutdown_default_executor.timeout_not_reached",
    says="expected the function's end, and no thread",
    since=(3, 12),
)
class ThreadsLeftLoop(OwnPoolLoop):
    """Waits for the functions, not for the threads."""

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:  # noqa: ARG002 - the fault
        """Join nobody."""
        await self.all_jobs()


@mutant(
    breaks="shutdown_default_executor.loop_keeps_running",
    says="for a task of the loop in vain",
)
class BlockingShutdownLoop(DefaultShutdownLoop):
    """Joins the threads in the loop's thread."""

    async def shutdown_default_executor(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - nobody gives the limit by position
        """Block."""
        self.pool.shutdown(wait=True)
        await self.sound_shutdown(options)


@mutant(
    breaks="shutdown_default_executor.pending_results_delivered",
    says="was queued when it began is cancelled",
)
class CancellingShutdownLoop(DefaultShutdownLoop):
    """Cancels what is queued."""

    async def shutdown_default_executor(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - nobody gives the limit by position
        """Cancel first."""
        self.pool.shutdown(wait=False, cancel_futures=True)
        await self.sound_shutdown(options)


@mutant(
    breaks="shutdown_default_executor.pending_results_delivered",
    says="was running when it began is pending",
)
class DroppedCompletionsLoop(MirrorLoop):
    """Drops the completions of functions that end during the shutdown."""

    ending = False

    async def shutdown_default_executor(self, *args: Any, **options: Any) -> None:
        """Mark the executor."""
        self.ending = True
        await super().shutdown_default_executor(*args, **options)

    def reflect(self, sound: asyncio.Future[Any], mirror: asyncio.Future[Any]) -> None:
        """Drop them."""
        if not self.ending:
            super().reflect(sound, mirror)
