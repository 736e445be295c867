"""Loops whose stream transports write several pieces wrongly."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from . import mutant
from .transports_a_parts import Meddling, send_now

BYTES = (bytes, bytearray, memoryview)


class WritingLines(Meddling):
    """No mutant itself: its heirs have a writelines() of their own."""

    def spoil(self, transport: Any, protocol: Any) -> None:
        """Replace it."""
        sound = transport.writelines
        transport.writelines = lambda items: self.writelines(transport, protocol, sound, items)

    def writelines(self, transport: Any, protocol: Any, sound: Any, items: Any) -> None:
        """Write in a way of the heir's own."""


@mutant(
    breaks="transports.writelines.equals_successive_writes",
    says="expected the bytes of write() before those of writelines()",
)
class SendsLinesAhead(WritingLines):
    """Tries a vectored send, also when older data is waiting."""

    def writelines(self, transport: Any, protocol: Any, sound: Any, items: Any) -> None:  # noqa: ARG002 - the base's form
        """Try it."""
        data = b"".join(items)
        sound([data[send_now(transport, data) :]])


@mutant(breaks="transports.writelines.accepts_any_iterable", says="expected them to be sent")
class CountsTheLines(WritingLines):
    """Wants to know how many there are."""

    def writelines(self, transport: Any, protocol: Any, sound: Any, items: Any) -> None:  # noqa: ARG002 - the base's form
        """Count."""
        if len(items):
            sound(items)


@mutant(breaks="transports.writelines.accepts_any_iterable", says="expected b'onetwothree'")
class LooksTwice(WritingLines):
    """Goes through its argument two times."""

    def writelines(self, transport: Any, protocol: Any, sound: Any, items: Any) -> None:  # noqa: ARG002 - the base's form
        """Look for what is not bytes-like first."""
        if all(isinstance(item, BYTES) for item in items):
            sound(items)


@mutant(breaks="transports.writelines.empty_iterable", says="expected nothing to happen")
class AssertsThatThereAreLines(WritingLines):
    """Expects something to send."""

    def writelines(self, transport: Any, protocol: Any, sound: Any, items: Any) -> None:  # noqa: ARG002 - the base's form
        """Raise."""
        pieces = list(items)
        if not pieces:
            raise AssertionError("data should not be empty")
        sound(pieces)


@mutant(breaks="transports.writelines.many_pieces", says="expected all of them, in order")
class SendsOneVector(WritingLines):
    """Sends as many pieces as one call takes."""

    def writelines(self, transport: Any, protocol: Any, sound: Any, items: Any) -> None:  # noqa: ARG002 - the base's form
        """Send them."""
        sound(list(items)[:1024])


@mutant(breaks="transports.writelines.large_is_complete", says="expected all of them, in order")
class LosesTheRestOfTheLines(WritingLines):
    """Takes a vectored send for complete."""

    def writelines(self, transport: Any, protocol: Any, sound: Any, items: Any) -> None:  # noqa: ARG002 - the base's form
        """Send once."""
        send_now(transport, b"".join(items))


@mutant(breaks="transports.writelines.pauses_protocol", says="expected pause_writing once")
class NeverPausesForLines(WritingLines):
    """Has no flow control in writelines()."""

    def writelines(self, transport: Any, protocol: Any, sound: Any, items: Any) -> None:  # noqa: ARG002 - the base's form
        """Keep it from pausing."""
        protocol.pause_writing = lambda: None
        sound(items)


@mutant(breaks="transports.writelines.after_close_is_ignored", says="expected it to be ignored")
class CallsWhatWasReleased(WritingLines):
    """Uses what is gone."""

    def writelines(self, transport: Any, protocol: Any, sound: Any, items: Any) -> None:  # noqa: ARG002 - the base's form
        """Raise."""
        if transport.is_closing():
            raise TypeError("'NoneType' object is not callable")
        sound(items)


@mutant(
    breaks="transports.writelines.after_write_eof_is_runtimeerror",
    says="raised nothing; expected an exception",
)
class DropsLinesAfterEOF(WritingLines):
    """Drops what is written after write_eof()."""

    def writelines(self, transport: Any, protocol: Any, sound: Any, items: Any) -> None:  # noqa: ARG002 - the base's form
        """Drop."""
        with suppress(RuntimeError):
            sound(items)


@mutant(
    breaks="transports.writelines.non_bytes_item_is_typeerror",
    says="raised nothing; expected TypeError",
)
class EncodesStrings(WritingLines):
    """Sends strings in UTF-8."""

    def writelines(self, transport: Any, protocol: Any, sound: Any, items: Any) -> None:  # noqa: ARG002 - the base's form
        """Encode."""
        sound([item.encode() if isinstance(item, str) else item for item in items])


@mutant(breaks="transports.writelines.then_write_eof", says="expected all of them")
class FinishesBeforeTheLines(WritingLines):
    """Sends what the socket takes, and the rest in the next turn."""

    def writelines(self, transport: Any, protocol: Any, sound: Any, items: Any) -> None:  # noqa: ARG002 - the base's form
        """Put the rest off."""
        data = b"".join(items)
        rest = data[send_now(transport, data) :]

        def later() -> None:
            with suppress(RuntimeError):
                sound([rest])

        self.call_soon(later)


@mutant(breaks="transports.writelines.empty_item", says="no connection_lost() within")
class KeepsEmptyPieces(WritingLines):
    """Has a piece in its buffer that no send() takes out."""

    def writelines(self, transport: Any, protocol: Any, sound: Any, items: Any) -> None:  # noqa: ARG002 - the base's form
        """Never be done with it."""
        pieces = list(items)
        sound(pieces)
        if not all(pieces):
            transport.close = lambda: None
