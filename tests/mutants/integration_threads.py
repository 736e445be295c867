"""Broken loops: under to_thread() and run_coroutine_threadsafe()."""

from __future__ import annotations

import asyncio
import functools
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from . import SoundLoop, mutant
from .tasks_more_parts import ShapedLoop, Steps


class JobLoop(SoundLoop):
    """Makes of a job what `shape_job` says."""

    def run_in_executor(  # type: ignore[override]  # typeshed ties the arguments to the function
        self, executor: Any, func: Any, *args: Any
    ) -> Any:
        """Run the shaped job."""
        return super().run_in_executor(executor, self.shape_job(func), *args)

    def shape_job(self, func: Any) -> Any:
        """Shape the job. For mutants to override."""
        raise NotImplementedError


@mutant(breaks="to_thread.runs_elsewhere_with_context", says="'context': 'unset'")
class TakesPartialApartLoop(JobLoop):
    """Takes a functools.partial apart, and calls the function that it finds inside."""

    def shape_job(self, func: Any) -> Any:
        """Leave the context out."""
        if isinstance(func, functools.partial):
            return functools.partial(func.args[0], *func.args[1:], **func.keywords)
        return func


@mutant(breaks="to_thread.runs_elsewhere_with_context", says="'kwargs': {}")
class KeywordlessPartialLoop(JobLoop):
    """Forgets the keywords of a functools.partial."""

    def shape_job(self, func: Any) -> Any:
        """Forget."""
        return functools.partial(func.func, *func.args)


@mutant(breaks="to_thread.runs_elsewhere_with_context", says="'elsewhere': False")
class NoThreadsLoop(SoundLoop):
    """Does an executor's jobs itself, at once."""

    def run_in_executor(  # type: ignore[override]  # typeshed ties the arguments to the function
        self,
        executor: Any,  # noqa: ARG002 - the fault
        func: Any,
        *args: Any,
    ) -> Any:
        """Do it."""
        future = self.create_future()
        future.set_result(func(*args))
        return future


@mutant(breaks="to_thread.runs_elsewhere_with_context", says="no default executor")
class NoDefaultExecutorLoop(SoundLoop):
    """Has no executor unless it is given one."""

    def run_in_executor(  # type: ignore[override]  # typeshed ties the arguments to the function
        self, executor: Any, func: Any, *args: Any
    ) -> Any:
        """Insist."""
        if executor is None:
            raise RuntimeError("no default executor")
        return super().run_in_executor(executor, func, *args)


class ThreadsafeLoop(SoundLoop):
    """Makes of a thread-safe call what `shape_call` says."""

    def call_soon_threadsafe(  # type: ignore[override]  # typeshed ties the arguments
        self, callback: Any, *args: Any, **options: Any
    ) -> Any:
        """Schedule the shaped call."""
        if threading.current_thread() is threading.main_thread():
            return super().call_soon_threadsafe(callback, *args, **options)
        return self.shape_call(callback, *args, **options)

    def shape_call(self, callback: Any, *args: Any, **options: Any) -> Any:
        """Schedule a call of another thread. For mutants to override."""
        raise NotImplementedError


@mutant(breaks="run_coroutine_threadsafe.result", says="to the idle loop raised TimeoutError")
class NotWokenLoop(ThreadsafeLoop):
    """Does not wake up for what another thread asks."""

    def shape_call(self, callback: Any, *args: Any, **options: Any) -> Any:
        """Queue it."""
        return self.call_soon(callback, *args, **options)


@mutant(breaks="run_coroutine_threadsafe.result", says="to the idle loop was not cancelled")
class LosesCancelLoop(ThreadsafeLoop):
    """Loses a cancellation that comes from another thread."""

    def shape_call(self, callback: Any, *args: Any, **options: Any) -> Any:
        """Lose it."""
        if getattr(callback, "__name__", "") == "cancel":
            return None
        return SoundLoop.call_soon_threadsafe(self, callback, *args, **options)


class _Elsewhere(Steps):
    """Takes the steps of a coroutine in a thread of their own."""

    pool = ThreadPoolExecutor(1)

    def send(self, value: Any) -> Any:
        if self.coro.__name__ != "main":
            return self.coro.send(value)
        answer = self.pool.submit(self._send, value).result()
        if isinstance(answer, StopIteration):
            raise StopIteration(answer.value)
        return answer

    def _send(self, value: Any) -> Any:
        asyncio._set_running_loop(self.loop)
        try:
            return self.coro.send(value)
        except StopIteration as stop:
            return stop
        finally:
            asyncio._set_running_loop(None)


@mutant(breaks="run_coroutine_threadsafe.result", says="returned 'in another thread'")
class ElsewhereLoop(ShapedLoop):
    """Runs tasks in a thread of their own."""

    steps = _Elsewhere


class _NoErrors(Steps):
    def send(self, value: Any) -> Any:
        try:
            return self.coro.send(value)
        except ValueError:
            raise StopIteration(None) from None


@mutant(breaks="run_coroutine_threadsafe.result", says="returned None; expected that it raised")
class NoErrorsLoop(ShapedLoop):
    """Ends a task that raises with None."""

    steps = _NoErrors


@mutant(breaks="run_coroutine_threadsafe.closed_loop", says="raised nothing; expected RuntimeError")
class AcceptsWhenClosedLoop(SoundLoop):
    """Accepts thread-safe calls although it is closed."""

    def call_soon_threadsafe(  # type: ignore[override]  # typeshed ties the arguments
        self, callback: Any, *args: Any, **options: Any
    ) -> Any:
        """Lose them."""
        if self.is_closed():
            return asyncio.Handle(callback, args, self)
        return super().call_soon_threadsafe(callback, *args, **options)
