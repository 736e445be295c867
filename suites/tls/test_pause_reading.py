"""pause_reading() and resume_reading() of a TLS transport."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ..support.certificates import NAME, TLS_1_2, TLS_1_3, client_context, server_context
from ..support.connecting import opened
from ..support.conversations import echo, greet_with_last_flight
from ..support.protocols import Recorder, dispose
from ..support.requirement import requirement
from ..support.tls_peers import plain_server
from ..support.tls_sessions import (
    DOING,
    Side,
    both_sides,
    heard,
    plain_client,
    serving,
    session,
    soon,
)
from ..support.tls_streams import PROTOCOLS, TRANSPORT, greet_with_last_message, silent_session
from ..support.turns import turns

DOC = f"{PROTOCOLS}#asyncio.ReadTransport.pause_reading"


class Pausing(Recorder):
    """Pauses reading in each data_received(), and counts the calls that come all the same."""

    paused = False
    unasked = 0

    def data_received(self, data: bytes) -> None:
        """Pause."""
        super().data_received(data)
        assert self.transport is not None
        self.unasked += self.paused
        self.paused = True
        self.transport.pause_reading()

    def resume(self) -> None:
        """Resume reading."""
        assert self.transport is not None
        self.paused = False
        self.transport.resume_reading()


class PausedFromTheStart(Recorder):
    """Pauses reading in connection_made()."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Pause."""
        super().connection_made(transport)
        assert self.transport is not None
        self.transport.pause_reading()


@both_sides
@requirement(
    "tls.pause_reading.stops_data_received",
    api=TRANSPORT,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_a_paused_transport_delivers_nothing(loop: AbstractEventLoop, side: Side) -> None:
    """After pause_reading() no data_received() comes until resume_reading(); is_reading() follows.

    If this fails, look for a pause that reaches only the transport below TLS, or nothing
    at all.
    """
    protocol = Recorder()
    async with silent_session(loop, side, protocol) as (tls, _):
        reading = [tls.transport.is_reading()]
        tls.transport.pause_reading()
        reading.append(tls.transport.is_reading())
        tls.peer.write(b"held back")
        await turns(20)
        while_paused = bytes(protocol.received)
        tls.transport.resume_reading()
        reading.append(tls.transport.is_reading())
        resumed = await heard(protocol, 9)

    assert while_paused == b"", (
        f"after pause_reading() of {tls.doing} data_received() got {while_paused!r}; "
        "expected nothing before resume_reading()"
    )
    assert resumed == b"held back", (
        f"after resume_reading() of {tls.doing} data_received() got {resumed!r}; "
        "expected b'held back', which came meanwhile"
    )
    assert reading == [True, False, True], (
        f"is_reading() of {tls.doing} at first, after pause_reading() and after resume_reading() "
        f"was {reading}; expected True, False, True"
    )


@both_sides
@requirement(
    "tls.pause_reading.inside_data_received_is_honoured",
    api=TRANSPORT,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_a_pause_inside_data_received_holds_back_the_rest(
    loop: AbstractEventLoop, side: Side
) -> None:
    """Pausing in data_received() holds back further data, although more records came with it.

    If this fails, look for the loop over decrypted records, which has to ask again after
    each call.
    """
    protocol = Pausing()
    async with silent_session(loop, side, protocol) as (tls, _):
        for number in range(20):
            tls.peer.write(b"record %02d." % number)
        while len(protocol.received) < 200:
            before = len(protocol.received)
            await heard(protocol, before + 1)
            await turns(10)
            if len(protocol.received) == before:
                break
            protocol.resume()

    sent = b"".join(b"record %02d." % number for number in range(20))
    assert not protocol.unasked, (
        f"20 records came at once to {tls.doing}, each data_received() paused reading, and "
        f"{protocol.unasked} more calls came before resume_reading(); expected none"
    )
    assert protocol.received == sent, (
        f"20 records, with a pause and a resume_reading() after each data_received(), brought "
        f"{bytes(protocol.received)!r}; expected all of them"
    )


@both_sides
@requirement(
    "tls.pause_reading.in_connection_made",
    api=TRANSPORT,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_a_pause_inside_connection_made_holds_back_what_is_on_its_way(
    loop: AbstractEventLoop, side: Side
) -> None:
    """Pausing in connection_made() holds back data that came with the end of the handshake.

    If this fails, look for reading that is started after connection_made() whatever the
    protocol asked for, or for the rest of the handshake's bytes, delivered unasked.
    """
    protocol = PausedFromTheStart()
    async with _greeted_at_once(loop, side, protocol, b"hello!") as doing:
        await soon(protocol, lambda: protocol.transport is not None)
        await turns(20)
        while_paused = bytes(protocol.received)
        assert protocol.transport is not None, f"{doing}: no connection_made(); expected the call"
        protocol.transport.resume_reading()
        resumed = await heard(protocol, 6)

    assert while_paused == b"", (
        f"pause_reading() in connection_made() of {doing}: data_received() got {while_paused!r}; "
        "expected nothing before resume_reading()"
    )
    assert resumed == b"hello!", (
        f"pause_reading() in connection_made() of {doing}, and resume_reading() later: "
        f"data_received() got {resumed!r}; expected b'hello!', sent with the handshake's end"
    )


@asynccontextmanager
async def _greeted_at_once(
    loop: AbstractEventLoop, side: Side, protocol: Recorder, data: bytes
) -> AsyncIterator[str]:
    if side == "client":
        talk = greet_with_last_flight(server_context(only=TLS_1_2), data)
        with plain_server(talk) as server:
            call = loop.create_connection(
                lambda: protocol, *server.address, ssl=client_context(), server_hostname=NAME
            )
            async with opened(call, DOING[side]):
                yield DOING[side]
        return
    talk = greet_with_last_message(client_context(only=TLS_1_3), data)
    async with serving(loop, lambda: protocol, server_context()) as address:
        with plain_client(address, talk):
            yield DOING[side]
            if protocol.transport is not None:
                await dispose(protocol.transport)


@both_sides
@requirement(
    "tls.pause_reading.is_idempotent",
    api=TRANSPORT,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_repeated_pauses_and_resumes_are_harmless(
    loop: AbstractEventLoop, side: Side
) -> None:
    """pause_reading() twice and resume_reading() once resumes; further resumes do nothing.

    If this fails, look for pauses that are counted, or for an error on the second call.
    """
    protocol = Recorder()
    async with session(loop, side, protocol, echo) as tls:
        try:
            tls.transport.pause_reading()
            tls.transport.pause_reading()
            tls.transport.resume_reading()
            tls.transport.write(b"one,")
            after_one = await heard(protocol, 4)
            for _ in range(3):
                tls.transport.resume_reading()
        except RuntimeError as error:
            if isinstance(error, NotImplementedError):
                raise
            raise AssertionError(
                f"a repeated pause_reading() or resume_reading() of {tls.doing} raised {error!r}; "
                "expected nothing"
            ) from error
        tls.transport.write(b"two")
        after_more = await heard(protocol, 7)

    assert (after_one, after_more) == (b"one,", b"one,two"), (
        f"after two pauses and one resume_reading() of {tls.doing} an echo brought {after_one!r}, "
        f"after three further ones {after_more!r}; expected b'one,' and b'one,two'"
    )
