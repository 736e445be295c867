"""pause_reading() and the end of a connection, whichever side ends it."""

from __future__ import annotations

import asyncio
import socket
from asyncio import AbstractEventLoop
from collections.abc import Callable
from itertools import pairwise

from ..support.flowing import IDLE, lost, stream
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.turns import turns

API = "asyncio.ReadTransport"
PAUSE = f"library/asyncio-protocol.html#{API}.pause_reading"
IS_READING = f"library/asyncio-protocol.html#{API}.is_reading"


@requirement(
    "transports.reading.pause_resume_after_close_is_harmless",
    api=API,
    level="documented",
    since="3.11",
    doc=PAUSE,
)
async def test_pausing_and_resuming_after_close_do_nothing(loop: AbstractEventLoop) -> None:
    """pause_reading() and resume_reading() on a closing or closed transport do nothing.

    is_reading() does not become True by them; what it is after close() has its own check.
    If this fails, look for a resume that registers a descriptor again which is closed, or is
    somebody else's by now.
    """
    protocol = Recorder()
    async with stream(loop, protocol) as (transport, peer):
        transport.close()
        peer.send(b"too late")
        states = [transport.is_reading(), *_states_after_both(transport, "closing")]
        await lost(protocol, "close(), pause_reading() and resume_reading()")
        states += [transport.is_reading(), *_states_after_both(transport, "closed")]
        await turns(IDLE)

    assert protocol.calls == ["connection_made", "connection_lost"], (
        "a transport that was closed, paused and resumed, with data coming, called "
        f"{protocol.calls}; expected connection_lost after connection_made, and nothing else"
    )
    became = any((before, after) == (False, True) for before, after in pairwise(states))
    assert not became, (
        "is_reading() of a closing transport was, at first, after pause_reading() and after "
        f"resume_reading(), {states[:3]}, and of a closed one {states[3:]}; "
        "expected it not to become True"
    )


def _states_after_both(transport: asyncio.Transport, state: str) -> list[bool]:
    """Pause and resume, and what is_reading() says after each."""
    methods: list[Callable[[], None]] = [transport.pause_reading, transport.resume_reading]
    states = []
    for method in methods:
        try:
            method()
        except NotImplementedError:
            raise
        except Exception as error:
            raise AssertionError(
                f"{method.__name__}() on a {state} transport raised {error!r}; "
                "expected no exception"
            ) from error
        states.append(transport.is_reading())
    return states


@requirement(
    "transports.reading.eof_waits_for_resume", api=API, level="implied", since="3.11", doc=PAUSE
)
async def test_not_even_the_end_is_told_while_paused(loop: AbstractEventLoop) -> None:
    """While reading is paused not even EOF is told; then data, EOF and loss come in order.

    If this fails, look for a hang-up that is handled whether reading is paused or not,
    or that overtakes the data before it.
    """
    protocol = Recorder()
    async with stream(loop, protocol) as (transport, peer):
        transport.pause_reading()
        before = len(protocol.calls)
        peer.send(b"last words")
        peer.shutdown(socket.SHUT_WR)
        await turns(IDLE)
        while_paused = protocol.calls[before:]
        transport.resume_reading()
        await lost(protocol, "resume_reading(), after the peer had sent and closed,")
        received = bytes(protocol.received)

    assert while_paused == [], (
        f"the peer sent and closed while reading was paused, and {while_paused} were called; "
        "expected nothing before resume_reading()"
    )
    assert received == b"last words", (
        f"the peer sent and closed while reading was paused, and {received!r} was delivered after "
        "resume_reading(); expected b'last words'"
    )
    ending = list(dict.fromkeys(protocol.calls[before:]))
    assert ending == ["data_received", "eof_received", "connection_lost"], (
        f"after resume_reading() the protocol was called {protocol.calls[before:]}; "
        "expected data_received, eof_received, connection_lost"
    )


@requirement(
    "transports.reading.is_reading_false_after_close",
    api=API,
    level="implied",
    since="3.11",
    doc=IS_READING,
)
async def test_a_closing_transport_is_not_reading(loop: AbstractEventLoop) -> None:
    """is_reading() of a transport is False from close() on.

    If this fails, look for a state that lasts until connection_lost().
    """
    async with stream(loop, Recorder()) as (transport, _):
        before = transport.is_reading()
        transport.close()
        after = transport.is_reading()

    assert (before, after) == (True, False), (
        f"is_reading() was {before} before close() and {after} after it; expected True and False"
    )


@requirement(
    "transports.reading.pause_then_close_completes",
    api=API,
    level="implied",
    since="3.11",
    doc=PAUSE,
)
async def test_a_paused_transport_closes(loop: AbstractEventLoop) -> None:
    """close() on a transport with reading paused ends in connection_lost().

    If this fails, look for an end that waits to be read from the peer.
    """
    protocol = Recorder()
    async with stream(loop, protocol) as (transport, _):
        transport.pause_reading()
        transport.close()
        await lost(protocol, "close() on a transport with reading paused")
        await turns()

    assert protocol.calls == ["connection_made", "connection_lost"], (
        f"close() on a transport with reading paused called {protocol.calls}; "
        "expected connection_lost after connection_made"
    )
