"""Broken loops: what a cancelled coroutine answers, and what a task asks of itself."""

from __future__ import annotations

import asyncio
from typing import Any

from . import mutant
from .tasks_more_parts import ShapedLoop, Steps


class _CancelledRegardless(Steps):
    asked = False

    def throw(self, *error: Any) -> Any:
        self.asked = isinstance(error[0], asyncio.CancelledError)
        return self._step(super().throw, *error)

    def send(self, value: Any) -> Any:
        return self._step(super().send, value)

    def _step(self, step: Any, *args: Any) -> Any:
        try:
            return step(*args)
        except StopIteration:
            if self.asked:
                raise asyncio.CancelledError from None
            raise


@mutant(breaks="task.cancel.suppressed", says="left the task 'cancelled'")
class CancelledRegardlessLoop(ShapedLoop):
    """Ends a task cancelled when it was asked to, whatever its coroutine does."""

    steps = _CancelledRegardless


class _ThrowsAgain(Steps):
    def throw(self, *error: Any) -> Any:
        yielded = super().throw(*error)
        return super().throw(*error) if isinstance(error[0], asyncio.CancelledError) else yielded


@mutant(breaks="task.cancel.suppressed", says="raised CancelledError 2 times")
class ThrowsAgainLoop(ShapedLoop):
    """Throws CancelledError again into a coroutine that goes on."""

    steps = _ThrowsAgain


class _CancelledOverError(Steps):
    def throw(self, *error: Any) -> Any:
        try:
            return super().throw(*error)
        except ValueError:
            if isinstance(error[0], asyncio.CancelledError):
                raise asyncio.CancelledError from None
            raise


@mutant(breaks="task.cancel.replaced_by_exception", says="left its task 'cancelled'")
class CancelledOverErrorLoop(ShapedLoop):
    """Puts CancelledError in the place of the coroutine's own exception."""

    steps = _CancelledOverError


class _RaisesInCaller(asyncio.Task[Any]):
    def cancel(self, msg: Any = None) -> bool:
        if asyncio.current_task(self.get_loop()) is self:
            raise asyncio.CancelledError(msg)
        return super().cancel(msg)


@mutant(breaks="task.cancel.self", says="saw ['CancelledError']")
class RaisesInCallerLoop(ShapedLoop):
    """Raises in cancel() when a task cancels itself."""

    task_class = _RaisesInCaller


class _DeafToItself(asyncio.Task[Any]):
    def cancel(self, msg: Any = None) -> bool:
        return True if asyncio.current_task(self.get_loop()) is self else super().cancel(msg)


@mutant(breaks="task.cancel.self", says="saw ['went on', 'resumed']")
class DeafToItselfLoop(ShapedLoop):
    """Ignores a task that cancels itself."""

    task_class = _DeafToItself


class _AsksLater(asyncio.Task[Any]):
    def cancel(self, msg: Any = None) -> bool:
        if asyncio.current_task(self.get_loop()) is not self:
            return super().cancel(msg)
        self.get_loop().call_soon(super().cancel, msg)
        return True


@mutant(breaks="task.cancel.self_then_return", says="is 'returned 1'; expected cancelled")
class AsksLaterLoop(ShapedLoop):
    """Has a task's request to itself wait for the next turn."""

    task_class = _AsksLater


class _Flag(asyncio.Task[Any]):
    def cancelling(self) -> int:
        return min(super().cancelling(), 1)


@mutant(breaks="task.cancel.cancelling_count", says="is 1; expected 3")
class CountsOneLoop(ShapedLoop):
    """Counts the first request alone."""

    task_class = _Flag


class _UncancelSaysNothing(asyncio.Task[Any]):
    def uncancel(self) -> int:
        super().uncancel()
        return None  # type: ignore[return-value]  # the fault


@mutant(breaks="task.cancel.cancelling_count", says="[None, None, None, None]")
class UncancelSaysNothingLoop(ShapedLoop):
    """Has an uncancel() that returns nothing."""

    task_class = _UncancelSaysNothing


class _OwnCount(asyncio.Task[Any]):
    taken_back = 0

    def cancelling(self) -> int:
        return super().cancelling() - self.taken_back

    def uncancel(self) -> int:
        self.taken_back += 1
        return self.cancelling()


@mutant(breaks="task.cancel.cancelling_count", says="returned [2, 1, 0, -1]")
@mutant(breaks="task.cancel.uncancel_rescinds", says="brought ['CancelledError']", since=(3, 13))
class OwnCountLoop(ShapedLoop):
    """Counts by itself: below zero, and with no effect on what was asked."""

    task_class = _OwnCount


class _OnlyOnce(asyncio.Task[Any]):
    asked = False

    def cancel(self, msg: Any = None) -> bool:
        if self.asked:
            return False
        self.asked = True
        return super().cancel(msg)


@mutant(breaks="task.cancel.repeated_requests", says="raised 1 CancelledErrors")
class OnlyOnceLoop(ShapedLoop):
    """Hears the first request alone."""

    task_class = _OnlyOnce
