"""Mutants of futures: what other threads bring about."""

from __future__ import annotations

import asyncio
import concurrent.futures
from typing import Any

from . import SoundLoop, mutant
from .futures_outcomes import CopyingFutureLoop
from .futures_parts import FutureLoop


class DeferringLoop(SoundLoop):
    """No mutant: puts off what other threads' callbacks schedule."""

    deferring = False

    def call_soon(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, **options: Any
    ) -> Any:
        """Put off for long."""
        if self.deferring:
            return self.call_later(30, callback, *args, **options)
        return super().call_soon(callback, *args, **options)


@mutant(breaks="future.complete_from_thread_via_threadsafe", says="the idle loop had not resumed")
class SleepsBeforeTheTaskLoop(DeferringLoop):
    """Sleeps before it runs what a callback from another thread has scheduled."""

    def call_soon_threadsafe(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, **options: Any
    ) -> Any:
        """Mark the time in which the callback runs."""

        def run() -> None:
            self.deferring = True
            try:
                callback(*args)
            finally:
                self.deferring = False

        return super().call_soon_threadsafe(run, **options)


@mutant(breaks="future.complete_from_thread_via_threadsafe", says="the idle loop had not resumed")
@mutant(
    breaks="wrap_future.result_from_thread", says="set the value of the concurrent future, the idle"
)
@mutant(breaks="wrap_future.result_from_thread", says="set the exception of the concurrent future")
class NoWakeUpLoop(SoundLoop):
    """call_soon_threadsafe() does not wake the loop."""

    def call_soon_threadsafe(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, **options: Any
    ) -> Any:
        """Schedule, as if called in the loop's thread."""
        return self.call_soon(callback, *args, **options)


@mutant(breaks="wrap_future.cancel_both_ways", says="was still pending after")
class CancellationsStayOutsideLoop(SoundLoop):
    """The cancellation of a concurrent future does not reach the asyncio future."""

    def call_soon_threadsafe(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, **options: Any
    ) -> Any:
        """Drop news of cancelled futures."""
        if any(isinstance(a, concurrent.futures.Future) and a.cancelled() for a in args):
            return None
        return super().call_soon_threadsafe(callback, *args, **options)


@mutant(breaks="wrap_future.result_from_thread", says="expected the thread's value")
class CopiesFromThreadsLoop(CopyingFutureLoop):
    """A wrapped future gets a copy of the value."""


@mutant(breaks="wrap_future.result_from_thread", says="expected one of the loop given")
class WrapsForAnotherLoop(FutureLoop):
    """A wrapped future says that it is of another loop."""

    class Future(asyncio.Future[Any]):
        """Names no loop when it is done."""

        def get_loop(self) -> Any:
            """Name none."""
            return None if self.done() else super().get_loop()
