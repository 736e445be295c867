"""close() of a TLS transport: what the own protocol hears, and what is delivered before."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop

from ..support.conversations import read_all
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.tls_peers import TlsPeer, until_set
from ..support.tls_sessions import DOING, Side, both_sides, lost, session
from ..support.tls_streams import (
    PROTOCOLS,
    TRANSPORT,
    difference,
    numbered,
    rest_of,
    silent_session,
)
from ..support.turns import turns

DOC = f"{PROTOCOLS}#asyncio.BaseTransport.close"


class Replying(Recorder):
    """Writes a reply and closes in data_received()."""

    def data_received(self, data: bytes) -> None:
        """Reply."""
        super().data_received(data)
        assert self.transport is not None
        self.transport.write(b"reply")
        self.transport.close()


class ClosingAtOnce(Recorder):
    """Writes and closes in connection_made()."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say the one thing there is to say."""
        super().connection_made(transport)
        assert self.transport is not None
        self.transport.write(b"only")
        self.transport.close()


@both_sides
@requirement(
    "tls.close.connection_lost_none_once",
    api=TRANSPORT,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_close_leads_to_one_connection_lost_without_error(
    loop: AbstractEventLoop, side: Side
) -> None:
    """close() of a TLS transport leads to connection_lost(None), once.

    If this fails, look for a connection_lost() that TLS and the transport below it both
    call, or for the end of a shutdown in order that is taken for an error.
    """
    protocol = Recorder()
    async with session(loop, side, protocol, read_all) as tls:
        tls.transport.close()
        await lost(protocol, f"close() of {tls.doing}")
        await until_set(tls.peer.ended)
        await turns(10)

    assert protocol.calls.count("connection_lost") == 1, (
        f"close() of {tls.doing} called {protocol.calls}; expected one connection_lost"
    )
    assert protocol.lost_with is None, (
        f"close() of {tls.doing} called connection_lost({protocol.lost_with!r}); expected None"
    )


@both_sides
@requirement(
    "tls.close.is_closing_at_once",
    api=TRANSPORT,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_is_closing_is_true_right_after_close(loop: AbstractEventLoop, side: Side) -> None:
    """is_closing() of a TLS transport is False while open, and True right after close().

    If this fails, look for a flag that is set when the TLS shutdown is over.
    """
    async with session(loop, side, Recorder(), read_all) as tls:
        before = tls.transport.is_closing()
        tls.transport.close()
        after = tls.transport.is_closing()

    assert (before, after) == (False, True), (
        f"is_closing() of {tls.doing} was {before} before close() and {after} right after it; "
        "expected False and True"
    )


@both_sides
@requirement(
    "tls.close.is_idempotent",
    api=TRANSPORT,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_closing_again_changes_nothing(loop: AbstractEventLoop, side: Side) -> None:
    """Further close() and abort() calls, at any later time, change nothing.

    If this fails, look for methods that use what connection_lost() has released.
    """
    protocol = Recorder()
    async with session(loop, side, protocol, read_all) as tls:
        try:
            tls.transport.close()
            tls.transport.close()
            await lost(protocol, f"close() twice on {tls.doing}")
            tls.transport.close()
            tls.transport.abort()
        except (RuntimeError, AttributeError, OSError) as error:
            if isinstance(error, NotImplementedError):
                raise
            raise AssertionError(
                f"a further close() or abort() of {tls.doing} raised {error!r}; expected nothing"
            ) from error
        await turns(10)

    assert protocol.calls.count("connection_lost") == 1, (
        f"close() three times and abort() on {tls.doing} called {protocol.calls}; "
        "expected one connection_lost"
    )


@both_sides
@requirement(
    "tls.close.flushes_pending_data",
    api=TRANSPORT,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_close_delivers_what_was_written_before(loop: AbstractEventLoop, side: Side) -> None:
    """Data written before close() is delivered completely before the connection ends.

    If this fails, look for a TLS shutdown that begins before the backlog is encrypted, or
    for a transport below that is closed with data in its buffer.
    """
    data, protocol = numbered(4_000_000), Recorder()
    async with silent_session(loop, side, protocol, read_all) as (tls, cue):
        for start in range(0, len(data), 200_000):
            tls.transport.write(data[start : start + 200_000])
        tls.transport.close()
        await turns()
        cue.set()
        await lost(protocol, f"write() of 4 MB and close() of {tls.doing}")
        await until_set(tls.peer.ended)

    wrong = difference(tls.peer.received, data)
    assert not wrong, (
        f"write() of {len(data)} bytes and close() of {tls.doing} brought a slow peer {wrong}; "
        "expected all of them"
    )


@both_sides
@requirement(
    "tls.close.from_data_received",
    api=TRANSPORT,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_closing_inside_data_received_delivers_the_reply(
    loop: AbstractEventLoop, side: Side
) -> None:
    """write() and close() inside data_received() deliver the reply before the end.

    If this fails, look for a shutdown that runs while the loop over received records is
    not left yet.
    """
    ends: list[str] = []

    def ask(peer: TlsPeer) -> None:
        peer.write(b"question")
        ends.append(rest_of(peer))

    protocol = Replying()
    async with session(loop, side, protocol, ask, strict=True) as tls:
        await lost(protocol, f"write() and close() in data_received() of {tls.doing}")
        await until_set(tls.peer.ended)

    assert (bytes(tls.peer.received), ends) == (b"reply", ["close_notify"]), (
        f"write(b'reply') and close() in data_received() of {tls.doing} brought the peer "
        f"{bytes(tls.peer.received)!r} and then {ends}; expected b'reply' and a close_notify"
    )


@both_sides
@requirement(
    "tls.close.from_connection_made",
    api=TRANSPORT,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_closing_inside_connection_made_delivers_the_data(
    loop: AbstractEventLoop, side: Side
) -> None:
    """write() and close() inside connection_made() deliver the data and end as usual.

    If this fails, look for the end of the handshake, which goes on after connection_made()
    with a transport that is closing.
    """
    protocol = ClosingAtOnce()
    async with session(loop, side, protocol, read_all) as tls:
        await lost(protocol, f"write() and close() in connection_made() of {DOING[side]}")
        await until_set(tls.peer.ended)
        await turns()

    assert bytes(tls.peer.received) == b"only", (
        f"write(b'only') and close() in connection_made() of {tls.doing} brought the peer "
        f"{bytes(tls.peer.received)!r}; expected b'only'"
    )
    ends = (protocol.calls.count("connection_lost"), protocol.calls[-1])
    assert ends == (1, "connection_lost"), (
        f"write() and close() in connection_made() of {tls.doing} called {protocol.calls}; "
        "expected one connection_lost, last"
    )


@both_sides
@requirement(
    "tls.write.after_close_is_ignored",
    api=TRANSPORT,
    level="interop",
    since="3.11",
    libraries=("asyncio streams", "websockets", "aiohttp"),
    doc=DOC,
)
async def test_late_writes_are_ignored(loop: AbstractEventLoop, side: Side) -> None:
    """write() and writelines() after close() raise nothing and send nothing.

    If this fails, look for writes that use what close() has released; programs write
    late, since the connection may be lost at any moment.
    """
    protocol = Recorder()
    async with session(loop, side, protocol, read_all) as tls:
        tls.transport.write(b"x")
        tls.transport.close()
        try:
            tls.transport.write(b"late")
            tls.transport.writelines([b"late", b"r"])
            await lost(protocol, f"close(), write() and writelines() on {tls.doing}")
            tls.transport.write(b"too late")
            tls.transport.writelines([b"too late"])
        except (RuntimeError, AttributeError, OSError) as error:
            if isinstance(error, NotImplementedError):
                raise
            raise AssertionError(
                f"write() or writelines() after close() of {tls.doing} raised {error!r}; "
                "expected nothing"
            ) from error
        await until_set(tls.peer.ended)

    received = bytes(tls.peer.received)
    assert received == b"x", (
        f"write(b'x'), close() and late writes on {tls.doing} brought the peer {received!r}; "
        "expected b'x'"
    )
