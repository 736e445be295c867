"""Loops that treat errors in a protocol's callbacks wrongly."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from . import mutant
from .transports_b_parts import Plain

CALLBACKS = ("data_received", "eof_received", "connection_lost", "get_buffer", "buffer_updated")


class SeesErrors(Plain):
    """No mutant itself: shows its heirs what callbacks raise."""

    def failed(self, error: Exception, transport: Any, name: str) -> Any:
        """Do something with it, and answer in place of the callback."""
        raise NotImplementedError

    def follow(self, transport: Any, protocol: Any) -> None:
        """Show it."""
        for name in CALLBACKS:
            if hasattr(protocol, name):
                setattr(protocol, name, self._watched(getattr(protocol, name), transport, name))

    def _watched(self, callback: Any, transport: Any, name: str) -> Any:
        def called(*args: Any) -> Any:
            try:
                return callback(*args)
            except Exception as error:  # noqa: BLE001 - whatever it raises
                return self.failed(error, transport, name)

        return called


@mutant(breaks="transports.callback_error.data_received", says="nothing more within")
@mutant(breaks="transports.callback_error.eof_received", says="nothing more within")
@mutant(
    breaks="transports.callback_error.connection_lost",
    says="the exception handler got []; expected that error, once",
)
@mutant(breaks="protocols.buffered.get_buffer_error_is_fatal", says="nothing more within")
@mutant(breaks="protocols.buffered.buffer_updated_error_is_fatal", says="nothing more within")
class SwallowsErrors(SeesErrors):
    """Tells nobody, and goes on."""

    def failed(self, error: Exception, transport: Any, name: str) -> Any:  # noqa: ARG002 - the base's form
        """Go on; a buffer is needed for that."""
        return bytearray(100) if name == "get_buffer" else True


@mutant(breaks="transports.callback_error.data_received", says="nothing more within")
@mutant(breaks="transports.callback_error.eof_received", says="nothing more within")
class KeepsTheConnectionOpen(SeesErrors):
    """Reports, and goes on."""

    def failed(self, error: Exception, transport: Any, name: str) -> Any:  # noqa: ARG002 - the base's form
        """Report it."""
        self.call_exception_handler({"message": "a callback raised", "exception": error})
        return True


@mutant(
    breaks="transports.callback_error.data_received", says="connection_lost() got None; expected"
)
@mutant(
    breaks="transports.callback_error.eof_received", says="connection_lost() got None; expected"
)
@mutant(
    breaks="protocols.buffered.get_buffer_error_is_fatal",
    says="connection_lost() got None; expected an exception",
)
@mutant(
    breaks="protocols.buffered.buffer_updated_error_is_fatal",
    says="connection_lost() got None; expected that error",
)
class EndsWithoutAReason(SeesErrors):
    """Reports, and closes as if nothing had happened."""

    def failed(self, error: Exception, transport: Any, name: str) -> Any:
        """Close."""
        self.call_exception_handler(
            {
                "message": f"{name}() raised",
                "exception": error,
                "transport": transport,
                "protocol": transport.get_protocol(),
            }
        )
        transport.abort()
        return bytearray(100)


@mutant(
    breaks="transports.callback_error.data_received",
    says="expected that error, once",
)
@mutant(breaks="transports.callback_error.eof_received", says="expected that error, once")
@mutant(breaks="transports.callback_error.connection_lost", says="expected that error, once")
@mutant(breaks="protocols.buffered.get_buffer_error_is_fatal", says="expected one report")
@mutant(breaks="protocols.buffered.buffer_updated_error_is_fatal", says="expected that error, once")
class ReportsTwice(Plain):
    """Reports where an error is caught, and once more where the connection ends."""

    def call_exception_handler(self, context: Any) -> None:
        """Report twice."""
        super().call_exception_handler(context)
        super().call_exception_handler(context)


@mutant(breaks="transports.callback_error.data_received", says="the exception handler got []")
@mutant(breaks="transports.callback_error.eof_received", says="the exception handler got []")
@mutant(breaks="protocols.buffered.get_buffer_error_is_fatal", says="expected one report")
@mutant(
    breaks="protocols.buffered.buffer_updated_error_is_fatal", says="the exception handler got []"
)
class ReportsNothing(Plain):
    """Leaves it to connection_lost() to tell."""

    def call_exception_handler(self, context: Any) -> None:
        """Leave it."""


@mutant(breaks="transports.callback_error.data_received", says="expected a text")
class ReportsWithoutAMessage(Plain):
    """Has no message."""

    def call_exception_handler(self, context: Any) -> None:
        """Report the rest."""
        super().call_exception_handler({n: v for n, v in context.items() if n != "message"})


@mutant(breaks="transports.callback_error.connection_lost", says="expected the end of the stream")
@mutant(
    breaks="transports.callback_error.data_received", says="saw no end of the stream; expected one"
)
class LeaksTheSocket(SeesErrors):
    """Does not come to closing the socket when a callback has raised."""

    def failed(self, error: Exception, transport: Any, name: str) -> Any:  # noqa: ARG002 - the base's form
        """Keep it."""
        self.leaked = transport.sock.dup()
        raise error

    def close(self) -> None:
        """Close it, so that the process does not suffer."""
        with suppress(AttributeError):
            self.leaked.close()
        super().close()


@mutant(breaks="transports.callback_error.connection_lost", says="expected one connection_lost")
class TellsOfItsEndAgain(SeesErrors):
    """Calls connection_lost() again when it raises."""

    def failed(self, error: Exception, transport: Any, name: str) -> Any:
        """Call it."""
        if name == "connection_lost":
            protocol = transport.get_protocol()
            self.call_soon(protocol.calls.append, name)
        raise error
