"""Broken loops: signals while the loop waits, and between its runs."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from typing import Any

from . import SoundLoop, mutant


@mutant(breaks="add_signal_handler.wakes_idle_loop", says="timer, 2.5 s later")
class NoticesLateLoop(SoundLoop):
    """Schedules the callback from the Python handler, and wakes nobody."""

    def add_signal_handler(self, sig: int, callback: Any, *args: Any) -> None:  # type: ignore[override]  # typeshed ties the arguments to the callback
        """Install a Python handler that calls call_soon()."""
        signal.signal(sig, lambda *_: self.call_soon(callback, *args))


@mutant(breaks="add_signal_handler.added_while_stopped", says="expected it to be accepted")
class WantsRunningLoop(SoundLoop):
    """Takes handlers only while it runs."""

    def add_signal_handler(self, *args: Any) -> None:  # type: ignore[override]  # typeshed ties the arguments to the callback
        """Refuse on a stopped loop."""
        if not self.is_running():
            raise RuntimeError("no running event loop")
        super().add_signal_handler(*args)


class KeepingLoop(SoundLoop):
    """Knows what was added."""

    def __init__(self) -> None:
        super().__init__()
        self.added: dict[int, tuple[Any, ...]] = {}

    def add_signal_handler(self, sig: int, *args: Any) -> None:  # type: ignore[override]  # typeshed ties the arguments to the callback
        """Add and keep."""
        super().add_signal_handler(sig, *args)
        self.added[sig] = args

    def remove_signal_handler(self, sig: int) -> bool:
        """Remove and forget."""
        self.added.pop(sig, None)
        return super().remove_signal_handler(sig)


@mutant(breaks="add_signal_handler.added_while_stopped", says="that ran []; expected the handler")
class ForgetsWithTheRunLoop(KeepingLoop):
    """Removes all handlers at the end of a run."""

    def run_forever(self) -> None:
        """Run, then remove."""
        super().run_forever()
        for sig in list(self.added):
            self.remove_signal_handler(sig)


@mutant(breaks="add_signal_handler.signal_between_runs", says="ran [] in the second; expected")
class DeafBetweenRunsLoop(KeepingLoop):
    """Takes its handlers out between runs, and forgets what comes then."""

    def run_forever(self) -> None:
        """Put the handlers in, run, take them out."""
        for sig, args in self.added.items():
            super().add_signal_handler(sig, *args)
        super().run_forever()
        signal.set_wakeup_fd(-1)
        for sig in self.added:
            signal.signal(sig, lambda *_: None)


@mutant(breaks="add_signal_handler.signal_between_runs", says="stood at SIG_DFL")
class DeadlyBetweenRunsLoop(KeepingLoop):
    """Puts the defaults back between runs."""

    def run_forever(self) -> None:
        """Put the handlers in, run, put the defaults back."""
        for sig, args in self.added.items():
            super().add_signal_handler(sig, *args)
        super().run_forever()
        for sig in self.added:
            signal.signal(sig, signal.SIG_DFL)


@mutant(
    breaks="signal.sigint_default_interrupts_idle_loop", says="raised nothing; expected Keyboard"
)
class SwallowsInterruptsLoop(SoundLoop):
    """Goes on after an interrupt."""

    def run_forever(self) -> None:
        """Run until stop(), whatever comes."""
        while True:
            try:
                return super().run_forever()
            except KeyboardInterrupt:
                continue


@mutant(
    breaks="signal.sigint_default_interrupts_idle_loop",
    says="expected it to be interrupted at once",
)
@mutant(breaks="signal.python_handler_runs_while_idle", says="timer, 2.5 s later")
@mutant(breaks="signal.python_handler_exception_propagates", says="expected it at once")
class WaitsBlockedLoop(SoundLoop):
    """Waits with signals blocked: Python hears of them when something else has happened."""

    def run_forever(self) -> None:
        """Run with the signals blocked in this thread."""
        blocked = {signal.SIGINT, signal.SIGHUP}
        before = signal.pthread_sigmask(signal.SIG_BLOCK, blocked)
        try:
            super().run_forever()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


@mutant(breaks="signal.sigint_default_interrupts_idle_loop", says="is_running() was True; expected")
class StaysRunningLoop(SoundLoop):
    """Is still marked as running when an exception has left it."""

    marked = False

    def run_forever(self) -> None:
        """Run, and mark a run that an exception ends."""
        try:
            super().run_forever()
        except BaseException:
            self.marked = True
            raise

    def is_running(self) -> bool:
        """Whether it runs or is marked."""
        return self.marked or super().is_running()


@mutant(breaks="signal.python_handler_runs_while_idle", says="timer, 2.5 s later")
class WakesForOthersLoop(SoundLoop):
    """Leaves the wake-up out where call_soon_threadsafe() is called in its own thread."""

    def call_soon_threadsafe(self, callback: Any, *args: Any, **options: Any) -> asyncio.Handle:  # type: ignore[override]  # typeshed ties the arguments to the callback
        """Schedule, without waking itself."""
        with contextlib.suppress(RuntimeError):
            if asyncio.get_running_loop() is self:
                return self.call_soon(callback, *args, **options)
        return super().call_soon_threadsafe(callback, *args, **options)


@mutant(breaks="signal.python_handler_exception_propagates", says="raised or reported []")
class DropsWhatInterruptsLoop(SoundLoop):
    """Drops whatever interrupts its wait, and goes on."""

    def run_forever(self) -> None:
        """Run until stop()."""
        while True:
            try:
                return super().run_forever()
            except Exception:  # noqa: BLE001, S112 - the fault takes anything
                continue


class _InterruptedLoop(SoundLoop):
    """Hears, by a wake-up descriptor of its own, of every signal that comes during a run."""

    def run_forever(self) -> None:
        """Run with the descriptor."""
        reading, writing = socket.socketpair()
        for sock in (reading, writing):
            sock.setblocking(False)
        self.add_reader(reading, self._read, reading)
        before = signal.set_wakeup_fd(writing.fileno())
        try:
            super().run_forever()
        finally:
            signal.set_wakeup_fd(before)
            self.remove_reader(reading)
            reading.close()
            writing.close()

    def _read(self, reading: socket.socket) -> None:
        reading.recv(100)
        self.interrupted()

    def interrupted(self) -> None:
        """Be told of a signal."""


@mutant(
    breaks="signal.unrelated_signal_does_not_disturb", says="InterruptedError came out of the check"
)
class RaisesWhenInterruptedLoop(_InterruptedLoop):
    """Raises InterruptedError when a signal interrupts its wait."""

    flag = False

    def interrupted(self) -> None:
        """Stop, to raise."""
        self.flag = True
        self.stop()

    def run_forever(self) -> None:
        """Run, then raise if a signal ended it."""
        super().run_forever()
        if self.flag:
            raise InterruptedError


@mutant(breaks="signal.unrelated_signal_does_not_disturb", says="expected it to run until stop()")
class EndsWhenInterruptedLoop(_InterruptedLoop):
    """Ends its run when a signal interrupts its wait."""

    def interrupted(self) -> None:
        """Stop."""
        self.stop()


@mutant(breaks="signal.unrelated_signal_does_not_disturb", says="expected it no earlier than")
class FiresWhenInterruptedLoop(_InterruptedLoop):
    """Takes an interrupted wait for one that lasted its time."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting: dict[asyncio.TimerHandle, tuple[Any, ...]] = {}

    def call_later(self, delay: float, *args: Any, **options: Any) -> asyncio.TimerHandle:  # type: ignore[override]  # typeshed ties the arguments to the callback
        """Remember the timer."""
        timer = super().call_later(delay, *args, **options)
        self.waiting[timer] = args
        return timer

    def interrupted(self) -> None:
        """Fire what waits."""
        for timer, args in self.waiting.items():
            if not timer.cancelled():
                timer.cancel()
                self.call_soon(*args)
        self.waiting.clear()


@mutant(breaks="add_signal_handler.other_loop_leaves_it", says="had run and was closed, ran []")
class ClosesForAllLoop(SoundLoop):
    """Takes the wake-up descriptor away when it is closed, whosever it is."""

    def close(self) -> None:
        """Close, and reset."""
        super().close()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGUSR1, lambda *_: None)


@mutant(breaks="add_signal_handler.other_loop_leaves_it", says="had run and was closed, ran []")
class EndsRunsForAllLoop(KeepingLoop):
    """Has a wake-up descriptor for each run, and none after it."""

    def run_forever(self) -> None:
        """Run, then take the descriptor away, unless there are own handlers."""
        super().run_forever()
        if not self.added:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGUSR1, lambda *_: None)
