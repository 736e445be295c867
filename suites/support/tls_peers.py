"""Independent ends of a TLS connection: blocking sockets in threads of their own.

A peer holds one connected socket and a conversation, a function that is given the
peer and may block; `conversations.py` has the usual ones. `Peer` speaks plain bytes,
also the wrong ones; `TlsPeer` makes the handshake first. `Server` is a listening socket
that gives each connection a peer. All of them are context managers: the thread runs
inside the block and has ended after it, whatever the loop under test did.

A peer never raises into a check: what went wrong is kept in `error`, what arrived in
`received`. It waits PATIENCE seconds for the loop at most, so that a check can say in
words what did not happen.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Generic, TypeVar

PATIENCE = 2.0
"""Seconds; an upper bound for broken loops only, never part of a promise."""
_GLANCE = 0.0005


class Peer:
    """One connected socket and a conversation on it, in a thread."""

    def __init__(self, sock: socket.socket, talk: Callable[[Any], None]) -> None:
        sock.settimeout(PATIENCE)
        if sock.family in (socket.AF_INET, socket.AF_INET6):  # or each answer waits for an ACK
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = sock
        self.received = bytearray()
        self.error: OSError | None = None
        self.ended = threading.Event()
        self._talk = talk
        self._thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self) -> Peer:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.hang_up()
        self._thread.join()

    def run(self) -> None:
        """Hold the conversation in the calling thread, then close the socket."""
        try:
            self._talk(self)
        except OSError as error:
            self.error = error
        finally:
            self.sock.close()
            self.ended.set()

    def read(self, size: int = 65536) -> bytes:
        """Wait for bytes and add them to `received`; b"" at the end of the stream."""
        data = self.sock.recv(size)
        self.received += data
        return data

    def read_exactly(self, size: int) -> bytes:
        """Wait for that many bytes. Raises ConnectionError when the stream ends before."""
        before = len(self.received)
        while len(self.received) < before + size:
            if not self.read(before + size - len(self.received)):
                raise ConnectionError(f"the stream ended {self.received!r}, short of {size} bytes")
        return bytes(self.received[before:])

    def write(self, data: bytes) -> None:
        """Send all of the data."""
        self.sock.sendall(data)

    def reset(self) -> None:
        """Close the socket in a way that the other end sees as a TCP reset."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def say_goodbye(self) -> None:
        """End the own direction of the stream."""
        with suppress(OSError):
            self.sock.shutdown(socket.SHUT_WR)

    def hang_up(self) -> None:
        """End the conversation from another thread."""
        with suppress(OSError):
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


class TlsPeer(Peer):
    """A peer that makes the TLS handshake before its conversation.

    `version` is set, such as "TLSv1.3", once the handshake is done; `handshake_error`
    when it failed. With `strict` an end of the stream without close_notify is an error.
    """

    sock: ssl.SSLSocket

    def __init__(
        self,
        sock: socket.socket,
        context: ssl.SSLContext,
        talk: Callable[[TlsPeer], None],
        *,
        server_side: bool = True,
        server_hostname: str | None = None,
        strict: bool = False,
    ) -> None:
        sock.settimeout(PATIENCE)
        wrapped = context.wrap_socket(
            sock,
            server_side=server_side,
            server_hostname=server_hostname,
            do_handshake_on_connect=False,
            suppress_ragged_eofs=not strict,
        )
        super().__init__(wrapped, talk)
        self.version: str | None = None
        self.handshake_error: OSError | None = None
        self.shaken = threading.Event()

    def __enter__(self) -> TlsPeer:
        super().__enter__()
        return self

    def run(self) -> None:
        """Make the handshake, then hold the conversation."""
        try:
            self.sock.do_handshake()
        except OSError as error:
            self.handshake_error = error
            self.sock.close()
            self.ended.set()
        else:
            self.version = self.sock.version()
            self.shaken.set()
            super().run()

    def say_goodbye(self) -> None:
        """Exchange close_notify with the other end, as far as it still listens."""
        with suppress(OSError):
            self.sock.unwrap().close()


P = TypeVar("P", bound=Peer)


class Server(Generic[P]):
    """A listening socket that answers a number of connections, each with its own peer.

    `ended` is set when all of them were there and have ended; `clients` are the numeric
    addresses they came from.
    """

    def __init__(
        self, answer: Callable[[socket.socket], P], *, host: str = "127.0.0.1", connections: int = 1
    ) -> None:
        self._answer = answer
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, 0), family=family, backlog=connections + 8)
        self.address: tuple[str, int] = self._listener.getsockname()[:2]
        self.peers: list[P] = []
        self.clients: list[str] = []
        self.ended = threading.Event()
        self._closing = False
        self._threads = [threading.Thread(target=self._serve) for _ in range(connections)]

    @property
    def host(self) -> str:
        """The numeric address."""
        return self.address[0]

    @property
    def port(self) -> int:
        """The port."""
        return self.address[1]

    @property
    def peer(self) -> P:
        """The peer of the first connection. Raises AssertionError when nobody connected."""
        assert self.peers, "the loop made no connection to the server; expected one"
        return self.peers[0]

    def __enter__(self) -> Server[P]:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing = True
        for peer in list(self.peers):
            peer.hang_up()
        # Counted first: a spare connection wakes any one of the threads that wait in accept().
        for _ in [thread for thread in self._threads if thread.is_alive()]:
            with suppress(OSError):
                socket.create_connection(self.address, PATIENCE).close()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _serve(self) -> None:
        connection, client = self._listener.accept()
        if self._closing:
            connection.close()
            return
        self.clients.append(client[0])
        try:
            peer = self._answer(connection)
        except OSError:  # gone before it was wrapped
            connection.close()
            return
        self.peers.append(peer)
        if self._closing:
            peer.hang_up()
        peer.run()
        if sum(one.ended.is_set() for one in self.peers) == len(self._threads):
            self.ended.set()


def tls_server(
    context: ssl.SSLContext,
    talk: Callable[[TlsPeer], None],
    *,
    host: str = "127.0.0.1",
    connections: int = 1,
    strict: bool = False,
) -> Server[TlsPeer]:
    """A TLS server for a number of connections."""

    def answer(sock: socket.socket) -> TlsPeer:
        return TlsPeer(sock, context, talk, strict=strict)

    return Server(answer, host=host, connections=connections)


def plain_server(talk: Callable[[Peer], None], *, connections: int = 1) -> Server[Peer]:
    """A server without TLS, for conversations that spoil a handshake."""
    return Server(lambda sock: Peer(sock, talk), connections=connections)


def tls_client(
    address: tuple[str, int],
    context: ssl.SSLContext,
    talk: Callable[[TlsPeer], None],
    *,
    server_hostname: str | None = None,
    strict: bool = False,
) -> TlsPeer:
    """A TLS client of a server that the loop under test runs.

    Connects at once, which a listening socket answers without help of its loop.
    """
    sock = socket.create_connection(address, PATIENCE)
    return TlsPeer(
        sock, context, talk, server_side=False, server_hostname=server_hostname, strict=strict
    )


def record_names(context: ssl.SSLContext) -> list[str | None]:
    """The names that clients send in the handshake (SNI), in order; None for no name."""
    names: list[str | None] = []

    def note(_: object, name: str | None, __: ssl.SSLContext) -> None:
        names.append(name)

    context.sni_callback = note
    return names


async def until_set(event: threading.Event) -> bool:
    """Let the loop turn until a thread has set the event; False when patience is over.

    Needs nothing of the loop but turns: neither its executor nor its thread-safe calls.
    """
    give_up = time.monotonic() + PATIENCE
    while not event.wait(_GLANCE):
        if time.monotonic() > give_up:
            return False
        await asyncio.sleep(0)
    return True
