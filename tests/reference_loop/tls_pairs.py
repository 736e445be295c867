"""Two TlsSessions wired to each other by hand, so that a test decides what travels, and when."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass

import trustme

from reference_loop.core.tls_session import Stage, TlsSession

VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]
ROUNDS = 10
"""More exchanges than any handshake has."""
NAME = "loop.test"


@dataclass(frozen=True)
class Contexts:
    """Both sides' contexts: the client trusts the server's certificate, which says NAME."""

    client: ssl.SSLContext
    server: ssl.SSLContext


def contexts(authority: trustme.CA, version: ssl.TLSVersion) -> Contexts:
    """Contexts of just that version of TLS."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(NAME).configure_cert(server)
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.configure_trust(client)
    for context in (client, server):
        context.minimum_version = context.maximum_version = version
    return Contexts(client, server)


class Pair:
    """A client's session and a server's. `size` is how many bytes are fed at once, 0 for all."""

    def __init__(self, contexts: Contexts, *, size: int = 0, name: str = NAME) -> None:
        self.client = TlsSession(contexts.client, server_side=False, server_hostname=name)
        self.server = TlsSession(contexts.server, server_side=True, server_hostname=None)
        self.size = size

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """The bytes, in the portions in which they are to be fed."""
        size = self.size or max(1, len(data))
        return (data[at : at + size] for at in range(0, len(data), size))

    def other(self, side: TlsSession) -> TlsSession:
        """The opposite session."""
        return self.server if side is self.client else self.client

    def shake_hands(self) -> None:
        """Exchange until both are through, each going on after every portion."""
        for _ in range(ROUNDS):
            for side in (self.client, self.server):
                if side.stage is Stage.HANDSHAKE:
                    side.shake_hands()
                for piece in self.pieces(side.take_outgoing()):
                    other = self.other(side)
                    other.feed(piece)
                    if other.stage is Stage.HANDSHAKE:
                        other.shake_hands()

    def carry(self, side: TlsSession) -> bytes:
        """Feed what `side` wants to say to the other, which reads; what it read."""
        other = self.other(side)
        read = b""
        for piece in self.pieces(side.take_outgoing()):
            other.feed(piece)
            read += read_all(other)
        return read


def read_all(side: TlsSession) -> bytes:
    """Plain bytes until more would have to be fed."""
    read = b""
    while data := side.read():
        read += data
    return read
