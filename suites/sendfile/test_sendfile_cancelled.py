"""sendfile(): a transport after a transfer that was cancelled."""

from __future__ import annotations

import asyncio
import select
import socket
import time
from asyncio import AbstractEventLoop
from contextlib import suppress

from ..support.files import TEXT, Sending, connection, file_of, stuck_sendfile
from ..support.plain_sockets import MORE_THAN_FITS, PATIENCE, cancelled, waiting
from ..support.requirement import requirement
from ..support.tls_sessions import heard
from ..support.turns import turns

API = "loop.sendfile"
MIDWAY = "sendfile() to a peer that does not read"
BEHIND = "sendfile() behind what was written to a peer that does not read"


@requirement("sendfile.transport.usable_after_cancel", api=API, level="implied", since="3.11")
async def test_a_cancel_midway_gives_the_transport_back(loop: AbstractEventLoop) -> None:
    """A transport whose transfer was cancelled midway can be written, and reads, again.

    If this fails, look for what a transfer changes on the transport, and changes back only
    where it succeeds.
    """
    async with stuck_sendfile(loop) as (link, call):
        await cancelled(call, MIDWAY)

        await expect_in_use(link, MIDWAY)


@requirement(
    "sendfile.transport.usable_after_cancel_behind_writes",
    api=API,
    level="implied",
    since="3.11",
)
async def test_a_cancel_before_it_began_does_so_too(loop: AbstractEventLoop) -> None:
    """A transfer cancelled while it waits for earlier writes gives the transport back as well.

    If this fails, look for a wait that comes before the clean-up is prepared.
    """
    async with connection(loop) as link:
        with file_of(TEXT) as file:
            link.transport.write(bytes(MORE_THAN_FITS))
            call = await waiting(loop.sendfile(link.transport, file), BEHIND)
            await cancelled(call, BEHIND)

            await expect_in_use(link, BEHIND)


async def expect_in_use(link: Sending, what: str) -> None:
    """Expect that a transport can be written, and that its protocol hears what arrives."""
    try:
        link.transport.write(b"<end>")
    except RuntimeError as error:
        raise AssertionError(
            f"write() after a cancelled {what} raised {error!r}; expected it to be accepted"
        ) from error
    link.peer.sendall(b"hello")
    reading = asyncio.ensure_future(everything(link))
    received = await heard(link.protocol, 5)
    sent = await reading

    assert received == b"hello", (
        f"after a cancelled {what} the protocol heard {received!r}; expected b'hello'"
    )
    assert sent.endswith(b"<end>"), (
        f"after a cancelled {what} and write(b'<end>') the peer's data ended {sent[-5:]!r}; "
        "expected b'<end>'"
    )


async def everything(link: Sending) -> bytes:
    """What the peer reads until the end that the check wrote, or until nothing more comes."""
    link.peer.setblocking(False)
    got, give_up = bytearray(), time.monotonic() + PATIENCE
    while not got.endswith(b"<end>") and time.monotonic() < give_up:
        await turns(1)
        got += at_hand(link.peer)
    return bytes(got)


def at_hand(peer: socket.socket) -> bytes:
    """What a non-blocking socket holds, after a glance; b"" where nothing came."""
    if hasattr(socket, "TCP_QUICKACK"):  # or one that has sent as well keeps its ACKs 40 ms
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
    if select.select([peer], [], [], 0.0005)[0]:
        with suppress(OSError):
            return peer.recv(65536)
    return b""
