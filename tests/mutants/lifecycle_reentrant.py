"""Broken loops: runs inside runs, and runs in other threads."""

from __future__ import annotations

import asyncio
import sys
import threading
from typing import Any

from . import SoundLoop, mutant


def run_by_hand(coroutine: Any) -> Any:
    """Drive a coroutine that waits for nothing to its end."""
    try:
        while True:
            coroutine.send(None)
    except StopIteration as stop:
        return stop.value


@mutant(breaks="run_until_complete.reentrant.same_loop", says="raised nothing; expected Runt")
class NestsItselfLoop(SoundLoop):
    """Runs a coroutine inside its own run."""

    def run_until_complete(self, future: Any) -> Any:
        """Turn once more inside the turn."""
        if self.is_running():
            return run_by_hand(future)
        return super().run_until_complete(future)


@mutant(breaks="run_until_complete.reentrant.same_loop", says="is None; expected the loop")
@mutant(breaks="run_until_complete.reentrant.other_loop", says="is None; expected the loop")
class ForgetsOuterLoop(SoundLoop):
    """Clears the registration when it refuses to run."""

    def run_until_complete(self, future: Any) -> Any:
        """Leave the way out of a run behind a refusal, too."""
        if asyncio._get_running_loop() is None:
            return super().run_until_complete(future)
        asyncio._set_running_loop(None)
        raise RuntimeError("a loop is running already")


@mutant(breaks="run_until_complete.reentrant.other_loop", says="expected the loop that was running")
class ReplacesOuterLoop(SoundLoop):
    """Registers itself before it refuses to run."""

    def run_until_complete(self, future: Any) -> Any:
        """Take the outer loop's place."""
        if asyncio._get_running_loop() in (None, self):
            return super().run_until_complete(future)
        asyncio._set_running_loop(self)
        raise RuntimeError("another loop is running already")


class _Nesting(SoundLoop):
    """Runs inside the run of certain other loops."""

    def nests_in(self, outer: Any) -> bool:
        """Whether to run inside that one. For mutants to override."""
        return outer is not self

    def run_until_complete(self, future: Any) -> Any:
        """Put the outer loop aside for the time."""
        outer = asyncio._get_running_loop()
        if outer is None or not self.nests_in(outer):
            return super().run_until_complete(future)
        return run_by_hand(future)

    def run_forever(self) -> None:
        """Come back at once where the loop may not run."""
        outer = asyncio._get_running_loop()
        if outer is None or not self.nests_in(outer):
            super().run_forever()


@mutant(breaks="run_until_complete.reentrant.other_loop", says="raised nothing; expected Runt")
@mutant(breaks="run_forever.reentrant", says="other_loop in a run raised nothing")
class NestsOthersLoop(_Nesting):
    """Runs inside the run of another loop."""


@mutant(breaks="run_until_complete.reentrant.under_foreign_loop", says="raised nothing")
class KnowsOwnKindLoop(_Nesting):
    """Knows running loops of its own kind only."""

    def nests_in(self, outer: Any) -> bool:
        """Look at the class."""
        return not isinstance(outer, KnowsOwnKindLoop)


@mutant(breaks="run_until_complete.reentrant.done_future", says="expected it to go on")
class CallbackBeforeCheckLoop(SoundLoop):
    """Adds its done callback before it asks whether it may run."""

    def run_until_complete(self, future: Any) -> Any:
        """Have the future stop the loop."""
        if self.is_running():
            future.add_done_callback(lambda _: self.stop())
        return super().run_until_complete(future)


@mutant(breaks="run_until_complete.reentrant.done_future", says="raised nothing; expected Runt")
class AnswersInRunLoop(SoundLoop):
    """Returns the result of a done future inside a run."""

    def run_until_complete(self, future: Any) -> Any:
        """Take a short cut."""
        if self.is_running():
            return future.result()
        return super().run_until_complete(future)


@mutant(breaks="run_until_complete.reentrant.coroutine_not_scheduled", says="left the tasks {<Task")
class TaskBeforeCheckLoop(SoundLoop):
    """Makes a task of its argument before it asks whether it may run."""

    def run_until_complete(self, future: Any) -> Any:
        """Make the task first."""
        return super().run_until_complete(asyncio.ensure_future(future, loop=self))


@mutant(
    breaks="run_until_complete.reentrant.coroutine_not_scheduled", says="in the state CORO_CLOSED"
)
class StartsBeforeCheckLoop(SoundLoop):
    """Makes the first step of a coroutine before it asks whether it may run."""

    def run_until_complete(self, future: Any) -> Any:
        """Run, then refuse."""
        if asyncio._get_running_loop() is not None:
            run_by_hand(future)
        return super().run_until_complete(future)


@mutant(breaks="run_forever.reentrant", says="same_loop in a run raised nothing")
class NestsForeverLoop(SoundLoop):
    """Returns from a run_forever() inside its own run."""

    def run_forever(self) -> None:
        """Take it for granted."""
        if not self.is_running():
            super().run_forever()


@mutant(breaks="run_forever.reentrant.outer_run_unharmed", says="is the loop': False")
class CleansUpLoop(SoundLoop):
    """Cleans up after a run_forever() that it refused."""

    def run_forever(self) -> None:
        """Clear the registration on every way out."""
        try:
            super().run_forever()
        finally:
            asyncio._set_running_loop(None)


@mutant(breaks="run_forever.reentrant.outer_run_unharmed", says="hooks are the same': False")
class ResetsHooksLoop(SoundLoop):
    """Takes the hooks of async generators away after a run_forever() that it refused."""

    def run_forever(self) -> None:
        """Clear the hooks on every way out."""
        try:
            super().run_forever()
        finally:
            sys.set_asyncgen_hooks(None, None)


@mutant(breaks="run_forever.other_thread_while_running", says="raised nothing; expected Runt")
class RunsInThreadsLoop(SoundLoop):
    """Asks for the running loop of the calling thread only."""

    def run_until_complete(self, future: Any) -> Any:
        """Run in a second thread as well."""
        if self.is_running() and asyncio._get_running_loop() is None:
            return run_by_hand(future)
        return super().run_until_complete(future)


@mutant(breaks="loops.created_here_run_there", says="in a second thread raised")
class BoundToThreadLoop(SoundLoop):
    """Runs in the thread that created it."""

    def __init__(self) -> None:
        self.home = threading.get_ident()
        super().__init__()

    def run_until_complete(self, future: Any) -> Any:
        """Compare the threads."""
        if self.home != threading.get_ident():
            future.close()
            raise RuntimeError("this loop belongs to another thread")
        return super().run_until_complete(future)


@mutant(breaks="loops.created_here_run_there", says="in a third thread raised")
class BoundToRunnerLoop(SoundLoop):
    """Runs in the thread in which it ran first."""

    home: Any = None

    def run_until_complete(self, future: Any) -> Any:
        """Compare the threads."""
        self.home = self.home or threading.current_thread()
        if self.home is not threading.current_thread():
            future.close()
            raise RuntimeError("this loop belongs to another thread")
        return super().run_until_complete(future)


@mutant(breaks="loops.two_threads_concurrently", says="never met the other")
class OneAtATimeLoop(SoundLoop):
    """Holds a lock of the process while it runs."""

    lock = threading.RLock()

    def run_until_complete(self, future: Any) -> Any:
        """Wait for the other loop."""
        with self.lock:
            return super().run_until_complete(future)
