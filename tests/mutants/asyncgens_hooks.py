"""Broken loops: the hooks for asynchronous generators, and what becomes of dropped ones."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable
from typing import Any
from unittest import mock

from . import SoundLoop, mutant

Hook = Callable[[Any], None]


class HookedLoop(SoundLoop):
    """Has hooks of its own around its base's; `sound` are those, from the first run on."""

    sound: tuple[Hook, Hook]

    def run_forever(self) -> None:
        """Run, with the own hooks wherever the base installs its two."""
        install = sys.set_asyncgen_hooks
        before = tuple(sys.get_asyncgen_hooks())

        def instead(firstiter: Any = None, finalizer: Any = None) -> None:
            if firstiter is None or finalizer is None or (firstiter, finalizer) == before:
                install(firstiter, finalizer)
            else:
                self.sound = firstiter, finalizer
                install(self.started, self.dropped)

        with mock.patch.object(sys, "set_asyncgen_hooks", instead):
            super().run_forever()

    def started(self, generator: Any) -> None:
        """Hear of a generator's first iteration."""
        self.sound[0](generator)

    def dropped(self, generator: Any) -> None:
        """Hear of a generator that is gone unfinished."""
        self.sound[1](generator)


@mutant(
    breaks="asyncgens.hooks.installed_during_run",
    says="'running': [False, False]",
)
@mutant(breaks="asyncgens.gc.finalized_by_loop", says="was dropped ran [")
class NoHooksLoop(SoundLoop):
    """Installs no hooks."""

    def run_forever(self) -> None:
        """Run without hooks."""
        with mock.patch.object(sys, "set_asyncgen_hooks"):
            super().run_forever()


@mutant(breaks="asyncgens.hooks.installed_during_run", says="'running': [False, True]")
class FinalizerOnlyLoop(SoundLoop):
    """Installs one hook of the two."""

    def run_forever(self) -> None:
        """Run without a firstiter hook."""
        install = sys.set_asyncgen_hooks

        def instead(firstiter: Any = None, finalizer: Any = None) -> None:  # noqa: ARG001 - the fault
            install(None, finalizer)

        with mock.patch.object(sys, "set_asyncgen_hooks", instead):
            super().run_forever()


@mutant(
    breaks="asyncgens.hooks.restored_after_run", says="(firstiter=None, finalizer=None); expected"
)
class ClearsHooksLoop(SoundLoop):
    """Clears the hooks after a run."""

    def run_forever(self) -> None:
        """Run, then clear."""
        try:
            super().run_forever()
        finally:
            sys.set_asyncgen_hooks(None, None)


@mutant(breaks="asyncgens.hooks.restored_after_interrupt", says="that an interrupt ended the hooks")
class LeavesHooksLoop(SoundLoop):
    """Leaves its hooks when an exception ends a run."""

    def run_forever(self) -> None:
        """Run."""
        try:
            super().run_forever()
        except BaseException:
            sys.set_asyncgen_hooks(lambda _: None, lambda _: None)
            raise


@mutant(breaks="asyncgens.gc.finalized_by_loop", says="was dropped ran []; expected")
@mutant(breaks="asyncgens.gc.from_other_thread", says="timer, 2.5 s later")
@mutant(breaks="asyncgens.gc.while_stopped", says="had run the clean-ups [] after the next run")
@mutant(breaks="asyncgens.gc.error_reported", says="[] was reported to the exception handler")
class LetsGoLoop(HookedLoop):
    """Lets dropped generators go."""

    def dropped(self, generator: Any) -> None:
        """Do nothing."""


@mutant(breaks="asyncgens.gc.finalized_by_loop", says="was dropped ran ['in no other task']")
class FirstStepLoop(HookedLoop):
    """Runs a clean-up as far as its first await."""

    def dropped(self, generator: Any) -> None:
        """Take one step."""
        with contextlib.suppress(StopIteration):
            generator.aclose().send(None)


@mutant(breaks="asyncgens.gc.finalized_by_loop", says="['in no other task', 'after its await']")
@mutant(breaks="asyncgens.gc.from_other_thread", says="cleaned up in ['other thread']; expected")
@mutant(breaks="asyncgens.gc.while_stopped", says="ran its clean-up ['generator'] at once")
@mutant(breaks="asyncgens.gc.error_reported", says="was lost in a finalizer; expected a task")
class ClosesItselfLoop(HookedLoop):
    """Drives a clean-up where the generator was dropped."""

    def dropped(self, generator: Any) -> None:
        """Take all steps."""
        closing = generator.aclose()
        with contextlib.suppress(StopIteration):
            while True:
                closing.send(None)


@mutant(breaks="asyncgens.gc.from_other_thread", says="timer, 2.5 s later")
class WakesNobodyLoop(HookedLoop):
    """Schedules the closing as if it were in the loop's thread."""

    def dropped(self, generator: Any) -> None:
        """Schedule, without waking."""
        if not self.is_closed():
            self.call_soon(lambda: self.create_task(generator.aclose()))


@mutant(breaks="asyncgens.gc.not_kept_alive", says="exhausted and dropped, was still there")
class KeepsGeneratorsLoop(HookedLoop):
    """Keeps the generators that it knows alive."""

    def __init__(self) -> None:
        super().__init__()
        self.known: set[Any] = set()

    def started(self, generator: Any) -> None:
        """Keep it."""
        self.known.add(generator)
        super().started(generator)


@mutant(breaks="asyncgens.gc.after_close_silent", says="be lost; expected nothing to be raised")
class SchedulesClosedLoop(HookedLoop):
    """Schedules the closing without asking whether it is closed."""

    def dropped(self, generator: Any) -> None:
        """Schedule."""
        self.call_soon_threadsafe(lambda: self.create_task(generator.aclose()))


@mutant(breaks="asyncgens.gc.while_stopped", says="had run the clean-ups [] after the next run")
class NeedsRunningLoop(HookedLoop):
    """Closes what is dropped only while it runs."""

    def dropped(self, generator: Any) -> None:
        """Close, if running."""
        if self.is_running():
            super().dropped(generator)


@mutant(breaks="asyncgens.gc.error_reported", says="[] was reported to the exception handler")
class ForgetsErrorsLoop(HookedLoop):
    """Throws away what the closing of a dropped generator raises."""

    def dropped(self, generator: Any) -> None:
        """Close, whatever happens."""
        if not self.is_closed():
            self.call_soon_threadsafe(lambda: self.create_task(self._close(generator)))

    async def _close(self, generator: Any) -> None:
        await asyncio.gather(generator.aclose(), return_exceptions=True)
