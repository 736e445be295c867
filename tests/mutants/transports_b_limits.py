"""Loops that take the limits of flow control wrongly, or count what is buffered wrongly."""

from __future__ import annotations

from typing import Any

from . import mutant
from .transports_b_parts import Plain


class OwnLimits(Plain):
    """No mutant itself: keeps the pair (low, high) that its heirs compute."""

    def marks(self, high: int | None, low: int | None, old: tuple[int, int]) -> tuple[int, int]:
        """Compute them."""
        raise NotImplementedError

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Keep the pair."""
        kept = [transport.get_write_buffer_limits()]

        def set_limits(high: int | None = None, low: int | None = None) -> None:
            kept.append(self.marks(high, low, kept[-1]))

        transport.set_write_buffer_limits = set_limits
        transport.get_write_buffer_limits = lambda: kept[-1]


class SetsOther(Plain):
    """No mutant itself: hands the sound setter what its heirs make of the arguments."""

    def marks(self, high: int | None, low: int | None) -> tuple[int | None, int | None]:
        """Make something of them."""
        raise NotImplementedError

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Hand it over."""
        set_limits = transport.set_write_buffer_limits

        def setting(high: int | None = None, low: int | None = None) -> None:
            set_limits(*self.marks(high, low))

        transport.set_write_buffer_limits = setting


@mutant(breaks="transports.limits.defaults_are_ordered", says="expected (low, high) with 0 <= low")
@mutant(breaks="transports.limits.tuple_is_low_high", says="expected (300, 1000)")
class HighFirst(Plain):
    """Returns the high mark first."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Turn the pair round."""
        limits = transport.get_write_buffer_limits
        transport.get_write_buffer_limits = lambda: limits()[::-1]


@mutant(breaks="transports.limits.defaults_are_ordered", says="expected a tuple (low, high)")
class LimitsFromTheFirstWriteOn(Plain):
    """Has no limits before something is written."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Have none."""
        transport.get_write_buffer_limits = lambda: None


@mutant(breaks="transports.limits.tuple_is_low_high", says="expected it to take them")
class LowIsItsFirstParameter(SetsOther):
    """Swaps the parameters where they have no names."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Swap them."""
        set_limits = transport.set_write_buffer_limits

        def setting(low: int | None = None, high: int | None = None) -> None:
            set_limits(high=high, low=low)

        transport.set_write_buffer_limits = setting


@mutant(breaks="transports.limits.high_only", says="expected 100 as high, and low between 0")
class KeepsTheOldLow(OwnLimits):
    """Leaves the low mark where it was."""

    def marks(self, high: int | None, low: int | None, old: tuple[int, int]) -> tuple[int, int]:
        """Leave it."""
        return low if low is not None else old[0], high if high is not None else old[1]


@mutant(breaks="transports.limits.low_only", says="and high not below it")
class KeepsTheOldHigh(KeepsTheOldLow):
    """Leaves the high mark where it was."""


@mutant(breaks="transports.limits.zero_high_forces_zero_low", says="expected (0, 0)")
class ZeroIsNotGiven(SetsOther):
    """Takes 0 for "not given"."""

    def marks(self, high: int | None, low: int | None) -> tuple[int | None, int | None]:
        """Take it so."""
        return high or None, low or None


@mutant(
    breaks="transports.limits.low_above_high_is_valueerror",
    says="raised nothing; expected an exception",
)
class ClampsLow(SetsOther):
    """Lowers a low mark that is too high."""

    def marks(self, high: int | None, low: int | None) -> tuple[int | None, int | None]:
        """Lower it."""
        return high, min(low, high) if low is not None and high is not None else low


@mutant(
    breaks="transports.limits.low_above_high_is_valueerror",
    says="expected (300, 1000), which had been set before",
)
class StoresBeforeItCompares(SetsOther):
    """Has changed a limit when it raises."""

    def spoil(self, transport: Any, protocol: Any) -> None:
        """Change it."""
        self.set_limits = transport.set_write_buffer_limits
        super().spoil(transport, protocol)

    def marks(self, high: int | None, low: int | None) -> tuple[int | None, int | None]:
        """Change it."""
        if high is not None and high < (low or 0):
            self.set_limits(high)
        return high, low


@mutant(
    breaks="transports.limits.negative_is_valueerror", says="raised nothing; expected an exception"
)
class MinusOneIsUnlimited(SetsOther):
    """Takes a negative limit for none."""

    def marks(self, high: int | None, low: int | None) -> tuple[int | None, int | None]:
        """Take it so."""
        return (None, None) if min(high or 0, low or 0) < 0 else (high, low)


@mutant(breaks="transports.buffer_size.zero_when_idle", says="expected 0 and, once it was sent, 0")
@mutant(breaks="transports.buffer_size.drains_to_zero", says="had read all that came; expected 0")
class CountsWhatHasLeft(Plain):
    """Counts all that was ever written."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Count."""
        write, written = transport.write, []

        def counting(data: Any) -> None:
            written.append(len(data))
            write(data)

        transport.write = counting
        transport.get_write_buffer_size = lambda: sum(written)


@mutant(breaks="transports.buffer_size.counts_unsent_bytes", says="expected their lengths")
class CountsBlocks(Plain):
    """Counts the memory that it uses, in blocks."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Count."""
        size = transport.get_write_buffer_size
        transport.get_write_buffer_size = lambda: -(-size() // 1024) * 1024


@mutant(
    breaks="transports.buffer_size.counts_unsent_bytes",
    says="expected the bytes that were not sent",
)
class CountsWrites(Plain):
    """Counts the pieces that wait, not their bytes."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Count."""
        write, size, pieces = transport.write, transport.get_write_buffer_size, []

        def counting(data: Any) -> None:
            write(data)
            pieces.append(data)

        transport.write = counting
        transport.get_write_buffer_size = lambda: len(pieces) if size() else 0


@mutant(
    breaks="transports.buffer_size.counts_unsent_bytes",
    says="was 0 after 2 MB were written to a peer that reads nothing",
)
class AlwaysEmpty(Plain):
    """Says 0 whatever waits."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Say 0."""
        transport.get_write_buffer_size = lambda: 0


@mutant(breaks="transports.buffer_size.zero_when_idle", says="the peer got b''")
class KeepsSmallWrites(Plain):
    """Waits for more before it sends a byte, and says that nothing waits."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Wait."""
        transport.write = lambda data: None  # noqa: ARG005 - a method's form
