"""Loops whose stream transports end one direction, or change their protocol, wrongly."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import Any

from . import mutant
from .transports_a_parts import Meddling, is_buffered


@mutant(breaks="transports.write_eof.half_closes", says="expected False and b'answer'")
class ClosesOnWriteEOF(Meddling):
    """Closes the whole transport."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Close."""
        transport.write_eof = transport.close


@mutant(breaks="transports.write_eof.half_closes", says="expected False and b'answer'")
@mutant(
    breaks="transports.write_eof.both_sides_then_connection_lost",
    says="no connection_lost() within",
)
class StopsReading(Meddling):
    """Is done with a connection when it has ended its direction."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Read no more."""
        write_eof = transport.write_eof

        def ending() -> None:
            write_eof()
            transport.pause_reading()

        transport.write_eof = ending


@mutant(breaks="transports.write_eof.waits_for_buffer", says="expected all of them before the end")
class ShutsDownAtOnce(Meddling):
    """Cuts the buffer off."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Shut the socket down."""
        sock = transport.get_extra_info("socket")
        transport.write_eof = lambda: sock.shutdown(socket.SHUT_WR)


@mutant(breaks="transports.write_eof.can_write_eof_true", says="expected True")
class CannotWriteEOF(Meddling):
    """Answers like a transport that can't."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Say None."""
        transport.can_write_eof = lambda: None


@mutant(breaks="transports.write_eof.is_idempotent", says="expected it to be ignored")
class ShutsDownTwice(Meddling):
    """Shuts the socket down with each call."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Raise at the second."""
        write_eof = transport.write_eof

        def refuse() -> None:
            raise OSError("not connected")

        def ending() -> None:
            transport.write_eof = refuse
            write_eof()

        transport.write_eof = ending


@mutant(breaks="transports.write_eof.is_idempotent", says="and no callback")
class ClosesAtTheSecondEOF(Meddling):
    """Takes a second write_eof() for a close()."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Close."""
        write_eof = transport.write_eof

        def ending() -> None:
            transport.write_eof = transport.close
            write_eof()

        transport.write_eof = ending


@mutant(
    breaks="transports.write_eof.then_write_is_runtimeerror",
    says="raised nothing; expected an exception",
)
class DropsDataAfterEOF(Meddling):
    """Drops what is written after write_eof()."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Drop."""
        write = transport.write

        def writing(data: Any) -> None:
            with suppress(RuntimeError):
                write(data)

        transport.write = writing


@mutant(breaks="transports.write_eof.after_close_is_harmless", says="expected it to be ignored")
class CannotEndWhatIsClosed(Meddling):
    """Uses a socket that is gone."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Raise."""
        write_eof = transport.write_eof

        def ending() -> None:
            if transport.is_closing():
                raise OSError("bad file descriptor")
            write_eof()

        transport.write_eof = ending


@mutant(breaks="transports.write_eof.then_close", says="no connection_lost() within")
class WaitsForTheOtherEnd(Meddling):
    """Closes when the other end has, once it has ended its own direction."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Leave it to the EOF."""
        write_eof = transport.write_eof

        def ending() -> None:
            transport.close = lambda: None
            write_eof()

        transport.write_eof = ending


class Switching(Meddling):
    """No mutant itself: its heirs have a set_protocol() of their own."""

    def spoil(self, transport: Any, protocol: Any) -> None:
        """Replace it."""
        sound = transport.set_protocol
        transport.set_protocol = lambda new: self.switch(transport, sound, protocol, new)

    def switch(self, transport: Any, sound: Any, old: Any, new: Any) -> None:
        """What set_protocol() does."""


@mutant(breaks="transports.protocol.get_and_set", says="expected the new protocol")
class KeepsItsProtocol(Switching):
    """Ignores set_protocol()."""


@mutant(
    breaks="transports.protocol.new_one_gets_data_and_lost",
    says="expected data_received, eof_received, connection_lost",
)
class TellsTheFirstOfTheEnd(Switching):
    """Calls connection_lost() of the protocol that was made for the connection."""

    def switch(self, transport: Any, sound: Any, old: Any, new: Any) -> None:  # noqa: ARG002 - the base's form
        """Bind it."""
        new.connection_lost = old.connection_lost
        sound(new)


@mutant(
    breaks="transports.protocol.new_one_gets_data_and_lost",
    says="expected data_received, eof_received, connection_lost",
)
class IntroducesTheNewOne(Switching):
    """Calls connection_made() of the new protocol."""

    def switch(self, transport: Any, sound: Any, old: Any, new: Any) -> None:  # noqa: ARG002 - the base's form
        """Call it."""
        sound(new)
        self.call_soon(new.connection_made, transport)


@mutant(breaks="transports.protocol.switch_inside_data_received", says="expected no more than that")
class KeepsTheBoundMethod(Switching):
    """Looks data_received up once."""

    def switch(self, transport: Any, sound: Any, old: Any, new: Any) -> None:  # noqa: ARG002 - the base's form
        """Keep it."""
        new.data_received = old.data_received
        sound(new)


class Unbuffered(asyncio.Protocol):
    """Calls data_received() of a buffered protocol."""

    def __init__(self, new: Any) -> None:
        self.data_received = new.data_received  # type: ignore[method-assign]  # a bound method


class Buffered(asyncio.BufferedProtocol):
    """Goes on with the buffer of the protocol before."""

    def __init__(self, old: Any) -> None:
        self.get_buffer = old.get_buffer  # type: ignore[method-assign]  # a bound method
        self.buffer_updated = old.buffer_updated  # type: ignore[method-assign]  # as above


@mutant(
    breaks="transports.protocol.switch_streaming_to_buffered",
    says="expected get_buffer and buffer_updated",
)
class StaysStreaming(Switching):
    """Looks once whether a protocol is buffered."""

    def switch(self, transport: Any, sound: Any, old: Any, new: Any) -> None:  # noqa: ARG002 - the base's form
        """Go on as before."""
        sound(Unbuffered(new) if is_buffered(new) else new)


@mutant(breaks="transports.protocol.switch_buffered_to_streaming", says="by data_received()")
class StaysBuffered(Switching):
    """Keeps the buffer of the first protocol."""

    def switch(self, transport: Any, sound: Any, old: Any, new: Any) -> None:  # noqa: ARG002 - the base's form
        """Go on as before."""
        sound(Buffered(old) if is_buffered(old) else new)


@mutant(
    breaks="transports.protocol.flow_callbacks_follow_the_switch",
    says="expected connection_made, and pause_writing, resume_writing",
)
class PausesTheFirst(Switching):
    """Remembers whom to pause."""

    def switch(self, transport: Any, sound: Any, old: Any, new: Any) -> None:  # noqa: ARG002 - the base's form
        """Bind it."""
        new.pause_writing = old.pause_writing
        sound(new)
