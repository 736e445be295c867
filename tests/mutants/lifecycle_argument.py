"""Broken loops: what run_until_complete() does with its argument, and with other loops."""

from __future__ import annotations

import asyncio
import weakref
from typing import Any, ClassVar

from . import SoundLoop, mutant


@mutant(breaks="run_until_complete.future.returns_result", says="returned None for a future")
class NoResultLoop(SoundLoop):
    """Returns None in place of a future's result."""

    def run_until_complete(self, future: Any) -> Any:
        """Run, and forget what came of it."""
        super().run_until_complete(future)


@mutant(breaks="run_until_complete.future.returns_result", says="expected that very object")
class ReturnsFutureLoop(SoundLoop):
    """Returns the future itself."""

    def run_until_complete(self, future: Any) -> Any:
        """Run, and give back the argument."""
        super().run_until_complete(future)
        return future


@mutant(breaks="run_until_complete.future.already_done", says="raised InvalidStateError")
class RefusesDoneLoop(SoundLoop):
    """Refuses futures that are done."""

    def run_until_complete(self, future: Any) -> Any:
        """Look whether there is something left to wait for."""
        if asyncio.isfuture(future) and future.done():
            raise asyncio.InvalidStateError("the future is done already")
        return super().run_until_complete(future)


@mutant(breaks="run_until_complete.future.already_done", says="did not end within")
class WaitsForDoneLoop(SoundLoop):
    """Waits for a callback that a done future never makes."""

    def run_until_complete(self, future: Any) -> Any:
        """Run for ever when there is nothing to wait for."""
        if asyncio.isfuture(future) and future.done():
            self.run_forever()
        return super().run_until_complete(future)


@mutant(breaks="run_until_complete.coroutine.runs_as_task", says="expected an asyncio.Task")
class DrivesByHandLoop(SoundLoop):
    """Drives a coroutine by hand, without a task."""

    def run_until_complete(self, future: Any) -> Any:
        """Make the first steps with send(); a task is for what goes on."""
        if not asyncio.iscoroutine(future):
            return super().run_until_complete(future)
        result = self.create_future()

        def step() -> None:
            try:
                future.send(None)
            except StopIteration as stop:
                result.set_result(stop.value)
            except Exception as error:  # noqa: BLE001 - whatever the coroutine raises
                result.set_exception(error)
            else:
                self.call_soon(step)

        self.call_soon(step)
        return super().run_until_complete(result)


@mutant(breaks="run_until_complete.coroutine.runs_as_task", says="lacks its task")
class UnlistedTaskLoop(SoundLoop):
    """Makes tasks that asyncio's list does not hold."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Take the task off the list."""
        task = super().create_task(coro, **options)
        asyncio._unregister_task(task)
        return task


@mutant(breaks="run_until_complete.awaitable.accepted", says="raised TypeError")
class NoAwaitableLoop(SoundLoop):
    """Knows coroutines and futures only."""

    def run_until_complete(self, future: Any) -> Any:
        """Refuse the rest."""
        if not asyncio.iscoroutine(future) and not asyncio.isfuture(future):
            raise TypeError("a future or a coroutine is required")
        return super().run_until_complete(future)


@mutant(breaks="run_until_complete.argument.type_error", says="called the function")
class CallsFunctionLoop(SoundLoop):
    """Calls a plain function that it is given."""

    def run_until_complete(self, future: Any) -> Any:
        """Take the function for one that returns a coroutine."""
        return super().run_until_complete(future() if callable(future) else future)


@mutant(breaks="run_until_complete.argument.type_error", says="expected False")
class RunningAfterRefusalLoop(SoundLoop):
    """Counts as running after it refused an argument."""

    def __init__(self) -> None:
        self.begun = False
        super().__init__()

    def is_running(self) -> bool:
        """Look at the mark as well."""
        return self.begun or super().is_running()

    def run_until_complete(self, future: Any) -> Any:
        """Mark the loop as running, then look at the argument."""
        self.begun = True
        future = asyncio.ensure_future(future, loop=self)
        self.begun = False
        return super().run_until_complete(future)


@mutant(
    breaks="run_until_complete.argument.type_error", says="run_until_complete(1) raised nothing"
)
class TakesValueLoop(SoundLoop):
    """Returns what is no awaitable as its own result."""

    def run_until_complete(self, future: Any) -> Any:
        """Wait for what can be awaited."""
        if asyncio.isfuture(future) or hasattr(future, "__await__"):
            return super().run_until_complete(future)
        return future


@mutant(breaks="run_until_complete.argument.foreign_future", says="expected ValueError")
class WaitsForForeignLoop(SoundLoop):
    """Waits for a future of another loop."""

    def run_until_complete(self, future: Any) -> Any:
        """Run until the future calls back, wherever it is from."""
        if not asyncio.isfuture(future):
            return super().run_until_complete(future)
        future.add_done_callback(lambda _: self.stop())
        self.run_forever()
        if not future.done():
            raise RuntimeError("stopped before the future was done")
        return future.result()


@mutant(breaks="run_until_complete.argument.foreign_future", says="expected ValueError")
class RunsOtherLoop(SoundLoop):
    """Runs the other loop for a future of that one."""

    def run_until_complete(self, future: Any) -> Any:
        """Let the future's own loop run."""
        if asyncio.isfuture(future) and future.get_loop() is not self:
            return future.get_loop().run_until_complete(future)
        return super().run_until_complete(future)


@mutant(breaks="loops.run_leaves_others_open", says="'in the run': True")
class ClosesOthersLoop(SoundLoop):
    """Closes whatever loops of its kind there are when it runs."""

    made: ClassVar[weakref.WeakSet[ClosesOthersLoop]] = weakref.WeakSet()

    def __init__(self) -> None:
        super().__init__()
        self.made.add(self)

    def run_forever(self) -> None:
        """Close the others, then run."""
        for other in list(self.made):
            if other is not self and not other.is_running():
                other.close()
        super().run_forever()
