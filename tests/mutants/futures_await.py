"""Mutants of futures: awaiting them."""

from __future__ import annotations

import asyncio
from contextvars import Context
from typing import Any

from . import mutant
from .futures_parts import Callback, CallbackFuture, FutureLoop


@mutant(breaks="future.await.result", says="ran ['first got 7', 'queued behind']")
class OneWaiterLoop(FutureLoop):
    """Wakes only one waiter."""

    class Future(CallbackFuture):
        """Delivers one callback."""

        def deliver(self, kept: list[tuple[Callback, Context]]) -> None:
            """Deliver the first."""
            super().deliver(kept[:1])


@mutant(breaks="future.await.done_no_suspend", says="ran as ['queued', 'await 1', 'await 2']")
class AlwaysSuspendsLoop(FutureLoop):
    """An await of a future always gives way."""

    class Future(asyncio.Future[Any]):
        """Yields first."""

        def __await__(self) -> Any:
            yield
            return (yield from super().__await__())


@mutant(breaks="future.await.done_no_suspend", says="await 2 of a future with a stored result")
@mutant(breaks="future.await.done_no_suspend", says="await 2 of a future with a stored exception")
class AwaitedOnceLoop(FutureLoop):
    """A future can be awaited once."""

    class Future(asyncio.Future[Any]):
        """Counts its awaits."""

        awaited = False

        def __await__(self) -> Any:
            if self.awaited:
                raise RuntimeError("awaited already")
            self.awaited = True
            return super().__await__()


@mutant(breaks="future.await.exception", says="raised RuntimeError('failed') in the task")
class WrappedExceptionLoop(FutureLoop):
    """An await of a future raises a wrapper."""

    class Future(asyncio.Future[Any]):
        """Wraps."""

        def __await__(self) -> Any:
            try:
                return (yield from super().__await__())
            except Exception as error:
                raise RuntimeError("failed") from error


@mutant(breaks="future.await.exception", says="raised CancelledError() in the task")
class FailureCancelsLoop(FutureLoop):
    """A future that fails cancels the task that waits."""

    class Future(asyncio.Future[Any]):
        """Cancels."""

        def __await__(self) -> Any:
            try:
                return (yield from super().__await__())
            except Exception:  # noqa: BLE001 - the fault
                raise asyncio.CancelledError from None


@mutant(breaks="future.await.exception", says="waiting for a future that failed is pending")
class FailureWakesNobodyLoop(FutureLoop):
    """A future that fails does not wake who waits for it."""

    class Future(CallbackFuture):
        """Keeps its failure to itself."""

        def set_exception(self, exception: Any, /) -> None:
            """Tell nobody."""
            asyncio.Future.set_exception(self, exception)


@mutant(breaks="future.await.outside_task", says="the iterator of a pending future yielded")
class PrivateWaiterLoop(FutureLoop):
    """An await of a future yields a waiter of its own."""

    class Future(asyncio.Future[Any]):
        """Has somebody else be waited for."""

        def __await__(self) -> Any:
            if not self.done():
                waiter: asyncio.Future[None] = asyncio.Future(loop=self.get_loop())
                self.add_done_callback(lambda _: waiter.set_result(None))
                yield from waiter
            return self.result()


@mutant(breaks="future.await.outside_task", says="the iterator ended with None")
class ValuelessIteratorLoop(FutureLoop):
    """The iterator of a future ends without the result."""

    class Future(asyncio.Future[Any]):
        """Forgets to return."""

        def __await__(self) -> Any:
            yield from super().__await__()
