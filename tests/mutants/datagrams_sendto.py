"""Loops whose datagram transports send wrongly."""

from __future__ import annotations

from typing import Any

from tests.mutants import mutant
from tests.mutants.datagrams_parts import Spoiled


class SpoiledSendto(Spoiled):
    """No mutant itself: lets its heirs stand before sendto()."""

    def adopt(self, protocol: Any) -> None:
        """Keep it."""
        self.protocol = protocol

    def fit(self, transport: Any) -> Any:
        """Put `sending` in its place."""
        self.transport, self.sound_sendto = transport, transport.sendto
        transport.sendto = self.sending
        return transport

    def sending(self, data: Any, addr: Any = None) -> None:
        """Send."""
        self.sound_sendto(data, addr)


@mutant(breaks="datagrams.sendto.bytes_like", says="expected it to be sent")
class SendsBytesOnly(SpoiledSendto):
    """Knows one class of data."""

    def sending(self, data: Any, addr: Any = None) -> None:
        """Refuse others."""
        if type(data) is not bytes:
            raise TypeError("expected bytes")
        self.sound_sendto(data, addr)


@mutant(breaks="datagrams.sendto.bytes_like", says="expected [b'payload']")
class SendsTheRepresentation(SpoiledSendto):
    """Makes text of whatever is no bytes."""

    def sending(self, data: Any, addr: Any = None) -> None:
        """Convert."""
        self.sound_sendto(data if isinstance(data, bytes) else repr(data).encode(), addr)


@mutant(breaks="datagrams.sendto.non_bytes_is_typeerror", says="raised nothing; expected TypeError")
class TellsErrorReceived(SpoiledSendto):
    """Reports whatever goes wrong through error_received()."""

    def sending(self, data: Any, addr: Any = None) -> None:
        """Report it."""
        try:
            self.sound_sendto(data, addr)
        except TypeError as error:
            self.protocol.error_received(error)


@mutant(
    breaks="datagrams.sendto.empty_datagram_is_sent",
    says="expected the empty datagram",
    since=(3, 13),
)
class IgnoresEmptyPayloads(SpoiledSendto):
    """Takes no bytes for nothing to send."""

    def sending(self, data: Any, addr: Any = None) -> None:
        """Look."""
        if data:
            self.sound_sendto(data, addr)


@mutant(breaks="datagrams.sendto.connected_accepts_own_peer", says="expected it to be sent")
class RefusesAnyAddress(SpoiledSendto):
    """Takes no address once there is a peer."""

    def sending(self, data: Any, addr: Any = None) -> None:
        """Refuse it."""
        if addr is not None and self.transport.get_extra_info("peername"):
            raise ValueError("the endpoint is connected")
        self.sound_sendto(data, addr)


@mutant(
    breaks="datagrams.sendto.connected_other_address_is_valueerror",
    says="raised nothing; expected ValueError",
)
class SendsToThePeerAnyway(SpoiledSendto):
    """Drops an address when there is a peer."""

    def sending(self, data: Any, addr: Any = None) -> None:
        """Drop it."""
        self.sound_sendto(data, None if self.transport.get_extra_info("peername") else addr)


@mutant(breaks="datagrams.sendto.burst_keeps_boundaries", says="expected the same 50")
class Coalesces(SpoiledSendto):
    """Joins what is sent in one turn."""

    def fit(self, transport: Any) -> Any:
        """Have a buffer."""
        self.waiting = b""
        return super().fit(transport)

    def sending(self, data: Any, addr: Any = None) -> None:
        """Wait for more."""
        if not self.waiting:
            self.call_soon(self.flush, addr)
        self.waiting += data

    def flush(self, addr: Any) -> None:
        """Send it all."""
        self.sound_sendto(self.waiting, addr)
        self.waiting = b""


@mutant(breaks="datagrams.sendto.after_close_does_not_raise", says="expected no exception")
class RaisesAfterClose(SpoiledSendto):
    """Complains of a closed endpoint."""

    def sending(self, data: Any, addr: Any = None) -> None:
        """Complain."""
        if self.transport.is_closing():
            raise RuntimeError("the endpoint is closed")
        self.sound_sendto(data, addr)


@mutant(breaks="datagrams.sendto.buffered_data_is_copied", says="expected [b'before']")
class KeepsTheCallersObject(SpoiledSendto):
    """Queues the object that it was given."""

    def sending(self, data: Any, addr: Any = None) -> None:
        """Queue it."""
        self.call_soon(self.sound_sendto, data, addr)
