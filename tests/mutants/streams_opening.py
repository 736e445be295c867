"""Loops on whose connections streams don't work, from either side."""

from __future__ import annotations

import asyncio
from typing import Any

from . import SoundLoop, mutant
from .streams_parts import Streamed, deaf


@mutant(breaks="streams.open_connection.echo", says="readline() of an echo was still pending")
class LosesDataBetweenReads(Streamed):
    """Delivers the beginning of what it has read."""

    def adopt(self, protocol: Any, side: str, *, tls: bool) -> None:  # noqa: ARG002 - the base's form
        """Cut it."""
        received = protocol.data_received
        protocol.data_received = lambda data: received(data[:6])


@mutant(breaks="streams.open_connection.echo", says="expected b'first\\n', b'second\\n', b'rest'")
class RepeatsWhatItRead(Streamed):
    """Delivers each piece with the first byte of the one before."""

    def adopt(self, protocol: Any, side: str, *, tls: bool) -> None:  # noqa: ARG002 - the base's form
        """Repeat it."""
        received = protocol.data_received
        protocol.data_received = lambda data: received(data[:1] + data)


@mutant(breaks="streams.open_connection.write_eof_and_read_to_end", says="expected all of it")
class EofCutsTheAnswer(Streamed):
    """Closes both directions in write_eof()."""

    def spoil(self, transport: Any, protocol: Any, side: str) -> None:  # noqa: ARG002 - the base's form
        """Close."""
        transport.write_eof = transport.close


@mutant(
    breaks="streams.open_connection.write_eof_and_read_to_end",
    says="expected b'question' and 'end of stream'",
)
class SendsNoEof(Streamed):
    """Does nothing in write_eof()."""

    def spoil(self, transport: Any, protocol: Any, side: str) -> None:  # noqa: ARG002 - the base's form
        """Do nothing."""
        transport.write_eof = deaf


@mutant(breaks="streams.open_connection.write_eof_and_read_to_end", says="expected all of it")
class EndsBeforeItsData(Streamed):
    """Tells the end of the stream ahead of the last data."""

    def adopt(self, protocol: Any, side: str, *, tls: bool) -> None:  # noqa: ARG002 - the base's form
        """Keep the last piece back, for ever."""
        received, held = protocol.data_received, bytearray()

        def lagging(data: bytes) -> None:
            if held:
                received(bytes(held))
            held[:] = data

        protocol.data_received = lagging


@mutant(breaks="streams.open_connection.refused", says="expected ConnectionRefusedError")
class RaisesAPlainOSError(SoundLoop):
    """Makes its own error of a refusal."""

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Make it."""
        try:
            return await super().create_connection(*args, **options)
        except ConnectionRefusedError as error:
            raise OSError(f"connect failed: {error}") from error


@mutant(breaks="streams.open_connection.tls", says="wait_closed() of TLS streams was still pending")
class NeverTellsTheEndOfTLS(Streamed):
    """Forgets connection_lost() under TLS."""

    def adopt(self, protocol: Any, side: str, *, tls: bool) -> None:  # noqa: ARG002 - the base's form
        """Forget it."""
        if tls:
            protocol.connection_lost = deaf


@mutant(breaks="streams.open_connection.sock", says="after sock= was still pending")
class ConnectsAnew(SoundLoop):
    """Takes the address of a socket in the place of the socket."""

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Connect to where it is connected."""
        sock = options.pop("sock", None)
        if sock is not None:
            args = (args[0], *sock.getpeername())
        return await super().create_connection(*args, **options)


@mutant(breaks="streams.unix.echo", says="was still pending")
@mutant(breaks="streams.unix.echo", says="with the loop as the server")
class LosesUnixData(Streamed):
    """Delivers nothing of Unix sockets."""

    def spoil(self, transport: Any, protocol: Any, side: str) -> None:  # noqa: ARG002 - the base's form
        """Deliver nothing."""
        if transport.get_extra_info("socket").family.name == "AF_UNIX":
            protocol.data_received = deaf


@mutant(breaks="streams.unix.echo", says="are not supported")
class RefusesUnixSockets(SoundLoop):
    """Knows no Unix sockets."""

    async def create_unix_connection(self, *args: Any, **options: Any) -> Any:  # noqa: ARG002 - refused whatever they are
        """Refuse."""
        raise ValueError("Unix sockets are not supported")


@mutant(breaks="streams.start_server.plain_callback", says="expected the client's address")
class ForgetsItsClientsAddress(Streamed):
    """Knows no peer on the server's side."""

    def spoil(self, transport: Any, protocol: Any, side: str) -> None:  # noqa: ARG002 - the base's form
        """Know none."""
        ask = transport.get_extra_info
        transport.get_extra_info = lambda name, default=None: (
            default if name == "peername" else ask(name, default)
        )


@mutant(breaks="streams.start_server.plain_callback", says="expected its callback to be called")
class TellsNoConnection(Streamed):
    """Accepts, and never calls connection_made()."""

    def adopt(self, protocol: Any, side: str, *, tls: bool) -> None:  # noqa: ARG002 - the base's form
        """Don't."""
        if side == "server":
            protocol.connection_made = deaf


HANDLER = "streams.start_server.handler_exception_is_reported_and_connection_closed"


@mutant(breaks=HANDLER, says="expected 'end of stream'", since=(3, 12))
class LeavesTheClientHanging(Streamed):
    """Leaves an accepted socket open after close()."""

    def spoil(self, transport: Any, protocol: Any, side: str) -> None:  # noqa: ARG002 - the base's form
        """Leave it open."""
        if side == "server":
            transport.close = deaf


@mutant(breaks=HANDLER, says="expected that one", since=(3, 12))
class KeepsReportsToItself(SoundLoop):
    """Reports nothing that it is asked to report."""

    def call_exception_handler(self, context: Any) -> None:
        """Don't."""


class _OtherServer(SoundLoop):
    """No mutant itself: changes its servers."""

    def change(self, server: Any) -> None:
        """Change it."""

    async def create_server(self, *args: Any, **options: Any) -> Any:
        """Serve, with a changed server."""
        server: Any = await super().create_server(*args, **options)
        self.change(server)
        return server


@mutant(breaks="streams.server.async_with_serve_forever", says="was still pending")
class HangsOnExit(_OtherServer):
    """Waits for ever in wait_closed()."""

    def change(self, server: Any) -> None:
        """Wait."""
        server.wait_closed = self.create_future


@mutant(breaks="streams.server.async_with_serve_forever", says="raised nothing")
class SwallowsItsCancellation(_OtherServer):
    """Returns from a cancelled serve_forever()."""

    def change(self, server: Any) -> None:
        """Return."""
        serve = server.serve_forever

        async def serve_forever() -> None:
            try:
                await serve()
            except asyncio.CancelledError:
                return

        server.serve_forever = serve_forever


@mutant(breaks="streams.server.async_with_serve_forever", says="expected it to be refused")
class GoesOnListening(_OtherServer):
    """Leaves the listening socket open."""

    def change(self, server: Any) -> None:
        """Leave it."""
        close = server.close

        async def serve_forever() -> None:
            await self.create_future()

        async def nothing() -> None:
            self.call_later(0.1, close)

        server.close, server.wait_closed, server.serve_forever = deaf, nothing, serve_forever


@mutant(breaks="streams.eof.server_half_close_then_reply", says="got the answer")
class ClosesOnEof(Streamed):
    """Closes at the end of the stream, whatever eof_received() says."""

    def spoil(self, transport: Any, protocol: Any, side: str) -> None:  # noqa: ARG002 - the base's form
        """Close."""
        heard = protocol.eof_received

        def eof_received() -> None:
            heard()
            transport.close()

        protocol.eof_received = eof_received


@mutant(breaks="streams.throughput.parallel_clients", says="expected each to get its own data")
class MixesStreams(Streamed):
    """Delivers what belongs to another client."""

    known: Any = None

    def adopt(self, protocol: Any, side: str, *, tls: bool) -> None:  # noqa: ARG002 - the base's form
        """Share one stream among two protocols."""
        self.known = self.known or []
        self.known.append(protocol.data_received)
        if len(self.known) % 2 == 0:
            protocol.data_received = self.known[-2]
