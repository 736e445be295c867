"""Mutants of time()."""

from __future__ import annotations

from . import SoundLoop, mutant


@mutant(breaks="time.float_monotonic", says="expected a float")
class WholeSecondsLoop(SoundLoop):
    """Has a clock that counts whole seconds."""

    def time(self) -> float:
        """Cut the rest off."""
        return int(super().time())


@mutant(breaks="time.float_monotonic", says="expected no step back")
class StepsBackLoop(SoundLoop):
    """Has a clock that can be set, and that somebody sets back now and then."""

    readings = 0

    def time(self) -> float:
        """Set it back with each hundredth reading."""
        self.readings += 1
        return super().time() - self.readings // 100


@mutant(breaks="time.unit_seconds", says="within one callback; expected the same")
@mutant(breaks="time.unit_seconds", says="within several turns; expected the same")
class MillisecondClockLoop(SoundLoop):
    """Has a clock that counts milliseconds."""

    def time(self) -> float:
        """Multiply."""
        return super().time() * 1000


@mutant(breaks="time.unit_seconds", says="time() advanced by 0.0000 in")
class TurnClockLoop(SoundLoop):
    """Reads its clock once in a turn."""

    reading: float | None = None

    def time(self) -> float:
        """What was read first in this turn."""
        if self.reading is None:
            self.reading = super().time()
            if not self.is_closed():
                super().call_soon(self.forget)
        return self.reading

    def forget(self) -> None:
        """Read again next time."""
        self.reading = None
