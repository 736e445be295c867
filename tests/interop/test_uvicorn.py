"""uvicorn serving a Starlette application to httpx."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

pytest.importorskip("httpx", reason="needs the extra interop")
pytest.importorskip("starlette", reason="needs the extra interop")
pytest.importorskip("uvicorn", reason="needs the extra interop")

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from .conftest import Security
from .watched_run import Run, patterned, until_quiet

CHUNK = patterned(64 * 1024)
CHUNKS = 320
LARGE = patterned(4 * 1024 * 1024)
Endpoint = Callable[[Request], Awaitable[Response]]


@asynccontextmanager
async def served(endpoint: Endpoint, security: Security | None) -> AsyncIterator[str]:
    """The address of a server whose every path is `endpoint`; ends when it has shut down."""
    routes = [Route("/{path:path}", endpoint, methods=["GET", "POST"])]
    config = uvicorn.Config(
        Starlette(routes=routes),
        port=0,
        loop="none",
        log_config=None,
        ssl_certfile=security.chain if security else None,
        timeout_graceful_shutdown=10,
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"{'https' if security else 'http'}://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await serving


def client(security: Security | None, limit: int = 100) -> httpx.AsyncClient:
    """A client with at most `limit` connections."""
    return httpx.AsyncClient(
        verify=security.client if security else True,
        limits=httpx.Limits(max_connections=limit),
        timeout=20.0,
        trust_env=False,
    )


async def echo(request: Request) -> Response:
    """Answer with the request's own body."""
    return Response(await request.body())


def test_large_bodies_arrive_both_ways(run: Run, security: Security | None) -> None:
    """Four megabytes come back as they went, twice on one connection."""

    async def main() -> None:
        async with served(echo, security) as url, client(security, limit=1) as http:
            for _ in range(2):
                response = await http.post(url, content=LARGE)
                assert response.content == LARGE

    run(main())


def test_a_slow_reader_holds_the_server_back(run: Run, security: Security | None) -> None:
    """A response that nobody reads is not made any further than the buffers reach."""
    made = 0

    async def stream(_: Request) -> Response:
        return StreamingResponse(chunks())

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal made
        for _ in range(CHUNKS):
            made += 1
            yield CHUNK

    async def main() -> None:
        arrived = hashlib.sha256()
        async with (
            served(stream, security) as url,
            client(security) as http,
            http.stream("GET", url) as response,
        ):
            stuck = await until_quiet(lambda: made)
            assert 0 < stuck < CHUNKS, f"{stuck} of {CHUNKS} chunks were made unread"
            async for piece in response.aiter_raw():
                arrived.update(piece)
        assert arrived.digest() == hashlib.sha256(CHUNK * CHUNKS).digest()

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

    async def receive(request: Request) -> Response:
        await read_on.wait()
        arrived = hashlib.sha256()
        async for piece in request.stream():
            arrived.update(piece)
        return PlainTextResponse(arrived.hexdigest())

    async def main() -> None:
        async with served(receive, security) as url, client(security) as http:
            upload = asyncio.create_task(http.post(url, content=body()))
            stuck = await until_quiet(lambda: produced)
            read_on.set()
            answer = await upload
        assert 0 < stuck < CHUNKS, f"{stuck} of {CHUNKS} chunks were produced unread"
        assert answer.text == hashlib.sha256(CHUNK * CHUNKS).hexdigest()

    run(main())


def test_many_requests_at_once(run: Run, security: Security | None) -> None:
    """Sixty requests over twenty connections each get their own answer."""

    async def ask(http: httpx.AsyncClient, url: str, number: int) -> None:
        body = patterned(number * 97, seed=number)
        response = await http.post(f"{url}/{number}", content=body)
        assert response.content == body

    async def main() -> None:
        async with served(echo, security) as url, client(security, limit=20) as http:
            await asyncio.gather(*(ask(http, url, number) for number in range(60)))

    run(main())


def test_cancelling_a_request_disconnects_it(run: Run, security: Security | None) -> None:
    """The application hears that the client is gone; the client's next request goes through."""
    begun, gone = asyncio.Event(), asyncio.Event()

    async def wait(request: Request) -> Response:
        if request.url.path == "/next":
            return PlainTextResponse("still here")
        begun.set()
        while not await request.is_disconnected():
            await asyncio.sleep(0.01)
        gone.set()
        return Response()

    async def main() -> None:
        async with served(wait, security) as url, client(security) as http:
            asked = asyncio.create_task(http.get(url))
            await begun.wait()
            asked.cancel()
            await asyncio.wait([asked])
            assert asked.cancelled()
            await gone.wait()
            assert (await http.get(f"{url}/next")).text == "still here"

    run(main())


def test_a_client_that_vanishes_ends_its_request(run: Run, security: Security | None) -> None:
    """A connection aborted in the middle of a body fails the application's reading."""
    begun, failed = asyncio.Event(), asyncio.Event()

    async def receive(request: Request) -> Response:
        begun.set()
        try:
            await request.body()
        except ClientDisconnect:
            failed.set()
        return Response()

    async def main() -> None:
        async with served(receive, security) as url:
            port = int(url.rpartition(":")[2])
            tls = security.client if security else None
            _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls)
            writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" + CHUNK)
            await begun.wait()
            writer.transport.abort()
            await failed.wait()

    run(main())


def test_a_read_that_takes_too_long_times_out(run: Run, security: Security | None) -> None:
    """The limit that a client sets on reading ends a request, and only that one."""
    never = asyncio.Event()

    async def linger(request: Request) -> Response:
        if request.url.path == "/slow":
            await never.wait()
        return Response(b"quick")

    async def main() -> None:
        async with served(linger, security) as url, client(security) as http:
            with pytest.raises(httpx.ReadTimeout):
                await http.get(f"{url}/slow", timeout=httpx.Timeout(5.0, read=0.05))
            assert (await http.get(f"{url}/quick")).content == b"quick"
            never.set()

    run(main())


def test_shutdown_waits_for_the_request_under_way(run: Run, security: Security | None) -> None:
    """Shutting down refuses new connections, and lets what has begun come to its end."""
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def linger(_: Request) -> Response:
        begun.set()
        await go_on.wait()
        return Response(LARGE)

    async def main() -> None:
        async with client(security) as http:
            async with served(linger, security) as url:
                asked = asyncio.create_task(http.get(url, headers={"Connection": "close"}))
                await begun.wait()
                asyncio.get_running_loop().call_later(0.1, go_on.set)
            assert (await asked).content == LARGE
            with pytest.raises(httpx.ConnectError):
                await http.get(url)

    run(main())


def test_a_file_is_served(run: Run, security: Security | None, tmp_path: Path) -> None:
    """FileResponse, which reads in threads, delivers a file and a range of it."""
    path = tmp_path / "large"
    path.write_bytes(LARGE)

    async def send(_: Request) -> Response:
        return FileResponse(path)

    async def main() -> None:
        async with served(send, security) as url, client(security) as http:
            assert (await http.get(url)).content == LARGE
            part = await http.get(url, headers={"Range": "bytes=1000-70000"})
            assert part.status_code == 206
            assert part.content == LARGE[1000:70001]

    run(main())
