"""The end of a TLS connection that comes from the peer."""

from __future__ import annotations

import socket
from asyncio import AbstractEventLoop

from ..support.conversations import read_all
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.tls_peers import TlsPeer
from ..support.tls_sessions import Side, both_sides, lost, session
from ..support.tls_streams import PROTOCOLS
from ..support.turns import turns

API = "asyncio.Protocol.eof_received (TLS)"
EOF_RECEIVED = f"{PROTOCOLS}#asyncio.Protocol.eof_received"
CONNECTION_LOST = f"{PROTOCOLS}#asyncio.BaseProtocol.connection_lost"


class KeepingOpen(Recorder):
    """Asks for the transport to stay open after the peer's end."""

    def eof_received(self) -> bool | None:
        """Ask for it."""
        super().eof_received()
        return True


def _write_and_close(peer: TlsPeer) -> None:
    peer.write(b"the rest")
    peer.say_goodbye()


@both_sides
@requirement(
    "tls.eof.close_notify_gives_eof_then_lost",
    api=API,
    level="documented",
    since="3.11",
    doc=EOF_RECEIVED,
)
async def test_the_peers_clean_close_is_eof_and_then_lost(
    loop: AbstractEventLoop, side: Side
) -> None:
    """The peer's clean close gives its data, then eof_received(), then connection_lost(None).

    If this fails, look for a close_notify that is taken for the end of TCP, or that
    overtakes data.
    """
    protocol = Recorder()
    async with session(loop, side, protocol, _write_and_close) as tls:
        await lost(protocol, f"{tls.doing}, whose peer wrote and closed,")
        await turns()

    others = [call for call in protocol.calls if call != "data_received"]
    assert others == ["connection_made", "eof_received", "connection_lost"], (
        f"{tls.doing}, whose peer wrote and closed, was called {protocol.calls}; expected "
        "connection_made, data_received, eof_received, connection_lost"
    )
    assert protocol.calls[-3] == "data_received", (
        f"{tls.doing}, whose peer wrote and closed, was called {protocol.calls}; expected all data "
        "before eof_received"
    )
    assert (bytes(protocol.received), protocol.lost_with) == (b"the rest", None), (
        f"{tls.doing}, whose peer wrote b'the rest' and closed, received "
        f"{bytes(protocol.received)!r} and connection_lost({protocol.lost_with!r}); "
        "expected b'the rest' and None"
    )


@both_sides
@requirement(
    "tls.eof.true_return_does_not_keep_connection",
    api=API,
    level="documented",
    since="3.11",
    doc=EOF_RECEIVED,
)
async def test_a_true_return_does_not_keep_the_connection(
    loop: AbstractEventLoop, side: Side
) -> None:
    """TLS has no half-closed state: a true return of eof_received() still closes the connection.

    If this fails, look for the answer of eof_received() passed to the transport below TLS.
    """
    protocol = KeepingOpen()
    async with session(loop, side, protocol, _write_and_close) as tls:
        await lost(protocol, f"{tls.doing}, whose peer closed and whose eof_received() is True,")

    assert protocol.calls[-2:] == ["eof_received", "connection_lost"], (
        f"{tls.doing}, whose eof_received() returned True, was called {protocol.calls}; expected "
        "eof_received and then connection_lost"
    )


def _write_and_end_tcp(peer: TlsPeer) -> None:
    peer.write(b"so far")
    socket.socket.shutdown(peer.sock, socket.SHUT_WR)
    read_all(peer)


@both_sides
@requirement(
    "tls.eof.tcp_fin_without_close_notify_ends_connection",
    api=API,
    level="implied",
    since="3.11",
    doc=EOF_RECEIVED,
)
async def test_the_end_of_tcp_ends_the_connection(loop: AbstractEventLoop, side: Side) -> None:
    """An end of TCP without close_notify ends the connection; data before it is delivered.

    With which argument connection_lost() is called is left open. If this fails, look for
    a transport that waits for a close_notify which can't come any more.
    """
    protocol = Recorder()
    async with session(loop, side, protocol, _write_and_end_tcp) as tls:
        await lost(protocol, f"{tls.doing}, whose peer ended TCP without close_notify,")
        await turns()

    assert bytes(protocol.received) == b"so far", (
        f"{tls.doing}, whose peer wrote b'so far' and ended TCP without close_notify, received "
        f"{bytes(protocol.received)!r}; expected b'so far'"
    )
    ends = (protocol.calls.count("connection_lost"), protocol.calls[-1])
    assert ends == (1, "connection_lost"), (
        f"{tls.doing}, whose peer ended TCP without close_notify, was called {protocol.calls}; "
        "expected one connection_lost, last"
    )


@both_sides
@requirement(
    "tls.eof.peer_reset_is_connection_lost_with_error",
    api=API,
    level="implied",
    since="3.11",
    doc=CONNECTION_LOST,
)
async def test_a_reset_is_connection_lost_with_an_error(
    loop: AbstractEventLoop, side: Side
) -> None:
    """A TCP reset ends with connection_lost(ConnectionError) and without eof_received().

    If this fails, look for a read error that is taken for the end of the stream.
    """
    protocol = Recorder()
    async with session(loop, side, protocol, lambda peer: peer.reset()) as tls:
        await lost(protocol, f"{tls.doing}, whose peer reset TCP,")

    assert isinstance(protocol.lost_with, ConnectionError), (
        f"a TCP reset called connection_lost({protocol.lost_with!r}) of {tls.doing}; "
        "expected a ConnectionError"
    )
    assert protocol.calls == ["connection_made", "connection_lost"], (
        f"{tls.doing}, whose peer reset TCP, was called {protocol.calls}; "
        "expected connection_made, connection_lost"
    )
