"""Loops that pause and resume writing at the wrong moment, or stumble over what that calls."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from . import mutant
from .transports_b_limits import SetsOther
from .transports_b_parts import Plain


@mutant(
    breaks="transports.flow.pause_is_synchronous_with_write",
    says="by the time it returned; expected pause_writing",
)
class PausesInTheNextTurn(Plain):
    """Queues pause_writing()."""

    def adopt(self, protocol: Any) -> None:
        """Queue it."""
        pause = protocol.pause_writing
        protocol.pause_writing = lambda: self.call_soon(pause)


@mutant(breaks="transports.flow.pause_called_once_until_resume", says="expected one pause_writing")
class PausesAtEachWrite(Plain):
    """Calls pause_writing() for each write above the mark."""

    def spoil(self, transport: Any, protocol: Any) -> None:
        """Call it."""
        write = transport.write

        def pausing(data: Any) -> None:
            was_above = transport.get_write_buffer_size() > transport.get_write_buffer_limits()[1]
            write(data)
            if was_above:
                protocol.pause_writing()

        transport.write = pausing


@mutant(
    breaks="transports.flow.pause_called_once_until_resume",
    says="expected one pause_writing and one resume_writing",
)
class ResumesTwice(Plain):
    """Resumes at the low mark, and with an empty buffer once more."""

    def adopt(self, protocol: Any) -> None:
        """Resume."""
        resume = protocol.resume_writing

        def twice() -> None:
            resume()
            resume()

        protocol.resume_writing = twice


@mutant(
    breaks="transports.flow.pause_called_once_until_resume",
    says="expected one pause_writing and one resume_writing",
)
@mutant(breaks="transports.flow.resume_at_or_below_low", says="expected one resume_writing")
class NeverResumes(Plain):
    """Forgets to look at the low mark."""

    def adopt(self, protocol: Any) -> None:
        """Forget it."""
        protocol.resume_writing = lambda: None


@mutant(
    breaks="transports.flow.high_water_is_strict",
    says="expected no pause before it is exceeded",
)
class PausesAtTheMark(SetsOther):
    """Pauses when the buffer's size equals the high mark."""

    def marks(self, high: int | None, low: int | None) -> tuple[int | None, int | None]:
        """Set the high mark a byte lower."""
        return high - 1 if high else high, low


@mutant(
    breaks="transports.flow.high_water_is_strict",
    says="one byte above the high mark had called []",
)
@mutant(
    breaks="transports.flow.zero_high_pauses_on_first_byte",
    says="called []; expected pause_writing",
)
class PausesLate(SetsOther):
    """Pauses some bytes above the mark."""

    def marks(self, high: int | None, low: int | None) -> tuple[int | None, int | None]:
        """Set the high mark a little higher."""
        return high if high is None else high + 10, low


@mutant(
    breaks="transports.flow.zero_high_pauses_on_first_byte",
    says="called []; expected pause_writing",
)
class ZeroIsNoLimit(SetsOther):
    """Takes 0 for "no limit"."""

    def marks(self, high: int | None, low: int | None) -> tuple[int | None, int | None]:
        """Take it so."""
        return (1 << 40, 0) if high == 0 else (high, low)


@mutant(breaks="transports.flow.zero_high_pauses_on_first_byte", says="none but with 0")
@mutant(
    breaks="transports.flow.resume_at_or_below_low", says="expected 50000, the low mark, or less"
)
class ResumesAfterTheFirstSend(Plain):
    """Resumes as soon as something has left."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Lift the low mark only, which the sound setter refuses."""
        set_limits = transport.set_write_buffer_limits

        def setting(high: int | None = None, low: int | None = None) -> None:
            set_limits(high, low)
            transport._limits.low = 1 << 40

        transport.set_write_buffer_limits = setting


@mutant(
    breaks="transports.flow.lowering_limits_pauses_at_once",
    says="some turns later; expected pause_writing",
)
class AppliesLimitsAtTheNextWrite(Plain):
    """Looks at new limits when something is written."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Look at them then."""
        write, set_limits, waiting = transport.write, transport.set_write_buffer_limits, []

        def setting(high: int | None = None, low: int | None = None) -> None:
            waiting.append((high, low))

        def writing(data: Any) -> None:
            while waiting:
                set_limits(*waiting.pop(0))
            write(data)

        transport.set_write_buffer_limits, transport.write = setting, writing


class SeesPauseErrors(Plain):
    """No mutant itself: shows its heirs what pause_writing() raises."""

    def failed(self, error: Exception) -> None:
        """Do something with it."""

    def adopt(self, protocol: Any) -> None:
        """Show it."""
        pause = protocol.pause_writing

        def pausing() -> None:
            try:
                pause()
            except Exception as error:  # noqa: BLE001 - whatever it raises
                self.failed(error)

        protocol.pause_writing = pausing


@mutant(
    breaks="transports.flow.pause_writing_error_is_reported",
    says="came from pause_writing(); expected it to be kept in",
)
class LetsPauseErrorsOut(SeesPauseErrors):
    """Lets them out of write()."""

    def failed(self, error: Exception) -> None:
        """Keep it for write()."""
        self.error: Exception | None = error

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Raise it."""
        write, self.error = transport.write, None

        def raising(data: Any) -> None:
            write(data)
            if self.error is not None:
                raise self.error

        transport.write = raising


@mutant(
    breaks="transports.flow.pause_writing_error_is_reported",
    says="the exception handler got []; expected that error, once",
)
class SwallowsPauseErrors(SeesPauseErrors):
    """Tells nobody."""


@mutant(breaks="transports.flow.pause_writing_error_is_reported", says="expected it to stay open")
class EndsOnPauseErrors(SeesPauseErrors):
    """Takes them as fatal."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Keep the transport."""
        self.transport = transport

    def failed(self, error: Exception) -> None:
        """Report it and end."""
        self.call_exception_handler({"message": "pause_writing() raised", "exception": error})
        self.call_soon(self.transport.abort)


class SeesResumes(Plain):
    """No mutant itself: knows whether resume_writing() is being called."""

    resuming = False

    def resumed(self, transport: Any, protocol: Any) -> None:
        """Do something after it."""

    def follow(self, transport: Any, protocol: Any) -> None:
        """Notice the calls."""
        resume = protocol.resume_writing

        def noticing() -> None:
            self.resuming = True
            resume()
            self.resuming = False
            self.resumed(transport, protocol)

        protocol.resume_writing = noticing


@mutant(
    breaks="transports.flow.resume_writing_may_write_again", says="expected all of them, in order"
)
@mutant(breaks="transports.flow.close_in_resume_writing", says="that were written")
class LosesWhatResumeWrites(SeesResumes):
    """Empties its buffer behind the call, with what the call has first put there."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Lose the first write."""
        write = transport.write

        def losing(data: Any) -> None:
            if self.resuming:
                self.resuming = False
            else:
                write(data)

        transport.write = losing


@mutant(breaks="transports.flow.resume_writing_may_write_again", says="each with its resume")
class PausesOnce(Plain):
    """Never pauses again after the first time."""

    def adopt(self, protocol: Any) -> None:
        """Pause once."""
        pause, calls = protocol.pause_writing, []

        def once() -> None:
            calls.append(1)
            if len(calls) == 1:
                pause()

        protocol.pause_writing = once


@mutant(breaks="transports.flow.close_in_resume_writing", says="expected one connection_lost")
class EndsOnBothPaths(SeesResumes):
    """Calls connection_lost() because the buffer has drained, and because of close()."""

    def resumed(self, transport: Any, protocol: Any) -> None:
        """Call it once more."""
        if transport.is_closing():
            with suppress(Exception):
                protocol.connection_lost(None)


@mutant(breaks="transports.flow.close_in_resume_writing", says="nothing more within")
class NeverEndsOnceDrained(SeesResumes):
    """Looks whether it is closing before resume_writing(), and not again."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Take close() in there for nothing."""
        close = transport.close
        transport.close = lambda: None if self.resuming else close()
