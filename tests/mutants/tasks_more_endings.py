"""Broken loops: interrupts, close(), and coroutines that nobody awaits."""

from __future__ import annotations

import asyncio
import contextlib
import warnings
from collections.abc import Callable
from typing import Any

from . import SoundLoop, mutant
from .tasks_more_parts import ShapedLoop, Steps


@mutant(
    breaks="create_task.exception.keyboard_interrupt_propagates",
    says="raised nothing; expected KeyboardInterrupt",
)
class NeverInterruptedLoop(SoundLoop):
    """Goes on after an interrupt, which only the task keeps."""

    def run_forever(self) -> None:
        """Run until stop(), whatever comes."""
        while True:
            try:
                return super().run_forever()
            except (KeyboardInterrupt, SystemExit):
                continue


@mutant(
    breaks="create_task.exception.keyboard_interrupt_propagates",
    says="raised nothing; expected SystemExit",
)
class ReportsSystemExitLoop(SoundLoop):
    """Reports SystemExit to the exception handler and goes on."""

    def run_forever(self) -> None:
        """Run until stop() or KeyboardInterrupt."""
        while True:
            try:
                return super().run_forever()
            except SystemExit as error:
                self.call_exception_handler({"message": "in a task", "exception": error})


class _PendingAfterInterrupt(Steps):
    def send(self, value: Any) -> Any:
        try:
            return super().send(value)
        except (KeyboardInterrupt, SystemExit) as error:
            self.loop.call_soon(_raise, error)
        forever = self.loop.create_future()
        forever._asyncio_future_blocking = True
        return forever


def _raise(error: BaseException) -> None:
    raise error


@mutant(
    breaks="create_task.exception.keyboard_interrupt_propagates",
    says="the task is pending; expected it to have raised the same object",
)
class PendingAfterInterruptLoop(ShapedLoop):
    """Lets an interrupt out and leaves its task pending."""

    steps = _PendingAfterInterrupt


@mutant(
    breaks="create_task.exception.other_tasks_survive_interrupt",
    says="the other task made steps [0] and is pending",
)
class MislaysTheQueueLoop(SoundLoop):
    """Takes what is queued out of the queue when an exception leaves the loop.

    It is put back one run too late, so that the tasks can end after the check.
    """

    def __init__(self) -> None:
        super().__init__()
        self.queue: dict[asyncio.Handle, Callable[[], object]] = {}
        self.mislaid: list[Callable[[], object]] = []

    def call_soon(  # type: ignore[override]  # typeshed ties the arguments to the callback
        self, callback: Any, *args: Any, **kwargs: Any
    ) -> asyncio.Handle:
        """Remember the callback until it runs."""

        def run() -> None:
            self.queue.pop(handle, None)
            callback(*args)

        handle = super().call_soon(run, **kwargs)
        self.queue[handle] = run
        return handle

    def run_forever(self) -> None:
        """Run until stop()."""
        late, self.mislaid = self.mislaid, []
        try:
            super().run_forever()
        except BaseException:
            for handle, run in self.queue.items():
                handle.cancel()
                self.mislaid.append(run)
            raise
        for run in late:
            super().call_soon(run)


@mutant(
    breaks="create_task.exception.other_tasks_survive_interrupt",
    says="This event loop is already running",
)
class StaysRunningLoop(SoundLoop):
    """Does not take back that it is running when an exception leaves it."""

    flag = False

    def run_forever(self) -> None:
        """Run until stop()."""
        if self.flag:
            raise RuntimeError("This event loop is already running")
        self.flag = True
        super().run_forever()
        self.flag = False


@mutant(
    breaks="create_task.exception.traceback_cycle_free",
    says="expected no cycle of references",
    since=(3, 13, 3),
)
class EagerInFrameLoop(SoundLoop):
    """Takes the eager step in create_task() itself, beside a variable that holds the task.

    The traceback of what the coroutine raises then begins with that frame.
    """

    def create_task(self, coro: Any, **kwargs: Any) -> Any:
        """Step, then make a task of what came."""
        if not kwargs.get("eager_start"):
            return super().create_task(coro, **kwargs)
        try:
            coro.send(None)
        except StopIteration as end:
            return super().create_task(asyncio.sleep(0, end.value))
        except Exception as error:  # noqa: BLE001 - whatever the coroutine raises
            task = super().create_task(_fail(error), **kwargs)
            return task  # noqa: RET504 - the variable is the fault
        return super().create_task(coro)


async def _fail(error: Exception) -> None:
    raise error


@mutant(breaks="coroutine.never_awaited_warning", says="brought the warnings []; expected one")
class NoWarningsLoop(SoundLoop):
    """Filters all warnings while it runs."""

    def run_forever(self) -> None:
        """Run in silence."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            super().run_forever()


@mutant(breaks="coroutine.never_awaited_warning", says="_spare' was never awaited")
class SpareCoroutineLoop(SoundLoop):
    """Makes one more coroutine for each task, and forgets it."""

    def create_task(self, coro: Any, **kwargs: Any) -> Any:
        """Waste a coroutine."""
        self._spare()  # type: ignore[unused-coroutine]  # the fault
        return super().create_task(coro, **kwargs)

    async def _spare(self) -> None: ...


@mutant(breaks="create_task.closed_loop.after_pending_tasks", says="'new ran'")
class TurnsOnCloseLoop(SoundLoop):
    """Turns once more when it is closed."""

    def close(self) -> None:
        """Turn, then close."""
        if not self.is_closed():
            self.call_soon(self.stop)
            self.run_forever()
        super().close()


@mutant(breaks="create_task.closed_loop.after_pending_tasks", says="'started was cancelled'")
class ThrowsOnCloseLoop(SoundLoop):
    """Throws CancelledError into every coroutine when it is closed."""

    def close(self) -> None:
        """Throw, then close."""
        for task in asyncio.all_tasks(self):
            with contextlib.suppress(asyncio.CancelledError, StopIteration):
                task.get_coro().throw(asyncio.CancelledError())
        super().close()
