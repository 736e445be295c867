"""Loops whose stream transports write wrongly."""

from __future__ import annotations

import socket
from typing import Any

from . import mutant
from .transports_a_parts import Meddling, send_now, socket_of

BYTES = (bytes, bytearray, memoryview)


class Writing(Meddling):
    """No mutant itself: its heirs have a write() of their own."""

    def spoil(self, transport: Any, protocol: Any) -> None:
        """Replace it."""
        sound = transport.write
        transport.write = lambda data: self.write(transport, protocol, sound, data)

    def write(self, transport: Any, protocol: Any, sound: Any, data: Any) -> None:
        """Write in a way of the heir's own."""


@mutant(breaks="transports.write.bytes_like_objects", says="expected it to be sent")
class RejectsMemoryviews(Writing):
    """Takes bytes and bytearray."""

    def write(self, transport: Any, protocol: Any, sound: Any, data: Any) -> None:  # noqa: ARG002 - the base's form
        """Look at the class."""
        if isinstance(data, memoryview):
            raise TypeError("expected bytes")
        sound(data)


@mutant(breaks="transports.write.non_bytes_is_typeerror", says="expected TypeError")
class LooksAtDataLater(Writing):
    """Takes everything, and fails when it is to be sent."""

    def write(self, transport: Any, protocol: Any, sound: Any, data: Any) -> None:  # noqa: ARG002 - the base's form
        """Fail later."""
        if isinstance(data, BYTES):
            sound(data)
        else:
            self.call_soon(sound, data)


@mutant(
    breaks="transports.write.non_bytes_is_typeerror",
    says="write(None) raised nothing; expected TypeError",
)
class IgnoresNone(Writing):
    """Takes what is false for nothing to write."""

    def write(self, transport: Any, protocol: Any, sound: Any, data: Any) -> None:  # noqa: ARG002 - the base's form
        """Look at its truth."""
        if data:
            sound(data)


@mutant(breaks="transports.write.empty_is_a_no_op", says="expected 0")
class BuffersNothing(Writing):
    """Puts an empty piece into its buffer."""

    def write(self, transport: Any, protocol: Any, sound: Any, data: Any) -> None:  # noqa: ARG002 - the base's form
        """Count it."""
        sound(data)
        if not data:
            transport.get_write_buffer_size = lambda: 1


@mutant(breaks="transports.write.empty_is_a_no_op", says="expected b'later' alone")
class TakesNothingForTheEnd(Writing):
    """Ends the stream with an empty write, as a terminal does."""

    def write(self, transport: Any, protocol: Any, sound: Any, data: Any) -> None:  # noqa: ARG002 - the base's form
        """End it."""
        if data:
            sound(data)
        else:
            transport.get_extra_info("socket").shutdown(socket.SHUT_WR)


@mutant(breaks="transports.write.keeps_order", says="in the order of the calls")
class SendsFirstWhatComesLast(Writing):
    """Tries the socket first, also when older data is waiting."""

    def write(self, transport: Any, protocol: Any, sound: Any, data: Any) -> None:  # noqa: ARG002 - the base's form
        """Try it."""
        sent = send_now(transport, data)
        if sent < len(data):
            sound(data[sent:])


@mutant(breaks="transports.write.keeps_order", says="in the order of the calls")
class SendsFromAStack(Writing):
    """Sends what was written in a turn from its end."""

    def write(self, transport: Any, protocol: Any, sound: Any, data: Any) -> None:  # noqa: ARG002 - the base's form
        """Stack it."""
        stack = transport.__dict__.setdefault("stack", [])
        stack.append(data)
        self.call_soon(lambda: sound(stack.pop()))


@mutant(breaks="transports.write.large_is_complete", says="expected all of them")
@mutant(breaks="transports.write.does_not_block", says="expected all of them")
class LosesTheTail(Writing):
    """Takes a send() for complete."""

    def write(self, transport: Any, protocol: Any, sound: Any, data: Any) -> None:  # noqa: ARG002 - the base's form
        """Send once."""
        send_now(transport, data)


@mutant(
    breaks="transports.write.does_not_block",
    says="expected it to return at once",
)
class Blocks(Writing):
    """Sends until everything has been sent."""

    def write(self, transport: Any, protocol: Any, sound: Any, data: Any) -> None:  # noqa: ARG002 - the base's form
        """Wait for the socket."""
        with socket_of(transport) as sock:
            sock.settimeout(3)
            sock.sendall(data)


@mutant(breaks="transports.write.after_close_is_ignored", says="expected it to be ignored")
@mutant(breaks="transports.write.after_abort_is_ignored", says="expected it to be ignored")
class InsistsOnAnOpenTransport(Writing):
    """Raises for a closed transport."""

    def write(self, transport: Any, protocol: Any, sound: Any, data: Any) -> None:  # noqa: ARG002 - the base's form
        """Look first."""
        if transport.is_closing():
            raise RuntimeError("the transport is closed")
        sound(data)


@mutant(
    breaks="transports.write.to_reset_connection_does_not_raise", says="expected it to be ignored"
)
class RaisesWhatSendRaises(Writing):
    """Lets the error of a send() out of write()."""

    def write(self, transport: Any, protocol: Any, sound: Any, data: Any) -> None:  # noqa: ARG002 - the base's form
        """Raise."""
        open_before = not transport.is_closing()
        sound(data)
        if open_before and transport.is_closing():
            raise BrokenPipeError("broken pipe")


@mutant(
    breaks="protocols.connection_lost.runs_in_loop_iteration_not_in_caller",
    says="failing write led to",
)
class LosesInsideWrite(Writing):
    """Ends the connection on the spot when a send() fails."""

    def write(self, transport: Any, protocol: Any, sound: Any, data: Any) -> None:
        """Tell at once, and not again."""
        lost = protocol.connection_lost
        open_before = not transport.is_closing()
        sound(data)
        if open_before and transport.is_closing():
            protocol.connection_lost = lambda _: None
            lost(BrokenPipeError("broken pipe"))


@mutant(breaks="transports.write.to_reset_connection_does_not_raise", says="expected no report")
@mutant(breaks="protocols.connection_lost.error_after_reset", says="expected no report")
class ReportsResets(Meddling):
    """Tells the exception handler of what the network did."""

    def adopt(self, protocol: Any) -> None:
        """Report."""
        lost = protocol.connection_lost

        def losing(error: Any) -> None:
            if error is not None:
                self.call_exception_handler({"message": "fatal error", "exception": error})
            lost(error)

        protocol.connection_lost = losing


@mutant(breaks="transports.write.to_reset_connection_does_not_raise", says="expected the error")
@mutant(breaks="protocols.connection_lost.error_after_reset", says="expected an exception")
@mutant(breaks="protocols.connection_lost.write_error_is_passed", says="expected the error")
class LosesTheReason(Meddling):
    """Calls connection_lost(None), however the connection ended."""

    def adopt(self, protocol: Any) -> None:
        """Drop the error."""
        lost = protocol.connection_lost
        protocol.connection_lost = lambda _: lost(None)


@mutant(
    breaks="protocols.connection_lost.reset_is_connectionreseterror",
    says="expected ConnectionResetError",
)
class TellsOfErrorsInWords(Meddling):
    """Makes a RuntimeError of every error of the system."""

    def adopt(self, protocol: Any) -> None:
        """Keep the words."""
        lost = protocol.connection_lost
        protocol.connection_lost = lambda error: lost(error and RuntimeError(str(error)))


@mutant(
    breaks="transports.write.after_peer_eof_still_works_when_kept_open", says="expected b'reply'"
)
class EndsBothDirections(Meddling):
    """Closes the write side when the read side ends."""

    def spoil(self, transport: Any, protocol: Any) -> None:
        """Shut it down."""
        told = protocol.eof_received

        def ending() -> Any:
            transport.get_extra_info("socket").shutdown(socket.SHUT_WR)
            return told()

        protocol.eof_received = ending


@mutant(breaks="transports.write.after_close_is_ignored", says="expected b'good' alone")
class SendsAfterClose(Meddling):
    """Sends directly while the socket is open, whatever the transport's state."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Send."""
        write, kept = transport.write, socket_of(transport)
        transport.kept = kept

        def writing(data: bytes) -> None:
            if transport.is_closing():
                if kept.fileno() >= 0:
                    kept.send(data)
                    kept.close()
            else:
                write(data)

        transport.write = writing
