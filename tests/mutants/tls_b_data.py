"""Loops whose TLS connections spoil what flows through them."""

from __future__ import annotations

import ssl
from typing import Any

from . import mutant
from .tls_b_calls import Streaming

FULL_RECORD = 16384


@mutant(breaks="tls.data.echo", says="expected the bytes written, both times")
class DeliversCiphertext(Streaming):
    """Hands records on as they are."""

    def adopt(self, protocol: Any) -> None:
        """Scramble them, which is as good."""
        received = protocol.data_received
        protocol.data_received = lambda data: received(bytes(byte ^ 0x17 for byte in data))


@mutant(breaks="tls.data.received_as_nonempty_bytes", says="expected bytes objects")
class DeliversByteArrays(Streaming):
    """Hands the receive buffer on."""

    def adopt(self, protocol: Any) -> None:
        """Pass bytearrays."""
        received = protocol.data_received
        protocol.data_received = lambda data: received(bytearray(data))


@mutant(breaks="tls.data.received_as_nonempty_bytes", says="b''")
class DeliversNothingAtTheEnd(Streaming):
    """Calls data_received(b"") at the end of the stream."""

    def adopt(self, protocol: Any) -> None:
        """Call it before eof_received()."""
        ended = protocol.eof_received

        def eof_received() -> Any:
            protocol.data_received(b"")
            return ended()

        protocol.eof_received = eof_received


@mutant(breaks="tls.data.large_both_ways_at_once", says="expected what was sent")
class LosesDataWhileItWrites(Streaming):
    """Loses what is decrypted while a large write is on its way."""

    def spoil(self, transport: Any, protocol: Any) -> None:
        """Cut a byte off what comes after the first megabyte, once something was written."""
        write, received = transport.write, protocol.data_received

        def data_received(data: bytes) -> None:
            received(data[1:] if len(protocol.received) > 1_000_000 else data)

        def writing(data: bytes) -> None:
            protocol.data_received = data_received
            write(data)

        transport.write = writing


@mutant(breaks="tls.data.received_while_own_write_is_blocked", says="expected b'news'")
class ReadsNotWhileItsWritingIsStuck(Streaming):
    """Stops reading while the outgoing side is paused."""

    def adopt(self, protocol: Any) -> None:
        """Never read again after a pause; a peer that waits for the loop is stuck for good."""
        received, paused = protocol.data_received, protocol.pause_writing
        stuck: list[bool] = []
        protocol.data_received = lambda data: stuck or received(data)

        def pause_writing() -> None:
            stuck.append(True)
            paused()

        protocol.pause_writing = pause_writing

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Pause early, whatever the kernel takes."""
        transport.set_write_buffer_limits(high=16384)


@mutant(breaks="tls.data.large_both_ways_at_once_tls12", says="expected what was sent")
class CountsRecordsOfTLS12Wrongly(Streaming):
    """Takes the explicit nonce of TLS 1.2 for a part of the data that it cuts off."""

    def adopt(self, protocol: Any) -> None:
        """Lose eight bytes of a large piece."""
        received = protocol.data_received

        def data_received(data: bytes) -> None:
            version = protocol.transport.get_extra_info("ssl_object").version()
            received(data[8:] if version == "TLSv1.2" and len(data) >= FULL_RECORD else data)

        protocol.data_received = data_received


@mutant(breaks="tls.data.many_small_writes_keep_order", says="expected all of them, in order")
class TakesTheBacklogFromTheWrongEnd(Streaming):
    """Encrypts what waits in the backlog newest first."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Write pairs of small writes in reverse."""
        write, waiting = transport.write, []

        def reverse(data: bytes) -> None:
            waiting.append(data)
            if len(waiting) == 2:
                write(waiting.pop() + waiting.pop())

        transport.write = reverse


@mutant(breaks="tls.data.record_size_boundaries", says="expected every byte, both times")
class LosesTheRestOfAPartialWrite(Streaming):
    """Writes one record and forgets the rest."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Cut."""
        write = transport.write
        transport.write = lambda data: write(data[:FULL_RECORD])


@mutant(breaks="tls.data.bytes_like_arguments", says="expected b'12345678.'")
class CountsItemsForBytes(Streaming):
    """Takes len() of a view for its size."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Write as many bytes as the argument has items."""
        write = transport.write
        transport.write = lambda data: write(bytes(data)[: len(data)])


@mutant(breaks="tls.data.empty_write_is_a_no_op", says="raised SSLError")
class PassesEmptyWritesOn(Streaming):
    """Asks OpenSSL to write nothing."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Fail as OpenSSL does."""
        write = transport.write

        def strict(data: bytes) -> None:
            if not data:
                raise ssl.SSLError("bad length")
            write(data)

        transport.write = strict
        transport.writelines = lambda items: strict(b"".join(items))


@mutant(breaks="tls.data.write_str_is_typeerror", says="raised nothing; expected TypeError")
class QueuesWhateverItGets(Streaming):
    """Looks at the argument of write() when its turn has come."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Look later."""
        write = transport.write
        transport.write = lambda data: write(data) if isinstance(data, bytes) else None


@mutant(breaks="tls.data.write_str_is_typeerror", says="expected b'usable'")
class ClosesOnABadArgument(Streaming):
    """Ends the connection when write() fails."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Abort."""
        write = transport.write

        def brittle(data: bytes) -> None:
            try:
                write(data)
            except TypeError:
                transport.abort()
                raise

        transport.write = brittle


@mutant(breaks="tls.data.writelines", says="expected b'one,two,three,four.'")
class WalksThroughItemsTwice(Streaming):
    """Looks at all items before it writes them."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Count first."""
        writelines = transport.writelines

        def counting(items: Any) -> None:
            sum(len(item) for item in items)
            writelines(items)

        transport.writelines = counting


@mutant(breaks="tls.data.partial_record_is_held_back", says="expected nothing before its end")
class DeliversWhatIsThere(Streaming):
    """Decrypts as far as it can, and delivers the beginning of a record."""

    def adopt(self, protocol: Any) -> None:
        """Deliver a byte before it can be known."""
        made = protocol.connection_made

        def connection_made(transport: Any) -> None:
            made(transport)
            self.call_soon(protocol.data_received, b"i")

        protocol.connection_made = connection_made
