"""What checks of TLS streams add to `tls_sessions.py`: data to compare, and peers that keep still.

`silent_session` is a session whose peer neither reads nor writes until the check says so;
meanwhile the check may use the peer's socket itself, non-blocking. `SealedByHand` is for
peers that decide how the records of a connection are cut into TCP segments.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from array import array
from asyncio import AbstractEventLoop
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, cast

from .certificates import NAME, client_context, server_context
from .connecting import opened
from .conversations import read_all
from .protocols import Recorder
from .tls_peers import Peer, TlsPeer, plain_server
from .tls_sessions import Session, Side, session

TRANSPORT = "asyncio.Transport (TLS)"
"""The api of most promises about TLS streams."""
PROTOCOLS = "library/asyncio-protocol.html"
CREATE_CONNECTION = "library/asyncio-eventloop.html#asyncio.loop.create_connection"


def numbered(size: int) -> bytes:
    """Data in which each four bytes are their own number, so that nothing can swap unseen."""
    return array("I", range(size // 4 + 1)).tobytes()[:size]


def difference(got: bytes | bytearray, sent: bytes | bytearray) -> str:
    """How received data differs from what was sent, for a message; "" when it does not."""
    if got == sent:
        return ""
    first = next(
        (at for at, pair in enumerate(zip(got, sent, strict=False)) if pair[0] != pair[1]), None
    )
    where = "cut short or too long" if first is None else f"different from byte {first} on"
    return f"{len(got)} bytes, {where}"


def pinned(only: ssl.TLSVersion) -> dict[str, Any]:
    """Arguments of a session in which both ends speak this version of TLS alone."""
    return {"client": client_context(only=only), "server": server_context(only=only)}


def limiting_shutdown(loop: AbstractEventLoop, seconds: float) -> AbstractEventLoop:
    """The loop, for a session, with ssl_shutdown_timeout in its connections and servers."""
    return cast("AbstractEventLoop", _Limiting(loop, seconds))


class _Limiting:
    def __init__(self, loop: AbstractEventLoop, seconds: float) -> None:
        self._loop, self._seconds = loop, seconds

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        call: Any = self._loop.create_connection
        return await call(*args, ssl_shutdown_timeout=self._seconds, **options)

    async def create_server(self, *args: Any, **options: Any) -> Any:
        call: Any = self._loop.create_server
        return await call(*args, ssl_shutdown_timeout=self._seconds, **options)


@asynccontextmanager
async def silent_session(
    loop: AbstractEventLoop,
    side: Side,
    protocol: Recorder,
    talk: Callable[[TlsPeer], object] = lambda _: None,
    *,
    limit: float | None = None,
    **options: Any,
) -> AsyncIterator[tuple[Session[Recorder], threading.Event]]:
    """As `session`; the peer keeps still until the cue is set, and then holds its conversation.

    The cue is set at the end in any case, and at the `limit`, in seconds, which is for
    loops that block.
    """
    cue = threading.Event()

    def keep_still(peer: TlsPeer) -> None:
        cue.wait(limit)
        talk(peer)

    async with session(loop, side, protocol, keep_still, **options) as tls:
        try:
            yield tls, cue
        finally:
            cue.set()


def say_end(peer: TlsPeer) -> None:
    """Send close_notify and don't wait for the answer; for a peer that keeps still."""
    peer.sock.setblocking(False)
    with suppress(ssl.SSLWantReadError):  # sent, and not answered yet
        peer.sock.unwrap()


def rest_of(peer: TlsPeer) -> str:
    """What ends the peer's stream: "close_notify", or the error's name; for strict peers."""
    try:
        while peer.read():
            pass
        peer.sock.unwrap()
    except OSError as error:
        return type(error).__name__
    return "close_notify"


class SealedByHand:
    """One end of TLS over a plain peer, which sends and receives its records itself."""

    def __init__(self, peer: Peer, context: ssl.SSLContext, *, server_side: bool = True) -> None:
        self._peer = peer
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(
            self._incoming,
            self._outgoing,
            server_side=server_side,
            server_hostname=None if server_side else NAME,
        )

    def shake(self) -> None:
        """Make the handshake; its last message is not sent yet, what is sealed next follows it."""
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                self._peer.write(self._outgoing.read())
                if not (flight := self._peer.read()):
                    raise ConnectionError("the stream ended in the handshake") from None
                self._incoming.write(flight)
            else:
                return

    def last_message(self) -> bytes:
        """The end of the handshake, for the peer to send."""
        return self._outgoing.read()

    def seal(self, data: bytes) -> bytes:
        """The record that carries the data, for the peer to send."""
        self._tls.write(data)
        return self._outgoing.read()

    def open_record(self) -> bytes:
        """Wait for one record and return what it carries. Raises ConnectionError at the end."""
        header = self._peer.read_exactly(5)
        self._incoming.write(header + self._peer.read_exactly(int.from_bytes(header[3:], "big")))
        try:
            return self._tls.read(65536)
        except ssl.SSLWantReadError:
            return b""


def greet_with_last_message(context: ssl.SSLContext, data: bytes) -> Callable[[Peer], None]:
    """For a plain peer: make a client's handshake and send data with its last message, in one."""

    def greet(peer: Peer) -> None:
        sealing = SealedByHand(peer, context, server_side=False)
        sealing.shake()
        peer.write(sealing.seal(data))
        read_all(peer)

    return greet


@asynccontextmanager
async def opened_by_hand(
    loop: AbstractEventLoop, protocol: Recorder, talk: Callable[[Peer, SealedByHand], None]
) -> AsyncIterator[asyncio.Transport]:
    """Connect to a server of TLS 1.2 that seals its records by hand, and holds a conversation.

    TLS 1.2, in which a record's type says openly what it is and nothing follows the handshake.
    """

    def shake_and_talk(peer: Peer) -> None:
        sealing = SealedByHand(peer, server_context(only=ssl.TLSVersion.TLSv1_2))
        sealing.shake()
        peer.write(sealing.last_message())
        talk(peer, sealing)
        read_all(peer)

    with plain_server(shake_and_talk) as server:
        call = loop.create_connection(
            lambda: protocol, *server.address, ssl=client_context(), server_hostname=NAME
        )
        doing = "create_connection(ssl=context) to a server of TLS 1.2"
        async with opened(call, doing) as (transport, _):
            yield transport
