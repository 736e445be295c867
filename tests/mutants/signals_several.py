"""Broken loops: several signals, several handlers for one, and handlers that change."""

from __future__ import annotations

from typing import Any

from . import SoundLoop, mutant
from .signals_delivery import Added, WrappingLoop
from .signals_waiting import KeepingLoop


@mutant(breaks="add_signal_handler.several_signals", says="ran the handlers of ['SIGUSR2']")
class OnePlaceLoop(KeepingLoop):
    """Has place for one handler."""

    def add_signal_handler(self, sig: int, *args: Any) -> None:  # type: ignore[override]  # typeshed ties the arguments to the callback
        """Remove the others."""
        for other in [other for other in self.added if other != sig]:
            self.remove_signal_handler(other)
        super().add_signal_handler(sig, *args)


@mutant(
    breaks="add_signal_handler.several_signals",
    says="sent together, ran the handlers of ['SIGUSR",
)
class FirstPendingLoop(WrappingLoop):
    """Handles the first of the signals that wait together."""

    busy = False

    def handle(self, added: Added) -> None:
        """Call, unless another was called just before."""
        if not self.busy:
            self.busy = True
            self.call_soon(self.call_soon, setattr, self, "busy", False)
            added.call()


@mutant(
    breaks="remove_signal_handler.leaves_others",
    says="after the handler of SIGUSR1 was removed, ran the handlers of []",
)
class RemovesAllLoop(KeepingLoop):
    """Removes all handlers with one."""

    def remove_signal_handler(self, sig: int) -> bool:
        """Remove the others as well."""
        for other in [other for other in self.added if other != sig]:
            super().remove_signal_handler(other)
        return super().remove_signal_handler(sig)


@mutant(breaks="add_signal_handler.replaces_previous", says="ran ['first', 'second']; expected")
class KeepsBothLoop(SoundLoop):
    """Calls all handlers that were added for a signal."""

    def __init__(self) -> None:
        super().__init__()
        self.all_of: dict[int, list[Added]] = {}

    def add_signal_handler(self, sig: int, callback: Any, *args: Any) -> None:  # type: ignore[override]  # typeshed ties the arguments to the callback
        """Add to those that there are."""
        self.all_of.setdefault(sig, []).append(Added(sig, callback, args))
        super().add_signal_handler(sig, self._call_all, sig)

    def _call_all(self, sig: int) -> None:
        for added in self.all_of[sig]:
            added.call()


@mutant(breaks="add_signal_handler.replaces_previous", says="expected it to be accepted")
class RefusesSecondLoop(KeepingLoop):
    """Refuses a handler for a signal that has one."""

    def add_signal_handler(self, sig: int, *args: Any) -> None:  # type: ignore[override]  # typeshed ties the arguments to the callback
        """Refuse, or add."""
        if sig in self.added:
            raise RuntimeError(f"signal {sig} has a handler")
        super().add_signal_handler(sig, *args)


@mutant(breaks="remove_signal_handler.after_replacement", says="answered [True, True] when")
class StackedLoop(KeepingLoop):
    """Keeps replaced handlers below, and removes one at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.below: dict[int, list[tuple[Any, ...]]] = {}

    def add_signal_handler(self, sig: int, *args: Any) -> None:  # type: ignore[override]  # typeshed ties the arguments to the callback
        """Put the old one below."""
        if sig in self.added:
            self.below.setdefault(sig, []).append(self.added[sig])
        super().add_signal_handler(sig, *args)

    def remove_signal_handler(self, sig: int) -> bool:
        """Remove the one on top."""
        removed = super().remove_signal_handler(sig)
        if self.below.get(sig):
            super().add_signal_handler(sig, *self.below[sig].pop())
        return removed


@mutant(breaks="add_signal_handler.refused_keeps_old", says="refused as its handler, ran []")
class RemovesBeforeLookingLoop(SoundLoop):
    """Removes the old handler before it looks at the new one."""

    def add_signal_handler(self, sig: int, *args: Any) -> None:  # type: ignore[override]  # typeshed ties the arguments to the callback
        """Remove, then add."""
        if isinstance(sig, int) and 0 < sig < 65:
            self.remove_signal_handler(sig)
        super().add_signal_handler(sig, *args)


@mutant(breaks="remove_signal_handler.from_own_callback", says="ran ['first']; expected each")
class RemovesLateLoop(WrappingLoop):
    """Puts a removal off until the callback that asked for it has returned."""

    calling = False
    asked: int | None = None

    def handle(self, added: Added) -> None:
        """Call, then remove what was to be removed."""
        self.calling = True
        added.call()
        self.calling = False
        if self.asked is not None:
            self.remove_signal_handler(self.asked)

    def remove_signal_handler(self, sig: int) -> bool:
        """Remove now or later."""
        if self.calling:
            self.asked = sig
            return True
        return super().remove_signal_handler(sig)


@mutant(breaks="remove_signal_handler.from_own_callback", says="ran ['first', 'first']; expected")
class WritesBackLoop(WrappingLoop):
    """Writes the handler that it called back into its table."""

    def handle(self, added: Added) -> None:
        """Call, then write back."""
        added.call()
        self.add_signal_handler(added.sig, added.callback, *added.args)
