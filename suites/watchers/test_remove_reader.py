"""remove_reader(): the watch has ended, wherever the call came from."""

from __future__ import annotations

from asyncio import AbstractEventLoop

from ..support.requirement import requirement
from ..support.tls_peers import PATIENCE
from ..support.turns import turns
from ..support.watching import (
    ADD_READER,
    READER,
    REMOVE_READER,
    Calls,
    drain,
    watch,
    watchable_pair,
)


@requirement(
    "watchers.reader.removal_cancels_pending_call",
    api=READER,
    level="implied",
    since="3.11",
    doc=REMOVE_READER,
)
async def test_a_removed_callback_is_not_called_any_more(loop: AbstractEventLoop) -> None:
    """remove_reader() cancels the call of the callback that is already queued in this turn.

    If this fails, look for a ready queue in which the removed callback keeps its place:
    it would find a closed socket there. Cancel its handle.
    """
    with watchable_pair(loop) as (one, one_other), watchable_pair(loop) as (two, two_other):

        def remove_both() -> None:
            loop.remove_reader(one.fileno())
            loop.remove_reader(two.fileno())

        calls = Calls(remove_both)
        for sock, sender in ((one, one_other), (two, two_other)):
            loop.add_reader(sock.fileno(), calls)
            sender.send(b"data")
        await calls.until()
        await turns()

    assert calls.count == 1, (
        f"two watched sockets were ready, and the first callback removed both: {calls.count} "
        "calls were made; expected one"
    )


@requirement(
    "watchers.reader.remove_reports_presence",
    api=READER,
    level="documented",
    since="3.11",
    doc=REMOVE_READER,
)
async def test_remove_reader_tells_whether_there_was_a_watch(loop: AbstractEventLoop) -> None:
    """remove_reader() returns True if the descriptor was watched for reading, else False.

    If this fails, look for a return value that is forgotten, or one that is True whenever
    nothing went wrong.
    """
    with watchable_pair(loop) as (sock, _):
        before = loop.remove_reader(sock.fileno())
        loop.add_reader(sock.fileno(), Calls())
        during = loop.remove_reader(sock.fileno())
        after = loop.remove_reader(sock.fileno())

    told = [before, during, after]
    assert [one or False for one in told] == [False, True, False], (  # None, for one, is no True
        f"remove_reader() before add_reader(), after it and once more returned "
        f"{told}; expected [False, True, False]"
    )


@requirement(
    "watchers.reader.removed_is_not_called",
    api=READER,
    level="documented",
    since="3.11",
    doc=REMOVE_READER,
)
async def test_data_after_the_removal_leads_to_no_call(loop: AbstractEventLoop) -> None:
    """After remove_reader() the callback is not called.

    If this fails, look for a descriptor that stays registered with the selector together
    with its callback.
    """
    with watchable_pair(loop) as (sock, other):
        calls = Calls(lambda: drain(sock))
        loop.add_reader(sock.fileno(), calls)
        other.send(b"before")
        called = await calls.until()
        loop.remove_reader(sock.fileno())
        before = calls.count
        other.send(b"after")
        await turns()

    assert called, (
        f"data on a watched socket led to no call within {PATIENCE} s; expected one, before the "
        "removal"
    )
    assert calls.count == before, (
        f"data that came after remove_reader() led to {calls.count - before} calls; expected none"
    )


@requirement(
    "watchers.reader.remove_inside_callback",
    api=READER,
    level="implied",
    since="3.11",
    doc=REMOVE_READER,
)
async def test_a_callback_may_remove_itself(loop: AbstractEventLoop) -> None:
    """remove_reader() may be called by the callback itself, and takes effect at once.

    If this fails, look for a table of callbacks that can't change while it is gone through.
    """
    events: list[str] = []
    with watchable_pair(loop) as (sock, other):

        def remove_itself() -> None:
            events.append("called")
            loop.remove_reader(sock.fileno())
            events.append("removed")

        calls = Calls(remove_itself)
        loop.add_reader(sock.fileno(), calls)
        other.send(b"data")
        await calls.until()
        await turns()

    assert events == ["called", "removed"], (
        f"a callback that removes itself and leaves the data unread went as {events}; "
        "expected one call, in which remove_reader() returned"
    )


@requirement(
    "watchers.reader.add_again_after_remove",
    api=READER,
    level="implied",
    since="3.11",
    doc=ADD_READER,
)
async def test_a_descriptor_can_be_watched_again(loop: AbstractEventLoop) -> None:
    """A descriptor can be watched again after its watch was removed.

    If this fails, look for a descriptor that is remembered as removed.
    """
    first, second = Calls(), Calls()
    with watchable_pair(loop) as (sock, other):
        loop.add_reader(sock.fileno(), first)
        loop.remove_reader(sock.fileno())
        watch(loop, "reader", sock.fileno(), second, "a descriptor that was removed")
        other.send(b"data")
        called = await second.until()

    assert called, (
        "after add_reader(), remove_reader() and add_reader() data led to "
        f"{second.count} calls within {PATIENCE} s; expected the callback to be called"
    )
