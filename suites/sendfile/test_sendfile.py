"""sendfile(): what is sent over a transport, and what is returned."""

from __future__ import annotations

from asyncio import AbstractEventLoop

from ..support.files import TEXT, carried, connection, file_of, stuck_sendfile
from ..support.plain_sockets import MORE_THAN_FITS, drained, error_of, result_of, waiting
from ..support.requirement import requirement
from ..support.tls_sessions import lost
from ..support.tls_streams import difference, numbered

API = "loop.sendfile"


@requirement("sendfile.transport.whole_file", api=API, level="documented", since="3.11")
async def test_the_whole_file_is_sent(loop: AbstractEventLoop) -> None:
    """The whole file is sent, its size returned, and the file's position is at its end.

    If this fails, look for a system call that is not repeated for the rest, for a result
    that is lost, or for a position that the system call did not move.
    """
    content, doing = numbered(MORE_THAN_FITS), f"sendfile() of {MORE_THAN_FITS} bytes"
    async with connection(loop) as link:
        with file_of(content) as file:
            call = loop.sendfile(link.transport, file)
            returned, received = await carried(call, doing, link.peer, len(content))
            position = file.tell()

    wrong = difference(received, content)
    assert not wrong, f"the peer of {doing} received {wrong}; expected the file"
    assert (returned, position) == (len(content), len(content)), (
        f"{doing} returned {returned!r} and left the position at {position}; expected its size"
    )


@requirement("sendfile.transport.offset_and_count", api=API, level="documented", since="3.11")
async def test_offset_and_count_select_the_bytes(loop: AbstractEventLoop) -> None:
    """Offset and count select the bytes to send; the position ends at offset + count.

    If this fails, look for an argument that is not passed on, or for a count that is
    taken from the file's start.
    """
    doing = "sendfile(offset=3, count=500)"
    async with connection(loop) as link:
        with file_of(TEXT) as file:
            call = loop.sendfile(link.transport, file, 3, 500)
            returned = await result_of(call, doing, "500")
            position = file.tell()
        link.transport.write(b"end")
        received = await drained(link.peer, 503)

    assert received == TEXT[3:503] + b"end", (
        f"the peer of {doing} received {received[:-3][:9]!r}..., {len(received) - 3} bytes; "
        f"expected {TEXT[3:12]!r}..., 500 bytes"
    )
    assert (returned, position) == (500, 503), (
        f"{doing} returned {returned!r} and left the position at {position}; expected 500 and 503"
    )


@requirement("sendfile.transport.count_beyond_eof", api=API, level="documented", since="3.11")
async def test_a_count_beyond_the_end_sends_what_there_is(loop: AbstractEventLoop) -> None:
    """A count beyond the file's end sends what there is, and that number is returned.

    If this fails, look for a loop that asks the file for more until it has the count, or
    that returns the count.
    """
    doing = "sendfile(count=100) of 4 bytes"
    async with connection(loop) as link:
        with file_of(b"four") as file:
            returned = await result_of(loop.sendfile(link.transport, file, 0, 100), doing, "4")
        received = await drained(link.peer, 4)

    assert (returned, received) == (4, b"four"), (
        f"{doing} returned {returned!r}, and the peer got {received!r}; expected 4 and b'four'"
    )


@requirement("sendfile.transport.empty_file", api=API, level="implied", since="3.11")
async def test_an_empty_file_is_nothing_to_send(loop: AbstractEventLoop) -> None:
    """An empty file returns 0 and leaves the transport writable.

    If this fails, look for a transport that is given back only where something was sent.
    """
    async with connection(loop) as link:
        with file_of(b"") as file, file_of(b"control") as control:
            await result_of(loop.sendfile(link.transport, control), "sendfile()", "it to succeed")
            call = loop.sendfile(link.transport, file)
            returned = await result_of(call, "sendfile() of an empty file", "0")
        link.transport.write(b"after")
        received = await drained(link.peer, 12)

    assert (returned, received) == (0, b"controlafter"), (
        f"sendfile() of an empty file returned {returned!r}; of another before it, and "
        f"write(b'after'), the peer got {received!r}; expected 0 and b'controlafter'"
    )


@requirement("sendfile.transport.order_with_writes", api=API, level="implied", since="3.11")
async def test_a_file_keeps_its_place_among_writes(loop: AbstractEventLoop) -> None:
    """File data comes after all that was written before, and before what is written next.

    If this fails, look for a system call on a socket for which the transport still holds
    data, or for file data that is queued behind the next write.
    """
    before, doing = numbered(MORE_THAN_FITS), "write(), sendfile(), write()"
    async with connection(loop) as link:
        with file_of(TEXT) as file:
            link.transport.write(before)
            call = loop.sendfile(link.transport, file)
            _, received = await carried(call, doing, link.peer, len(before) + len(TEXT))
        link.transport.write(b"after")
        received += await drained(link.peer, 5)

    wrong = difference(received, before + TEXT + b"after")
    assert not wrong, f"the peer of {doing} received {wrong}; expected the three in order"


@requirement("sendfile.transport.slow_receiver", api=API, level="implied", since="3.11")
async def test_a_slow_receiver_is_waited_for(loop: AbstractEventLoop) -> None:
    """The call waits for a receiver that does not read, and completes when it does.

    If this fails, look for a loop that stops with what the socket's buffer takes.
    """
    async with stuck_sendfile(loop) as (link, call):
        doing = "sendfile() to a peer that began to read late"
        returned, received = await carried(call, doing, link.peer, MORE_THAN_FITS)

    wrong = difference(received, numbered(MORE_THAN_FITS))
    assert not wrong, (
        f"{doing} returned {returned!r}, and the peer received {wrong}; expected the file"
    )


@requirement("sendfile.transport.peer_closes_midway", api=API, level="implied", since="3.11")
async def test_a_peer_that_closes_midway_ends_it(loop: AbstractEventLoop) -> None:
    """A peer that closes during the transfer gives OSError, and the connection is lost.

    The file's position then tells less than its size. If this fails, look for an error
    that is taken for the end of the file.
    """
    async with connection(loop) as link:
        with file_of(numbered(MORE_THAN_FITS)) as file:
            doing = "sendfile() to a peer that closes"
            call = await waiting(loop.sendfile(link.transport, file), doing)
            link.peer.close()  # with data unread, which resets the connection
            await error_of(call, OSError, doing)
            position = file.tell()
            await lost(link.protocol, doing)

    assert position < MORE_THAN_FITS, (
        f"{doing} left the file's position at {position}; expected less than {MORE_THAN_FITS}"
    )
