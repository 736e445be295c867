"""aiohttp, as a server and as a client."""

from __future__ import annotations

import asyncio
import hashlib
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

pytest.importorskip("aiohttp", reason="needs the extra interop")

import aiohttp
from aiohttp import web

from .conftest import Security
from .watched_run import Run, patterned, until_quiet

CHUNK = patterned(64 * 1024)
CHUNKS = 320
LARGE = patterned(4 * 1024 * 1024)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def served(handler: Handler, security: Security | None) -> AsyncIterator[str]:
    """The address of a server that calls `handler` for each request, whatever its path."""
    app = web.Application(client_max_size=2 * len(LARGE))
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=10.0)
    await runner.setup()
    tls = security.server if security else None
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    try:
        yield f"{'https' if security else 'http'}://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def session(security: Security | None, limit: int = 100) -> aiohttp.ClientSession:
    """A client with at most `limit` connections."""
    connector = aiohttp.TCPConnector(limit=limit, ssl=security.client if security else True)
    return aiohttp.ClientSession(connector=connector)


async def echo(request: web.Request) -> web.StreamResponse:
    """Answer with the request's own body."""
    return web.Response(body=await request.read())


def test_large_bodies_arrive_both_ways(run: Run, security: Security | None) -> None:
    """Four megabytes come back as they went, twice on one connection."""

    async def main() -> None:
        async with served(echo, security) as url, session(security, limit=1) as client:
            for _ in range(2):
                async with client.post(url, data=io.BytesIO(LARGE)) as response:
                    assert response.status == 200
                    assert await response.read() == LARGE

    run(main())


def test_a_slow_reader_holds_the_server_back(run: Run, security: Security | None) -> None:
    """A response that nobody reads is not made any further than the buffers reach."""
    made = 0

    async def stream(request: web.Request) -> web.StreamResponse:
        nonlocal made
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(CHUNKS):
            await response.write(CHUNK)
            made += 1
        await response.write_eof()
        return response

    async def main() -> None:
        async with served(stream, security) as url, session(security) as client:
            async with client.get(url) as response:
                stuck = await until_quiet(lambda: made)
                assert 0 < stuck < CHUNKS, f"{stuck} of {CHUNKS} chunks were made unread"
                body = await response.read()
            assert made == CHUNKS
            assert body == CHUNK * CHUNKS

    run(main())


def test_a_slow_server_holds_the_client_back(run: Run, security: Security | None) -> None:
    """An upload that nobody reads is not produced any further than the buffers reach."""
    produced = 0
    read_on = asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        nonlocal produced
        for _ in range(CHUNKS):
            produced += 1
            yield CHUNK

    async def receive(request: web.Request) -> web.StreamResponse:
        await read_on.wait()
        arrived = hashlib.sha256()
        async for chunk in request.content.iter_any():
            arrived.update(chunk)
        return web.Response(text=arrived.hexdigest())

    async def main() -> None:
        async with served(receive, security) as url, session(security) as client:
            upload = asyncio.create_task(post(client, url))
            stuck = await until_quiet(lambda: produced)
            read_on.set()
            answer = await upload
        assert 0 < stuck < CHUNKS, f"{stuck} of {CHUNKS} chunks were produced unread"
        assert answer == hashlib.sha256(CHUNK * CHUNKS).hexdigest()

    async def post(client: aiohttp.ClientSession, url: str) -> str:
        async with client.post(url, data=body()) as response:
            return await response.text()

    run(main())


def test_many_requests_at_once(run: Run, security: Security | None) -> None:
    """A hundred and fifty requests over thirty connections each get their own answer."""

    async def ask(client: aiohttp.ClientSession, url: str, number: int) -> None:
        body = patterned(number * 97, seed=number)
        async with client.post(f"{url}/{number}", data=body) as response:
            assert await response.read() == body

    async def main() -> None:
        async with served(echo, security) as url, session(security, limit=30) as client:
            await asyncio.gather(*(ask(client, url, number) for number in range(150)))

    run(main())


def test_cancelling_a_request_cancels_its_handler(run: Run, security: Security | None) -> None:
    """The server hears that a client has given up; the client's session goes on."""
    begun, cancelled = asyncio.Event(), asyncio.Event()

    async def wait(request: web.Request) -> web.StreamResponse:
        if request.path == "/next":
            return web.Response(text="still here")
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise
        raise AssertionError("nobody sets that event")

    async def main() -> None:
        async with served(wait, security) as url, session(security) as client:
            asked = asyncio.create_task(get(client, f"{url}/first"))
            await begun.wait()
            asked.cancel()
            await asyncio.wait([asked])
            assert asked.cancelled()
            await cancelled.wait()
            assert await get(client, f"{url}/next") == "still here"

    run(main())


async def get(client: aiohttp.ClientSession, url: str) -> str:
    """The text at `url`."""
    async with client.get(url) as response:
        return await response.text()


def test_a_client_that_vanishes_ends_its_request(run: Run, security: Security | None) -> None:
    """A connection aborted in the middle of a body fails the handler's reading."""
    begun: asyncio.Event = asyncio.Event()
    failed: list[BaseException] = []

    async def receive(request: web.Request) -> web.StreamResponse:
        begun.set()
        try:
            await request.read()
        except BaseException as error:
            failed.append(error)
            raise
        return web.Response()

    async def main() -> None:
        async with served(receive, security) as url:
            port = int(url.rpartition(":")[2])
            tls = security.client if security else None
            _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls)
            writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" + CHUNK)
            await begun.wait()
            writer.transport.abort()
            while not failed:
                await asyncio.sleep(0.01)
        assert isinstance(failed[0], OSError | asyncio.CancelledError | web.HTTPException), failed

    run(main())


def test_shutdown_waits_for_the_request_under_way(run: Run, security: Security | None) -> None:
    """Cleaning up refuses new connections, and lets what has begun come to its end."""
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def linger(_: web.Request) -> web.StreamResponse:
        begun.set()
        await go_on.wait()
        return web.Response(body=LARGE)

    async def main() -> None:
        async with session(security) as client:
            async with served(linger, security) as url:
                asked = asyncio.create_task(fetch(client, url))
                await begun.wait()
                asyncio.get_running_loop().call_later(0.1, go_on.set)
            assert await asked == LARGE
            with pytest.raises(aiohttp.ClientConnectorError):
                await fetch(client, url)

    async def fetch(client: aiohttp.ClientSession, url: str) -> bytes:
        async with client.get(url) as response:
            return await response.read()

    run(main())


def test_a_file_is_served(run: Run, security: Security | None, tmp_path: Path) -> None:
    """FileResponse, which uses sendfile(), delivers a file and a range of it."""
    path = tmp_path / "large"
    path.write_bytes(LARGE)

    async def send(_: web.Request) -> web.StreamResponse:
        return web.FileResponse(path)

    async def main() -> None:
        async with served(send, security) as url, session(security) as client:
            async with client.get(url) as response:
                assert await response.read() == LARGE
            async with client.get(url, headers={"Range": "bytes=1000-70000"}) as response:
                assert response.status == 206
                assert await response.read() == LARGE[1000:70001]

    run(main())


def test_websocket_messages_come_back(run: Run, security: Security | None) -> None:
    """The websockets of aiohttp itself echo messages from nothing to a megabyte."""

    async def talk(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            await socket.send_bytes(message.data)
        return socket

    async def main() -> None:
        async with served(talk, security) as url, session(security) as client:
            async with client.ws_connect(url) as socket:
                for size in (0, 1, 125, 126, 65535, 65536, 1024 * 1024):
                    await socket.send_bytes(LARGE[:size])
                    assert await socket.receive_bytes() == LARGE[:size]
            assert socket.close_code == 1000

    run(main())
