"""Loops whose TLS connections do not outlive a change of keys."""

from __future__ import annotations

from typing import Any

from . import mutant
from .tls_b_calls import Streaming


@mutant(breaks="tls.data.survives_key_update", says="expected all three")
@mutant(breaks="tls.data.survives_renegotiation_tls12", says="expected all three")
class TakesANewKeyForTheEnd(Streaming):
    """Ends a connection when a record brings no data."""

    def adopt(self, protocol: Any) -> None:
        """End it after the first data, which a change of keys follows."""
        received = protocol.data_received

        def data_received(data: bytes) -> None:
            received(data)
            protocol.transport.close()

        protocol.data_received = data_received
