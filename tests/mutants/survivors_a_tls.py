"""Loops whose TLS transports lose or repeat the rest of a record, or spoil the end by late data."""

from __future__ import annotations

import ssl
from typing import Any

from . import mutant
from .tls_b_calls import Streaming


@mutant(breaks="tls.write.after_close_leaves_the_end_clean", says="expected None")
class EncryptsLateData(Streaming):
    """Encrypts what is written after close_notify, and takes the refusal for a failure."""

    def spoil(self, transport: Any, protocol: Any) -> None:
        """Let a late write become the reason of the end."""
        write, lost = transport.write, protocol.connection_lost
        refused: list[Exception] = []

        def writing(data: bytes) -> None:
            if transport.is_closing():
                refused.append(ssl.SSLError("protocol is shutdown"))
            write(data)

        transport.write = writing
        protocol.connection_lost = lambda error: lost(refused[0] if refused else error)


@mutant(
    breaks="tls.buffered_protocol.rest_of_a_record_comes_after_resume",
    says="without more from the peer",
)
class ResumesTheSocketAlone(Streaming):
    """Waits for more from the wire before it looks at what is decrypted."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Resume nothing: nothing more will come."""
        transport.resume_reading = lambda: None


@mutant(breaks="tls.buffered_protocol.switch_in_the_middle_of_a_record", says="that were sent")
class LosesTheRestAtASwitch(Streaming):
    """Drops the rest of a record with the protocol for which it was decrypted."""

    def spoil(self, transport: Any, protocol: Any) -> None:  # noqa: ARG002 - the base's form
        """Give the next protocol nothing of the first data."""
        set_protocol = transport.set_protocol

        def switching(heir: Any) -> None:
            heir.data_received = lambda _: None
            set_protocol(heir)

        transport.set_protocol = switching
