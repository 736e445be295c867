"""Server.wait_closed(): how long it waits, and for whom."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop

from ..support.requirement import requirement
from ..support.serving import comes, hosting
from ..support.sockets import Reports
from ..support.tracking import state_of
from ..support.turns import turns

API = "asyncio.Server"
WAIT_CLOSED = "library/asyncio-eventloop.html#asyncio.Server.wait_closed"


@requirement(
    "servers.wait_closed.returns_after_close_without_clients",
    api=API,
    level="documented",
    since="3.11",
    doc=WAIT_CLOSED,
)
async def test_a_closed_server_without_clients_is_not_waited_for(loop: AbstractEventLoop) -> None:
    """On a closed server without clients wait_closed() returns, however often it is awaited.

    If this fails, look for a wait for the last client's end, where there was none.
    """
    async with hosting(loop) as hosted:
        hosted.server.close()
        states = []
        for _ in range(2):
            waiting = asyncio.ensure_future(hosted.server.wait_closed())
            await comes(waiting.done)
            states.append(state_of(waiting))
            waiting.cancel()

    assert states == ["returned None", "returned None"], (
        f"two calls of wait_closed() after close() of a server without clients: {states}; "
        "expected both to return"
    )


@requirement(
    "servers.wait_closed.waits_until_closed",
    api=API,
    level="documented",
    since="3.12",
    doc=WAIT_CLOSED,
)
async def test_an_open_server_is_waited_for(loop: AbstractEventLoop) -> None:
    """On a server that is not closed yet wait_closed() waits for close().

    If this fails, look for a wait that asks only whether there are clients.
    """
    async with hosting(loop) as hosted:
        waiting = asyncio.ensure_future(hosted.server.wait_closed())
        await turns(20)
        before = state_of(waiting)
        hosted.server.close()
        await comes(waiting.done)
        after = state_of(waiting)
        waiting.cancel()

    assert (before, after) == ("pending", "returned None"), (
        f"wait_closed() of a server without clients was {before!r} before close() and {after!r} "
        "after it; expected it to wait for close()"
    )


@requirement(
    "servers.wait_closed.waits_for_clients",
    api=API,
    level="documented",
    since="3.12",
    doc=WAIT_CLOSED,
)
async def test_a_closed_server_waits_for_its_clients(loop: AbstractEventLoop) -> None:
    """After close() wait_closed() waits until connection_lost() of every connection has run.

    If this fails, look for a count of connections that goes down when a transport begins
    to close, or that is not looked at.
    """
    calls_at_the_end: list[str] = []

    async with hosting(loop) as hosted:

        async def wait() -> None:
            await hosted.server.wait_closed()
            calls_at_the_end.extend(protocol.calls)

        client, protocol = await hosted.welcome()
        hosted.server.close()
        waiting = asyncio.ensure_future(wait())
        await turns(20)
        before = state_of(waiting)
        client.sock.close()
        await comes(waiting.done)
        after = state_of(waiting)
        waiting.cancel()

    assert (before, after) == ("pending", "returned None"), (
        f"wait_closed() of a closed server was {before!r} while a client was connected and "
        f"{after!r} when it had left; expected it to wait for the client"
    )
    assert "connection_lost" in calls_at_the_end, (
        f"wait_closed() returned when the last protocol had been called with {calls_at_the_end}; "
        "expected connection_lost() to be among them"
    )


@requirement(
    "servers.wait_closed.client_gone_before_close",
    api=API,
    level="documented",
    since="3.12",
    doc=WAIT_CLOSED,
)
async def test_the_last_client_of_an_open_server_ends_no_wait(loop: AbstractEventLoop) -> None:
    """A client that leaves before close() does not end wait_closed().

    If this fails, look for waiters that are woken when the number of clients is zero,
    whether or not the server is closed.
    """
    async with hosting(loop) as hosted:
        client, protocol = await hosted.welcome()
        waiting = asyncio.ensure_future(hosted.server.wait_closed())
        client.sock.close()
        await comes(lambda: "connection_lost" in protocol.calls)
        await turns(20)
        before = state_of(waiting)
        hosted.server.close()
        await comes(waiting.done)
        after = state_of(waiting)
        waiting.cancel()

    assert (before, after) == ("pending", "returned None"), (
        f"wait_closed() was {before!r} when the only client had left a serving server, and "
        f"{after!r} after close(); expected it to wait for close()"
    )


@requirement(
    "servers.wait_closed.ignores_clients_before_312",
    api=API,
    level="documented",
    since="3.11",
    until="3.12",
    doc=WAIT_CLOSED,
)
async def test_before_python_3_12_clients_are_not_waited_for(loop: AbstractEventLoop) -> None:
    """Before Python 3.12 wait_closed() on a closed server returns, whoever is connected.

    If this fails, look for the newer behaviour on an older Python, where programs close
    their connections after wait_closed().
    """
    async with hosting(loop) as hosted:
        _, protocol = await hosted.welcome()
        hosted.server.close()
        waiting = asyncio.ensure_future(hosted.server.wait_closed())
        await comes(waiting.done)
        state, lost = state_of(waiting), "connection_lost" in protocol.calls
        waiting.cancel()

    assert (state, lost) == ("returned None", False), (
        f"on Python 3.11 wait_closed() after close() was {state!r} with one client connected, "
        f"connection_lost() {'' if lost else 'not '}called; expected it to return and the client "
        "to stay"
    )


@requirement(
    "servers.wait_closed.several_waiters",
    api=API,
    level="implied",
    since="3.11",
    doc=WAIT_CLOSED,
)
async def test_all_waiters_are_released(loop: AbstractEventLoop) -> None:
    """Several concurrent waiters are all released.

    If this fails, look for a single future in the place of a list of waiters.
    """
    async with hosting(loop) as hosted:
        waiters = [asyncio.ensure_future(hosted.server.wait_closed()) for _ in range(3)]
        await turns()
        hosted.server.close()
        await comes(lambda: all(waiter.done() for waiter in waiters))
        states = [state_of(waiter) for waiter in waiters]
        for waiter in waiters:
            waiter.cancel()

    assert states == ["returned None"] * 3, (
        f"three tasks awaited wait_closed() before close(), and after it they are {states}; "
        "expected all of them to have returned"
    )


@requirement(
    "servers.wait_closed.can_be_cancelled",
    api=API,
    level="implied",
    since="3.11",
    doc=WAIT_CLOSED,
)
async def test_a_cancelled_waiter_disturbs_nobody(loop: AbstractEventLoop) -> None:
    """Cancelling one waiter disturbs neither the server nor later waiters.

    If this fails, look for a result that is set on a cancelled future.
    """
    reports = Reports(loop)
    async with hosting(loop) as hosted:
        address = hosted.address
        cancelled = asyncio.ensure_future(hosted.server.wait_closed())
        await turns()
        cancelled.cancel()
        await comes(cancelled.done)
        served = await hosted.serves(address)
        hosted.clients.close()
        await turns(20)
        try:
            hosted.server.close()
            outcome = "worked"
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told
            outcome = f"raised {error!r}"
        later = asyncio.ensure_future(hosted.server.wait_closed())
        await comes(later.done)
        states = [state_of(cancelled), state_of(later)]
        later.cancel()

    assert (served, outcome, states) == (True, "worked", ["cancelled", "returned None"]), (
        f"after a waiter was cancelled a client was {'served' if served else 'not served'}, "
        f"close() {outcome}, and the cancelled and a later waiter are {states}; expected service, "
        "no error, and the later one to return"
    )
    reports.expect_none("after a waiter of wait_closed() was cancelled")
