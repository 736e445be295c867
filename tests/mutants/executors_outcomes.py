"""Mutants of run_in_executor(): what a function raises."""

from __future__ import annotations

import asyncio
import copy
from typing import Any

from . import mutant
from .executors_parts import FunctionLoop, MirrorLoop


@mutant(breaks="run_in_executor.exception", says="a function that raises was still pending")
class LostExceptionLoop(MirrorLoop):
    """Reports an exception to the exception handler, and leaves the future pending."""

    def reflect(self, sound: asyncio.Future[Any], mirror: asyncio.Future[Any]) -> None:
        """Tell the handler, not the future."""
        if not sound.cancelled() and (error := sound.exception()):
            self.call_exception_handler({"message": "a job failed", "exception": error})
        else:
            super().reflect(sound, mirror)


@mutant(breaks="run_in_executor.exception", says="raised RuntimeError('job failed')")
class WrappedFailureLoop(FunctionLoop):
    """Wraps what a function raises."""

    def work(self, func: Any, args: tuple[Any, ...]) -> Any:
        """Wrap."""
        try:
            return func(*args)
        except Exception as error:
            raise RuntimeError("job failed") from error


@mutant(breaks="run_in_executor.exception", says="expected that very exception")
class CopiedExceptionLoop(FunctionLoop):
    """Raises a copy of what a function raises."""

    def work(self, func: Any, args: tuple[Any, ...]) -> Any:
        """Copy."""
        try:
            return func(*args)
        except ValueError as error:
            raise copy.copy(error) from None


@mutant(breaks="run_in_executor.base_exception", says="had raised SystemExit, its awaiter was pend")
@mutant(breaks="run_in_executor.base_exception", says="had raised KeyboardInterrupt, its awaiter w")
class DyingWorkerLoop(MirrorLoop):
    """A worker that raises SystemExit dies and completes nothing."""

    def reflect(self, sound: asyncio.Future[Any], mirror: asyncio.Future[Any]) -> None:
        """Know of no exits."""
        if sound.cancelled() or isinstance(sound.exception(), (Exception, type(None))):
            super().reflect(sound, mirror)


@mutant(breaks="run_in_executor.base_exception", says="a SystemExit raised by the function and cau")
@mutant(breaks="run_in_executor.base_exception", says="a KeyboardInterrupt raised by the function")
class ExitsOnArrivalLoop(MirrorLoop):
    """An exit in a worker leaves the run, caught or not."""

    def reflect(self, sound: asyncio.Future[Any], mirror: asyncio.Future[Any]) -> None:
        """Store it, and raise it as well."""
        super().reflect(sound, mirror)
        error = None if sound.cancelled() else sound.exception()
        if isinstance(error, (SystemExit, KeyboardInterrupt)):
            raise error


@mutant(breaks="run_in_executor.base_exception", says="expected that exception")
class ExitTurnedLoop(FunctionLoop):
    """An exit in a worker becomes another one."""

    def work(self, func: Any, args: tuple[Any, ...]) -> Any:
        """Turn it."""
        try:
            return func(*args)
        except (SystemExit, KeyboardInterrupt) as error:
            raise type(error)("turned") from None


@mutant(
    breaks="run_in_executor.stop_iteration", says="raises StopIteration was still", since=(3, 13)
)
class PendingOnStopIterationLoop(MirrorLoop):
    """The completion fails on StopIteration, and the future stays pending."""

    def reflect(self, sound: asyncio.Future[Any], mirror: asyncio.Future[Any]) -> None:
        """Leave out what stands for it."""
        error = None if sound.cancelled() else sound.exception()
        if error is None or not isinstance(error.__cause__, StopIteration):
            super().reflect(sound, mirror)


@mutant(
    breaks="run_in_executor.stop_iteration", says="the StopIteration as its cause", since=(3, 13)
)
class CauselessStopIterationLoop(FunctionLoop):
    """Turns StopIteration into a RuntimeError without a cause."""

    def work(self, func: Any, args: tuple[Any, ...]) -> Any:
        """Turn it."""
        try:
            return func(*args)
        except StopIteration:
            raise RuntimeError("StopIteration in a worker") from None


@mutant(
    breaks="run_in_executor.stop_iteration", says="raised nothing; expected Runti", since=(3, 13)
)
class StopIterationReturnsLoop(FunctionLoop):
    """Takes StopIteration for the function's return."""

    def work(self, func: Any, args: tuple[Any, ...]) -> Any:
        """Return its value."""
        try:
            return func(*args)
        except StopIteration as stop:
            return stop.value
