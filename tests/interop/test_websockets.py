"""websockets, as a server and as a client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

pytest.importorskip("websockets", reason="needs the extra interop")

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed, ConnectionClosedError

from .conftest import Security
from .watched_run import Run, patterned, until_quiet

LARGE = patterned(4 * 1024 * 1024)
CHUNK = patterned(64 * 1024)
CHUNKS = 320
Handler = Callable[[ServerConnection], Awaitable[None]]


@asynccontextmanager
async def served(
    handler: Handler, security: Security | None, compression: str | None = None
) -> AsyncIterator[tuple[Server, Callable[[], connect]]]:
    """A server that calls `handler` for each connection, and what connects to it."""
    tls = security.server if security else None
    size = len(LARGE)
    async with serve(
        handler, "127.0.0.1", 0, ssl=tls, max_size=size, compression=compression
    ) as server:
        port = next(iter(server.sockets)).getsockname()[1]

        def new_client() -> connect:
            return connect(
                f"{'wss' if security else 'ws'}://127.0.0.1:{port}",
                ssl=security.client if security else None,
                max_size=size,
                compression=compression,
                proxy=None,
            )

        yield server, new_client


async def echo(connection: ServerConnection) -> None:
    """Send back every message until the client closes."""
    async for message in connection:
        await connection.send(message)


def test_messages_of_all_sizes_come_back(run: Run, security: Security | None) -> None:
    """Text and bytes, from nothing to four megabytes, whole and in fragments."""

    async def main() -> None:
        async with served(echo, security) as (_, new_client), new_client() as client:
            for size in (0, 1, 125, 126, 65535, 65536, len(LARGE)):
                await client.send(LARGE[:size])
                assert await client.recv() == LARGE[:size]
            await client.send("text — and more")
            assert await client.recv() == "text — and more"
            await client.send(LARGE[start : start + 1000] for start in range(0, 100_000, 1000))
            assert await client.recv() == LARGE[:100_000]

    run(main())


def test_compressed_messages_come_back(run: Run, security: Security | None) -> None:
    """The same with permessage-deflate, which websockets uses unless it is told not to."""

    async def main() -> None:
        async with served(echo, security, "deflate") as (_, new_client), new_client() as client:
            for size in (0, 1, 65535, len(LARGE) // 4):
                await client.send(LARGE[:size])
                assert await client.recv() == LARGE[:size]

    run(main())


def test_many_connections_at_once(run: Run, security: Security | None) -> None:
    """Forty clients with ten messages each get their own answers, in order."""

    async def talk(new_client: Callable[[], connect], number: int) -> None:
        async with new_client() as client:
            messages = [patterned(number * 101, seed=number + turn) for turn in range(10)]
            for message in messages:
                await client.send(message)
            assert [await client.recv() for _ in messages] == messages

    async def main() -> None:
        async with served(echo, security) as (server, new_client):
            async with asyncio.TaskGroup() as group:
                for number in range(40):
                    group.create_task(talk(new_client, number))
            await until_quiet(lambda: len(server.connections), pause=0.01)
            assert not server.connections

    run(main())


def test_a_slow_reader_holds_the_server_back(run: Run, security: Security | None) -> None:
    """Messages that nobody takes are not sent any further than the buffers reach."""
    sent = 0

    async def stream(connection: ServerConnection) -> None:
        nonlocal sent
        for _ in range(CHUNKS):
            await connection.send(CHUNK)
            sent += 1

    async def main() -> None:
        async with served(stream, security) as (_, new_client), new_client() as client:
            stuck = await until_quiet(lambda: sent)
            assert 0 < stuck < CHUNKS, f"{stuck} of {CHUNKS} messages were sent unread"
            messages = [message async for message in client]
        assert messages == [CHUNK] * CHUNKS

    run(main())


def test_a_client_that_vanishes_is_told_of(run: Run, security: Security | None) -> None:
    """An aborted connection ends the server's reading with an error."""
    ended: asyncio.Queue[ConnectionClosed] = asyncio.Queue()

    async def listen(connection: ServerConnection) -> None:
        try:
            await connection.recv()
        except ConnectionClosed as error:
            ended.put_nowait(error)

    async def main() -> None:
        async with served(listen, security) as (_, new_client):
            client = await new_client()
            client.transport.abort()
            assert isinstance(await ended.get(), ConnectionClosedError)
            await client.wait_closed()

    run(main())


def test_cancelling_a_recv_loses_nothing(run: Run, security: Security | None) -> None:
    """What arrives after a recv() that was cancelled is given to the next one."""

    async def main() -> None:
        async with served(echo, security) as (_, new_client), new_client() as client:
            for number in range(20):
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.001):
                        await client.recv()
                await client.send(str(number))
                assert await client.recv() == str(number)

    run(main())


def test_pings_are_answered(run: Run, security: Security | None) -> None:
    """Keep-alive both ways: each ping gets its pong."""

    async def main() -> None:
        async with served(echo, security) as (server, new_client), new_client() as client:
            (connection,) = server.connections
            for side in (client, connection):
                latency = await (await side.ping())
                assert latency >= 0

    run(main())


def test_a_server_that_closes_says_goodbye(run: Run, security: Security | None) -> None:
    """All clients hear of 1001, the server's connections are lost, new ones are refused."""

    async def goodbye(client: ClientConnection) -> int | None:
        with pytest.raises(ConnectionClosed):
            await client.recv()
        return client.close_code

    async def main() -> None:
        async with served(echo, security) as (server, new_client):
            clients = [await new_client() for _ in range(10)]
            server.close()
            codes = await asyncio.gather(*map(goodbye, clients))
            await server.wait_closed()
            assert codes == [1001] * 10
            assert not server.connections
            with pytest.raises(ConnectionRefusedError):
                await new_client()

    run(main())
