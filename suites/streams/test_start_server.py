"""start_server(): handlers that get a reader and a writer for each client."""

from __future__ import annotations

import asyncio
import socket
from asyncio import AbstractEventLoop, StreamReader, StreamWriter
from contextlib import suppress
from typing import Any

from ..support.expect import expect_raises
from ..support.listeners import IPV4
from ..support.pipes import difference, patterned
from ..support.reports import Planted, error_of, keep_reports
from ..support.requirement import requirement
from ..support.streams import LIMIT, Other, client_of, ended, serving
from ..support.turns import turns

API = "asyncio.start_server"
DOC = "library/asyncio-stream.html#asyncio.start_server"
CLIENTS = 20


async def answer_whole(reader: StreamReader, writer: StreamWriter) -> None:
    """Read to the end of the stream, answer with the same, and close."""
    writer.write(b"all of " + await reader.read())
    writer.close()


@requirement(
    "streams.start_server.plain_callback",
    api=API,
    level="interop",
    since="3.11",
    libraries=("asyncio.streams",),
    doc=DOC,
)
async def test_a_plain_callback_gets_the_streams(loop: AbstractEventLoop) -> None:
    """A plain callback of start_server() gets reader and writer; peername is the client's address.

    If this fails, look for transports of accepted connections that don't know their peer.
    """
    got: asyncio.Future[tuple[Any, Any]] = loop.create_future()

    def callback(reader: StreamReader, writer: StreamWriter) -> None:
        got.set_result((reader, writer))

    async with serving(callback) as address:
        with client_of(address) as sock:
            reader, writer = await ended(got, "a connected client", "its callback to be called")
            client, peername = sock.getsockname(), writer.get_extra_info("peername")
            writer.close()
            await turns()

    assert isinstance(reader, StreamReader), (
        f"start_server() called back with {reader!r} and {writer!r}; expected a StreamReader first"
    )
    assert isinstance(writer, StreamWriter), (
        f"start_server() called back with {reader!r} and {writer!r}; expected a StreamWriter second"
    )
    assert peername == client, (
        f'get_extra_info("peername") of a client at {client} returned {peername!r}; '
        "expected the client's address"
    )


@requirement(
    "streams.start_server.handler_exception_is_reported_and_connection_closed",
    api=API,
    level="interop",
    since="3.12",
    libraries=("asyncio.streams",),
    doc=DOC,
)
async def test_a_failing_handler_is_reported_and_its_client_let_go(
    loop: AbstractEventLoop,
) -> None:
    """An exception of a coroutine handler goes to the exception handler; the connection is closed.

    If this fails, look for a close() of an accepted transport that leaves its socket open, or
    for a call_exception_handler() that does not reach the handler.
    """
    errors, planted = keep_reports(loop, error_of), Planted("from the handler")

    async def handler(*_: object) -> None:
        raise planted

    async with serving(handler) as address:
        with client_of(address) as sock:
            other = Other(sock)
            await other.read_to_end()
        await turns()

    assert other.end == "end of stream", (
        f"the client of a handler that raised met {other.end or 'no end'!r}; "
        "expected 'end of stream'"
    )
    assert errors == [planted], (
        f"a handler that raised {planted!r} brought the reports {errors}; expected that one"
    )


@requirement(
    "streams.server.async_with_serve_forever",
    api=API,
    level="interop",
    since="3.11",
    libraries=("asyncio.streams",),
    doc="library/asyncio-eventloop.html#asyncio.Server.serve_forever",
)
async def test_async_with_a_server_serves_until_cancelled(loop: AbstractEventLoop) -> None:
    """`async with server: await server.serve_forever()` serves, and ends by cancellation.

    If this fails, look for a cancellation that serve_forever() swallows, or for a
    wait_closed() that waits for connections that have ended.
    """
    server = await ended(asyncio.start_server(answer_whole, IPV4, 0), "start_server()")
    address = server.sockets[0].getsockname()[:2]

    async def serve() -> None:
        async with server:
            await server.serve_forever()

    task = loop.create_task(serve())
    await turns()
    with client_of(address) as sock:
        other = Other(sock)
        await other.send(b"it")
        other.finish()
        answer = await other.read_to_end()
    await turns()
    task.cancel()
    with expect_raises(asyncio.CancelledError, "serve_forever() that was cancelled"):
        await ended(task, "`async with server` around a cancelled serve_forever()")
    connects = False
    with suppress(ConnectionError):
        socket.create_connection(address, LIMIT).close()
        connects = True

    assert answer == b"all of it", (
        f"a client of serve_forever() got the answer {answer!r}; expected b'all of it'"
    )
    assert not connects, (
        "a client could connect after `async with server` was left; expected it to be refused"
    )


@requirement(
    "streams.eof.server_half_close_then_reply",
    api=API,
    level="interop",
    since="3.11",
    libraries=("asyncio.streams",),
    doc=DOC,
)
async def test_a_client_that_has_half_closed_is_answered() -> None:
    """A handler that reads to the end can still answer a client that closed its own direction.

    If this fails, look for a transport that closes at the end of the stream although
    eof_received() returned True.
    """
    async with serving(answer_whole) as address:
        with client_of(address) as sock:
            other = Other(sock)
            await other.send(b"it")
            other.finish()
            answer = await other.read_to_end()
        await turns()

    assert answer == b"all of it", (
        f"a client that sent b'it' and half-closed got the answer {answer!r}; expected b'all of it'"
    )


@requirement(
    "streams.throughput.parallel_clients",
    api=API,
    level="interop",
    since="3.11",
    libraries=("asyncio.streams",),
    doc=DOC,
)
async def test_clients_in_parallel_get_their_own_data() -> None:
    """Clients that are served at the same time get their own data.

    If this fails, look for a buffer that several transports share, or for a table that goes
    by descriptors which are used again.
    """
    async with serving(answer_whole) as address:
        others = [Other(client_of(address)) for _ in range(CLIENTS)]
        sent = [bytes([number]) + patterned(20_000) for number in range(CLIENTS)]
        sending = (other.send(data) for other, data in zip(others, sent, strict=True))
        await asyncio.gather(*sending)
        for other in reversed(others):
            other.finish()
        answers = await asyncio.gather(*(other.read_to_end() for other in others))
        for other in others:
            other.sock.close()
        await turns()

    wrong = {
        number: difference(answer, b"all of " + data)
        for number, (answer, data) in enumerate(zip(answers, sent, strict=True))
        if answer != b"all of " + data
    }
    assert not wrong, (
        f"of {CLIENTS} clients at the same time some were answered wrongly: {wrong}; "
        "expected each to get its own data back"
    )
