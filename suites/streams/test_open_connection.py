"""open_connection(): reader and writer over the loop's TCP and TLS transports."""

from __future__ import annotations

import asyncio

from ..support.certificates import NAME, client_context, server_context
from ..support.conversations import echo
from ..support.expect import expect_raises
from ..support.listeners import bound, connected_pair
from ..support.pipes import difference, patterned
from ..support.requirement import requirement
from ..support.streams import OPEN, Other, connected, ended, put_away
from ..support.tls_peers import tls_server

API = "asyncio.open_connection"
DOC = "library/asyncio-stream.html#asyncio.open_connection"
STREAMS = "asyncio.streams"


@requirement(
    "streams.open_connection.echo",
    api=API,
    level="interop",
    since="3.11",
    libraries=(STREAMS, "redis", "nats-py", "aiormq"),
    doc=DOC,
)
async def test_streams_exchange_lines() -> None:
    """Reader and writer of open_connection() exchange lines over the loop's TCP transport.

    If this fails, look for what data_received() is given, and for what is lost between two
    of its calls.
    """
    async with connected() as streams:
        reader, writer, other = streams.reader, streams.writer, streams.other
        writer.write(b"first\nsecond\n")
        await other.send(await other.read(13))
        heard = [await ended(reader.readline(), "readline() of an echo") for _ in "12"]
        writer.write(b"rest")
        await other.send((await other.read(17))[13:])
        heard.append(await ended(reader.readexactly(4), "readexactly(4) of an echo"))

    assert heard == [b"first\n", b"second\n", b"rest"], (
        f"two lines and four bytes written to an echo were read as {heard}; "
        "expected b'first\\n', b'second\\n', b'rest'"
    )


@requirement(
    "streams.open_connection.write_eof_and_read_to_end",
    api=API,
    level="interop",
    since="3.11",
    libraries=(STREAMS,),
    doc=DOC,
)
async def test_a_stream_is_read_to_its_end_after_write_eof() -> None:
    """After write_eof() the other end sees the end of the stream, and its answer is read whole.

    If this fails, look for a write_eof() that closes both directions, or for an end of the
    stream that overtakes its last data.
    """
    answer = patterned(300_000)
    async with connected() as streams:
        streams.writer.write(b"question")
        streams.writer.write_eof()
        asked = await streams.other.read_to_end()
        end = streams.other.end
        reading = asyncio.ensure_future(streams.reader.read())
        await streams.other.send(answer)
        streams.other.sock.close()
        received = await ended(reading, "read() to the end")
        at_eof = streams.reader.at_eof()

    assert (asked, end) == (b"question", "end of stream"), (
        f"write(b'question') and write_eof() sent {asked!r} and {end or 'no end'!r}; "
        "expected b'question' and 'end of stream'"
    )
    wrong = difference(received, answer)
    assert not wrong, (
        f"an answer of {len(answer)} bytes after write_eof() came as {wrong}; expected all of it"
    )
    assert at_eof, "at_eof() after read() to the end was False; expected True"


@requirement(
    "streams.open_connection.refused",
    api=API,
    level="interop",
    since="3.11",
    libraries=(STREAMS,),
    doc=DOC,
)
async def test_a_refused_stream_is_a_connection_refused_error() -> None:
    """open_connection() to a port where nobody listens raises ConnectionRefusedError.

    If this fails, look for a system error that is raised as a plain OSError, without the
    class that belongs to its errno.
    """
    with bound() as listener:
        address = listener.getsockname()[:2]
        with expect_raises(ConnectionRefusedError, f"{OPEN} to a closed port") as caught:
            _, writer = await ended(asyncio.open_connection(*address), OPEN)
            writer.close()
        listener.listen()
        _, writer = await ended(asyncio.open_connection(*address), f"{OPEN} to an open port")
        async with put_away(writer):
            opened = not writer.is_closing()

    assert opened, (
        f"{OPEN} to a closed port raised {caught.error!r}, and to an open port gave a closing "
        "writer; expected a connection then"
    )


@requirement(
    "streams.open_connection.tls",
    api=API,
    level="interop",
    since="3.11",
    libraries=(STREAMS, "redis", "nats-py"),
    doc=DOC,
)
async def test_tls_streams_carry_data_and_close() -> None:
    """TLS streams carry data, and wait_closed() returns after close().

    If this fails, look for a TLS transport that never tells its protocol of the end.
    """
    sent = patterned(500_000)
    with tls_server(server_context(), echo) as server:
        call = asyncio.open_connection(*server.address, ssl=client_context(), server_hostname=NAME)
        reader, writer = await ended(call, f"{OPEN} with ssl=")
        async with put_away(writer):
            reading = asyncio.ensure_future(reader.readexactly(len(sent)))
            writer.write(sent)
            received = await ended(reading, f"readexactly({len(sent)}) of an echo by TLS")
            writer.close()
            await ended(writer.wait_closed(), "wait_closed() of TLS streams")

    wrong = difference(received, sent)
    assert not wrong, f"{len(sent)} bytes echoed by TLS were read as {wrong}; expected all of them"


@requirement(
    "streams.open_connection.sock",
    api=API,
    level="interop",
    since="3.11",
    libraries=(STREAMS,),
    doc=DOC,
)
async def test_streams_use_the_socket_they_are_given() -> None:
    """open_connection(sock=...) makes streams of a socket that is connected already.

    If this fails, look for a socket that is connected anew, or left aside.
    """
    with connected_pair() as (ours, theirs):
        other = Other(theirs)
        reader, writer = await ended(asyncio.open_connection(sock=ours), f"{OPEN} with sock=")
        async with put_away(writer):
            await other.send(b"there")
            arrived = await ended(reader.readexactly(5), "readexactly(5) after sock=")
            writer.write(b"and back")
            received = await other.read(8)

    assert (arrived, received) == (b"there", b"and back"), (
        f"b'there' and b'and back' on streams with sock= arrived as {arrived!r} and {received!r}; "
        "expected them"
    )
