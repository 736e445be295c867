"""Broken loops: removing signal handlers, one by one and with close()."""

from __future__ import annotations

import contextlib
import signal
import socket
from typing import Any

from . import SoundLoop, mutant
from .signals_waiting import KeepingLoop


@mutant(breaks="remove_signal_handler.return_value", says="gave [None, None, None]")
class ReturnsNothingLoop(SoundLoop):
    """Removes and says nothing."""

    def remove_signal_handler(self, sig: int) -> Any:
        """Remove."""
        super().remove_signal_handler(sig)


@mutant(breaks="remove_signal_handler.return_value", says="gave ['KeyError', True, 'KeyError']")
class RaisesKeyErrorLoop(SoundLoop):
    """Lets the KeyError of its table out."""

    def remove_signal_handler(self, sig: int) -> bool:
        """Remove, or raise."""
        if not super().remove_signal_handler(sig):
            raise KeyError(sig)
        return True


@mutant(breaks="remove_signal_handler.return_value", says="gave [0, 1, 0]")
class ReturnsCountLoop(SoundLoop):
    """Returns how many handlers it removed."""

    def remove_signal_handler(self, sig: int) -> Any:
        """Remove and count."""
        return int(super().remove_signal_handler(sig))


@mutant(breaks="remove_signal_handler.while_stopped", says="on a stopped loop returned False")
class RemovesRunningLoop(SoundLoop):
    """Removes only while it runs."""

    def remove_signal_handler(self, sig: int) -> bool:
        """Remove, if running."""
        return self.is_running() and super().remove_signal_handler(sig)


@mutant(breaks="remove_signal_handler.while_stopped", says="; expected SIG_DFL")
class RemovesNextRunLoop(SoundLoop):
    """Puts a removal off until the next run."""

    def remove_signal_handler(self, sig: int) -> bool:
        """Remove, now or soon."""
        if self.is_running() or self.is_closed():
            return super().remove_signal_handler(sig)
        self.call_soon(super().remove_signal_handler, sig)
        return True


class _AfterRemovalLoop(SoundLoop):
    """Sets the signal to something else when its handler was removed."""

    leaves: Any

    def remove_signal_handler(self, sig: int) -> bool:
        """Remove, and set."""
        removed = super().remove_signal_handler(sig)
        if removed:
            signal.signal(sig, self.leaves)
        return removed


@mutant(breaks="remove_signal_handler.restores_default", says="remove_signal_handler(SIGHUP) left")
class LeavesItsHandlerLoop(_AfterRemovalLoop):
    """Leaves a Python handler that does nothing."""

    leaves = staticmethod(lambda *_: None)


@mutant(
    breaks="remove_signal_handler.restores_default",
    says="expected <built-in function default_int_handler>",
)
class DeadlyInterruptLoop(_AfterRemovalLoop):
    """Sets SIGINT to SIG_DFL like any other."""

    leaves = signal.SIG_DFL


@mutant(breaks="remove_signal_handler.restores_default", says="SIG_IGN")
class LeavesIgnoredLoop(_AfterRemovalLoop):
    """Leaves the signal ignored."""

    leaves = signal.SIG_IGN


class _DanglingLoop(SoundLoop):
    """Leaves a wake-up descriptor behind."""

    def leave(self) -> None:
        """Set a descriptor that is nobody's, unless there is one."""
        before = signal.set_wakeup_fd(-1)
        if before != -1:
            signal.set_wakeup_fd(before)
            return
        self.dangling = socket.socketpair()
        self.dangling[1].setblocking(False)
        signal.set_wakeup_fd(self.dangling[1].fileno())


@mutant(breaks="signal.wakeup_fd_restored", says="as the process's wake-up descriptor; expected -1")
class NeverResetsLoop(_DanglingLoop):
    """Has a wake-up descriptor from its first run on."""

    def run_forever(self) -> None:
        """Run, and leave the descriptor."""
        super().run_forever()
        self.leave()


@mutant(breaks="close.removes_signal_handlers", says="as the process's wake-up descriptor")
class ClosesDanglingLoop(_DanglingLoop):
    """Does not take the wake-up descriptor back when it is closed."""

    def close(self) -> None:
        """Close, and leave the descriptor."""
        if not self.is_closed():
            super().close()
            self.leave()


@mutant(breaks="close.removes_signal_handlers", says="close() left SIGHUP to")
class ForgetsSignalsLoop(KeepingLoop):
    """Leaves its Python handlers when it is closed."""

    def close(self) -> None:
        """Close, but for signals."""
        left = list(self.added)
        super().close()
        for sig in left:
            signal.signal(sig, self._stale)
        self.added.clear()

    def _stale(self, *_: object) -> None:
        with contextlib.suppress(RuntimeError):
            self.call_soon_threadsafe(self.stop)


@mutant(
    breaks="close.removes_signal_handlers",
    says="close() left SIGINT to <Handlers.SIG_DFL: 0>; expected <built-in function default_int",
)
class ClosesDeadlyLoop(KeepingLoop):
    """Sets all its signals to SIG_DFL when it is closed."""

    def close(self) -> None:
        """Close, and set."""
        left = list(self.added)
        super().close()
        for sig in left:
            signal.signal(sig, signal.SIG_DFL)
        self.added.clear()
