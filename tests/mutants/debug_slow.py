"""Mutants of debug mode: what is logged about slow callbacks."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from contextvars import Context
from typing import Any

from . import SoundLoop, mutant


class MeasuringLoop(SoundLoop):
    """No mutant: measures callbacks itself, and logs the slow ones.

    The sound loop beneath sees a threshold that nothing reaches.
    """

    threshold = 0.1

    @property
    def slow_callback_duration(self) -> float:
        """For ever."""
        return math.inf

    @slow_callback_duration.setter
    def slow_callback_duration(self, seconds: float) -> None:
        self.threshold = seconds

    def call_soon(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """Measure."""
        return super().call_soon(self.measured, callback, *args, context=context)

    def call_at(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, when: float, callback: Any, *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """Measure."""
        return super().call_at(when, self.measured, callback, *args, context=context)

    def measured(self, callback: Any, *args: Any) -> None:
        """Call it, and log when it was slow."""
        began = time.monotonic()
        try:
            callback(*args)
        finally:
            took = time.monotonic() - began
            if self.is_slow(took):
                text = f"Executing {self.name_of(callback)} took {self.shown(took)}"
                logging.getLogger("asyncio").warning(text)

    def is_slow(self, took: float) -> bool:
        """Whether that is slow. For mutants to override."""
        return self.get_debug() and took > self.threshold

    def name_of(self, callback: Any) -> str:
        """What the text calls it. For mutants to override."""
        owner = getattr(callback, "__self__", None)
        return repr(owner if isinstance(owner, asyncio.Task) else callback)

    def shown(self, took: float) -> str:
        """The duration in words. For mutants to override."""
        return f"{took:.3f} seconds"


@mutant(breaks="slow_callback.logged_in_debug", says="made the warnings []; expected")
@mutant(breaks="slow_callback.timer_logged", says="made the warnings []; expected")
class NeverSlowLoop(MeasuringLoop):
    """Never logs slow callbacks."""

    def is_slow(self, _: float) -> bool:
        """Never."""
        return False


@mutant(breaks="slow_callback.logged_in_debug", says="expected how long it took, in seconds")
class ShowsMillisecondsLoop(MeasuringLoop):
    """Shows the duration in milliseconds."""

    def shown(self, took: float) -> str:
        """In milliseconds."""
        return f"{took * 1000:.3f} ms"


@mutant(breaks="slow_callback.logged_in_debug", says="expected one that names it")
class NamelessSlowLoop(MeasuringLoop):
    """Does not say which callback was slow."""

    def name_of(self, _: Any) -> str:
        """No name."""
        return "a callback"


@mutant(
    breaks="slow_callback.threshold_respected",
    says="with slow_callback_duration=5, made the warnings",
)
class ComparesMillisecondsLoop(MeasuringLoop):
    """Compares milliseconds with the threshold."""

    def is_slow(self, took: float) -> bool:
        """In milliseconds."""
        return super().is_slow(took * 1000)


@mutant(breaks="slow_callback.threshold_respected", says="was lowered to")
class FixedThresholdLoop(MeasuringLoop):
    """Has a threshold of its own."""

    def is_slow(self, took: float) -> bool:
        """100 ms."""
        return self.get_debug() and took > 0.1


@mutant(breaks="slow_callback.threshold_respected", says="was lowered to")
class ThresholdOfTheRunLoop(MeasuringLoop):
    """Reads the threshold when a run begins."""

    of_this_run = math.inf

    def run_forever(self) -> None:
        """Read it."""
        self.of_this_run = self.threshold
        super().run_forever()

    def is_slow(self, took: float) -> bool:
        """By what was read."""
        return self.get_debug() and took > self.of_this_run


@mutant(breaks="slow_callback.timer_logged", says="very_slow_timer()")
class TimersUnmeasuredLoop(MeasuringLoop):
    """Measures the callbacks of call_soon() alone."""

    def call_at(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, *args: Any, **options: Any
    ) -> asyncio.TimerHandle:
        """Pass the measuring by."""
        return SoundLoop.call_at(self, *args, **options)


@mutant(breaks="slow_callback.task_step_names_task", says="expected one with the task's name")
class AnonymousStepsLoop(MeasuringLoop):
    """Shows the step's function in place of its task."""

    def name_of(self, callback: Any) -> str:
        """The callback, whatever it is."""
        is_step = isinstance(getattr(callback, "__self__", None), asyncio.Task)
        return "<step>" if is_step else repr(callback)


@mutant(breaks="slow_callback.not_logged_without_debug", says="without debug mode a callback")
class AlwaysMeasuresLoop(MeasuringLoop):
    """Logs slow callbacks in any mode."""

    def is_slow(self, took: float) -> bool:
        """Whatever the mode."""
        return took > self.threshold


@mutant(
    breaks="debug.slow_log_when_callback_raises_is_not_fatal", says="the handler was called for []"
)
class SlowErrorsVanishLoop(MeasuringLoop):
    """Logs a slow callback in place of reporting its error."""

    def measured(self, callback: Any, *args: Any) -> None:
        """Return where a slow one has failed."""
        began = time.monotonic()
        try:
            callback(*args)
        except Exception:
            if not self.is_slow(time.monotonic() - began):
                raise


@mutant(
    breaks="debug.slow_log_when_callback_raises_is_not_fatal",
    says="expected the loop to keep it in",
)
class DebugErrorsEscapeLoop(SoundLoop):
    """In debug mode an error in a callback ends the run."""

    escaped: BaseException | None = None

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Stop for it."""
        if self.get_debug():
            self.escaped = context.get("exception")
            self.stop()
        else:
            super().call_exception_handler(context)

    def run_forever(self) -> None:
        """Run, then raise what stopped the run."""
        super().run_forever()
        if self.escaped is not None:
            raise self.escaped
