"""Mutants of futures: cancel(), and its message."""

from __future__ import annotations

import asyncio
from typing import Any

from . import mutant
from .futures_parts import CallbackFuture, FutureLoop


@mutant(breaks="future.cancel.state", says="cancel() of a future that was pending returned None")
class SilentCancelLoop(FutureLoop):
    """cancel() returns nothing."""

    class Future(asyncio.Future[Any]):
        """Forgets to answer."""

        def cancel(self, msg: Any = None) -> Any:
            """Cancel, and say nothing."""
            super().cancel(msg)


@mutant(breaks="future.cancel.state", says="exception() of a cancelled future raised nothing")
class ReturnedCancellationLoop(FutureLoop):
    """exception() of a cancelled future returns the CancelledError."""

    class Future(asyncio.Future[Any]):
        """Returns what it should raise."""

        def exception(self) -> Any:
            """Return it."""
            return asyncio.CancelledError() if self.cancelled() else super().exception()


@mutant(breaks="future.cancel.state", says="of a future that was returned 1 it is cancelled")
class LateCancelLoop(FutureLoop):
    """cancel() flips the state of a future that is done."""

    class Future(asyncio.Future[Any]):
        """Is cancelled whenever asked."""

        def cancel(self, msg: Any = None) -> bool:
            """Flip the state, but answer as one should."""
            was_done = self.done()
            if was_done:
                asyncio.Future.__init__(self, loop=self.get_loop())
            super().cancel(msg)
            return not was_done


@mutant(breaks="future.cancel.state", says="of a future that was cancelled returned True")
class AgreeableCancelLoop(FutureLoop):
    """cancel() returns True whatever the state."""

    class Future(asyncio.Future[Any]):
        """Always agrees."""

        def cancel(self, msg: Any = None) -> bool:
            """Agree."""
            super().cancel(msg)
            return True


@mutant(breaks="future.cancel.state", says="its done callback was called 0 times")
@mutant(breaks="wrap_future.cancel_both_ways", says="were (True, False)")
class CancelWithoutCallbacksLoop(FutureLoop):
    """cancel() schedules no done callbacks."""

    class Future(CallbackFuture):
        """Tells nobody."""

        def complete(self) -> None:
            """Keep it to itself."""
            if not self.cancelled():
                super().complete()


@mutant(breaks="future.cancel.message", says="unexpected keyword argument 'msg'")
class NoMessageLoop(FutureLoop):
    """cancel() takes no message."""

    class Future(asyncio.Future[Any]):
        """Has the cancel() of Python 3.8."""

        def cancel(self) -> bool:  # type: ignore[override]  # the fault
            """Take no argument."""
            return super().cancel()


@mutant(breaks="future.cancel.message", says="by keyword result gave a CancelledError with the")
@mutant(breaks="future.cancel.message", says="by position exception gave a CancelledError with")
class DroppedMessageLoop(FutureLoop):
    """cancel() drops the message."""

    class Future(asyncio.Future[Any]):
        """Forgets the message."""

        def cancel(self, msg: Any = None) -> bool:  # noqa: ARG002 - the fault
            """Drop it."""
            return super().cancel()


@mutant(breaks="future.cancel.message", says="by keyword task gave a CancelledError with the")
class DroppedOnTheWayLoop(FutureLoop):
    """The message is lost on its way to the task that waits."""

    class Future(asyncio.Future[Any]):
        """Raises a CancelledError of its own."""

        def __await__(self) -> Any:
            try:
                return (yield from super().__await__())
            except asyncio.CancelledError:
                raise asyncio.CancelledError from None
