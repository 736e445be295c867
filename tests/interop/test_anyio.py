"""anyio: streams, servers and cancel scopes."""

from __future__ import annotations

import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Protocol

import pytest

pytest.importorskip("anyio", reason="needs the extra interop")

import anyio
from anyio import TypedAttributeProvider
from anyio.abc import ByteStream, SocketAttribute, TaskGroup, TaskStatus, UDPSocket
from anyio.streams.buffered import BufferedByteReceiveStream
from anyio.streams.tls import TLSListener

from .conftest import Security
from .watched_run import Run, patterned, until_quiet

LARGE = patterned(4 * 1024 * 1024)
CHUNK = patterned(64 * 1024)
CHUNKS = 320
Handler = Callable[[ByteStream], Awaitable[None]]


class Connect(Protocol):
    """Connects to the server, trusting it as `context` says."""

    async def __call__(self, context: ssl.SSLContext | None = None) -> ByteStream:
        """Raises ssl.SSLError where the handshake fails."""


@asynccontextmanager
async def served(handler: Handler, security: Security | None) -> AsyncIterator[Connect]:
    """A server in a task group, and what connects to it; it ends with the block."""
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=0)
    port = port_of(listener)
    secured = TLSListener(listener, security.server) if security else listener

    async def connect(context: ssl.SSLContext | None = None) -> ByteStream:
        if security is None:
            return await anyio.connect_tcp("127.0.0.1", port)
        context = context or security.client
        return await anyio.connect_tcp("localhost", port, tls=True, ssl_context=context)

    async def guarded(stream: ByteStream) -> None:
        # What closing raises after a peer that went without close_notify:
        with suppress(ssl.SSLError, anyio.BrokenResourceError):
            async with stream:
                await handler(stream)

    async with secured, anyio.create_task_group() as group:
        group.start_soon(secured.serve, guarded)
        yield connect
        group.cancel_scope.cancel()


async def echo(stream: ByteStream) -> None:
    """Send back everything until the client's end."""
    async for piece in stream:
        await stream.send(piece)


def port_of(it: TypedAttributeProvider) -> int:
    """The port at which it listens."""
    return it.extra(SocketAttribute.local_port)  # noqa: S610 - no extra() of Django's


async def take(stream: ByteStream, size: int) -> bytes:
    """Exactly `size` bytes of the stream."""
    return await BufferedByteReceiveStream(stream).receive_exactly(size)


async def send_and_take(stream: ByteStream) -> None:
    """Send much and receive it at the same time: it would fill all buffers otherwise."""
    async with anyio.create_task_group() as group:
        group.start_soon(stream.send, LARGE)
        assert await take(stream, len(LARGE)) == LARGE


def test_a_large_body_comes_back(run: Run, security: Security | None) -> None:
    """Four megabytes are sent by one task and received by another at the same time."""

    async def main() -> None:
        async with served(echo, security) as connect, await connect() as stream:
            await send_and_take(stream)

    run(main())


def test_many_connections_at_once(run: Run, security: Security | None) -> None:
    """Sixty clients talk at the same time, each hears itself alone."""

    async def talk(connect: Connect, number: int) -> None:
        async with await connect() as stream:
            for turn in range(5):
                message = patterned(1 + number * 101, seed=number + turn)
                await stream.send(message)
                assert await take(stream, len(message)) == message

    async def main() -> None:
        async with served(echo, security) as connect, anyio.create_task_group() as group:
            for number in range(60):
                group.start_soon(talk, connect, number)

    run(main())


def test_a_slow_reader_holds_the_server_back(run: Run, security: Security | None) -> None:
    """What nobody receives is not sent any further than the buffers reach."""
    sent = 0

    async def stream_out(stream: ByteStream) -> None:
        nonlocal sent
        for _ in range(CHUNKS):
            await stream.send(CHUNK)
            sent += 1

    async def main() -> None:
        async with served(stream_out, security) as connect, await connect() as stream:
            stuck = await until_quiet(lambda: sent)
            assert 0 < stuck < CHUNKS, f"{stuck} of {CHUNKS} chunks were sent unread"
            assert await take(stream, CHUNKS * len(CHUNK)) == CHUNK * CHUNKS

    run(main())


def test_a_receive_that_times_out_loses_nothing(run: Run, security: Security | None) -> None:
    """A cancelled receive() takes no bytes away from the next one."""

    async def main() -> None:
        async with served(echo, security) as connect, await connect() as stream:
            for number in range(20):
                with anyio.move_on_after(0.001) as scope:
                    await stream.receive()
                assert scope.cancelled_caught
                message = patterned(1000, seed=number)
                await stream.send(message)
                assert await take(stream, len(message)) == message

    run(main())


def test_one_failure_cancels_the_whole_group(run: Run, security: Security | None) -> None:
    """Connections in use by sibling tasks are closed when one task of the group raises."""
    gone = 0

    async def count_gone(stream: ByteStream) -> None:
        nonlocal gone
        try:
            await stream.receive()
        except (anyio.EndOfStream, anyio.BrokenResourceError):
            gone += 1

    async def hold(connect: Connect, *, task_status: TaskStatus[None]) -> None:
        async with await connect() as stream:
            task_status.started()
            await stream.receive()

    async def hold_ten_and_fail(connect: Connect) -> None:
        async with anyio.create_task_group() as group:
            for _ in range(10):
                await group.start(hold, connect)
            raise ValueError("on purpose")

    async def main() -> None:
        async with served(count_gone, security) as connect:
            with pytest.raises(ExceptionGroup) as raised:
                await hold_ten_and_fail(connect)
            assert raised.group_contains(ValueError, match="on purpose")
            await until_quiet(lambda: gone)
            assert gone == 10

    run(main())


def test_a_half_closed_stream_can_still_receive(run: Run) -> None:
    """The server answers after the client's end of stream."""

    async def answer_after_the_end(stream: ByteStream) -> None:
        await stream.send(b"".join([piece async for piece in stream]))

    async def main() -> None:
        async with served(answer_after_the_end, None) as connect, await connect() as stream:
            await stream.send(LARGE)
            await stream.send_eof()
            assert await take(stream, len(LARGE)) == LARGE
            with pytest.raises(anyio.EndOfStream):
                await stream.receive()

    run(main())


def test_unix_sockets_carry_bytes_and_descriptors(run: Run, tmp_path: Path) -> None:
    """Unix sockets work, which anyio drives by add_reader() and add_writer() alone."""
    path = tmp_path / "socket"

    over = anyio.Event()

    async def serve(group: TaskGroup) -> None:
        async with await anyio.create_unix_listener(path) as listener:
            group.start_soon(talk, group)
            await listener.serve(echo_once)

    async def echo_once(stream: ByteStream) -> None:
        async with stream:
            await echo(stream)
        over.set()

    async def talk(group: TaskGroup) -> None:
        async with await anyio.connect_unix(path) as stream:
            await send_and_take(stream)
        await over.wait()  # anyio's streams do not like to be cancelled while data arrives
        group.cancel_scope.cancel()

    async def main() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(serve, group)

    run(main())


def test_datagrams_come_back(run: Run) -> None:
    """UDP datagrams from a byte to nearly the largest, over a connected socket."""

    async def answer(server: UDPSocket) -> None:
        with suppress(anyio.ClosedResourceError):
            async for data, (host, port) in server:
                await server.sendto(data, host, port)

    async def main() -> None:
        async with anyio.create_task_group() as group:
            server = await anyio.create_udp_socket(socket.AF_INET, local_host="127.0.0.1")
            group.start_soon(answer, server)
            port = port_of(server)
            async with server, await anyio.create_connected_udp_socket("127.0.0.1", port) as client:
                for size in (1, 1000, 60_000):
                    await client.send(LARGE[:size])
                    assert await client.receive() == LARGE[:size]
            group.cancel_scope.cancel()

    run(main())


def test_an_untrusted_certificate_is_refused(run: Run, both_sides: Security) -> None:
    """A client without the authority gets the error of the handshake; the server goes on."""

    async def main() -> None:
        async with served(echo, both_sides) as connect:
            with pytest.raises(ssl.SSLCertVerificationError):
                await connect(ssl.create_default_context())
            async with await connect() as stream:
                await stream.send(b"trusted")
                assert await take(stream, 7) == b"trusted"

    run(main())
