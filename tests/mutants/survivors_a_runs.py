"""Loops that handle interrupts wrongly, or tell in the wrong order where things came from."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from . import SoundLoop, mutant
from .transports_b_parts import Plain


class _Containing(Plain):
    """No mutant itself: takes interrupts in some callbacks of a protocol for errors."""

    names: tuple[str, ...] = ()

    def adopt(self, protocol: Any) -> None:
        """Wrap the callbacks."""
        for name in self.names:
            setattr(protocol, name, self._contained(getattr(protocol, name)))

    def _contained(self, callback: Callable[..., Any]) -> Callable[..., Any]:
        def contained(*args: Any) -> Any:
            try:
                return callback(*args)
            except BaseException as error:  # noqa: BLE001 - the fault
                self.call_exception_handler({"message": "a callback raised", "exception": error})
                return None

        return contained


@mutant(
    breaks="transports.callback_error.interrupt_leaves_the_run",
    says="in which data_received() raised KeyboardInterrupt, raised nothing",
)
class ReportsInterruptsOfData(_Containing):
    """Writes `except BaseException` around data_received()."""

    names = ("data_received",)


@mutant(
    breaks="transports.callback_error.interrupt_leaves_the_run",
    says="in which pause_writing() raised KeyboardInterrupt, raised nothing",
)
class ReportsInterruptsOfFlowControl(_Containing):
    """Writes `except BaseException` around pause_writing()."""

    names = ("pause_writing",)


@mutant(breaks="run_until_complete.interrupt.not_reported_after_close", says="expected no report")
class LeavesTheInterruptInItsTask(SoundLoop):
    """Does not retrieve the exception of a task whose interrupt ended the run."""

    def run_until_complete(self, future: Any) -> Any:
        """Run, and forget the task when that ends early."""
        main = asyncio.ensure_future(future, loop=self)
        main.add_done_callback(self._stop_for)
        try:
            self.run_forever()
        finally:
            main.remove_done_callback(self._stop_for)
        return main.result()

    def _stop_for(self, _: Any) -> None:
        self.stop()


@mutant(
    breaks="run_until_complete.interrupt.beside_a_cancelled_coroutine",
    says="raised CancelledError(); expected the KeyboardInterrupt",
)
class AsksTheCancelledTask(SoundLoop):
    """Asks the task for its outcome while an interrupt is on its way."""

    def run_until_complete(self, future: Any) -> Any:
        """Run; then result() raises whatever it is."""
        main = asyncio.ensure_future(future, loop=self)
        try:
            return super().run_until_complete(main)
        except KeyboardInterrupt:
            return main.result()


@mutant(
    breaks="debug.source_traceback.most_recent_call_last", says="expected the most recent call last"
)
class TellsTheInnermostFirst(SoundLoop):
    """Keeps the frames in the order in which it walked them."""

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Turn them round."""
        if "source_traceback" in context:
            context = context | {"source_traceback": context["source_traceback"][::-1]}
        super().call_exception_handler(context)
