"""Server.serve_forever(): how it begins and how it ends."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from ..support.expect import expect_raises
from ..support.requirement import requirement
from ..support.serving import comes, falls_silent, hosting
from ..support.tracking import state_of
from ..support.turns import turns

API = "asyncio.Server"
SERVE_FOREVER = "library/asyncio-eventloop.html#asyncio.Server.serve_forever"


@asynccontextmanager
async def serving_forever(server: Any) -> AsyncIterator[asyncio.Task[None]]:
    """A task in serve_forever(), which waits there inside the block; cancelled after it."""
    task = asyncio.ensure_future(server.serve_forever())
    await turns()
    assert not task.done(), f"serve_forever() {state_of(task)} at once; expected it to go on"
    try:
        yield task
    finally:
        task.cancel()
        server.close()
        await turns()


@requirement(
    "servers.serve_forever.cancellation_closes",
    api=API,
    level="documented",
    since="3.11",
    doc=SERVE_FOREVER,
)
async def test_cancelling_serve_forever_closes_the_server(loop: AbstractEventLoop) -> None:
    """Cancelling serve_forever() closes the server; the task is cancelled.

    If this fails, look for a CancelledError that is swallowed, or for a close() that is
    missing on the way out.
    """
    async with hosting(loop) as hosted:
        address = hosted.address
        async with serving_forever(hosted.server) as task:
            served = await hosted.serves(address)
            hosted.clients.close()
            await turns(20)
            task.cancel()
            await comes(task.done)
            state = state_of(task)
            refused, serving = await falls_silent(address), hosted.server.is_serving()

    assert (served, state) == (True, "cancelled"), (
        f"serve_forever() {'served' if served else 'did not serve'} a client, and cancelled it "
        f"ended as {state!r}; expected service, then 'cancelled'"
    )
    assert (serving, refused) == (False, True), (
        f"after serve_forever() was cancelled is_serving() is {serving} and a connect is "
        f"{'refused' if refused else 'answered'}; expected the server to be closed"
    )


@requirement(
    "servers.serve_forever.cancellation_keeps_established_clients",
    api=API,
    level="implied",
    since="3.12",
    until="3.13.1",
    doc=SERVE_FOREVER,
)
async def test_cancelling_serve_forever_keeps_connections(loop: AbstractEventLoop) -> None:
    """Cancelling serve_forever() leaves established connections open, until they end.

    If this fails, look for connections that are closed with the listeners. Later versions
    of CPython close them (gh-123720), so that nothing is judged there.
    """
    async with hosting(loop) as hosted:
        client, protocol = await hosted.welcome()
        async with serving_forever(hosted.server) as task:
            task.cancel()
            await turns(20)
            protocol.transport.write(b"still here")
            heard = await client.hears(10)
            client.sock.close()
            await comes(task.done)
            state = state_of(task)

    assert heard == b"still here", (
        f"after serve_forever() was cancelled write(b'still here') brought a connected client "
        f"{heard!r}; expected the connection to stay"
    )
    assert state == "cancelled", (
        f"a cancelled serve_forever() was {state!r} when the last client had left; expected it "
        "to end"
    )


@requirement(
    "servers.serve_forever.cancellation_ends_with_clients_connected",
    api=API,
    level="implied",
    since="3.11",
    not_on=("3.12", "3.13"),
    doc=SERVE_FOREVER,
)
async def test_a_cancelled_serve_forever_ends_although_clients_stay(
    loop: AbstractEventLoop,
) -> None:
    """A cancelled serve_forever() ends although a client does nothing to end its connection.

    If this fails, look for a wait for connections that nobody closes: a server could not be
    stopped while one idle client is there (gh-123720).
    """
    async with hosting(loop) as hosted:
        await hosted.welcome()
        async with serving_forever(hosted.server) as task:
            task.cancel()
            await comes(task.done)
            state = state_of(task)
            hosted.clients.close()

    assert state == "cancelled", (
        f"a cancelled serve_forever() was {state!r} while an idle client stayed connected; "
        "expected it to end"
    )


@requirement(
    "servers.serve_forever.starts_serving",
    api=API,
    level="documented",
    since="3.11",
    doc=SERVE_FOREVER,
)
async def test_serve_forever_starts_serving(loop: AbstractEventLoop) -> None:
    """serve_forever() starts to accept on a server created with start_serving=False.

    If this fails, look for a serve_forever() that only waits.
    """
    async with hosting(loop, start_serving=False) as hosted:
        address = hosted.address
        async with serving_forever(hosted.server):
            serving = await comes(hosted.server.is_serving)
            served = await hosted.serves(address)
            hosted.clients.close()
            await turns(20)

    assert (serving, served) == (True, True), (
        f"in serve_forever() of a server with start_serving=False is_serving() is {serving} and a "
        f"client was {'served' if served else 'not served'}; expected it to accept"
    )


@requirement(
    "servers.serve_forever.twice_is_runtimeerror",
    api=API,
    level="documented",
    since="3.11",
    doc=SERVE_FOREVER,
)
async def test_a_second_serve_forever_is_refused(loop: AbstractEventLoop) -> None:
    """A second concurrent serve_forever() is a RuntimeError, and the first one goes on.

    If this fails, look for a future of the first call that the second one replaces.
    """
    async with hosting(loop) as hosted, serving_forever(hosted.server) as first:
        second = asyncio.ensure_future(hosted.server.serve_forever())
        await comes(second.done)
        with expect_raises(RuntimeError, "a second serve_forever()"):
            if second.done():
                second.result()
            second.cancel()
        await turns()
        state, serving = state_of(first), hosted.server.is_serving()

    assert (state, serving) == ("pending", True), (
        f"after a second serve_forever() was refused the first is {state!r} and is_serving() is "
        f"{serving}; expected it to go on"
    )


@requirement(
    "servers.serve_forever.on_closed_server_is_runtimeerror",
    api=API,
    level="implied",
    since="3.11",
    doc=SERVE_FOREVER,
)
async def test_serve_forever_of_a_closed_server_is_refused(loop: AbstractEventLoop) -> None:
    """serve_forever() on a closed server is a RuntimeError.

    If this fails, look for a wait that nothing will end, the server being closed already.
    """
    async with hosting(loop) as control, serving_forever(control.server):
        pass

    async with hosting(loop) as hosted:
        hosted.server.close()
        await turns()
        task = asyncio.ensure_future(hosted.server.serve_forever())
        await comes(task.done)
        with expect_raises(RuntimeError, "serve_forever() of a closed server"):
            if task.done():
                task.result()
            task.cancel()


@requirement(
    "servers.serve_forever.ends_when_server_is_closed",
    api=API,
    level="implied",
    since="3.11",
    doc=SERVE_FOREVER,
)
async def test_close_ends_serve_forever(loop: AbstractEventLoop) -> None:
    """close() from elsewhere ends a running serve_forever(), which is cancelled or returns.

    If this fails, look for a future in serve_forever() that close() does not know.
    """
    async with hosting(loop) as hosted, serving_forever(hosted.server) as task:
        hosted.server.close()
        await comes(task.done)
        state = state_of(task)

    assert state in ("cancelled", "returned None"), (
        f"serve_forever() was {state!r} after close() of its server; expected it to end"
    )
