"""Broken loops: under asyncio.run(), and under those who choose a loop in other ways."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from . import SoundLoop, mutant
from .integration_runner import Proxy, RegisteredAs


@mutant(breaks="run.loop_factory", says="only one loop in a process", since=(3, 12))
class OnceOnlyLoop(SoundLoop):
    """Can't be made again when one has run."""

    has_run: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__()
        if self.has_run:
            self.close()
            raise RuntimeError("only one loop in a process")

    def run_forever(self) -> None:
        """Run."""
        type(self).has_run = True
        super().run_forever()


@mutant(breaks="run.main_task_cancelled_elsewhere", says="raised [RuntimeError('cancelled')]")
class TurnsCancellationLoop(SoundLoop):
    """Turns a cancellation of the main task into another error."""

    def run_until_complete(self, future: Any) -> Any:
        """Run."""
        try:
            return super().run_until_complete(future)
        except asyncio.CancelledError:
            raise RuntimeError("cancelled") from None


@mutant(breaks="run.main_task_cancelled_elsewhere", says="raised []; expected CancelledError")
class ReturnsCancelledLoop(SoundLoop):
    """Returns None when the main task was cancelled."""

    def run_until_complete(self, future: Any) -> Any:
        """Run."""
        try:
            return super().run_until_complete(future)
        except asyncio.CancelledError:
            return None


class _AsItself(RegisteredAs):
    def stand_in(self) -> Any:
        return self.loop


@mutant(
    breaks="policy.custom_policy_new_event_loop",
    says="expected asyncio.set_event_loop() to take the loop",
)
class NoAbstractLoop(Proxy):  # type: ignore[type-var]  # the fault
    """Is a loop in all but its class."""

    def __init__(self) -> None:
        super().__init__(SoundLoop())

    def run_until_complete(self, future: Any) -> Any:
        """Run, registered as the running loop."""
        if asyncio.iscoroutine(future):
            return self.loop.run_until_complete(_AsItself(future, self))
        return self.loop.run_until_complete(future)
