"""What peers say: conversations for the threads of `tls_peers.py`.

Each is a function of the peer; it may block, and whatever it meets ends in the peer's
`received` and `error`. The last three spoil a handshake and are for plain peers; a
plain peer that runs `read_all` never answers one.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable

from .tls_peers import Peer


def echo(peer: Peer) -> None:
    """Send back whatever comes, until the other end closes; close in the same manner."""
    while data := peer.read():
        peer.write(data)
    peer.say_goodbye()


def read_all(peer: Peer) -> None:
    """Read until the other end closes, and send nothing; close in the same manner."""
    while peer.read():
        pass
    peer.say_goodbye()


def greet_with(data: bytes) -> Callable[[Peer], None]:
    """A conversation that sends data first and then reads to the end."""

    def greet(peer: Peer) -> None:
        peer.write(data)
        read_all(peer)

    return greet


def answer_in_plain_text(peer: Peer) -> None:
    """Wait for the ClientHello and answer as an HTTP server would."""
    peer.read()
    peer.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
    read_all(peer)


def close_in_handshake(peer: Peer) -> None:
    """Read the ClientHello and close."""
    peer.read()


def reset_in_handshake(peer: Peer) -> None:
    """Read the ClientHello and reset the connection."""
    peer.read()
    peer.reset()


def greet_with_last_flight(context: ssl.SSLContext, data: bytes) -> Callable[[Peer], None]:
    """For a plain peer: make a TLS handshake and send data together with its last bytes.

    One send() for both, so that they reach the client in one read.
    """

    def greet(peer: Peer) -> None:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(incoming, outgoing, server_side=True)
        shaken = False
        while not shaken:
            try:
                tls.do_handshake()
                shaken = True
            except ssl.SSLWantReadError:
                peer.write(outgoing.read())
                if hello := peer.read():
                    incoming.write(hello)
                else:
                    incoming.write_eof()
        tls.write(data)
        peer.write(outgoing.read())
        read_all(peer)

    return greet
