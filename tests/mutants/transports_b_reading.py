"""Loops that pause and resume reading wrongly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import mutant
from .transports_b_parts import Plain


class PausesByItself(Plain):
    """No mutant itself: reads on while paused; its heirs say what becomes of it."""

    held: list[Callable[[], object]]
    paused = False
    holds_eof = True

    def spoil(self, transport: Any, protocol: Any) -> None:
        """Take over the methods."""
        self.held = []
        transport.pause_reading = self.pause
        transport.resume_reading = lambda: self.resume(transport, protocol)
        transport.is_reading = lambda: not self.paused and not transport.is_closing()

    def pause(self) -> None:
        """Pause."""
        self.paused = True

    def resume(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - what heirs need
        """Deliver in the next turn."""
        self.paused = False
        self.call_soon(self.deliver)

    def deliver(self) -> None:
        """Deliver what was held back."""
        while self.held:
            self.held.pop(0)()

    def keep(self, data: Any) -> bool:
        """Whether data that comes in a pause is held back."""
        return bool(data)

    def adopt(self, protocol: Any) -> None:
        """Hold back."""
        received, ended = protocol.data_received, protocol.eof_received

        def data_received(data: Any) -> None:
            if not self.paused:
                received(data)
            elif self.keep(data):
                self.held.append(lambda: received(data))

        def eof_received() -> Any:
            if not self.paused or not self.holds_eof:
                return ended()
            self.held.append(ended)
            self.held.append(protocol.transport.abort)
            return True

        protocol.data_received, protocol.eof_received = data_received, eof_received


@mutant(
    breaks="transports.reading.backpressure_limits_kernel_consumption",
    says="could send all of 4 MB",
)
class ReadsOnIntoMemory(PausesByItself):
    """Keeps what comes in a pause, without limit."""


@mutant(breaks="transports.reading.pause_holds_data_back", says="expected all of them")
@mutant(
    breaks="transports.reading.eof_waits_for_resume",
    says="b'' was delivered after resume_reading(); expected b'last words'",
)
@mutant(
    breaks="transports.reading.backpressure_limits_kernel_consumption",
    says="could send all of 4 MB",
)
class DropsWhatComesInAPause(PausesByItself):
    """Drops what comes in a pause."""

    def keep(self, data: Any) -> bool:  # noqa: ARG002 - the base's form
        """Drop it."""
        return False


@mutant(
    breaks="transports.reading.eof_waits_for_resume", says="expected nothing before resume_reading"
)
class TellsOfTheEndInAPause(PausesByItself):
    """Handles a hang-up whether reading is paused or not."""

    holds_eof = False


@mutant(
    breaks="transports.reading.resume_does_not_deliver_synchronously",
    says="expected nothing before the loop's next turn",
)
class DeliversInResume(PausesByItself):
    """Delivers inside resume_reading()."""

    def resume(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Deliver now."""
        self.paused = False
        self.deliver()


@mutant(
    breaks="transports.reading.pause_holds_data_back",
    says="expected nothing before resume_reading()",
)
@mutant(
    breaks="protocols.buffered.pause_and_resume", says="expected nothing before resume_reading()"
)
@mutant(breaks="transports.reading.pause_in_data_received", says="expected once")
class DeliversInAPause(Plain):
    """Pauses in name only."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Go on reading."""
        paused: list[bool] = []
        transport.pause_reading = lambda: paused.append(True)
        transport.resume_reading = paused.clear
        transport.is_reading = lambda: not paused


@mutant(breaks="transports.reading.pause_holds_data_back", says="expected False and True")
@mutant(breaks="transports.reading.is_reading_false_after_close", says="expected True and False")
class AlwaysSaysItIsReading(Plain):
    """Says so until connection_lost()."""

    def spoil(self, transport: Any, protocol: Any) -> None:
        """Say so."""
        transport.is_reading = lambda: "connection_lost" not in protocol.calls


@mutant(breaks="transports.reading.is_reading_initially", says="returned False; expected True")
class ReadsFromTheFirstDataOn(Plain):
    """Says that it reads once something has come."""

    def spoil(self, transport: Any, protocol: Any) -> None:
        """Say so."""
        transport.is_reading = lambda: bool(protocol.received)


@mutant(
    breaks="transports.reading.pause_in_connection_made",
    says="expected nothing before resume_reading()",
)
class StartsReadingWhatever(Plain):
    """Starts to read behind connection_made(), whatever that did."""

    def follow(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Read."""
        transport.resume_reading()


@mutant(breaks="transports.reading.pause_in_data_received", says="expected once")
class DeliversOneMore(Plain):
    """Has the next read under way when data_received() pauses."""

    def spoil(self, transport: Any, protocol: Any) -> None:
        """Pause one call late."""
        pause, received = transport.pause_reading, protocol.data_received
        asked: list[bool] = []

        def data_received(data: Any) -> None:
            late = bool(asked)
            received(data)
            if late:
                pause()

        protocol.data_received = data_received
        transport.pause_reading = lambda: asked.append(True)


@mutant(breaks="transports.reading.pause_is_idempotent", says="expected True and b'hello'")
class CountsPauses(Plain):
    """Wants as many resumes as there were pauses."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Count."""
        pause, resume, pauses = transport.pause_reading, transport.resume_reading, []

        def pausing() -> None:
            pauses.append(True)
            pause()

        def resuming() -> None:
            pauses.pop()
            if not pauses:
                resume()

        transport.pause_reading, transport.resume_reading = pausing, resuming


@mutant(
    breaks="transports.reading.pause_is_idempotent",
    says="on a paused transport raised RuntimeError",
)
@mutant(
    breaks="transports.reading.resume_is_idempotent",
    says="on a reading transport raised RuntimeError",
)
@mutant(
    breaks="transports.reading.pause_resume_after_close_is_harmless",
    says="on a closing transport raised RuntimeError",
)
class RefusesWhatIsSo(Plain):
    """Raises for a pause while paused, or a resume while reading."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Raise."""
        pause, resume = transport.pause_reading, transport.resume_reading

        def pausing() -> None:
            if not transport.is_reading():
                raise RuntimeError("it is not reading")
            pause()

        def resuming() -> None:
            if transport.is_reading():
                raise RuntimeError("it is reading")
            resume()

        transport.pause_reading, transport.resume_reading = pausing, resuming


@mutant(
    breaks="transports.reading.resume_is_idempotent",
    says="expected nothing before resume_reading()",
)
class RegistersTwice(Plain):
    """Registers another reader with each resume, and takes one off with a pause."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Count the readers."""
        pause, resume, readers = transport.pause_reading, transport.resume_reading, [True]

        def pausing() -> None:
            readers.pop()
            if not readers:
                pause()

        def resuming() -> None:
            readers.append(True)
            resume()

        transport.pause_reading, transport.resume_reading = pausing, resuming


@mutant(breaks="transports.reading.pause_resume_after_close_is_harmless", says="and nothing else")
class RegistersAClosedDescriptor(Plain):
    """Reads again after resume_reading(), although it was closed."""

    def spoil(self, transport: Any, protocol: Any) -> None:
        """Read."""
        resume = transport.resume_reading

        def resuming() -> None:
            resume()
            if transport.is_closing():
                self.call_soon(protocol.data_received, b"somebody else's")

        transport.resume_reading = resuming


@mutant(
    breaks="transports.reading.pause_resume_after_close_is_harmless",
    says="expected it not to become True",
)
class IsReadingAgainAfterClose(Plain):
    """Reports the last call, whether it had an effect or not."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Report it."""
        is_reading, resumed = transport.is_reading, []
        transport.resume_reading = lambda: resumed.append(True)
        transport.is_reading = lambda: bool(resumed) or is_reading()
