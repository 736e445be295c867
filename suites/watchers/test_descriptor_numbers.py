"""add_reader(): numbers of descriptors that the kernel gives out again."""

from __future__ import annotations

from asyncio import AbstractEventLoop

from ..support.connecting import opened
from ..support.listeners import connected_pair
from ..support.protocols import Recorder, dispose
from ..support.requirement import requirement
from ..support.sockets import exposed_socket
from ..support.tls_peers import PATIENCE
from ..support.turns import turns
from ..support.watching import ADD_READER, BOTH, Calls, pair_with_number, watch, watchable_pair


@requirement(
    "watchers.fd.free_again_after_transport_closes",
    api=BOTH,
    level="implied",
    since="3.11",
    doc=ADD_READER,
)
async def test_a_closed_transports_number_can_be_watched(loop: AbstractEventLoop) -> None:
    """When a transport has closed, a new socket with its descriptor's number can be watched.

    If this fails, look for a table of transports by number from which nobody removes.
    """
    calls = Calls()
    with connected_pair() as (sock, _):
        call = loop.create_connection(Recorder, sock=sock)
        async with opened(call, "create_connection(sock=...)") as (transport, protocol):
            number = exposed_socket(transport).fileno()
            await dispose(transport)
            await protocol.until_called("connection_lost")
            await turns()
        with pair_with_number(loop, number) as (watched, other):
            other.send(b"data")
            watch(loop, "reader", watched.fileno(), calls, "the number of a closed transport's")
            called = await calls.until()

    assert called, (
        "add_reader() on a new socket with the number of a closed transport's led to no call "
        f"within {PATIENCE} s; expected one"
    )


@requirement(
    "watchers.descriptor_number_reuse", api=BOTH, level="implied", since="3.11", doc=ADD_READER
)
async def test_a_number_that_comes_again_is_watched_afresh(loop: AbstractEventLoop) -> None:
    """A number that is used again after removal and close is watched afresh.

    If this fails, look for a registration that is kept for later: the kernel drops it
    when the descriptor is closed.
    """
    first, second = Calls(), Calls()
    with watchable_pair(loop) as (sock, other):
        number = sock.fileno()
        loop.add_reader(number, first)
        other.send(b"data")
        await first.until()
        loop.remove_reader(number)
        sock.close()
        with pair_with_number(loop, number) as (again, again_other):
            watch(loop, "reader", again.fileno(), second, "a number used again")
            again_other.send(b"data")
            called = await second.until()

    assert called, (
        "add_reader() on a new socket with the number of one that was removed and closed led to no "
        f"call within {PATIENCE} s; expected one"
    )
