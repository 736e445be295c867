"""Broken loops: what add_signal_handler() has to refuse."""

from __future__ import annotations

import asyncio
import signal
import threading
from typing import Any

from . import SoundLoop, mutant


def is_signal(sig: Any) -> bool:
    """Whether a number is one of a signal."""
    return not isinstance(sig, int) or sig in signal.valid_signals()


@mutant(breaks="add_signal_handler.invalid_number", says="raised nothing; expected ValueError")
class TakesAnyNumberLoop(SoundLoop):
    """Looks at numbers when signals come."""

    def add_signal_handler(self, sig: int, *args: Any) -> None:  # type: ignore[override]  # typeshed ties the arguments to the callback
        """Add where there is such a signal."""
        if is_signal(sig):
            super().add_signal_handler(sig, *args)


@mutant(breaks="add_signal_handler.invalid_number", says="raised OSError")
class LetsSystemSpeakLoop(SoundLoop):
    """Passes on the system's error about a number."""

    def add_signal_handler(self, sig: int, *args: Any) -> None:  # type: ignore[override]  # typeshed ties the arguments to the callback
        """Add, or raise OSError."""
        if not is_signal(sig):
            raise OSError(22, "Invalid argument")
        super().add_signal_handler(sig, *args)


@mutant(breaks="add_signal_handler.non_int", says="add_signal_handler('SIGUSR1') raised nothing")
class TakesNamesLoop(SoundLoop):
    """Takes a signal's name for it."""

    def add_signal_handler(self, sig: Any, *args: Any) -> None:  # type: ignore[override]  # typeshed ties the arguments to the callback
        """Look a name up."""
        super().add_signal_handler(signal.Signals[sig] if isinstance(sig, str) else sig, *args)


@mutant(breaks="add_signal_handler.non_int", says="remove_signal_handler('SIGUSR1') raised KeyErr")
class AsksTheTableLoop(SoundLoop):
    """Asks its table about anything."""

    def remove_signal_handler(self, sig: Any) -> bool:
        """Remove what is in the table."""
        if not isinstance(sig, int):
            raise KeyError(sig)
        return super().remove_signal_handler(sig)


@mutant(breaks="add_signal_handler.non_int", says="remove_signal_handler(None) raised nothing")
class HasNoSuchHandlerLoop(SoundLoop):
    """Answers about anything that there is no handler for it."""

    def remove_signal_handler(self, sig: Any) -> bool:
        """Remove a handler, if there is one."""
        return isinstance(sig, int) and super().remove_signal_handler(sig)


class _SystemRefusesLoop(SoundLoop):
    """Knows when the system has refused a signal."""

    def add_signal_handler(self, sig: int, *args: Any) -> None:  # type: ignore[override]  # typeshed ties the arguments to the callback
        """Add, or be refused."""
        try:
            super().add_signal_handler(sig, *args)
        except (RuntimeError, ValueError):
            if sig in (signal.SIGKILL, signal.SIGSTOP):
                return self.refused(sig)
            raise

    def refused(self, sig: int) -> None:
        """What comes of it."""
        raise NotImplementedError


@mutant(breaks="add_signal_handler.uncatchable", says="raised nothing; expected ValueError or Run")
class IgnoresRefusalLoop(_SystemRefusesLoop):
    """Does not ask whether the system has agreed."""

    def refused(self, sig: int) -> None:
        """Nothing comes of it."""


@mutant(breaks="add_signal_handler.uncatchable", says="raised OSError")
class PassesRefusalOnLoop(_SystemRefusesLoop):
    """Passes the system's refusal on."""

    def refused(self, sig: int) -> None:
        """Raise as the system did."""
        raise OSError(22, f"Invalid argument: {sig}")


@mutant(breaks="remove_signal_handler.after_refusal", says="answered {'SIGUSR1': True, 'SIGUSR2'")
class RecordsRefusedLoop(SoundLoop):
    """Records a handler before it has looked at it."""

    def __init__(self) -> None:
        super().__init__()
        self.recorded: set[int] = set()

    def add_signal_handler(self, sig: int, *args: Any) -> None:  # type: ignore[override]  # typeshed ties the arguments to the callback
        """Record, then add."""
        self.recorded.add(sig)
        super().add_signal_handler(sig, *args)

    def remove_signal_handler(self, sig: int) -> bool:
        """Remove a handler or a record."""
        return super().remove_signal_handler(sig) or sig in self.recorded


@mutant(
    breaks="add_signal_handler.refused_leaves_later_handlers",
    says="ran nothing; expected the handler",
)
class DeafAfterRefusalLoop(_SystemRefusesLoop):
    """Gives signals up for good when the system refuses one."""

    deaf = False

    def refused(self, sig: int) -> None:
        """Go deaf."""
        self.deaf = True
        raise RuntimeError(f"sig {sig} cannot be caught")

    def add_signal_handler(self, sig: int, callback: Any, *args: Any) -> None:  # type: ignore[override]  # typeshed ties the arguments to the callback
        """Add, in vain after a refusal."""
        super().add_signal_handler(sig, (lambda *_: None) if self.deaf else callback, *args)


@mutant(
    breaks="add_signal_handler.coroutine_type_error",
    says="with a coroutine function raised nothing; expected TypeError",
)
class TakesCoroutineFunctionsLoop(SoundLoop):
    """Takes coroutine functions for callbacks."""

    def add_signal_handler(self, sig: int, callback: Any, *args: Any) -> None:  # type: ignore[override]  # typeshed ties the arguments to the callback
        """Add anything that can be called."""
        if asyncio.iscoroutine(callback):
            raise TypeError("coroutines cannot be used with add_signal_handler()")
        super().add_signal_handler(sig, lambda: callback(*args))


@mutant(
    breaks="add_signal_handler.coroutine_type_error",
    says="with a coroutine object raised nothing; expected TypeError",
)
class LooksInDebugModeLoop(SoundLoop):
    """Looks at callbacks in debug mode only."""

    def add_signal_handler(self, sig: int, callback: Any, *args: Any) -> None:  # type: ignore[override]  # typeshed ties the arguments to the callback
        """Add anything, unless in debug mode."""
        if self.get_debug():
            super().add_signal_handler(sig, callback, *args)
        else:
            super().add_signal_handler(sig, lambda: callback(*args))


@mutant(breaks="add_signal_handler.not_main_thread", says="raised nothing; expected ValueError or")
class IgnoresThreadsLoop(SoundLoop):
    """Ignores the call in other threads."""

    def add_signal_handler(self, sig: int, *args: Any) -> None:  # type: ignore[override]  # typeshed ties the arguments to the callback
        """Add in the main thread."""
        if threading.current_thread() is threading.main_thread():
            super().add_signal_handler(sig, *args)


@mutant(breaks="add_signal_handler.not_main_thread", says="raised OSError")
class OsErrorInThreadsLoop(SoundLoop):
    """Raises what no caller expects in other threads."""

    def add_signal_handler(self, sig: int, *args: Any) -> None:  # type: ignore[override]  # typeshed ties the arguments to the callback
        """Add in the main thread."""
        if threading.current_thread() is not threading.main_thread():
            raise OSError(5, "no main thread")
        super().add_signal_handler(sig, *args)


@mutant(breaks="add_signal_handler.closed_loop", says="raised nothing; expected RuntimeError")
class OpenForEverLoop(SoundLoop):
    """Does not ask whether it is closed."""

    def add_signal_handler(self, sig: int, *args: Any) -> None:  # type: ignore[override]  # typeshed ties the arguments to the callback
        """Install a handler, whatever comes."""
        if self.is_closed():
            signal.signal(sig, lambda *_: None)
        else:
            super().add_signal_handler(sig, *args)


@mutant(breaks="add_signal_handler.closed_loop", says="expected what it was set to before")
class AsksTooLateLoop(SoundLoop):
    """Asks whether it is closed when the handler is installed."""

    def add_signal_handler(self, sig: int, *args: Any) -> None:  # type: ignore[override]  # typeshed ties the arguments to the callback
        """Install, then ask."""
        if self.is_closed():
            signal.signal(sig, lambda *_: None)
        super().add_signal_handler(sig, *args)
