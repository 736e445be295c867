"""Mutants of debug mode: calls from a wrong thread, and what is taken as a callback."""

from __future__ import annotations

import asyncio
import logging
import threading
from contextvars import Context
from typing import Any

from . import SoundLoop, mutant
from .task_steps import is_step

REFUSED = "raised nothing; expected an exception"


class KnowsItsThreadLoop(SoundLoop):
    """No mutant: knows a call that comes from another thread than the running one."""

    runner: int | None = None

    def run_forever(self) -> None:
        """Remember the thread, for as long as it runs."""
        self.runner = threading.get_ident()
        try:
            super().run_forever()
        finally:
            self.runner = None

    def is_wrong_thread(self) -> bool:
        """Whether the loop is in debug mode and run by another thread than this one."""
        return self.get_debug() and self.runner not in (None, threading.get_ident())


class OwnCheckLoop(KnowsItsThreadLoop):
    """No mutant: has its own way with call_soon() from a wrong thread."""

    def call_soon(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, context: Context | None = None
    ) -> Any:
        """Part the ways."""
        if self.is_wrong_thread() and self.is_lax_with(callback):
            return self.call_from_wrong_thread(callback, args, context)
        return super().call_soon(callback, *args, context=context)

    def is_lax_with(self, _: Any) -> bool:
        """Which callbacks are meant. For mutants to override."""
        return True

    def call_from_wrong_thread(
        self, callback: Any, args: tuple[Any, ...], context: Context | None
    ) -> asyncio.Handle:
        """Schedule all the same. For mutants to override."""
        return super().call_soon_threadsafe(callback, *args, context=context)


@mutant(breaks="debug.wrong_thread.call_soon", says=REFUSED)
class NoThreadCheckLoop(OwnCheckLoop):
    """Does not check the thread."""


@mutant(breaks="debug.wrong_thread.call_soon", says="expected it to be dropped")
class SchedulesAndRaisesLoop(OwnCheckLoop):
    """Raises, and schedules all the same."""

    def call_from_wrong_thread(
        self, callback: Any, args: tuple[Any, ...], context: Context | None
    ) -> asyncio.Handle:
        """Do both."""
        super().call_from_wrong_thread(callback, args, context)
        raise RuntimeError("not thread-safe")


@mutant(breaks="debug.wrong_thread.call_soon", says=REFUSED)
class WarnsOfThreadsLoop(OwnCheckLoop):
    """Only logs a warning."""

    def call_from_wrong_thread(
        self, callback: Any, args: tuple[Any, ...], context: Context | None
    ) -> asyncio.Handle:
        """Warn."""
        logging.getLogger("asyncio").warning("not thread-safe")
        return super().call_from_wrong_thread(callback, args, context)


@mutant(
    breaks="debug.wrong_thread.via_futures_and_tasks",
    says=f"create_task() from a thread that does not run the loop {REFUSED}",
)
class UncheckedStepsLoop(OwnCheckLoop):
    """Puts the steps of tasks into a queue that is not checked."""

    def is_lax_with(self, callback: Any) -> bool:
        """Steps."""
        return is_step(callback)


@mutant(
    breaks="debug.wrong_thread.via_futures_and_tasks",
    says=f"set_result() from a thread that does not run the loop {REFUSED}",
)
class UncheckedDoneCallbacksLoop(OwnCheckLoop):
    """Puts done callbacks into a queue that is not checked."""

    def is_lax_with(self, callback: Any) -> bool:
        """What is no step."""
        return not is_step(callback)


@mutant(breaks="debug.wrong_thread.call_later_call_at", says=REFUSED)
class UncheckedTimersLoop(KnowsItsThreadLoop):
    """Checks the thread in call_soon() alone."""

    def call_at(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, when: float, callback: Any, *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """Hand it over."""
        if not self.is_wrong_thread():
            return super().call_at(when, callback, *args, context=context)
        self.call_soon_threadsafe(super().call_at, when, callback, *args)
        return self.refuse(asyncio.TimerHandle(when, callback, args, self, context))

    def refuse(self, timer: asyncio.TimerHandle) -> asyncio.TimerHandle:
        """Say nothing. For mutants to override."""
        return timer


@mutant(breaks="debug.wrong_thread.call_later_call_at", says="refused a timer and it ran")
class KeepsRefusedTimersLoop(UncheckedTimersLoop):
    """Refuses a timer, and keeps it."""

    def refuse(self, _: asyncio.TimerHandle) -> asyncio.TimerHandle:
        """Raise."""
        raise RuntimeError("not thread-safe")


@mutant(
    breaks="debug.wrong_thread.threadsafe_exempt",
    says="call_soon_threadsafe() from another thread, in debug mode, raised",
)
class ChecksEverythingLoop(KnowsItsThreadLoop):
    """Checks the thread in call_soon_threadsafe() as well."""

    def call_soon_threadsafe(  # type: ignore[override]  # typeshed ties the arguments
        self, callback: Any, *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """Check."""
        if self.is_wrong_thread():
            raise RuntimeError("not thread-safe")
        return super().call_soon_threadsafe(callback, *args, context=context)


class OneThreadLoop(SoundLoop):
    """No mutant: in debug mode it is for one thread alone."""

    its_thread: int | None = None

    def call_soon(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """Check."""
        if self.get_debug() and self.its_thread not in (None, threading.get_ident()):
            raise RuntimeError("not thread-safe")
        return super().call_soon(callback, *args, context=context)


@mutant(breaks="debug.wrong_thread.not_running_exempt", says="on a stopped loop raised")
class MakersThreadLoop(OneThreadLoop):
    """Takes the thread that made the loop for the one that runs it."""

    def __init__(self) -> None:
        self.its_thread = threading.get_ident()
        super().__init__()


@mutant(breaks="debug.wrong_thread.not_running_exempt", says="on a stopped loop raised")
class LastThreadLoop(OneThreadLoop):
    """Keeps the id of the thread that ran it last."""

    def run_forever(self) -> None:
        """Set it."""
        self.its_thread = threading.get_ident()
        super().run_forever()


@mutant(breaks="debug.wrong_thread.only_in_debug", says="from another thread raised")
class AlwaysChecksLoop(KnowsItsThreadLoop):
    """Checks the thread in any mode."""

    def call_soon(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """Check."""
        if self.runner not in (None, threading.get_ident()):
            raise RuntimeError("not thread-safe")
        return super().call_soon(callback, *args, context=context)


def run(callback: Any, *args: Any) -> None:
    """Call a callback that was taken unseen."""
    callback(*args)


NOT_CHECKED = (
    "debug.callback_check.coroutine_function",
    "debug.callback_check.not_callable",
)


@mutant(breaks=NOT_CHECKED[0], says="call_soon() with a coroutine")
@mutant(breaks=NOT_CHECKED[1], says="call_soon() with the callback None raised nothing")
class TakesCallbacksUnseenLoop(SoundLoop):
    """call_soon() does not look at the callback."""

    def call_soon(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """Take anything."""
        return super().call_soon(run, callback, *args, context=context)


@mutant(breaks=NOT_CHECKED[0], says="call_later() with a coroutine")
@mutant(breaks=NOT_CHECKED[1], says="call_later() with the callback None raised nothing")
class TakesTimersUnseenLoop(SoundLoop):
    """Looks at the callback in call_soon() alone."""

    def call_at(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, when: float, callback: Any, *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """Take anything."""
        return super().call_at(when, run, callback, *args, context=context)


@mutant(breaks=NOT_CHECKED[0], says="run_in_executor() with a coroutine")
class TakesJobsUnseenLoop(SoundLoop):
    """run_in_executor() does not look at the function."""

    def run_in_executor(  # type: ignore[override]  # typeshed ties the arguments to the function
        self, executor: Any, func: Any, *args: Any
    ) -> Any:
        """Take anything."""
        return super().run_in_executor(executor, lambda: callable(func) and func(*args) and None)
