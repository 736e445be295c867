"""Errors in a protocol's callbacks: they are reported, and end the connection."""

from __future__ import annotations

import socket
from asyncio import AbstractEventLoop

from ..support.flowing import drain_to_end, lost, stream
from ..support.protocols import Recorder
from ..support.reports import Context, Planted, fail_with, keep_reports
from ..support.requirement import requirement
from ..support.turns import turns

API = "asyncio.Protocol"
DOC = "library/asyncio-protocol.html#asyncio.BaseProtocol.connection_lost"
COLLECTORS = ("sentry-sdk",)


class _Failing(Recorder):
    """Raises in the callback of that name, after it was recorded."""

    def __init__(self, callback: str) -> None:
        super().__init__()
        self.callback = callback
        self.error = Planted(f"from {callback}()")

    def _record(self, name: str) -> None:
        super()._record(name)
        if name == self.callback:
            fail_with(self.error)


def _whole(context: Context) -> Context:
    return dict(context)


@requirement(
    "transports.callback_error.data_received",
    api=API,
    level="interop",
    since="3.11",
    libraries=COLLECTORS,
    doc=DOC,
)
async def test_an_error_in_data_received_ends_the_connection(loop: AbstractEventLoop) -> None:
    """An exception in data_received() is reported once, and becomes connection_lost()'s reason.

    The report has exception and message (which else it has is open: the manual calls the
    transport and the protocol optional), and the peer sees the end. If this fails, look for
    an error that is swallowed, or leaves the connection open.
    """
    protocol, reported = _Failing("data_received"), keep_reports(loop, _whole)
    async with stream(loop, protocol) as (_, peer):
        peer.send(b"data")
        await lost(protocol, "an exception in data_received()")
        await turns()
        _, ending = await drain_to_end(peer)

    errors = [context.get("exception") for context in reported]
    assert errors == [protocol.error], (
        f"data_received() raised {protocol.error!r}, and the exception handler got {errors}; "
        "expected that error, once"
    )
    assert isinstance(reported[0].get("message"), str), (
        f"the report of an exception in data_received() had the message "
        f"{reported[0].get('message')!r}; expected a text"
    )
    assert protocol.lost_with is protocol.error, (
        f"data_received() raised, and connection_lost() got {protocol.lost_with!r}; "
        "expected that error"
    )
    assert ending != "no end", (
        "data_received() raised, and the peer saw no end of the stream; expected one"
    )


@requirement(
    "transports.callback_error.eof_received",
    api=API,
    level="interop",
    since="3.11",
    libraries=COLLECTORS,
    doc=DOC,
)
async def test_an_error_in_eof_received_ends_the_connection(loop: AbstractEventLoop) -> None:
    """An exception in eof_received() is reported once, and becomes connection_lost()'s reason.

    If this fails, look for an error that is taken for an answer.
    """
    protocol = _Failing("eof_received")
    reported = keep_reports(loop, lambda context: context.get("exception"))
    async with stream(loop, protocol) as (_, peer):
        peer.shutdown(socket.SHUT_WR)
        await lost(protocol, "an exception in eof_received()")
        await turns()

    assert reported == [protocol.error], (
        f"eof_received() raised {protocol.error!r}, and the exception handler got {reported}; "
        "expected that error, once"
    )
    assert protocol.lost_with is protocol.error, (
        f"eof_received() raised, and connection_lost() got {protocol.lost_with!r}; "
        "expected that error"
    )


@requirement(
    "transports.callback_error.connection_lost",
    api=API,
    level="interop",
    since="3.11",
    libraries=COLLECTORS,
    doc=DOC,
)
async def test_an_error_in_connection_lost_leaks_nothing(loop: AbstractEventLoop) -> None:
    """An exception in connection_lost() is reported once, and the socket is closed nevertheless.

    If this fails, look for the socket's close(), which has to come whatever the callback did.
    """
    protocol = _Failing("connection_lost")
    reported = keep_reports(loop, lambda context: context.get("exception"))
    async with stream(loop, protocol) as (transport, peer):
        transport.close()
        await lost(protocol, "close()")
        await turns()
        _, ending = await drain_to_end(peer)

    assert reported == [protocol.error], (
        f"connection_lost() raised {protocol.error!r}, and the exception handler got {reported}; "
        "expected that error, once"
    )
    assert ending == "end of stream", (
        f"connection_lost() raised, and what the peer saw was: {ending}; "
        "expected the end of the stream, as the socket is closed"
    )
    assert protocol.calls.count("connection_lost") == 1, (
        f"connection_lost() raised, and the protocol was called {protocol.calls}; "
        "expected one connection_lost"
    )
