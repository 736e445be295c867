"""Server.start_serving() and is_serving(): when clients are accepted."""

from __future__ import annotations

from asyncio import AbstractEventLoop

from ..support.requirement import requirement
from ..support.serving import hosting, is_refused
from ..support.turns import turns

API = "asyncio.Server"
SERVER = "library/asyncio-eventloop.html#asyncio.Server"


@requirement(
    "servers.start_serving.false_does_not_accept",
    api=API,
    level="documented",
    since="3.11",
    doc=f"{SERVER}.start_serving",
)
async def test_a_server_that_is_not_started_accepts_nobody(loop: AbstractEventLoop) -> None:
    """With start_serving=False no client is accepted until start_serving() is awaited.

    If this fails, look for a keyword that is accepted and not used, or for a
    start_serving() that does not listen.
    """
    async with hosting(loop, start_serving=False) as hosted:
        address = hosted.address
        refused = is_refused(address)  # a system may also let clients wait
        await turns(20)
        early = len(hosted.made)
        await hosted.server.start_serving()
        served = await hosted.serves(address)

    assert early == 0, (
        f"create_server(start_serving=False) {'refused' if refused else 'let in'} a client and "
        f"made {early} protocols before start_serving(); expected nobody to be accepted"
    )
    assert served, (
        "a client was not served after start_serving(), create_server() having been called with "
        "start_serving=False; expected the server to accept from then on"
    )


@requirement(
    "servers.start_serving.is_idempotent",
    api=API,
    level="documented",
    since="3.11",
    doc=f"{SERVER}.start_serving",
)
async def test_starting_twice_changes_nothing(loop: AbstractEventLoop) -> None:
    """start_serving() on a serving server does nothing: each client still gets one protocol.

    If this fails, look for a listener that is registered a second time, or for an error
    that says so.
    """
    async with hosting(loop) as hosted:
        await hosted.server.start_serving()
        await hosted.server.start_serving()
        served = await hosted.serves()
        await turns()
        made = len(hosted.made)

    assert (served, made) == (True, 1), (
        f"after two calls of start_serving() on a serving server its one client was "
        f"{'served' if served else 'not served'} and {made} protocols were made; expected one"
    )


@requirement(
    "servers.is_serving.lifecycle",
    api=API,
    level="documented",
    since="3.11",
    doc=f"{SERVER}.is_serving",
)
async def test_is_serving_tells_whether_clients_are_accepted(loop: AbstractEventLoop) -> None:
    """is_serving() is False before start_serving(), True from then on, and False after close().

    If this fails, look for a flag that changes when the last connection or wait_closed()
    is over; close() is what counts.
    """
    async with hosting(loop, start_serving=False) as hosted:
        server = hosted.server
        seen = [server.is_serving()]
        await server.start_serving()
        seen.append(server.is_serving())
        server.close()
        seen.append(server.is_serving())

    assert seen == [False, True, False], (
        f"is_serving() before start_serving(), after it and right after close() returned {seen}; "
        "expected False, True, False"
    )
