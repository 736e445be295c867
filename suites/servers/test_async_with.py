"""async with server: what the block is given, and what is left after it."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop

from ..support.expect import expect_raises
from ..support.requirement import requirement
from ..support.serving import comes, falls_silent, hosting, is_refused
from ..support.tracking import state_of
from ..support.turns import turns

API = "asyncio.Server"
SERVER = "library/asyncio-eventloop.html#asyncio.Server"


@requirement(
    "servers.async_with.closes_on_exit", api=API, level="documented", since="3.11", doc=SERVER
)
async def test_a_block_gives_the_server_and_leaves_it_closed(loop: AbstractEventLoop) -> None:
    """`async with server` gives the server itself, and leaves it closed.

    If this fails, look for __aenter__() that returns None, or __aexit__() that only waits.
    """
    async with hosting(loop) as hosted:
        address = hosted.address
        async with hosted.server as entered:
            open_inside = not is_refused(address)
            await turns(20)
        refused = await falls_silent(address)

    assert entered is hosted.server, (
        f"async with server gave the block {entered!r}; expected the server itself"
    )
    assert (open_inside, refused) == (True, True), (
        f"a connect was {'answered' if open_inside else 'refused'} inside async with server and "
        f"{'refused' if refused else 'answered'} after it; expected the server to be closed then"
    )


@requirement(
    "servers.async_with.closes_on_exception",
    api=API,
    level="documented",
    since="3.11",
    doc=SERVER,
)
async def test_an_exception_leaves_the_block_and_a_closed_server(loop: AbstractEventLoop) -> None:
    """An exception in the block closes the server and propagates.

    If this fails, look for __aexit__() that returns something true, or for a way out
    without close().
    """
    raised = ZeroDivisionError("inside the block")
    async with hosting(loop) as hosted:
        with expect_raises(ZeroDivisionError, "async with server, whose block raised,") as caught:
            async with hosted.server:
                before = hosted.server.is_serving()
                raise raised
        serving = hosted.server.is_serving()

    assert caught.error is raised, (
        f"async with server let out {caught.error!r}; expected the block's own {raised!r}"
    )
    assert (before, serving) == (True, False), (
        f"is_serving() was {before} in the block of async with server and {serving} after it "
        "raised; expected the server to be closed"
    )


@requirement(
    "servers.async_with.waits_for_clients", api=API, level="implied", since="3.12", doc=SERVER
)
async def test_leaving_the_block_waits_for_the_clients(loop: AbstractEventLoop) -> None:
    """Leaving `async with server` waits for the connections, as wait_closed() does.

    If this fails, look for __aexit__() that does not await wait_closed().
    """
    async with hosting(loop) as hosted:

        async def enter_and_leave() -> None:
            async with hosted.server:
                pass

        client, _ = await hosted.welcome()
        leaving = asyncio.ensure_future(enter_and_leave())
        await turns(20)
        before = state_of(leaving)
        client.sock.close()
        await comes(leaving.done)
        after = state_of(leaving)
        leaving.cancel()

    assert (before, after) == ("pending", "returned None"), (
        f"leaving async with server was {before!r} with a client connected and {after!r} when it "
        "had left; expected it to wait for the client"
    )
