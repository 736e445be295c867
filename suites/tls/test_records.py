"""TLS records that were forged on their way."""

from __future__ import annotations

import socket
import ssl
from asyncio import AbstractEventLoop

import pytest

from ..support.certificates import TLS_1_2, TLS_1_3, server_context
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.sockets import Reports
from ..support.tls_peers import PATIENCE, TlsPeer
from ..support.tls_sessions import Side, both_sides, lost, session

FORGED = b"\x17\x03\x03\x00\x30" + b"forged" * 8
"""A record of application data that nobody has encrypted."""


def forge(peer: TlsPeer) -> None:
    """Send a forged record below TLS, and wait for the end of the connection."""
    with socket.socket(fileno=peer.sock.detach()) as raw:
        raw.settimeout(PATIENCE)
        raw.sendall(FORGED)
        while raw.recv(65536):
            pass


@both_sides
@pytest.mark.parametrize("version", [TLS_1_2, TLS_1_3])
@requirement(
    "tls.corrupted_record_is_connection_lost_with_error",
    api="asyncio.Protocol.eof_received (TLS)",
    level="implied",
    since="3.11",
    doc="library/asyncio-protocol.html#asyncio.BaseProtocol.connection_lost",
)
async def test_a_forged_record_ends_the_connection(
    loop: AbstractEventLoop, side: Side, version: ssl.TLSVersion
) -> None:
    """A record that fails decryption ends in connection_lost(ssl.SSLError), and delivers nothing.

    If this fails, look for errors of a read that are taken for "no data yet", or that
    close the connection without their reason.
    """
    Reports(loop)  # whether the error is reported besides is not judged here
    context, protocol = server_context(only=version), Recorder()
    async with session(loop, side, protocol, forge, server=context) as tls:
        await lost(protocol, f"{tls.doing}, whose {version.name} peer sent a forged record")

    assert isinstance(protocol.lost_with, ssl.SSLError), (
        f"a forged {version.name} record ended {tls.doing} with connection_lost"
        f"({protocol.lost_with!r}); expected an ssl.SSLError"
    )
    assert not protocol.received, (
        f"a forged record reached the protocol of {tls.doing} as {bytes(protocol.received)!r}; "
        "expected nothing"
    )
