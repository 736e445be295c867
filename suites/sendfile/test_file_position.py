"""sendfile() and sock_sendfile(): where they begin in a file, and where they leave it."""

from __future__ import annotations

import io
from asyncio import AbstractEventLoop

from ..support.files import connection, file_of
from ..support.plain_sockets import (
    MORE_THAN_FITS,
    drained,
    error_of,
    narrow_pair,
    result_of,
    tcp_pair,
    waiting,
)
from ..support.requirement import requirement


@requirement(
    "sendfile.transport.fallback_begins_at_offset",
    api="loop.sendfile",
    level="documented",
    since="3.11",
)
async def test_the_fallback_begins_where_the_offset_says(loop: AbstractEventLoop) -> None:
    """Without an offset a file that is read is sent from its start, wherever it stands.

    If this fails, look for a seek that is left out where the offset is 0.
    """
    doing, file = "sendfile() of an io.BytesIO that stands at 4 of 6", io.BytesIO(b"abcdef")
    file.seek(4)
    async with connection(loop) as link:
        await result_of(loop.sendfile(link.transport, file), doing, "it to succeed")
        link.transport.write(b"......")
        received = await drained(link.peer, 6)

    assert received == b"abcdef", f"{doing} sent {received!r}; expected b'abcdef'"


@requirement(
    "sendfile.sock.fallback_begins_at_offset",
    api="loop.sock_sendfile",
    level="documented",
    since="3.11",
)
async def test_the_sockets_fallback_does_so_too(loop: AbstractEventLoop) -> None:
    """Without an offset a file that is read is sent from its start, wherever it stands.

    If this fails, look for a seek that is left out where the offset is 0.
    """
    doing, file = "sock_sendfile() of an io.BytesIO that stands at 4 of 6", io.BytesIO(b"abcdef")
    file.seek(4)
    with tcp_pair() as (sock, peer):
        await result_of(loop.sock_sendfile(sock, file), doing, "it to succeed")
        sock.sendall(b"......")
        received = await drained(peer, 6)

    assert received == b"abcdef", f"{doing} sent {received!r}; expected b'abcdef'"


@requirement(
    "sendfile.sock.position_after_error",
    api="loop.sock_sendfile",
    level="documented",
    since="3.11",
)
async def test_an_error_leaves_the_position_behind_what_was_sent(loop: AbstractEventLoop) -> None:
    """The file's position is updated also when an error ends the call.

    If this fails, look for a position that is set only where the call returns.
    """
    doing = "sock_sendfile() to a peer that closes midway"
    with narrow_pair() as (sock, peer), file_of(bytes(MORE_THAN_FITS)) as file:
        call = await waiting(loop.sock_sendfile(sock, file), doing)
        peer.close()  # with data unread, which resets the connection
        await error_of(call, OSError, doing)
        position = file.tell()

    assert 0 < position < MORE_THAN_FITS, (
        f"{doing} left the file's position at {position}; expected it behind what was sent, "
        f"between 0 and {MORE_THAN_FITS}"
    )
