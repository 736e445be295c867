"""Broken loops: stop(), and what a run leaves for the next one."""

from __future__ import annotations

import select
import threading
from typing import Any

from . import SoundLoop, mutant
from .lifecycle_parts import EarlyStops, Turns, Waiting


@mutant(breaks="run_until_complete.leftover.kept", says="expected each of")
@mutant(breaks="stop.running.new_callbacks_deferred", says="had executed ['stopping'] by its end")
class ClearsLeftoverLoop(Turns):
    """Clears the ready queue when a run ends."""

    def ended(self) -> None:
        """Forget what is left."""
        self.ready.clear()


@mutant(breaks="run_until_complete.leftover.kept", says="leave most for the next run")
@mutant(breaks="stop.running.new_callbacks_deferred", says="the new callback to wait")
class DrainsLeftoverLoop(Turns):
    """Works off the ready queue before a run ends."""

    def ended(self) -> None:
        """Make turns until nothing is left."""
        while self.ready:
            SoundLoop.stop(self)
            SoundLoop.run_forever(self)


@mutant(breaks="run_until_complete.leftover.kept", says="expected each of")
class RepeatsLeftoverLoop(Turns):
    """Runs plain callbacks twice that one run leaves to the next."""

    def ended(self) -> None:
        """Leave copies behind as well."""
        for left in list(self.ready):
            if getattr(left.callback, "__name__", "") == "next_link":
                self.call_soon(left.callback, *left.args)


@mutant(breaks="stop.running.finishes_batch", says="ran []; expected both")
class LeavesAtOnceLoop(Turns):
    """Leaves the run right after the callback that called stop()."""

    def __init__(self) -> None:
        self.leaving = False
        super().__init__()

    def stop(self) -> None:
        """Remember to leave."""
        self.leaving = True
        super().stop()

    def work_off(self, batch: list[Waiting]) -> None:
        """Look after each callback whether to go on."""
        self.leaving = False
        while batch and not self.leaving:
            batch.pop(0).run()
        self.leave(batch)

    def leave(self, batch: list[Waiting]) -> None:
        """Keep what has not run."""
        self.put_back(batch)


@mutant(breaks="stop.running.finishes_batch", says="ran []; expected both")
class DiscardsBatchLoop(LeavesAtOnceLoop):
    """Throws away what the turn has not yet run when stop() is called."""

    def leave(self, batch: list[Waiting]) -> None:
        """Keep nothing."""


@mutant(breaks="stop.running.new_callbacks_deferred", says="the new callback to wait")
@mutant(breaks="stop.running.new_callbacks_deferred_any_order", says="the new callback to wait")
class StopIsCallbackLoop(SoundLoop):
    """Has stop() queue a callback that ends the run."""

    def stop(self) -> None:
        """Queue it."""
        self.call_soon(super().stop)


@mutant(breaks="stop.before_run.one_pass", says="expected the first alone")
@mutant(breaks="stop.not_running_then_run_until_complete", says="raised nothing")
class ForgetsEarlyStopLoop(SoundLoop):
    """Ignores a stop() that comes before the run."""

    def stop(self) -> None:
        """Listen only while running."""
        if self.is_running():
            super().stop()


@mutant(breaks="stop.before_run.one_pass", says="execute [] of a callback")
class ReturnsWhenStoppedLoop(EarlyStops):
    """Returns at once from a run that was stopped before."""

    def run_stopped(self) -> None:
        """Do nothing."""


@mutant(breaks="stop.before_run.one_pass", says="expected the first alone")
class TwoTurnsLoop(EarlyStops):
    """Makes two turns after a stop() before the run."""

    def run_stopped(self) -> None:
        """Stop in the second turn."""
        self.call_soon(self.call_soon, super().stop)
        SoundLoop.run_forever(self)


@mutant(breaks="stop.before_run.polls_io", says="called []; expected ['reader']")
class SkipsPollLoop(EarlyStops):
    """Leaves out the poll of a run that was stopped before."""

    def run_stopped(self) -> None:
        """Run without the readers."""
        for fd in self.readers:
            self.remove_reader(fd)
        super().run_stopped()
        for fd, (callback, *args) in self.readers.items():
            self.add_reader(fd, callback, *args)


@mutant(breaks="stop.before_run.polls_io", says="a run that waits for no input")
class WaitsForInputLoop(EarlyStops):
    """Waits for input in a run that was stopped before."""

    def run_stopped(self) -> None:
        """Poll without a limit."""
        select.select(list(self.readers), [], [])
        super().run_stopped()


@mutant(breaks="stop.before_run.does_not_wait_for_timers", says="expected the callback alone")
class WaitsForTimerLoop(EarlyStops):
    """Waits for the next timer in a run that was stopped before."""

    def run_stopped(self) -> None:
        """Poll until the timer is due."""
        if self.timers:
            threading.Event().wait(min(self.timers, key=lambda timer: timer[0])[0] - self.time())
        super().run_stopped()


@mutant(breaks="stop.before_run.does_not_wait_for_timers", says="expected the callback alone")
class FiresEarlyLoop(EarlyStops):
    """Fires the timers early in a run that was stopped before."""

    def run_stopped(self) -> None:
        """Run all of them."""
        for _, callback, args in self.timers:
            self.call_soon(callback, *args)
        super().run_stopped()


@mutant(breaks="stop.flag.reset_after_run", says="made 1 turns; expected the 5")
class CountsStopsLoop(SoundLoop):
    """Counts the calls of stop(), each of which ends a run."""

    def __init__(self) -> None:
        self.stops = 0
        super().__init__()

    def stop(self) -> None:
        """Count."""
        self.stops += 1
        super().stop()

    def run_forever(self) -> None:
        """Use up one stop()."""
        if self.stops:
            super().stop()
        super().run_forever()
        self.stops -= 1


class _Remembers(SoundLoop):
    """Remembers that stop() was called."""

    def __init__(self) -> None:
        self.asked = False
        super().__init__()

    def stop(self) -> None:
        """Remember."""
        self.asked = True
        super().stop()


@mutant(breaks="stop.flag.reset_after_run", says="made 1 turns; expected the 5")
@mutant(breaks="stop.not_running_then_run_until_complete", says="after a single stop() raised")
class KeepsStopLoop(_Remembers):
    """Keeps the request to stop for the next run, too."""

    def run_forever(self) -> None:
        """Clear it too late."""
        super().run_forever()
        if self.asked:
            self.asked = False
            SoundLoop.stop(self)


@mutant(breaks="stop.flag.reset_after_exception", says="an interrupt ended raised Runt")
class KeepsStopAfterExceptionLoop(_Remembers):
    """Clears the request to stop only when a run ends normally."""

    def run_forever(self) -> None:
        """Keep it after an interrupt."""
        try:
            super().run_forever()
        except (KeyboardInterrupt, SystemExit):
            if self.asked:
                self.asked = False
                SoundLoop.stop(self)
            raise


@mutant(breaks="run_until_complete.stopped_early.can_resume", says="early stop raised Runt")
class FailsToResumeLoop(SoundLoop):
    """Can't wait for a future a second time."""

    def __init__(self) -> None:
        self.waited_for: Any = None
        super().__init__()

    def run_until_complete(self, future: Any) -> Any:
        """Refuse what it knows."""
        if future is self.waited_for:
            raise RuntimeError("this future has been run already")
        self.waited_for = future
        return super().run_until_complete(future)
