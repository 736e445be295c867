"""Protocols that raise in their callbacks, under TLS."""

from __future__ import annotations

from asyncio import AbstractEventLoop

from ..support.conversations import greet_with
from ..support.protocols import Recorder
from ..support.reports import Planted
from ..support.requirement import requirement
from ..support.sockets import Reports
from ..support.tls_peers import PATIENCE, Peer, TlsPeer, until_set
from ..support.tls_sessions import Side, both_sides, lost, session
from ..support.turns import turns

API = "asyncio.Protocol (TLS)"
DOC = "library/asyncio-protocol.html#asyncio.BaseProtocol.connection_lost"


class FailingOnData(Recorder):
    """Raises in data_received()."""

    def data_received(self, data: bytes) -> None:
        """Raise."""
        super().data_received(data)
        raise Planted("in data_received")


class FailingOnEof(Recorder):
    """Raises in eof_received()."""

    def eof_received(self) -> bool | None:
        """Raise."""
        super().eof_received()
        raise Planted("in eof_received")


class FailingOnLoss(Recorder):
    """Raises in connection_lost()."""

    def connection_lost(self, exc: Exception | None) -> None:
        """Raise."""
        super().connection_lost(exc)
        raise Planted("in connection_lost")


def say_goodbye(peer: Peer) -> None:
    """End the session."""
    peer.say_goodbye()


def wait_for_tcp_end(peer: TlsPeer) -> None:
    """Let the other end finish the session, and wait for it to close the socket as well."""
    while peer.read():
        pass
    with peer.sock.unwrap() as raw:
        raw.settimeout(PATIENCE)
        while raw.recv(65536):
            pass


def expect_reported(reports: Reports, name: str, side: Side) -> None:
    """Expect that the handler got the error planted in the callback of that name."""
    reported = [error for error in reports.errors if isinstance(error, Planted)]
    assert [str(error) for error in reported] == [f"in {name}"], (
        f"{name}() of the loop's TLS {side} raised Planted('in {name}'), and the exception handler "
        f"got {list(zip(reports.messages, reports.errors, strict=True))}; expected that error once"
    )


@both_sides
@requirement(
    "tls.callback_error.data_received",
    api=API,
    level="interop",
    since="3.11",
    libraries=("sentry-sdk",),
    doc=DOC,
)
async def test_an_error_in_data_received_ends_the_connection(
    loop: AbstractEventLoop, side: Side
) -> None:
    """An exception in data_received() under TLS is reported, and the connection lost with it.

    If this fails, look for an error that is swallowed, or that leaves the connection open.
    """
    reports, protocol = Reports(loop), FailingOnData()
    async with session(loop, side, protocol, greet_with(b"hello")) as tls:
        await lost(protocol, f"data_received() of {tls.doing} raised")
        ended = await until_set(tls.peer.ended)
        stayed_open = not ended or isinstance(tls.peer.error, TimeoutError)

    expect_reported(reports, "data_received", side)
    assert isinstance(protocol.lost_with, Planted), (
        f"data_received() of the loop's TLS {side} raised Planted, and connection_lost() got "
        f"{protocol.lost_with!r}; expected that exception"
    )
    assert not stayed_open, (
        f"data_received() of the loop's TLS {side} raised, and the peer's connection stayed open; "
        "expected its end"
    )


@both_sides
@requirement(
    "tls.callback_error.eof_received",
    api=API,
    level="interop",
    since="3.11",
    libraries=("sentry-sdk",),
    doc=DOC,
)
async def test_an_error_in_eof_received_ends_the_connection(
    loop: AbstractEventLoop, side: Side
) -> None:
    """An exception in eof_received() under TLS is reported, and the connection ends, once.

    If this fails, look for an error that leaves before connection_lost() is scheduled.
    """
    reports, protocol = Reports(loop), FailingOnEof()
    async with session(loop, side, protocol, say_goodbye) as tls:
        await lost(protocol, f"eof_received() of {tls.doing} raised")
        await turns()

    expect_reported(reports, "eof_received", side)
    losses = protocol.calls.count("connection_lost")
    assert losses == 1, (
        f"eof_received() of the loop's TLS {side} raised, and connection_lost() was called "
        f"{losses} times; expected once"
    )


@both_sides
@requirement(
    "tls.callback_error.connection_lost",
    api=API,
    level="interop",
    since="3.11",
    libraries=("sentry-sdk",),
    doc=DOC,
)
async def test_an_error_in_connection_lost_still_closes_the_socket(
    loop: AbstractEventLoop, side: Side
) -> None:
    """An exception in connection_lost() under TLS is reported, and the socket closes anyway.

    If this fails, look for a socket that is closed after the protocol was told, in the
    same block of code.
    """
    reports, protocol = Reports(loop), FailingOnLoss()
    async with session(loop, side, protocol, wait_for_tcp_end) as tls:
        tls.transport.close()
        await lost(protocol, f"{tls.doing}, then close()")
        ended = await until_set(tls.peer.ended)
        stayed_open = not ended or isinstance(tls.peer.error, TimeoutError)

    expect_reported(reports, "connection_lost", side)
    assert not stayed_open, (
        f"connection_lost() of the loop's TLS {side} raised, and the peer's connection stayed "
        "open; expected its end"
    )
