"""Broken loops: under asyncio.Runner, in its runs and at its end."""

from __future__ import annotations

import asyncio
import signal
from typing import Any

from . import SoundLoop, mutant
from .tasks_more_parts import ShapedLoop, Steps


class RegisteredAs(Steps):
    """Runs each step with another object registered as the running loop."""

    def stand_in(self) -> Any:
        """What is registered. For mutants to override."""

    def send(self, value: Any) -> Any:
        """Take one step."""
        return self._stepped(self.coro.send, value)

    def throw(self, *error: Any) -> Any:
        """Take one step that begins with an exception."""
        return self._stepped(self.coro.throw, *error)

    def _stepped(self, step: Any, *args: Any) -> Any:
        asyncio._set_running_loop(self.stand_in())
        try:
            return step(*args)
        finally:
            asyncio._set_running_loop(self.loop)


class Proxy:
    """An object that stands before a loop."""

    def __init__(self, loop: Any) -> None:
        self.loop = loop

    def __getattr__(self, name: str) -> Any:
        return getattr(self.loop, name)


class _AsProxy(RegisteredAs):
    def stand_in(self) -> Any:
        return Proxy(self.loop)


@mutant(breaks="runner.loop_factory.used", says="expected the loop of the factory")
@mutant(
    breaks="primitives.bound_to_one_loop", says="in its own loop, run number 2, raised RuntimeError"
)
@mutant(breaks="run.loop_factory", says="expected the loops of its factory", since=(3, 12))
class FreshProxyLoop(ShapedLoop):
    """Registers a new wrapper as the running loop with each step."""

    steps = _AsProxy


class _AsNothing(RegisteredAs):
    def _stepped(self, step: Any, *args: Any) -> Any:
        task: Any = asyncio.current_task(self.loop)
        asyncio.tasks._leave_task(self.loop, task)
        try:
            return super()._stepped(step, *args)
        finally:
            asyncio.tasks._enter_task(self.loop, task)


@mutant(breaks="runner.nested_refused", says="inside a running loop raised nothing")
class RunsUnregisteredLoop(ShapedLoop):
    """Runs its tasks, and tells asyncio of neither itself nor them."""

    steps = _AsNothing


@mutant(
    breaks="runner.loop_factory.closed_at_end", says="takes 1 positional argument", since=(3, 12)
)
class NoTimeoutAtShutdownLoop(SoundLoop):
    """Has a shutdown_default_executor() without a time limit."""

    async def shutdown_default_executor(self) -> None:  # type: ignore[override]  # no time limit, as before 3.12
        """Shut it down."""
        await super().shutdown_default_executor()


@mutant(breaks="runner.loop_factory.closed_at_end", says="is_closed() was False; expected True")
@mutant(breaks="run.loop_factory", says="expected [True, True]", since=(3, 12))
class StaysOpenLoop(SoundLoop):
    """Keeps itself open for the next run where tasks have run on it."""

    asked = False

    def close(self) -> None:
        """Close when asked again."""
        if self.asked:
            super().close()
        self.asked = True


@mutant(breaks="runner.run.result_and_exception", says="no further run")
class OnceBrokenLoop(SoundLoop):
    """Can't be run again after an exception."""

    broken = False

    def run_until_complete(self, future: Any) -> Any:
        """Run."""
        if self.broken:
            raise RuntimeError("no further run")
        try:
            return super().run_until_complete(future)
        except ValueError:
            self.broken = True
            raise


@mutant(breaks="runner.run.result_and_exception", says="[\"'first'\", 'None', \"'third'\"]")
class SwallowsExceptionsLoop(SoundLoop):
    """Reports what its main coroutine raises, and returns None."""

    def run_until_complete(self, future: Any) -> Any:
        """Run."""
        try:
            return super().run_until_complete(future)
        except ValueError:
            return None


@mutant(breaks="runner.run.result_and_exception", says="was cancelled after the third")
class CancelsAfterRunLoop(SoundLoop):
    """Cancels at the end of a run what is not done."""

    def run_until_complete(self, future: Any) -> Any:
        """Run, and clear up."""
        try:
            return super().run_until_complete(future)
        finally:
            for task in asyncio.all_tasks(self):
                task.cancel()


@mutant(breaks="runner.run.context_shared", says="was 'unset' in the next, context=None")
@mutant(breaks="runner.run.context_shared", says="expected 'given'")
@mutant(breaks="unittest.isolated_async_test_case", says="('test', True, 'unset')", since=(3, 13))
class ForgetsContextLoop(SoundLoop):
    """Takes the context of a task, and forgets it."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Make the task without."""
        options.pop("context", None)
        return super().create_task(coro, **options)


@mutant(breaks="runner.run.context_shared", says="was 'unset' in the next, context=None")
class CopiesGivenContextLoop(SoundLoop):
    """Runs a task in a copy of the context it was given."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Copy."""
        if options.get("context") is not None:
            options["context"] = options["context"].copy()
        return super().create_task(coro, **options)


@mutant(breaks="runner.debug", says="with set_debug(False), get_debug() was False; expected True")
class FirstDebugModeLoop(SoundLoop):
    """Takes the debug mode from the first set_debug(), until it runs."""

    chosen = False

    def set_debug(self, enabled: bool) -> None:
        """Set it once."""
        if not self.chosen or self.is_running():
            super().set_debug(enabled)
        self.chosen = True


@mutant(breaks="runner.debug", says="with set_debug(True), get_debug() was True; expected False")
class DebugModeStaysLoop(SoundLoop):
    """Can't leave the debug mode."""

    stays = False

    def set_debug(self, enabled: bool) -> None:
        """Enter it."""
        self.stays = self.stays or enabled
        super().set_debug(self.stays)


@mutant(breaks="runner.debug", says="debug=None, on a loop with set_debug(True), get_debug() was")
class DebugModeOffLoop(SoundLoop):
    """Does not take the first set_debug() for its own."""

    told = 0

    def __init__(self) -> None:
        super().__init__()
        self.told = 0

    def set_debug(self, enabled: bool) -> None:
        """Count."""
        self.told += 1
        super().set_debug(enabled)

    def run_until_complete(self, future: Any) -> Any:
        """Run."""
        if self.told == 1:
            super().set_debug(False)
        return super().run_until_complete(future)


@mutant(breaks="runner.in_worker_thread", says="signal only works in main thread")
class WantsSignalsLoop(SoundLoop):
    """Sets signal handling up with each run."""

    def run_forever(self) -> None:
        """Have a handler while it runs."""
        before = signal.signal(signal.SIGTERM, lambda *_: self.stop())
        try:
            super().run_forever()
        finally:
            signal.signal(signal.SIGTERM, before)


@mutant(breaks="runner.run.awaitable", says="not from asyncio", since=(3, 14))
class NothingFromAsyncioLoop(SoundLoop):
    """Knows asyncio's own coroutines by their file, and refuses those it has not heard of."""

    def create_task(self, coro: Any, **options: Any) -> Any:
        """Look at the file."""
        if coro.cr_code.co_filename.endswith("runners.py"):
            raise ValueError("not from asyncio")
        return super().create_task(coro, **options)


class _Resultless(Steps):
    def send(self, value: Any) -> Any:
        try:
            return self.coro.send(value)
        except StopIteration:
            raise StopIteration(None) from None


@mutant(breaks="runner.run.awaitable", says="returned None; expected 4", since=(3, 14))
class ResultlessLoop(ShapedLoop):
    """Loses the results of tasks."""

    steps = _Resultless
