"""Loops on which a StreamReader reads wrongly, from sockets, pipes and by TLS."""

from __future__ import annotations

from typing import Any

from . import SoundLoop, mutant
from .pipes_parts import Piping
from .start_tls_calls import Upgrading, copied
from .streams_parts import Streamed, deaf


@mutant(breaks="streams.reader.eof_and_incomplete_read", says="expected b'abc' and 10")
@mutant(breaks="streams.reader.limit_overrun", says="was still pending")
@mutant(breaks="streams.reader.async_iteration", says="expected b'one\\n', b'two\\n', b'three'")
class BuffersLines(Streamed):
    """Delivers whole lines; what is not one is dropped at the end."""

    def adopt(self, protocol: Any, side: str, *, tls: bool) -> None:  # noqa: ARG002 - the base's form
        """Hold the rest back."""
        received, held = protocol.data_received, bytearray()

        def by_line(data: bytes) -> None:
            held.extend(data)
            whole = held.rfind(b"\n") + 1
            if whole:
                received(bytes(held[:whole]))
                del held[:whole]

        protocol.data_received = by_line


@mutant(breaks="streams.reader.limit_applies_backpressure", says="expected the flood to be held")
class ReadsWithoutLimit(Streamed):
    """Reads on when it is told to pause."""

    def spoil(self, transport: Any, protocol: Any, side: str) -> None:  # noqa: ARG002 - the base's form
        """Read on."""
        transport.pause_reading = deaf
        transport.resume_reading = deaf


@mutant(breaks="streams.reader.limit_applies_backpressure", says="was still pending")
class LosesDataWhenPaused(Streamed):
    """Forgets what it had read already when it is told to pause."""

    def spoil(self, transport: Any, protocol: Any, side: str) -> None:  # noqa: ARG002 - the base's form
        """Lose the next piece after each resumption."""
        received, resume, lose = protocol.data_received, transport.resume_reading, [False]

        def resuming() -> None:
            lose[0] = True
            resume()

        def losing(data: bytes) -> None:
            if lose[0]:
                lose[0] = False
                data = data[1:]
            if data:
                received(data)

        transport.resume_reading, protocol.data_received = resuming, losing


@mutant(breaks="streams.start_tls.client_and_server", says="of a server's writer")
class IgnoresTheServersSide(Upgrading):
    """Never comes to the handshake of a server, waiting for one of a server."""

    async def upgrade(self, call: dict[str, Any]) -> Any:
        """Wait."""
        if call.get("server_side"):
            return await self.create_future()
        return await super().upgrade(call)


@mutant(breaks="streams.start_tls.client_and_server", says="SSLError")
class IsAlwaysTheClient(Upgrading):
    """Does not pass server_side on."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Drop it."""
        if call.pop("server_side", False):
            call["sslcontext"] = copied(call["sslcontext"], verify=False)


@mutant(breaks="streams.start_tls.client_and_server", says="expected b'hello by TLS")
class LosesTheFirstBytesOfTLS(Upgrading):
    """Throws away what arrives first after an upgrade."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Throw it away."""
        protocol = call["protocol"]
        received = protocol.data_received

        def losing(data: bytes) -> None:
            protocol.data_received = received
            received(data[6:])

        protocol.data_received = losing


@mutant(breaks="streams.start_tls.client_and_server", says="read() to the end after start_tls()")
class NeverTellsTheEndOfAnUpgrade(Upgrading):
    """Forgets the protocol at the end of an upgraded connection."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Forget it."""
        call["protocol"].eof_received = deaf
        call["protocol"].connection_lost = deaf


@mutant(breaks="streams.start_tls.verification_failure", says="was still pending")
class HangsOnAForeignCertificate(Upgrading):
    """Never tells of a failed handshake."""

    async def upgrade(self, call: dict[str, Any]) -> Any:
        """Don't."""
        try:
            return await super().upgrade(call)
        except OSError:
            return await self.create_future()


@mutant(breaks="streams.start_tls.verification_failure", says="raised nothing")
class TrustsEverybody(Upgrading):
    """Verifies no certificate."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Verify none."""
        if not call.get("server_side"):
            call["sslcontext"] = copied(call["sslcontext"], verify=False)


@mutant(breaks="streams.start_tls.verification_failure", says="expected SSLCertVerificationError")
class TellsOfAFailureOnly(Upgrading):
    """Raises an error of its own."""

    def failed(self, error: BaseException, call: dict[str, Any]) -> Any:  # noqa: ARG002 - the base's form
        """Raise it."""
        raise ConnectionAbortedError("SSL handshake failed") from error


@mutant(
    breaks="streams.start_tls.shutdown_timeout_parameter",
    says="unexpected keyword argument",
    since=(3, 12),
)
class KnowsNoShutdownTimeout(SoundLoop):
    """Has the start_tls() of Python 3.10."""

    async def start_tls(  # type: ignore[override]  # that is the fault
        self,
        transport: Any,
        protocol: Any,
        sslcontext: Any,
        *,
        server_side: bool = False,
        server_hostname: str | None = None,
        ssl_handshake_timeout: float | None = None,
    ) -> Any:
        """Call the sound one."""
        return await super().start_tls(
            transport,
            protocol,
            sslcontext,
            server_side=server_side,
            server_hostname=server_hostname,
            ssl_handshake_timeout=ssl_handshake_timeout,
        )


@mutant(breaks="streams.pipe.reader_protocol", says="read() to the end of a pipe was still")
class NeverEndsAPipe(Piping):
    """Tells the protocol of a read pipe nothing of its end."""

    def adopt(self, protocol: Any, way: str) -> None:
        """Tell nothing."""
        if way == "read":
            protocol.eof_received = protocol.connection_lost = deaf


@mutant(breaks="streams.pipe.reader_protocol", says="expected b'line\\n', b'rest' and True")
class DropsTheRestOfAPipe(Piping):
    """Delivers whole lines of a pipe only."""

    def adopt(self, protocol: Any, way: str) -> None:
        """Drop the rest."""
        received = protocol.data_received
        if way == "read":
            protocol.data_received = lambda data: received(data[: data.rfind(b"\n") + 1])


@mutant(breaks="streams.pipe.writer", says="drain() of a pipe")
class NeverResumesAPipe(Piping):
    """Has flow control for sockets only, and pauses for ever."""

    def adopt(self, protocol: Any, way: str) -> None:
        """Never resume."""
        if way == "write":
            protocol.resume_writing = deaf


@mutant(breaks="streams.pipe.writer", says="wait_closed() of a pipe's writer was still pending")
class NeverLosesAPipe(Piping):
    """Forgets connection_lost() of a write pipe."""

    def adopt(self, protocol: Any, way: str) -> None:
        """Forget it."""
        if way == "write":
            protocol.connection_lost = deaf


@mutant(breaks="streams.tls.eof_without_warning", says="expected no report")
class ReportsTheEndOfTLS(Streamed):
    """Takes the end of TLS in order for something to report."""

    def adopt(self, protocol: Any, side: str, *, tls: bool) -> None:  # noqa: ARG002 - the base's form
        """Report it."""
        heard = protocol.eof_received

        def eof_received() -> Any:
            if tls:
                self.call_exception_handler({"message": "returning true has no effect with TLS"})
            return heard()

        protocol.eof_received = eof_received


@mutant(breaks="streams.tls.eof_without_warning", says="expected no report")
class ReportsAnIncompleteEnd(Streamed):
    """Takes a close_notify for an error."""

    def adopt(self, protocol: Any, side: str, *, tls: bool) -> None:  # noqa: ARG002 - the base's form
        """Report it."""
        lost = protocol.connection_lost

        def connection_lost(exc: Exception | None) -> None:
            self.call_exception_handler({"message": "TLS ended", "exception": EOFError()})
            lost(exc)

        if tls:
            protocol.connection_lost = connection_lost
