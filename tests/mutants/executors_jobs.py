"""Mutants of run_in_executor(): the call, its arguments and the future."""

from __future__ import annotations

import asyncio
import copy
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from . import SoundLoop, mutant
from .executors_parts import ExecutorLoop, FunctionLoop
from .futures_parts import FutureLoop


@mutant(breaks="run_in_executor.returns_future", says="; expected an asyncio future")
class CoroutineMethodLoop(SoundLoop):
    """run_in_executor() is a coroutine function."""

    async def run_in_executor(  # type: ignore[override]  # the fault
        self, executor: Any, func: Any, *args: Any
    ) -> Any:
        """Do nothing until awaited."""
        return await super().run_in_executor(executor, func, *args)


@mutant(breaks="run_in_executor.returns_future", says="; expected an asyncio future")
class ExecutorsFutureLoop(ExecutorLoop):
    """Returns the executor's own future."""

    def hand_over(self, executor: Any, func: Any, *args: Any) -> Any:  # noqa: ARG002 - the fault
        """Submit, and leave it at that."""
        return ThreadPoolExecutor(1).submit(func, *args)


class LooplessFuture(asyncio.Future[Any]):
    """Names no loop."""

    def get_loop(self) -> Any:
        """Name none."""
        return None


@mutant(breaks="run_in_executor.returns_future", says="; expected one of the loop")
class LooplessFutureLoop(FutureLoop):
    """Returns a future of no loop."""

    Future = LooplessFuture


@mutant(breaks="run_in_executor.starts_without_await", says="the function had not run")
class NextTurnSubmitsLoop(ExecutorLoop):
    """Submits with the loop's next turn."""

    def hand_over(self, executor: Any, func: Any, *args: Any) -> Any:
        """Put the submission off."""
        submit = super().hand_over

        async def later() -> Any:
            return await submit(executor, func, *args)

        return self.create_task(later())


@mutant(breaks="run_in_executor.starts_without_await", says="left a future that is pending")
class StoppedCompletionsLoop(SoundLoop):
    """Drops what other threads schedule while the loop is stopped."""

    def call_soon_threadsafe(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, **options: Any
    ) -> Any:
        """Drop it."""
        if not self.is_running():
            return None
        return super().call_soon_threadsafe(callback, *args, **options)


@mutant(breaks="run_in_executor.result_and_args", says="called the function with [()]")
class NoArgumentsLoop(FunctionLoop):
    """Drops the arguments."""

    def work(self, func: Any, args: tuple[Any, ...]) -> Any:  # noqa: ARG002 - the fault
        """Call without."""
        return func()


@mutant(breaks="run_in_executor.result_and_args", says="expected these two arguments, once")
class PackedArgumentsLoop(FunctionLoop):
    """Passes the arguments as one."""

    def work(self, func: Any, args: tuple[Any, ...]) -> Any:
        """Forget the star."""
        return func(args)


@mutant(breaks="run_in_executor.result_and_args", says="expected the very object")
class CopiedResultLoop(FunctionLoop):
    """Copies the result."""

    def work(self, func: Any, args: tuple[Any, ...]) -> Any:
        """Copy what comes out."""
        return copy.copy(func(*args))
