"""Broken loops: what comes out of run_until_complete()."""

from __future__ import annotations

import asyncio
import copy
from typing import Any

from . import SoundLoop, mutant


@mutant(breaks="run_until_complete.exception.same_object", says="another object than the")
class CopiesExceptionLoop(SoundLoop):
    """Raises a copy of the exception."""

    def run_until_complete(self, future: Any) -> Any:
        """Raise the exception anew."""
        try:
            return super().run_until_complete(future)
        except ValueError as error:
            raise copy.copy(error) from None


@mutant(
    breaks="run_until_complete.exception.same_object", says="raised nothing; expected ValueError"
)
@mutant(breaks="run_until_complete.exception.not_reported_too", says="raised nothing")
class ReturnsExceptionLoop(SoundLoop):
    """Returns the exception."""

    def run_until_complete(self, future: Any) -> Any:
        """Give back what came out, whatever it was."""
        try:
            return super().run_until_complete(future)
        except ValueError as error:
            return error


@mutant(breaks="run_until_complete.exception.same_object", says="RuntimeError")
class WrapsExceptionLoop(SoundLoop):
    """Wraps the exception."""

    def run_until_complete(self, future: Any) -> Any:
        """Raise an error of its own."""
        try:
            return super().run_until_complete(future)
        except ValueError as error:
            raise RuntimeError("the run failed") from error


@mutant(breaks="run_until_complete.exception.not_reported_too", says="expected no report")
class ShadowFutureLoop(SoundLoop):
    """Passes the outcome on through a second future."""

    def run_until_complete(self, future: Any) -> Any:
        """Wait for a shadow of the argument."""
        future = asyncio.ensure_future(future, loop=self)
        shadow = self.create_future()

        def pass_on(done: Any) -> None:
            if done.cancelled():
                shadow.cancel()
            elif isinstance(done._exception, ValueError):
                shadow.set_exception(done._exception)
            else:
                shadow.set_result(done.result())

        future.add_done_callback(pass_on)
        return super().run_until_complete(shadow)


@mutant(
    breaks="run_until_complete.cancelled.raises", says="raised nothing; expected CancelledError"
)
class CancelledIsNoneLoop(SoundLoop):
    """Returns None for what was cancelled."""

    def run_until_complete(self, future: Any) -> Any:
        """Swallow the cancellation."""
        try:
            return super().run_until_complete(future)
        except asyncio.CancelledError:
            return None


@mutant(breaks="run_until_complete.cancelled.raises", says="raised RuntimeError")
class CancelledIsErrorLoop(SoundLoop):
    """Raises RuntimeError for what was cancelled."""

    def run_until_complete(self, future: Any) -> Any:
        """Take the cancellation for an early stop."""
        try:
            return super().run_until_complete(future)
        except asyncio.CancelledError:
            raise RuntimeError("stopped before the future was done") from None


@mutant(
    breaks="run_until_complete.interrupt.next_run_unaffected", says="came out of a run raised Runt"
)
class StopsAfterInterruptLoop(SoundLoop):
    """Lets the done callback of an interrupted run stop the next one."""

    def run_until_complete(self, future: Any) -> Any:
        """Leave the stop behind that the task's end asks for."""
        try:
            return super().run_until_complete(future)
        except (KeyboardInterrupt, SystemExit):
            self.call_soon(self.stop)
            raise


@mutant(breaks="run_until_complete.interrupt.not_reported_too", says="raised nothing; expected Key")
class SwallowsInterruptLoop(SoundLoop):
    """Ends the run quietly on an interrupt."""

    def run_until_complete(self, future: Any) -> Any:
        """Return None."""
        try:
            return super().run_until_complete(future)
        except (KeyboardInterrupt, SystemExit):
            return None


@mutant(breaks="run_until_complete.interrupt.not_reported_too", says="expected no report")
class ReportsInterruptLoop(SoundLoop):
    """Raises an interrupt, and reports it as an exception that nobody retrieved."""

    def run_until_complete(self, future: Any) -> Any:
        """Report what a task of its own would report when it is collected."""
        try:
            return super().run_until_complete(future)
        except (KeyboardInterrupt, SystemExit) as error:
            self.call_soon(
                self.call_exception_handler,
                {"message": "Task exception was never retrieved", "exception": error},
            )
            raise


@mutant(breaks="run_until_complete.interrupt.other_task", says="raised nothing; expected Key")
class ForOtherTasksLoop(SoundLoop):
    """Keeps in the interrupts of other tasks."""

    def run_until_complete(self, future: Any) -> Any:
        """Go on until its own task is done."""
        future = asyncio.ensure_future(future, loop=self)
        while True:
            try:
                return super().run_until_complete(future)
            except (KeyboardInterrupt, SystemExit):
                if future.done():
                    raise


@mutant(breaks="run_until_complete.interrupt.other_task", says="and the next run cancelled")
class CancelsOnInterruptLoop(SoundLoop):
    """Cancels its task when another one raises an interrupt."""

    def run_until_complete(self, future: Any) -> Any:
        """Cancel, as a runner does."""
        future = asyncio.ensure_future(future, loop=self)
        try:
            return super().run_until_complete(future)
        except (KeyboardInterrupt, SystemExit):
            future.cancel()
            raise


@mutant(breaks="run_until_complete.stopped_early.runtime_error", says="raised nothing")
class StoppedIsNoneLoop(SoundLoop):
    """Returns None when it was stopped early."""

    def run_until_complete(self, future: Any) -> Any:
        """Swallow the error."""
        try:
            return super().run_until_complete(future)
        except RuntimeError:
            return None


@mutant(breaks="run_until_complete.stopped_early.runtime_error", says="raised nothing")
class IgnoresStopLoop(SoundLoop):
    """Goes on with run_until_complete() when somebody calls stop()."""

    def run_until_complete(self, future: Any) -> Any:
        """Run again until the future is done."""
        future = asyncio.ensure_future(future, loop=self)
        while True:
            try:
                return super().run_until_complete(future)
            except RuntimeError:
                if future.done():
                    raise


@mutant(breaks="run_until_complete.stopped_early.can_resume", says="raised CancelledError")
class CancelsWhenStoppedLoop(SoundLoop):
    """Cancels what it waited for when it is stopped early."""

    def run_until_complete(self, future: Any) -> Any:
        """Cancel the task that is left."""
        future = asyncio.ensure_future(future, loop=self)
        try:
            return super().run_until_complete(future)
        except RuntimeError:
            future.cancel()
            raise


@mutant(breaks="run_until_complete.stopped_early.no_stale_stop", says="expected its result")
class StaleCallbackLoop(SoundLoop):
    """Leaves its done callback on a future that it was stopped before."""

    def run_until_complete(self, future: Any) -> Any:
        """Forget to take the callback off."""
        future = asyncio.ensure_future(future, loop=self)
        try:
            return super().run_until_complete(future)
        except RuntimeError:
            future.add_done_callback(lambda _: self.stop())
            raise


@mutant(breaks="run_until_complete.closed_loop", says="raised nothing; expected RuntimeError")
class OpensAnewLoop(SoundLoop):
    """Opens another loop when it is closed."""

    def run_until_complete(self, future: Any) -> Any:
        """Run the coroutine on a new loop."""
        if not self.is_closed():
            return super().run_until_complete(future)
        other = SoundLoop()
        try:
            return other.run_until_complete(future)
        finally:
            other.close()


@mutant(breaks="run_until_complete.closed_loop", says="in the state CORO_SUSPENDED")
class StartsThenRefusesLoop(SoundLoop):
    """Starts a coroutine before it finds that it is closed."""

    def run_until_complete(self, future: Any) -> Any:
        """Make the first step by hand."""
        if self.is_closed():
            future.send(None)
        return super().run_until_complete(future)


@mutant(breaks="run_until_complete.pending_callbacks.run_first", says="ran [] of two callbacks")
class ShortCutLoop(SoundLoop):
    """Returns the result of a done future without a run."""

    def run_until_complete(self, future: Any) -> Any:
        """Take the short cut."""
        if asyncio.isfuture(future) and future.done():
            return future.result()
        return super().run_until_complete(future)
