"""abort() of a TLS transport."""

from __future__ import annotations

from asyncio import AbstractEventLoop

from ..support.conversations import read_all
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.tls_peers import until_set
from ..support.tls_sessions import Side, both_sides, lost, session
from ..support.tls_streams import (
    PROTOCOLS,
    limiting_shutdown,
    rest_of,
    say_end,
    silent_session,
)
from ..support.turns import turns

API = "asyncio.WriteTransport.abort"
DOC = f"{PROTOCOLS}#asyncio.WriteTransport.abort"


@both_sides
@requirement(
    "tls.abort.connection_lost_none",
    api=API,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_abort_closes_at_once_without_an_error(loop: AbstractEventLoop, side: Side) -> None:
    """abort() closes at once: is_closing() is True, connection_lost(None) follows, the peer ends.

    If this fails, look for an abort that waits for the TLS shutdown, or that is reported as
    an error.
    """
    protocol = Recorder()
    async with session(loop, side, protocol, read_all) as tls:
        tls.transport.abort()
        closing = tls.transport.is_closing()
        await lost(protocol, f"abort() of {tls.doing}")
        peer_ended = await until_set(tls.peer.ended)
    gave_up = isinstance(tls.peer.error, TimeoutError)

    assert closing, f"is_closing() of {tls.doing} was {closing} after abort(); expected True"
    assert protocol.lost_with is None, (
        f"abort() of {tls.doing} called connection_lost({protocol.lost_with!r}); expected None"
    )
    assert peer_ended and not gave_up, (  # noqa: PT018 - one question, asked in two ways
        f"abort() of {tls.doing} left its peer waiting; expected the connection to end for it"
    )


@both_sides
@requirement(
    "tls.abort.sends_no_close_notify",
    api=API,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_abort_sends_no_close_notify(loop: AbstractEventLoop, side: Side) -> None:
    """abort() makes no TLS shutdown: a strict peer sees an unexpected end, or a reset.

    If this fails, look for an abort() that closes in order; a peer must be able to tell
    a stream that was cut off from one that is complete.
    """
    ends: list[str] = []
    async with session(
        loop, side, Recorder(), lambda peer: ends.append(rest_of(peer)), strict=True
    ) as tls:
        tls.transport.abort()
        await until_set(tls.peer.ended)

    assert ends not in ([], ["TimeoutError"]), (
        f"abort() of {tls.doing} left its peer waiting; expected an end of the stream"
    )
    assert ends != ["close_notify"], (
        f"abort() of {tls.doing} ended the stream for a strict peer with {ends}; expected no "
        "close_notify"
    )


@both_sides
@requirement(
    "tls.abort.does_not_wait_for_buffer",
    api=API,
    level="documented",
    since="3.11",
    doc=DOC,
)
async def test_abort_drops_what_is_buffered(loop: AbstractEventLoop, side: Side) -> None:
    """abort() with megabytes queued towards a stuck peer ends at once, with None.

    If this fails, look for an abort() that waits until its buffer is empty.
    """
    protocol = Recorder()
    async with silent_session(loop, side, protocol) as (tls, _):
        for _ in range(40):
            tls.transport.write(bytes(200_000))
        tls.transport.abort()
        await lost(protocol, f"abort() of {tls.doing} with 8 MB queued towards a stuck peer")

    assert protocol.lost_with is None, (
        f"abort() of {tls.doing} with 8 MB queued called connection_lost({protocol.lost_with!r}); "
        "expected None"
    )


@both_sides
@requirement(
    "tls.abort.after_close_cuts_shutdown_short",
    api=API,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_abort_cuts_a_pending_shutdown_short(loop: AbstractEventLoop, side: Side) -> None:
    """abort() while close() waits for the peer ends that at once, with one connection_lost().

    If this fails, look for an abort() that does nothing on a transport that is closing.
    """
    protocol = Recorder()
    async with silent_session(limiting_shutdown(loop, 20), side, protocol) as (tls, _):
        tls.transport.close()
        await turns()
        tls.transport.abort()
        await lost(protocol, f"close() of {tls.doing} towards a silent peer, and then abort()")
        await turns(10)

    assert protocol.calls.count("connection_lost") == 1, (
        f"close() and abort() of {tls.doing} called {protocol.calls}; expected one connection_lost"
    )


@both_sides
@requirement(
    "tls.abort.is_idempotent",
    api=API,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_aborting_again_changes_nothing(loop: AbstractEventLoop, side: Side) -> None:
    """Repeated abort() and close() calls give one connection_lost().

    If this fails, look for an abort() that schedules connection_lost() each time.
    """
    protocol = Recorder()
    async with session(loop, side, protocol, read_all) as tls:
        try:
            tls.transport.abort()
            tls.transport.abort()
            await lost(protocol, f"abort() twice on {tls.doing}")
            tls.transport.abort()
            tls.transport.close()
        except (RuntimeError, AttributeError, OSError) as error:
            if isinstance(error, NotImplementedError):
                raise
            raise AssertionError(
                f"a further abort() or close() of {tls.doing} raised {error!r}; expected nothing"
            ) from error
        await turns(10)

    assert protocol.calls.count("connection_lost") == 1, (
        f"abort() three times and close() on {tls.doing} called {protocol.calls}; "
        "expected one connection_lost"
    )


class _AbortsAtTheEnd(Recorder):
    def eof_received(self) -> None:
        """Abort, and do no more than that if asked again and again."""
        super().eof_received()
        assert self.calls.count("eof_received") < 10, "eof_received() was called 10 times"
        assert self.transport is not None, "eof_received() came before connection_made()"
        self.transport.abort()


@both_sides
@requirement(
    "tls.abort.inside_eof_received",
    api=API,
    level="implied",
    since="3.11",
    doc=DOC,
)
async def test_abort_ends_a_connection_whose_peer_has_said_goodbye(
    loop: AbstractEventLoop, side: Side
) -> None:
    """abort() called by eof_received() ends the connection: one end, and connection_lost(None).

    If this fails, look for a TLS transport that, once aborted, goes on telling the protocol
    what it reads, or waits for a shutdown that both sides have given up.
    """
    protocol = _AbortsAtTheEnd()
    async with session(loop, side, protocol, say_end) as tls:
        await lost(protocol, f"abort() in eof_received() of {tls.doing}")
        await turns()

    assert protocol.calls == ["connection_made", "eof_received", "connection_lost"], (
        f"abort() in eof_received() of {tls.doing}: the protocol was told {protocol.calls}; "
        "expected connection_made, eof_received and connection_lost"
    )
    assert protocol.lost_with is None, (
        f"abort() in eof_received() of {tls.doing} called connection_lost({protocol.lost_with!r}); "
        "expected None"
    )
