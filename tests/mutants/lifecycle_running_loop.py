"""Broken loops: which loop asyncio takes for the running one."""

from __future__ import annotations

import asyncio
from typing import Any

from . import SoundLoop, mutant
from .lifecycle_parts import Interrupts
from .task_steps import is_step
from .tasks_more_parts import ShapedLoop, Steps


class _Inner:
    """A loop inside a loop."""

    def __init__(self, loop: Any) -> None:
        self.loop = loop

    def __getattr__(self, name: str) -> Any:
        return getattr(self.loop, name)


class _Registers(Interrupts):
    """Registers something of its own around callbacks."""

    def watch(self, callback: Any, args: tuple[Any, ...]) -> None:
        """Change the registration for the time of the callback."""
        asyncio._set_running_loop(self.registered(callback))
        try:
            super().watch(callback, args)
        finally:
            asyncio._set_running_loop(self)

    def registered(self, callback: Any) -> Any:
        """What is registered. For mutants to override."""
        raise NotImplementedError


@mutant(breaks="running_loop.set_during_run", says="answered [<tests.mutants")
class RegistersInnerLoop(_Registers):
    """Registers an inner loop."""

    def registered(self, callback: Any) -> Any:  # noqa: ARG002 - the same for all
        """The inner one."""
        return _Inner(self)


@mutant(breaks="running_loop.set_during_run", says="answered [None], asked as in look_in_timer")
@mutant(
    breaks="run_until_complete.reentrant.under_foreign_loop",
    says="inside a run_of_this_loop raised nothing",
)
class RegistersForStepsLoop(_Registers):
    """Registers itself around the steps of tasks only."""

    def registered(self, callback: Any) -> Any:
        """Itself, or nothing."""
        return self if is_step(callback) else None


@mutant(breaks="running_loop.cleared_after_run", says="ended by result answered")
class StaysLoop(SoundLoop):
    """Stays registered after a run."""

    def run_until_complete(self, future: Any) -> Any:
        """Register once more."""
        asyncio._set_running_loop(None)
        try:
            return super().run_until_complete(future)
        finally:
            asyncio._set_running_loop(self)

    def close(self) -> None:
        """Let go at last."""
        asyncio._set_running_loop(None)
        super().close()


@mutant(breaks="running_loop.cleared_after_interrupt", says="interrupt ended the run answered")
class StaysAfterInterruptLoop(SoundLoop):
    """Stays registered after a run that ended by an interrupt."""

    def run_forever(self) -> None:
        """Forget the registration."""
        try:
            super().run_forever()
        except (KeyboardInterrupt, SystemExit):
            asyncio._set_running_loop(self)
            raise

    def close(self) -> None:
        """Let go at last."""
        asyncio._set_running_loop(None)
        super().close()


@mutant(breaks="running_loop.per_thread", says="expected none")
@mutant(breaks="asyncio.create_task.no_running_loop", says="'in another thread': 'a task'")
class InAllThreadsLoop(SoundLoop):
    """Is the running loop of its executor's threads too."""

    def run_in_executor(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, executor: Any, func: Any, *args: Any
    ) -> Any:
        """Register in the thread."""

        def job() -> Any:
            asyncio._set_running_loop(self)
            try:
                return func(*args)
            finally:
                asyncio._set_running_loop(None)

        return super().run_in_executor(executor, job)


@mutant(breaks="running_loop.per_thread", says="in the loop's own thread")
class NoThreadsLoop(SoundLoop):
    """Has no threads, and runs an executor's job at once."""

    def run_in_executor(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self,
        executor: Any,  # noqa: ARG002 - the fault
        func: Any,
        *args: Any,
    ) -> Any:
        """Run the job here."""
        future = self.create_future()
        future.set_result(func(*args))
        return future


@mutant(breaks="loop.created_not_current", says="expected RuntimeError")
class SetsItselfLoop(SoundLoop):
    """Sets itself as the current loop."""

    def __init__(self) -> None:
        super().__init__()
        asyncio.set_event_loop(self)


@mutant(breaks="loop.created_not_current", says="expected none")
class RegistersItselfLoop(SoundLoop):
    """Registers itself as running when it is made."""

    def __init__(self) -> None:
        super().__init__()
        asyncio._set_running_loop(self)


class _Unregistered(Steps):
    def send(self, value: Any) -> Any:
        asyncio._set_running_loop(None)
        try:
            return super().send(value)
        finally:
            asyncio._set_running_loop(self.loop)


@mutant(breaks="running_loop.get_event_loop_prefers_running", says="expected the running loop")
class NotTheRunningLoop(ShapedLoop):
    """Runs its tasks without being registered as the running loop."""

    steps = _Unregistered


class DuckLoop:
    """Has all that a loop has, but is no asyncio.AbstractEventLoop."""

    def __init__(self) -> None:
        self.loop = SoundLoop()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.loop, name)


mutant(breaks="loop.set_event_loop_accepts", says="expected it to accept the loop")(DuckLoop)  # type: ignore[type-var]  # the fault
mutant(breaks="loop.isinstance_abstract", says="expected true")(DuckLoop)  # type: ignore[type-var]  # the fault
