"""Mutants of shutdown_default_executor(): what is refused, and what can be repeated."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from . import mutant
from .executors_parts import DefaultShutdownLoop, ExecutorLoop


@mutant(breaks="shutdown_default_executor.never_used", says="raised nothing; expected RuntimeError")
class MarkedOnlyIfUsedLoop(ExecutorLoop):
    """Marks the executor as shut down only where there is one."""

    used = False

    def hand_over(self, executor: Any, func: Any, *args: Any) -> Any:
        """Note that there is one."""
        self.used = True
        return super().hand_over(executor, func, *args)

    async def shutdown_default_executor(self, *args: Any, **options: Any) -> None:
        """Look whether there is one."""
        if self.used:
            await super().shutdown_default_executor(*args, **options)


@mutant(
    breaks="shutdown_default_executor.never_used",
    says="with no default executor yet, raised AttributeError",
)
class NeedsExecutorLoop(ExecutorLoop):
    """Can't shut down an executor that does not exist."""

    used: Any = None

    def hand_over(self, executor: Any, func: Any, *args: Any) -> Any:
        """Note that there is one."""
        self.used = self
        return super().hand_over(executor, func, *args)

    async def shutdown_default_executor(self, *args: Any, **options: Any) -> None:
        """Fall over None."""
        self.used.is_running()
        await super().shutdown_default_executor(*args, **options)


class ReplacingLoop(ExecutorLoop):
    """No mutant: knows whether the shutdown is over."""

    over = False

    async def shutdown_default_executor(self, *args: Any, **options: Any) -> None:
        """Note that it is over."""
        await super().shutdown_default_executor(*args, **options)
        self.over = True


@mutant(breaks="shutdown_default_executor.then_rejects", says="raised nothing; expected RuntimeErr")
class NewExecutorLoop(ReplacingLoop):
    """Makes a new default executor after the shutdown."""

    def hand_over(self, executor: Any, func: Any, *args: Any) -> Any:
        """Make one."""
        if executor is None and self.over:
            executor = ThreadPoolExecutor(1)
        return super().hand_over(executor, func, *args)


@mutant(breaks="shutdown_default_executor.then_rejects", says="expected an executor that is given")
class RefusesAllLoop(ReplacingLoop):
    """Refuses executors that are given, too, after the shutdown."""

    def hand_over(self, executor: Any, func: Any, *args: Any) -> Any:
        """Ask before the executor is looked at."""
        if self.over:
            raise RuntimeError("Executor shutdown has been called")
        return super().hand_over(executor, func, *args)


@mutant(breaks="shutdown_default_executor.then_rejects", says="raised nothing; expected RuntimeErr")
class RefusalInFutureLoop(ReplacingLoop):
    """Puts the refusal into the future."""

    def hand_over(self, executor: Any, func: Any, *args: Any) -> Any:
        """Return a future that has failed."""
        try:
            return super().hand_over(executor, func, *args)
        except RuntimeError as error:
            future = self.create_future()
            future.set_exception(error)
            return future


@mutant(
    breaks="shutdown_default_executor.rejects_while_in_progress",
    says="waits raised nothing; expected RuntimeError",
)
class MarkedAtTheEndLoop(DefaultShutdownLoop):
    """Marks the executor when the functions have ended."""

    async def shutdown_default_executor(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - nobody gives the limit by position
        """Wait first."""
        await self.all_jobs()
        await self.sound_shutdown(options)


@mutant(breaks="shutdown_default_executor.repeatable", says="the second raised RuntimeError")
class OneShutdownLoop(ReplacingLoop):
    """Refuses a second shutdown."""

    async def shutdown_default_executor(self, *args: Any, **options: Any) -> None:
        """Refuse."""
        if self.over:
            raise RuntimeError("the default executor is shut down")
        await super().shutdown_default_executor(*args, **options)


@mutant(breaks="shutdown_default_executor.repeatable", says="the close() raised AttributeError")
class CloseAfterShutdownLoop(ReplacingLoop):
    """close() looks for an executor that the shutdown has taken away."""

    def close(self) -> None:
        """Close, and fall over None."""
        super().close()
        if self.over:
            raise AttributeError("'NoneType' object has no attribute 'shutdown'")
