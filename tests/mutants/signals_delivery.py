"""Broken loops: how a signal's callback is called."""

from __future__ import annotations

import contextlib
import signal
import threading
from contextvars import Context
from dataclasses import dataclass
from typing import Any

from . import SoundLoop, mutant


@dataclass(frozen=True)
class Added:
    """What was given to add_signal_handler()."""

    sig: int
    callback: Any
    args: tuple[Any, ...]

    def call(self) -> None:
        """Call it, as a sound loop does."""
        self.callback(*self.args)


class WrappingLoop(SoundLoop):
    """Does something else when a signal comes than to call its callback."""

    def add_signal_handler(self, sig: int, callback: Any, *args: Any) -> None:  # type: ignore[override]  # typeshed ties the arguments to the callback
        """Let the base refuse what it refuses, then add what stands in for the callback."""
        super().add_signal_handler(sig, callback, *args)
        super().add_signal_handler(sig, self.handle, Added(sig, callback, args))

    def handle(self, added: Added) -> None:
        """Called by the sound loop when the signal comes."""
        raise NotImplementedError


@mutant(breaks="add_signal_handler.invoked", says="called it with [()]; expected one call")
class DropsArgumentsLoop(WrappingLoop):
    """Forgets the arguments."""

    def handle(self, added: Added) -> None:
        """Call it bare."""
        added.callback()


@mutant(breaks="add_signal_handler.invoked", says="<Signals.SIGUSR1: 10>, None)]; expected one")
class PassesNumberAndFrameLoop(WrappingLoop):
    """Passes what signal.signal() passes."""

    def handle(self, added: Added) -> None:
        """Call it with number and frame."""
        added.callback(added.sig, None)


@mutant(breaks="add_signal_handler.invoked", says="called it with []; expected one call")
@mutant(breaks="add_signal_handler.wakes_idle_loop", says="timer, 2.5 s later")
class NeverCallsLoop(WrappingLoop):
    """Takes signals and calls nothing."""

    def handle(self, added: Added) -> None:
        """Do nothing."""


@mutant(breaks="add_signal_handler.invoked", says="called it with [(1, 'a'), (1, 'a')]")
class CallsTwiceLoop(WrappingLoop):
    """Calls once for the number in the pipe and once for the Python handler."""

    def handle(self, added: Added) -> None:
        """Call it, twice."""
        added.call()
        added.call()


@mutant(
    breaks="add_signal_handler.runs_as_loop_callback",
    says="['handler', 'running loop: True', 'what came after",
)
class CallsDirectlyLoop(SoundLoop):
    """Calls the callback from the Python signal handler."""

    def add_signal_handler(self, sig: int, callback: Any, *args: Any) -> None:  # type: ignore[override]  # typeshed ties the arguments to the callback
        """Install a Python handler."""
        signal.signal(sig, lambda *_: callback(*args))


@mutant(breaks="add_signal_handler.runs_as_loop_callback", says="'handler in another thread'")
class HelperThreadLoop(WrappingLoop):
    """Calls the callback in a thread."""

    def handle(self, added: Added) -> None:
        """Start a thread for the callback, and wait for it."""
        thread = threading.Thread(target=added.call)
        thread.start()
        thread.join()


@mutant(breaks="add_signal_handler.in_place_on_return", says="ran nothing, but a signal that")
class InstallsLaterLoop(SoundLoop):
    """Leaves the installation of handlers to a later turn."""

    def add_signal_handler(self, sig: int, callback: Any, *args: Any) -> None:  # type: ignore[override]  # typeshed ties the arguments to the callback
        """Add soon."""
        self.call_soon(super().add_signal_handler, sig, callback, *args)


@mutant(breaks="add_signal_handler.every_delivery", says="to [1, 1, 1, 1, 1]")
class OneShotLoop(WrappingLoop):
    """Removes a handler when it is called."""

    def handle(self, added: Added) -> None:
        """Remove, then call."""
        self.remove_signal_handler(added.sig)
        added.call()


@mutant(breaks="add_signal_handler.context", says="saw a context variable as ['unset']")
class EmptyContextLoop(SoundLoop):
    """Runs signal callbacks in an empty context."""

    def add_signal_handler(self, *args: Any) -> None:  # type: ignore[override]  # typeshed ties the arguments to the callback
        """Add in an empty context."""
        Context().run(super().add_signal_handler, *args)


@mutant(breaks="add_signal_handler.context", says="saw a context variable as ['later']")
class ContextOfDeliveryLoop(SoundLoop):
    """Takes the context when the signal comes, from whoever was interrupted."""

    def add_signal_handler(self, sig: int, callback: Any, *args: Any) -> None:  # type: ignore[override]  # typeshed ties the arguments to the callback
        """Install a Python handler that schedules the callback."""
        signal.signal(sig, lambda *_: self.call_soon_threadsafe(callback, *args))


@mutant(
    breaks="add_signal_handler.exception_reported",
    says="ValueError came out of the check: from the signal's callback",
)
class LetsErrorsOutLoop(WrappingLoop):
    """Lets the errors of signal callbacks out of run_forever()."""

    escaped: Exception | None = None

    def handle(self, added: Added) -> None:
        """Keep what the callback raises and stop."""
        try:
            added.call()
        except Exception as error:  # noqa: BLE001 - the fault lets anything out
            self.escaped = error
            self.stop()

    def run_forever(self) -> None:
        """Run, then raise what a signal's callback raised."""
        super().run_forever()
        if self.escaped is not None:
            error, self.escaped = self.escaped, None
            raise error


@mutant(breaks="add_signal_handler.exception_reported", says="was given [] for a signal's callback")
class SwallowsErrorsLoop(WrappingLoop):
    """Drops what a signal's callback raises."""

    def handle(self, added: Added) -> None:
        """Call, whatever happens."""
        with contextlib.suppress(Exception):
            added.call()


@mutant(breaks="add_signal_handler.returns_none", says="expected None")
class ReturnsHandleLoop(SoundLoop):
    """Returns a handle."""

    def add_signal_handler(self, sig: int, callback: Any, *args: Any) -> Any:  # type: ignore[override]  # typeshed ties the arguments to the callback
        """Add, and return a handle."""
        super().add_signal_handler(sig, callback, *args)
        handle = self.call_soon(lambda: None)
        handle.cancel()
        return handle


@mutant(
    breaks="add_signal_handler.sigint_replaces_keyboard_interrupt",
    says="brought ['handler', 'KeyboardInterrupt']",
)
class InterruptsAsWellLoop(WrappingLoop):
    """Interrupts the run at SIGINT, whatever its callback has done."""

    def handle(self, added: Added) -> None:
        """Call, then interrupt."""
        added.call()
        if added.sig == signal.SIGINT:
            raise KeyboardInterrupt


@mutant(
    breaks="add_signal_handler.sigint_replaces_keyboard_interrupt",
    says="brought ['KeyboardInterrupt']",
)
class LeavesInterruptToPythonLoop(SoundLoop):
    """Leaves SIGINT to Python."""

    def add_signal_handler(self, sig: int, callback: Any, *args: Any) -> None:  # type: ignore[override]  # typeshed ties the arguments to the callback
        """Add, unless it is SIGINT."""
        if sig != signal.SIGINT:
            super().add_signal_handler(sig, callback, *args)
