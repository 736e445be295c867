"""Loops that deliver datagrams, or errors, otherwise than they came."""

from __future__ import annotations

import asyncio
import errno
import socket
from contextlib import suppress
from typing import Any

from tests.mutants import mutant
from tests.mutants.datagrams_parts import Spoiled, after_turns

ANSWERED = 3
"""Turns after which more datagrams have arrived."""


@mutant(
    breaks="datagrams.receive.boundaries_and_order", says="expected the same ones in the same order"
)
class MergesDatagrams(Spoiled):
    """Joins what came within some turns, as if it were a stream."""

    def adopt(self, protocol: Any) -> None:
        """Hold it back and join it."""
        received, held = protocol.datagram_received, bytearray()

        def flush(address: Any) -> None:
            if held:
                received(bytes(held), address)
                held.clear()

        def hold(data: bytes, address: Any) -> None:
            held.extend(data)
            after_turns(ANSWERED, lambda: flush(address))

        protocol.datagram_received = hold


@mutant(
    breaks="datagrams.receive.boundaries_and_order", says="expected the same ones in the same order"
)
class DeliversFromTheEnd(Spoiled):
    """Keeps datagrams on a stack."""

    def adopt(self, protocol: Any) -> None:
        """Stack them."""
        received, stack = protocol.datagram_received, []

        def push(*datagram: Any) -> None:
            stack.append(datagram)
            after_turns(20, lambda: received(*stack.pop()))

        protocol.datagram_received = push


@mutant(breaks="datagrams.receive.boundaries_and_order", says="{'bytearray'}; expected bytes")
class HandsOutItsBuffer(Spoiled):
    """Delivers the buffer that it read into."""

    def adopt(self, protocol: Any) -> None:
        """Convert."""
        received = protocol.datagram_received
        protocol.datagram_received = lambda data, address: received(bytearray(data), address)


@mutant(breaks="datagrams.receive.empty_datagram", says="expected both to be delivered")
class TakesNothingForTheEnd(Spoiled):
    """Closes the endpoint with an empty datagram."""

    def adopt(self, protocol: Any) -> None:
        """Close it."""
        received = protocol.datagram_received

        def look(data: bytes, address: Any) -> None:
            received(data, address)
            if not data:
                protocol.transport.close()

        protocol.datagram_received = look


@mutant(breaks="datagrams.receive.empty_datagram", says="expected both to be delivered")
class SkipsEmptyDatagrams(Spoiled):
    """Delivers what has bytes."""

    def adopt(self, protocol: Any) -> None:
        """Skip the others."""
        received = protocol.datagram_received
        protocol.datagram_received = lambda data, address: data and received(data, address)


@mutant(breaks="datagrams.receive.sender_address", says="expected, in any order")
class ReportsTheLastSender(Spoiled):
    """Has one place for the sender's address."""

    def adopt(self, protocol: Any) -> None:
        """Read it when the datagrams leave a queue."""
        received = protocol.datagram_received
        last: list[Any] = []

        def queue(data: bytes, address: Any) -> None:
            last[:] = [address]
            after_turns(20, lambda: received(data, *last))

        protocol.datagram_received = queue


@mutant(breaks="datagrams.receive.max_size_datagram", says="arrived as [4096] bytes")
class HasASmallBuffer(Spoiled):
    """Reads into 4 kB."""

    def adopt(self, protocol: Any) -> None:
        """Cut the rest."""
        received = protocol.datagram_received
        protocol.datagram_received = lambda data, address: received(data[:4096], address)


@mutant(
    breaks="datagrams.callback_error.datagram_received_is_reported",
    says="the exception handler got []",
)
class SwallowsCallbackErrors(Spoiled):
    """Says nothing of an exception in datagram_received()."""

    def adopt(self, protocol: Any) -> None:
        """Swallow it."""
        received = protocol.datagram_received

        def call(data: bytes, address: Any) -> None:
            with suppress(Exception):
                received(data, address)

        protocol.datagram_received = call


@mutant(breaks="datagrams.callback_error.transport_survives", says="expected both datagrams")
class EndsWithACallbackError(Spoiled):
    """Aborts the endpoint after an exception in datagram_received()."""

    def adopt(self, protocol: Any) -> None:
        """Abort it."""
        received = protocol.datagram_received

        def call(data: bytes, address: Any) -> None:
            try:
                received(data, address)
            except Exception:
                protocol.transport.abort()
                raise

        protocol.datagram_received = call


@mutant(breaks="datagrams.error_received.refused_peer", says="expected the endpoint to stay open")
@mutant(
    breaks="datagrams.error_received.oversized_datagram", says="expected the endpoint to stay open"
)
class ClosesAfterAnError(Spoiled):
    """Treats an error as a connection's."""

    def adopt(self, protocol: Any) -> None:
        """Close the endpoint, too."""
        told = protocol.error_received

        def close(error: OSError) -> None:
            told(error)
            protocol.transport.close()

        protocol.error_received = close


@mutant(breaks="datagrams.error_received.refused_peer", says="the exception handler got")
class ReportsErrorsAsWell(Spoiled):
    """Tells the exception handler what the protocol is told."""

    def adopt(self, protocol: Any) -> None:
        """Tell both."""
        told = protocol.error_received

        def report(error: OSError) -> None:
            told(error)
            self.call_exception_handler({"message": "datagram refused", "exception": error})

        protocol.error_received = report


@mutant(
    breaks="datagrams.error_received.refused_peer",
    says="expected error_received(ConnectionRefusedError)",
)
@mutant(breaks="datagrams.error_received.receives_oserror_only", says="expected one OSError")
class TellsAnErrorOfItsOwn(Spoiled):
    """Makes errors anew, as RuntimeError."""

    def adopt(self, protocol: Any) -> None:
        """Make them anew."""
        told = protocol.error_received
        protocol.error_received = lambda error: told(RuntimeError(str(error)))


@mutant(breaks="datagrams.error_received.receives_oserror_only", says="expected one OSError")
@mutant(
    breaks="datagrams.error_received.oversized_datagram",
    says="expected error_received() with EMSGSIZE",
)
class TellsAText(Spoiled):
    """Hands on what strerror() says."""

    def adopt(self, protocol: Any) -> None:
        """Make a text of it."""
        told = protocol.error_received
        protocol.error_received = lambda error: told(error.strerror)


@mutant(breaks="datagrams.error_received.refused_peer", says="with the errors []")
@mutant(
    breaks="datagrams.error_received.transport_usable_afterwards",
    says="without which nothing can be said",
)
class TellsNoErrors(Spoiled):
    """Drops errors."""

    def adopt(self, protocol: Any) -> None:
        """Drop them."""
        protocol.error_received = lambda _: None


@mutant(breaks="datagrams.error_received.transport_usable_afterwards", says="answer arrived as []")
class StopsReadingAfterAnError(Spoiled):
    """Does not arm the reader again."""

    def adopt(self, protocol: Any) -> None:
        """Be deaf from then on."""
        told = protocol.error_received

        def stop(error: OSError) -> None:
            protocol.datagram_received = lambda *_: None
            told(error)

        protocol.error_received = stop


@mutant(
    breaks="datagrams.error_received.oversized_datagram",
    says="expected error_received() instead",
)
class RaisesFromSendto(Spoiled):
    """Lets errors of the system out of sendto()."""

    def fit(self, transport: Any) -> Any:
        """Raise."""
        sendto = transport.sendto

        def send(data: bytes, address: Any = None) -> None:
            if len(data) > 65507:
                raise OSError(errno.EMSGSIZE, "Message too long")
            sendto(data, address)

        transport.sendto = send
        return transport


@mutant(
    breaks="datagrams.unconnected_send_to_closed_port_is_silent",
    says="expected connection_made, datagram_received",
)
class AsksForIcmpErrors(Spoiled):
    """Connects an unconnected socket to whom it sends, and so hears of refusals."""

    def adopt(self, protocol: Any) -> None:
        """Keep the protocol."""
        self.protocol = protocol

    def fit(self, transport: Any) -> Any:
        """Find out beside the endpoint who refuses."""
        sendto = transport.sendto

        def send(data: bytes, address: Any = None) -> None:
            if address is None:
                sendto(data)
                return
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                probe.connect(address)
                probe.send(data)
                probe.settimeout(0.1)
                try:
                    probe.recv(1)
                except ConnectionRefusedError as error:
                    asyncio.get_running_loop().call_soon(self.protocol.error_received, error)
                    return
                except TimeoutError:
                    pass
            sendto(data, address)

        transport.sendto = send
        return transport
