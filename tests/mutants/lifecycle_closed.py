"""Broken loops: what a closed loop does."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from . import SoundLoop, mutant


@mutant(breaks="close.then_call_soon", says="raised nothing; expected RuntimeError")
@mutant(breaks="close.then_call_later", says="raised nothing; expected RuntimeError")
@mutant(breaks="close.then_call_at", says="raised nothing; expected RuntimeError")
class AcceptsWhenClosedLoop(SoundLoop):
    """Accepts callbacks and timers when it is closed."""

    def call_soon(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, context: Any = None
    ) -> Any:
        """Make a handle that nobody will run."""
        if self.is_closed():
            return asyncio.Handle(callback, args, self, context)
        return super().call_soon(callback, *args, context=context)

    def call_later(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, delay: float, callback: Any, *args: Any, context: Any = None
    ) -> Any:
        """Make a handle that nobody will run."""
        if self.is_closed():
            return asyncio.TimerHandle(delay, callback, args, self, context)
        return super().call_later(delay, callback, *args, context=context)

    def call_at(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, when: float, callback: Any, *args: Any, context: Any = None
    ) -> Any:
        """Make a handle that nobody will run."""
        if self.is_closed():
            return asyncio.TimerHandle(when, callback, args, self, context)
        return super().call_at(when, callback, *args, context=context)


@mutant(breaks="close.then_run_in_executor", says="raised nothing; expected RuntimeError")
class ExecutesWhenClosedLoop(SoundLoop):
    """Accepts jobs when it is closed."""

    def run_in_executor(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, executor: Any, func: Any, *args: Any
    ) -> Any:
        """Return a future that nobody will complete."""
        if self.is_closed():
            return asyncio.Future(loop=self)
        return super().run_in_executor(executor, func, *args)


@mutant(breaks="close.then_run_in_executor", says="expected no thread")
class PoolWhenClosedLoop(SoundLoop):
    """Makes a thread pool before it finds that it is closed."""

    pool: Any = None

    def run_in_executor(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, executor: Any, func: Any, *args: Any
    ) -> Any:
        """Make the pool, warm it up, and refuse."""
        if self.is_closed():
            self.pool = ThreadPoolExecutor(1)
            self.pool.submit(int).result()
        return super().run_in_executor(executor, func, *args)


@mutant(breaks="close.query_methods_still_answer", says="'get_debug': RuntimeError")
class NoDebugWhenClosedLoop(SoundLoop):
    """Refuses to say whether it is in debug mode when it is closed."""

    def get_debug(self) -> bool:
        """Refuse."""
        if self.is_closed():
            raise RuntimeError("the loop is closed")
        return super().get_debug()


@mutant(breaks="close.query_methods_still_answer", says="brought [] to the handler")
class SilentWhenClosedLoop(SoundLoop):
    """Drops what is reported to it when it is closed."""

    def call_exception_handler(self, context: Any) -> None:
        """Drop the report."""
        if not self.is_closed():
            super().call_exception_handler(context)


class _LoopsFuture(asyncio.Future[Any]):
    """A future that asks its loop for its state."""

    def result(self) -> Any:
        """Ask whether the loop is there."""
        if self.get_loop().is_closed():
            raise RuntimeError("the loop is closed")
        return super().result()


@mutant(breaks="loop.future_result_after_close", says="RuntimeError('the loop is closed')")
class FutureInLoop(SoundLoop):
    """Keeps the state of its futures until it is closed."""

    def create_future(self) -> asyncio.Future[Any]:
        """Make such a future."""
        return _LoopsFuture(loop=self)


@mutant(breaks="loop.repr_any_state", says="'closed': RuntimeError")
class NoReprWhenClosedLoop(SoundLoop):
    """Can't be shown when it is closed."""

    def __repr__(self) -> str:
        if self.is_closed():
            raise RuntimeError("the loop is closed")
        return super().__repr__()
