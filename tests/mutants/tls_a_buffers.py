"""Loops that fill the buffers of a BufferedProtocol wrongly under TLS."""

from __future__ import annotations

from typing import Any

from . import mutant
from .tls_a_parts import Meddling


class _Between(Meddling):
    """No mutant itself: reads into a buffer of its own, and hands the data on."""

    def hand_on(self, protocol: Any, data: bytes) -> None:
        """Hand it on."""

    def adopt(self, protocol: Any) -> None:
        """Put the buffer between the loop and the protocol."""
        self.sound = (protocol.get_buffer, protocol.buffer_updated)
        buffer = bytearray(65536)
        protocol.get_buffer = lambda sizehint: memoryview(buffer)  # noqa: ARG005 - the protocol's form
        protocol.buffer_updated = lambda size: self.hand_on(protocol, bytes(buffer[:size]))


@mutant(breaks="tls.buffered_protocol.receives", says="each buffer_updated behind a get_buffer")
class CallsDataReceived(_Between):
    """Calls data_received() of every protocol."""

    def hand_on(self, protocol: Any, data: bytes) -> None:
        """Call it."""
        protocol.data_received(data)


@mutant(breaks="tls.buffered_protocol.receives", says="expected b'hello'")
class HandsCiphertextOn(_Between):
    """Lets the reads of the TCP transport into the buffer."""

    def hand_on(self, protocol: Any, data: bytes) -> None:  # noqa: ARG002 - the base's form
        """Fill in what is no plain text."""
        get_buffer, updated = self.sound
        get_buffer(-1)[: len(data)] = bytes(byte ^ 0x55 for byte in data)
        updated(len(data))


@mutant(breaks="tls.buffered_protocol.tiny_buffer", says="expected all of them")
class DropsTheRest(_Between):
    """Drops what did not fit into the buffer."""

    def hand_on(self, protocol: Any, data: bytes) -> None:  # noqa: ARG002 - the base's form
        """Fill it once."""
        get_buffer, updated = self.sound
        buffer = get_buffer(-1)
        fitting = data[: len(buffer)]
        buffer[: len(fitting)] = fitting
        updated(len(fitting))


@mutant(breaks="tls.buffered_protocol.tiny_buffer", says="expected 1 to 7")
class CountsWhatDidNotFit(_Between):
    """Tells of more bytes than the buffer holds."""

    def hand_on(self, protocol: Any, data: bytes) -> None:
        """Fill it again and again, and tell of all at last."""
        get_buffer, updated = self.sound
        buffer = get_buffer(-1)
        for start in range(0, len(data), len(buffer)):
            part = data[start : start + len(buffer)]
            buffer[: len(part)] = part
            updated(len(part))
        protocol.updates.append(len(data))


@mutant(breaks="tls.buffered_protocol.large_transfer", says="not what was sent")
class FillsTooEarly(Meddling):
    """Fills the buffer again before buffer_updated() was called for what it held."""

    def adopt(self, protocol: Any) -> None:
        """Call it a turn later."""
        updated = protocol.buffer_updated
        protocol.buffer_updated = lambda size: self.call_soon(updated, size)


@mutant(
    breaks="tls.buffered_protocol.eof_and_close", says="with a BufferedProtocol, whose peer sent"
)
class SkipsTheEnd(Meddling):
    """Calls eof_received() of streaming protocols only."""

    def adopt(self, protocol: Any) -> None:
        """Skip it."""
        protocol.eof_received = lambda: None
