"""Broken loops: under libraries, and the ways of the context."""

from __future__ import annotations

import asyncio
from contextvars import Context, copy_context
from typing import Any

from . import SoundLoop, mutant
from .integration_timers import ShapedHandle, TimerLoop
from .tasks_more_parts import ShapedLoop, Steps


class _Taskless(Steps):
    """Takes some steps while no task is current."""

    def send(self, value: Any) -> Any:
        if not self.is_chosen():
            return self.coro.send(value)
        task: Any = asyncio.current_task(self.loop)
        asyncio.tasks._leave_task(self.loop, task)
        try:
            return self.coro.send(value)
        finally:
            asyncio.tasks._enter_task(self.loop, task)

    def is_chosen(self) -> bool:
        """Whether this coroutine is one of them. For mutants to override."""
        raise NotImplementedError


class _TasklessMain(_Taskless):
    def is_chosen(self) -> bool:
        return bool(self.coro.__name__ == "main")


@mutant(breaks="interop.current_task_as_async_library_marker", says="'main': False")
class TasklessMainLoop(ShapedLoop):
    """Drives the main coroutine without a task."""

    steps = _TasklessMain


class _TasklessGenerators(_Taskless):
    def is_chosen(self) -> bool:
        return not asyncio.iscoroutinefunction(self.coro) and not hasattr(self.coro, "cr_frame")


@mutant(
    breaks="interop.current_task_as_async_library_marker", says="'clean-up of a generator': False"
)
class TasklessGeneratorsLoop(ShapedLoop):
    """Drives the clean-ups of async generators without a task."""

    steps = _TasklessGenerators


@mutant(
    breaks="interop.current_task_as_async_library_marker",
    says="current_task() outside of a run raised nothing",
)
class StaysRunningLoop(SoundLoop):
    """Stays registered as the running loop after its run."""

    def run_forever(self) -> None:
        """Run, and register once more."""
        asyncio._set_running_loop(None)
        super().run_forever()
        asyncio._set_running_loop(self)

    def close(self) -> None:
        """Let go at last."""
        asyncio._set_running_loop(None)
        super().close()


@mutant(breaks="interop.call_at_with_float_time_arithmetic", says="'when must be a float'")
class FloatsOnlyLoop(TimerLoop):
    """Has a call_at() that takes floats only."""

    def make_timer(self, when: float, *args: Any, **options: Any) -> Any:
        """Insist."""
        if not isinstance(when, float):
            raise TypeError("when must be a float")
        return super().make_timer(when, *args, **options)


class _RelativeHandle(ShapedHandle):
    def when(self) -> float:
        return float(self.handle.when() - self.loop.time())


@mutant(breaks="interop.call_at_with_float_time_arithmetic", says="expected 6 to 7 s")
class RelativeWhenLoop(TimerLoop):
    """Has handles whose when() says how long it is until then."""

    def make_timer(self, when: float, callback: Any, *args: Any, **options: Any) -> Any:
        """Make one."""
        return _RelativeHandle(self, super().make_timer(when, callback, *args, **options))


class _Instant:
    """A moment with an arithmetic of its own."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __add__(self, other: Any) -> float:
        return self.seconds + float(other)


@mutant(breaks="interop.call_at_with_float_time_arithmetic", says="TypeError")
class OwnTimeLoop(SoundLoop):
    """Tells the time in objects of its own, to those who ask inside a task."""

    def time(self) -> Any:
        """The moment."""
        now = super().time()
        inside = self.is_running() and asyncio.current_task(self) is not None
        return _Instant(now) if inside else now


@mutant(breaks="interop.subclassable", says="expected a class")
class FinalLoop(SoundLoop):
    """Has no subclasses."""

    def __init_subclass__(cls) -> None:
        raise TypeError("FinalLoop is final")


@mutant(breaks="interop.subclassable", says="made tasks of ['returning', 'returning']")
class OwnWayToTaskLoop(SoundLoop):
    """Makes the main task by itself."""

    def run_until_complete(self, future: Any) -> Any:
        """Run."""
        if asyncio.iscoroutine(future):
            future = asyncio.Task(future, loop=self)
        return super().run_until_complete(future)


@mutant(breaks="contextvars.propagation_chain", says="'call_soon': 'unset'")
class EmptyContextLoop(SoundLoop):
    """Runs callbacks in an empty context unless it is given one."""

    def call_soon(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, context: Context | None = None
    ) -> Any:
        """Empty it."""
        return super().call_soon(callback, *args, context=context or Context())


@mutant(breaks="contextvars.propagation_chain", says="'call_later': 'unset'")
class EmptyTimerContextLoop(TimerLoop):
    """Runs timers in an empty context."""

    def make_timer(self, when: float, *args: Any, **options: Any) -> Any:
        """Empty it."""
        return super().make_timer(when, *args, **{"context": Context(), **options})


@mutant(breaks="contextvars.propagation_chain", says="'call_soon_threadsafe': 'unset'")
class EmptyThreadsafeContextLoop(SoundLoop):
    """Runs thread-safe calls in an empty context."""

    def call_soon_threadsafe(  # type: ignore[override]  # typeshed ties the arguments
        self, callback: Any, *args: Any, context: Context | None = None
    ) -> Any:
        """Empty it."""
        return super().call_soon_threadsafe(callback, *args, context=context or Context())


@mutant(breaks="contextvars.propagation_chain", says="'child task': 'unset'")
class EmptyTaskContextLoop(SoundLoop):
    """Runs tasks in an empty context unless it is given one."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Empty it."""
        return super().create_task(coro, **{"context": Context(), **options})


@mutant(breaks="contextvars.propagation_chain", says="'after the child': \"child task's\"")
class OneContextLoop(SoundLoop):
    """Runs all tasks in one context."""

    def __init__(self) -> None:
        self.one = copy_context()
        super().__init__()

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Share it."""
        return super().create_task(coro, **{"context": self.one, **options})
