"""Loops that bring data and its end to protocols wrongly."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any

from . import mutant
from .transports_a_parts import Meddling, socket_of


@mutant(breaks="protocols.stream.callback_order", says="may be repeated")
@mutant(breaks="protocols.eof.no_data_after_eof", says="data_received, eof_received")
class TellsOfTheEndFirst(Meddling):
    """Tells of the end of the stream before its last data."""

    def adopt(self, protocol: Any) -> None:
        """Deliver data two turns late."""
        received = protocol.data_received
        protocol.data_received = lambda data: self.call_soon(self.call_soon, received, data)


@mutant(breaks="protocols.stream.callback_order", says="may be repeated")
class SkipsEOF(Meddling):
    """Goes from the last data to connection_lost()."""

    def adopt(self, protocol: Any) -> None:
        """Leave it out."""
        protocol.eof_received = lambda: None


@mutant(breaks="protocols.stream.data_is_nonempty_bytes", says="expected non-empty bytes")
class DeliversByteArrays(Meddling):
    """Passes what it has read into."""

    def adopt(self, protocol: Any) -> None:
        """Pass another class."""
        received = protocol.data_received
        protocol.data_received = lambda data: received(bytearray(data))


@mutant(breaks="protocols.stream.data_is_nonempty_bytes", says="expected non-empty bytes")
class DeliversTheEndAsData(Meddling):
    """Passes what recv() returned, whatever it is."""

    def adopt(self, protocol: Any) -> None:
        """Pass b"" before the end."""
        told = protocol.eof_received

        def ending() -> Any:
            protocol.data_received(b"")
            return told()

        protocol.eof_received = ending


@mutant(
    breaks="protocols.stream.data_objects_stay_valid", says="received one by one and kept, read"
)
class ReusesItsBuffer(Meddling):
    """Passes views of a buffer into which it reads again."""

    def adopt(self, protocol: Any) -> None:
        """Pass a view."""
        received, buffer = protocol.data_received, bytearray(300_000)

        def receiving(data: bytes) -> None:
            buffer[: len(data)] = data
            received(memoryview(buffer)[: len(data)])

        protocol.data_received = receiving


@mutant(breaks="protocols.stream.order_is_preserved_for_large_input", says="in order")
class SwapsChunks(Meddling):
    """Has two reads in flight, and delivers the second one first."""

    def adopt(self, protocol: Any) -> None:
        """Hold the first of two back."""
        received, told, held = protocol.data_received, protocol.eof_received, list[bytes]()

        def receiving(data: bytes) -> None:
            held.append(data)
            if len(held) == 2:
                flush()

        def flush() -> None:
            while held:
                received(held.pop())

        def ending() -> Any:
            flush()
            return told()

        protocol.data_received, protocol.eof_received = receiving, ending


@mutant(breaks="protocols.eof.no_data_after_eof", says="expected all of them")
class DropsDataAtTheEnd(Meddling):
    """Forgets what is still in the socket when it hears of the end."""

    def adopt(self, protocol: Any) -> None:
        """Deliver a part."""
        received = protocol.data_received
        protocol.data_received = lambda data: received(data[:4000])


@mutant(breaks="protocols.connection_lost.none_after_eof", says="expected None")
class RaisesAtEOF(Meddling):
    """Ends a connection at EOF with an EOFError."""

    def adopt(self, protocol: Any) -> None:
        """Pass it."""
        told, lost = protocol.eof_received, protocol.connection_lost

        def ending() -> Any:
            protocol.connection_lost = lambda error: lost(error or EOFError())
            return told()

        protocol.eof_received = ending


@mutant(breaks="protocols.connection_lost.exactly_once", says="expected connection_lost once")
class LosesTwice(Meddling):
    """Tells of the end by the reading side and by the writing side."""

    def adopt(self, protocol: Any) -> None:
        """Tell again."""
        lost = protocol.connection_lost

        def losing(error: Any) -> None:
            self.call_soon(lost, error)
            lost(error)

        protocol.connection_lost = losing


@mutant(breaks="protocols.callbacks.run_on_loop_thread", says="in other threads than the loop's")
class DeliversInAThread(Meddling):
    """Calls data_received() from a thread that does the I/O."""

    def adopt(self, protocol: Any) -> None:
        """Call it elsewhere."""
        received = protocol.data_received

        def receiving(data: bytes) -> None:
            thread = threading.Thread(target=received, args=(data,))
            thread.start()
            thread.join()

        protocol.data_received = receiving


@mutant(breaks="protocols.callbacks.never_nested", says="expected one at a time")
class ReadsInResume(Meddling):
    """Reads inside resume_reading(), since something may be there."""

    def spoil(self, transport: Any, protocol: Any) -> None:
        """Read."""
        resume = transport.resume_reading

        def resuming() -> None:
            resume()
            with socket_of(transport) as sock, suppress(BlockingIOError):
                protocol.data_received(sock.recv(4))

        transport.resume_reading = resuming


@mutant(breaks="protocols.callbacks.connection_made_on_both_ends", says="expected two protocols")
class SharesOneProtocol(Meddling):
    """Calls a protocol factory once for all connections."""

    made: Any = None

    def once(self, factory: Any) -> Any:
        """A factory that makes one protocol."""

        def make() -> Any:
            self.made = self.made or factory()
            return self.made

        return make

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Share."""
        return await super().create_connection(self.once(args[0]), *args[1:], **options)

    async def create_server(self, *args: Any, **options: Any) -> Any:
        """Share."""
        return await super().create_server(self.once(args[0]), *args[1:], **options)


@mutant(breaks="protocols.base.optional_flow_callbacks_have_defaults", says="expected a connection")
class WantsAllCallbacks(Meddling):
    """Takes callbacks from the class of the protocol alone."""

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Look for them."""
        made = args[0]()
        if "pause_writing" not in vars(type(made)):
            raise ValueError("the protocol has no pause_writing()")
        return await super().create_connection(lambda: made, *args[1:], **options)
