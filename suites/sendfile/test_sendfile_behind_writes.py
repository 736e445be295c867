"""sendfile(): what waits in the transport before it, and who is told when it has left."""

from __future__ import annotations

import asyncio
import io
from asyncio import AbstractEventLoop
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import IO

import pytest

from ..support.connecting import opened
from ..support.files import TEXT, carried, connection, file_of, stuck_sendfile
from ..support.flowing import FILLER, drain, fill
from ..support.idling import expect_idle, used_while_idle
from ..support.plain_sockets import (
    MORE_THAN_FITS,
    error_of,
    narrow_pair,
    reset,
    result_of,
    waiting,
)
from ..support.protocols import Recorder
from ..support.requirement import requirement
from ..support.tls_sessions import lost
from ..support.turns import turns

API = "loop.sendfile"
BEHIND = "sendfile() behind what was written to a peer that does not read"
FILES: dict[str, Callable[[], AbstractContextManager[IO[bytes]]]] = {
    "file": lambda: file_of(TEXT),
    "BytesIO": lambda: nullcontext(io.BytesIO(TEXT)),
}
"""One that the kernel can send, and one that must be read."""


@requirement("sendfile.transport.behind_a_single_byte", api=API, level="implied", since="3.11")
async def test_a_file_waits_for_a_single_byte(loop: AbstractEventLoop) -> None:
    """A file is sent, after it, also where a single byte waits in the transport.

    If this fails, look for a wait that ends with a call of resume_writing(), which only a
    buffer above the high mark brings about.
    """
    doing = "sendfile() behind a byte that waits in the transport"
    with narrow_pair() as (sock, peer), file_of(TEXT) as file:
        fill(sock, peer)
        call = loop.create_connection(Recorder, sock=sock)
        async with opened(call, "create_connection(sock=...)") as (transport, _):
            transport.write(b"!")
            sending = asyncio.ensure_future(loop.sendfile(transport, file))
            await turns()
            peer.setblocking(False)
            received = (await drain(peer, sending.done)).lstrip(FILLER)
            sent = await result_of(sending, doing, "it to be sent")

    assert received == b"!" + TEXT, (
        f"{doing} returned {sent!r} and brought the peer {received[:9]!r}..., {len(received)} "
        f"bytes; expected the byte and then the {len(TEXT)} of the file"
    )


@pytest.mark.parametrize("kind", FILES)
@requirement(
    "sendfile.transport.paused_protocol_is_resumed", api=API, level="implied", since="3.11"
)
async def test_a_protocol_that_was_paused_is_resumed(loop: AbstractEventLoop, kind: str) -> None:
    """A protocol whose writing was paused before a transfer is resumed, once, by its end.

    If this fails, look for a helper that stands in the protocol's place when the buffer
    drains, and keeps the call to itself.
    """
    async with connection(loop) as link:
        with FILES[kind]() as file:
            link.transport.write(bytes(MORE_THAN_FITS))
            await turns()
            before = link.protocol.calls[1:]
            call = loop.sendfile(link.transport, file)
            _, received = await carried(call, BEHIND, link.peer, MORE_THAN_FITS + len(TEXT))
            await turns()
            after = link.protocol.calls[1:]

    assert before == ["pause_writing"], (
        f"write() of {MORE_THAN_FITS} bytes to a peer that does not read called {before}; "
        "expected pause_writing"
    )
    assert received.endswith(TEXT), f"{BEHIND} did not send the file; expected it at the end"
    assert after == ["pause_writing", "resume_writing"], (
        f"when it had been sent, with a {kind}, {BEHIND} had brought the protocol the calls "
        f"{after}; expected pause_writing and resume_writing, once each"
    )


@requirement("sendfile.transport.reset_before_it_begins", api=API, level="implied", since="3.11")
async def test_a_reset_before_it_begins_is_told_to_both(loop: AbstractEventLoop) -> None:
    """A connection lost while a transfer waits for earlier writes ends it and tells the protocol.

    If this fails, look for a helper in the protocol's place that keeps the loss to itself,
    or for a wait that only an empty buffer ends.
    """
    async with connection(loop) as link:
        with file_of(TEXT) as file:
            link.transport.write(bytes(MORE_THAN_FITS))
            call = await waiting(loop.sendfile(link.transport, file), BEHIND)
            reset(link.peer)
            await error_of(call, Exception, f"{BEHIND} and resets")
            await lost(link.protocol, f"{BEHIND} and resets")
            await turns()
            calls = link.protocol.calls.count("connection_lost")

    assert calls == 1, f"{BEHIND} and resets called connection_lost() {calls} times; expected once"


@requirement("sendfile.transport.abort_meanwhile", api=API, level="implied", since="3.11")
async def test_an_abort_meanwhile_is_told_to_the_protocol(loop: AbstractEventLoop) -> None:
    """abort() while a file is sent calls connection_lost() once.

    How the transfer then ends is left open. If this fails, look for a helper in the
    protocol's place that keeps the loss to itself.
    """
    doing = "abort() during sendfile()"
    async with stuck_sendfile(loop) as (link, call):
        link.transport.abort()
        await lost(link.protocol, doing)
        await turns()
        calls = link.protocol.calls.count("connection_lost")
        call.cancel()
        await asyncio.wait({call})
        if not call.cancelled():
            call.exception()

    assert calls == 1, f"{doing} called connection_lost() {calls} times; expected once"


@requirement("sendfile.transport.rests_afterwards", api=API, level="implied", since="3.11")
async def test_a_transport_rests_after_a_transfer(loop: AbstractEventLoop) -> None:
    """A transport over which a file was sent uses no processor time while it is idle.

    If this fails, look for a socket that is still watched for writing after a transfer had
    to wait: it is ready nearly always, and the loop never waits again.
    """
    async with stuck_sendfile(loop) as (link, call):
        await carried(call, "sendfile() to a slow peer", link.peer, MORE_THAN_FITS)
        used = await used_while_idle()

    expect_idle(used, "sendfile() to a slow peer")
