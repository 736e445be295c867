"""Broken loops: run_forever() and is_running()."""

from __future__ import annotations

import threading
from typing import Any

from . import SoundLoop, mutant
from .lifecycle_parts import Interrupts, Turns, Waiting


@mutant(breaks="run_forever.until_stop", says="came back before a timer")
@mutant(breaks="run_forever.idle_until_other_thread", says="came back with nothing to do")
class ReturnsWhenIdleLoop(SoundLoop):
    """Returns from a run when no callback is ready."""

    def run_forever(self) -> None:
        """Stop in the second turn."""
        self.call_soon(self.call_soon, self.stop)
        super().run_forever()


@mutant(breaks="run_forever.until_stop", says="returned True; expected None")
class ReturnsTrueLoop(SoundLoop):
    """Returns True from a run."""

    def run_forever(self) -> Any:
        """Say that all went well."""
        super().run_forever()
        return True


@mutant(breaks="run_forever.idle_until_other_thread", says="expected it to block")
class SpinsLoop(SoundLoop):
    """Polls without a pause."""

    def run_forever(self) -> None:
        """Always have something to do."""

        def again() -> None:
            self.call_soon(again)

        again()
        super().run_forever()


@mutant(breaks="run_forever.restartable", says="can be run only once")
class OnceLoop(SoundLoop):
    """Can be run only once."""

    has_run = False

    def run_forever(self) -> None:
        """Refuse the second run."""
        if self.has_run:
            raise RuntimeError("a loop can be run only once")
        self.has_run = True
        super().run_forever()


@mutant(breaks="run_forever.restartable", says="expected it to be kept")
class DropsTimersLoop(SoundLoop):
    """Drops its timers when a run ends."""

    def __init__(self) -> None:
        self.timers: list[Any] = []
        super().__init__()

    def call_later(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, delay: float, callback: Any, *args: Any, context: Any = None
    ) -> Any:
        """Take note of the timer."""
        self.timers.append(super().call_later(delay, callback, *args, context=context))
        return self.timers[-1]

    def run_forever(self) -> None:
        """Cancel them."""
        super().run_forever()
        for timer in self.timers:
            timer.cancel()


@mutant(breaks="run_forever.closed_loop", says="on a closed loop raised nothing")
class QuietWhenClosedLoop(SoundLoop):
    """Returns from a run at once when it is closed."""

    def run_forever(self) -> None:
        """Do nothing on a closed loop."""
        if not self.is_closed():
            super().run_forever()


@mutant(breaks="run_forever.iteration_semantics", says="expected one link a run")
class EndlessTurnLoop(Turns):
    """Runs new callbacks in the turn in which they are scheduled."""

    def work_off(self, batch: list[Waiting]) -> None:
        """Go on until nothing is left."""
        while batch:
            super().work_off(batch)
            batch = self.take()


@mutant(breaks="run_forever.iteration_semantics", says="expected one link a run")
class LateTurnLoop(SoundLoop):
    """Runs a callback that a callback schedules one turn late."""

    def call_soon(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, context: Any = None
    ) -> Any:
        """Take a turn more."""
        if not self.is_running():
            return super().call_soon(callback, *args, context=context)
        return super().call_soon(super().call_soon, callback, *args)


@mutant(breaks="run_forever.exception.interrupt_from_callback", says="raised nothing; expected")
class ReportsInterruptsLoop(Interrupts):
    """Sends interrupts of callbacks to the exception handler."""

    def interrupted(self, error: BaseException, *_called: Any) -> None:
        """Report."""
        self.call_exception_handler({"message": "in a callback", "exception": error})


@mutant(breaks="run_forever.exception.interrupt_from_callback", says="another object than")
class CopiesInterruptsLoop(Interrupts):
    """Raises another interrupt of the same class."""

    def interrupted(self, error: BaseException, *_called: Any) -> None:
        """Raise a new one."""
        raise type(error)(*error.args)


@mutant(breaks="run_forever.exception.interrupt_from_callback", says="raised RuntimeError")
class WrapsInterruptsLoop(SoundLoop):
    """Wraps interrupts."""

    def run_forever(self) -> None:
        """Raise an error of its own."""
        try:
            super().run_forever()
        except (KeyboardInterrupt, SystemExit) as error:
            raise RuntimeError("a callback failed") from error


@mutant(breaks="run_forever.exception.interrupt_from_callback", says="is True; expected False")
@mutant(breaks="is_running.false_after_interrupt", says="interrupt ended is True; expected")
class RunningAfterInterruptLoop(SoundLoop):
    """Counts as running after an interrupt."""

    stuck = False

    def is_running(self) -> bool:
        """Look at the mark as well."""
        return self.stuck or super().is_running()

    def run_forever(self) -> None:
        """Mark the run, and clear the mark when it ends normally."""
        self.stuck = False
        try:
            super().run_forever()
        except (KeyboardInterrupt, SystemExit):
            self.stuck = True
            raise


@mutant(breaks="run_forever.exception.rest_of_batch_kept", says="expected each once, in order")
class DiscardsRestLoop(Turns):
    """Throws away the rest of the turn when an exception leaves it."""

    def put_back(self, batch: list[Waiting]) -> None:
        """Keep nothing."""


@mutant(breaks="run_forever.exception.rest_of_batch_kept", says="expected each once, in order")
class RepeatsRaisingLoop(Interrupts):
    """Runs a callback again that raised an interrupt."""

    def interrupted(self, error: BaseException, *called: Any) -> None:
        """Keep the callback for the next run."""
        callback, args = called
        self.call_soon(callback, *args)
        raise error


@mutant(breaks="is_running.states", says="'after a run': True")
class RunningForEverLoop(SoundLoop):
    """Counts as running from its first run on."""

    has_run = False

    def is_running(self) -> bool:
        """Look at the mark as well."""
        return self.has_run or super().is_running()

    def run_forever(self) -> None:
        """Set the mark after the run."""
        self.has_run = False
        super().run_forever()
        self.has_run = True

    def close(self) -> None:
        """Clear it."""
        self.has_run = False
        super().close()


@mutant(breaks="is_running.states", says="'in another thread': False")
class RunningHereLoop(SoundLoop):
    """Counts as running in its own thread only."""

    home = 0

    def run_forever(self) -> None:
        """Remember the thread."""
        self.home = threading.get_ident()
        super().run_forever()

    def is_running(self) -> bool:
        """Compare the threads."""
        return super().is_running() and self.home == threading.get_ident()


@mutant(breaks="is_running.states", says="is_running() answered {'before': 0")
class RunningCountLoop(SoundLoop):
    """Answers with a number."""

    def is_running(self) -> Any:
        """How many runs there are."""
        return int(super().is_running())


@mutant(breaks="is_running.false_after_failed_start", says="is True; expected False")
@mutant(breaks="run_until_complete.reentrant.other_loop", says="after it was refused")
class RunningBeforeCheckLoop(SoundLoop):
    """Counts as running before it is known whether a run may begin."""

    begun = False

    def is_running(self) -> bool:
        """Look at the mark as well."""
        return self.begun or super().is_running()

    def run_until_complete(self, future: Any) -> Any:
        """Leave the mark where a run was refused."""
        try:
            return super().run_until_complete(future)
        except RuntimeError:
            self.begun = True
            raise

    def close(self) -> None:
        """Clear it."""
        self.begun = False
        super().close()
