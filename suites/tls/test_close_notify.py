"""close() of a TLS transport, and a peer's: the shutdown of TLS and then of TCP."""

from __future__ import annotations

import socket
from asyncio import AbstractEventLoop
from collections.abc import Callable

from ..support.certificates import TLS_1_2
from ..support.conversations import read_all
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.sockets import Reports
from ..support.tls_peers import PATIENCE, TlsPeer, until_set
from ..support.tls_sessions import Session, Side, both_sides, lost, session
from ..support.tls_streams import (
    CREATE_CONNECTION,
    PROTOCOLS,
    TRANSPORT,
    limiting_shutdown,
    numbered,
    pinned,
    rest_of,
    say_end,
    silent_session,
)
from ..support.turns import turns

DOC = f"{PROTOCOLS}#asyncio.BaseTransport.close"


def _noting(what: Callable[[TlsPeer], str]) -> tuple[list[str], Callable[[TlsPeer], None]]:
    """A conversation that keeps what it finds, and the list for it."""
    found: list[str] = []
    return found, lambda peer: found.append(what(peer))


async def _close(tls: Session[Recorder]) -> None:
    tls.transport.close()
    await lost(tls.protocol, f"close() of {tls.doing}")
    await until_set(tls.peer.ended)


@both_sides
@requirement(
    "tls.close.sends_close_notify",
    api=TRANSPORT,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_close_sends_close_notify(loop: AbstractEventLoop, side: Side) -> None:
    """close() shuts TLS down: a strict peer sees a clean end, not a ragged one.

    If this fails, look for a TCP connection that is closed without close_notify, which a
    strict peer takes for data cut short by an attacker.
    """
    ends, talk = _noting(rest_of)
    async with session(loop, side, Recorder(), talk, strict=True) as tls:
        await _close(tls)

    assert ends == ["close_notify"], (
        f"close() of {tls.doing} ended the stream for a strict peer with {ends}; "
        "expected a close_notify"
    )


@both_sides
@requirement(
    "tls.close.sends_close_notify_tls12",
    api=TRANSPORT,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_close_sends_close_notify_with_tls_1_2(loop: AbstractEventLoop, side: Side) -> None:
    """close() sends close_notify with TLS 1.2 too.

    If this fails, while the same with TLS 1.3 does not, look for a shutdown that depends on
    the version.
    """
    ends, talk = _noting(rest_of)
    async with session(loop, side, Recorder(), talk, strict=True, **pinned(TLS_1_2)) as tls:
        await _close(tls)

    assert ends == ["close_notify"], (
        f"close() of {tls.doing} with TLS 1.2 ended the stream for a strict peer with {ends}; "
        "expected a close_notify"
    )


def _end_of_tcp(peer: TlsPeer) -> str:
    """What a peer sees below TLS after the shutdown."""
    while peer.read():
        pass
    raw = peer.sock.unwrap()
    try:
        while raw.recv(65536):
            pass
    except ConnectionError:  # bytes of ours were on their way: closed all the same
        pass
    except TimeoutError:
        return "an open connection"
    finally:
        raw.close()
    return "its end"


@both_sides
@requirement(
    "tls.close.drops_tcp_connection_afterwards",
    api=TRANSPORT,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_close_drops_the_tcp_connection(loop: AbstractEventLoop, side: Side) -> None:
    """After the TLS shutdown that close() made the TCP connection is closed too.

    If this fails, look for a transport below TLS that nobody closes.
    """
    ends, talk = _noting(_end_of_tcp)
    async with session(loop, side, Recorder(), talk) as tls:
        tls.transport.close()
        await until_set(tls.peer.ended)

    assert ends == ["its end"], (
        f"close() of {tls.doing} and the TLS shutdown left the peer, below TLS, with {ends}; "
        "expected the end of the TCP connection"
    )


def _write_and_unwrap(peer: TlsPeer) -> str:
    peer.write(b"data")
    try:
        peer.sock.unwrap().close()
    except OSError as error:
        return type(error).__name__
    return "close_notify"


@both_sides
@requirement(
    "tls.close.answers_peers_close_notify",
    api=TRANSPORT,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_the_peers_close_notify_is_answered(loop: AbstractEventLoop, side: Side) -> None:
    """A peer's close_notify is answered with one, so that its unwrap() returns.

    If this fails, look for a TCP connection that is closed without an answer, or that
    stays half open.
    """
    protocol = Recorder()
    answers, talk = _noting(_write_and_unwrap)
    async with session(loop, side, protocol, talk, strict=True) as tls:
        await until_set(tls.peer.ended)
        await lost(protocol, f"{tls.doing}, whose peer wrote and called unwrap(),")

    assert answers == ["close_notify"], (
        f"{tls.doing} answered its peer's close_notify with {answers}; expected a close_notify"
    )


@both_sides
@requirement(
    "tls.close.answers_peers_close_notify_tls12",
    api=TRANSPORT,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_the_peers_close_notify_is_answered_with_tls_1_2(
    loop: AbstractEventLoop, side: Side
) -> None:
    """With TLS 1.2 too a peer's close_notify is answered, and ends the connection in order.

    If this fails, while the same with TLS 1.3 does not, look for a close_notify that is
    taken for an error.
    """
    protocol = Recorder()
    answers, talk = _noting(_write_and_unwrap)
    async with session(loop, side, protocol, talk, strict=True, **pinned(TLS_1_2)) as tls:
        await until_set(tls.peer.ended)
        await lost(protocol, f"{tls.doing}, whose peer wrote and called unwrap(),")

    assert answers == ["close_notify"], (
        f"{tls.doing} with TLS 1.2 answered its peer's close_notify with {answers}; "
        "expected a close_notify"
    )
    assert protocol.lost_with is None, (
        f"a peer's close_notify over TLS 1.2 called connection_lost({protocol.lost_with!r}) of "
        f"{tls.doing}; expected None"
    )


@both_sides
@requirement(
    "tls.close.simultaneous_from_both_sides",
    api=TRANSPORT,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_both_ends_may_close_at_the_same_time(loop: AbstractEventLoop, side: Side) -> None:
    """Both ends closing at the same time end with one connection_lost() and no report.

    If this fails, look for an end that waits for the answer to its close_notify, and takes
    the other's for something else.
    """
    protocol, reports = Recorder(), Reports(loop)
    async with silent_session(loop, side, protocol, read_all) as (tls, cue):
        say_end(tls.peer)
        tls.transport.close()
        await lost(protocol, f"close() of {tls.doing}, with the peer's close_notify on its way,")
        tls.peer.sock.settimeout(PATIENCE)
        cue.set()
        await turns(10)

    assert protocol.calls.count("connection_lost") == 1, (
        f"close() of {tls.doing}, with the peer's close_notify on its way, called "
        f"{protocol.calls}; expected one connection_lost"
    )
    reports.expect_none(f"when both ends of {tls.doing} closed at once")


@both_sides
@requirement(
    "tls.close.with_unread_incoming_data",
    api=TRANSPORT,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_close_finishes_with_incoming_data_unread(
    loop: AbstractEventLoop, side: Side
) -> None:
    """close() with incoming data still unread finishes, and calls connection_lost() once.

    If this fails, look for a shutdown that takes data for an answer, or that waits for
    a protocol to read what it will not get any more.
    """
    protocol = Recorder()
    async with silent_session(loop, side, protocol, read_all) as (tls, cue):
        tls.peer.write(numbered(100_000))
        tls.transport.close()
        cue.set()
        await lost(protocol, f"close() of {tls.doing} with 100 kB unread")
        await turns(10)

    assert protocol.calls.count("connection_lost") == 1, (
        f"close() of {tls.doing} with 100 kB unread called {protocol.calls}; "
        "expected one connection_lost"
    )


def _flood(peer: TlsPeer) -> None:
    while True:
        peer.write(bytes(65536))


@both_sides
@requirement(
    "tls.close.while_peer_floods_finishes_within_shutdown_timeout",
    api=TRANSPORT,
    level="documented",
    since="3.11",
    doc=CREATE_CONNECTION,
)
async def test_close_ends_although_the_peer_floods(loop: AbstractEventLoop, side: Side) -> None:
    """close() against a peer that keeps sending ends within ssl_shutdown_timeout.

    If this fails, look for a shutdown that reads on until the peer ends, or that starts its
    time anew with each record.
    """
    protocol = Recorder()
    async with session(limiting_shutdown(loop, 0.05), side, protocol, _flood) as tls:
        tls.peer.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
        await protocol.until_called("data_received")
        tls.transport.close()
        await lost(protocol, f"close() of {tls.doing} with ssl_shutdown_timeout=0.05 in a flood")
        await turns(10)

    assert protocol.calls.count("connection_lost") == 1, (
        f"close() of {tls.doing} in a flood called connection_lost "
        f"{protocol.calls.count('connection_lost')} times; expected one connection_lost"
    )
