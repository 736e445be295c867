"""add_writer() and remove_writer(): when the callback is called, and when not."""

from __future__ import annotations

from asyncio import AbstractEventLoop

from ..support.requirement import requirement
from ..support.tls_peers import PATIENCE
from ..support.turns import turns
from ..support.watching import (
    ADD_READER,
    ADD_WRITER,
    BOTH,
    REMOVE_WRITER,
    WRITER,
    Calls,
    Way,
    add,
    both_ways,
    drain,
    fill,
    remove,
    watchable_pair,
)


@requirement(
    "watchers.writer.callback_when_writable",
    api=WRITER,
    level="documented",
    since="3.11",
    doc=ADD_WRITER,
)
async def test_the_callback_gets_its_arguments(loop: AbstractEventLoop) -> None:
    """The callback is called with its arguments when the descriptor can be written.

    If this fails, look for arguments that are dropped, or for a write watch that is not
    registered with the selector.
    """
    calls = Calls()
    with watchable_pair(loop) as (sock, _):
        loop.add_writer(sock.fileno(), calls, 1, "two")
        await calls.until()

    assert calls.arguments[:1] == [(1, "two")], (
        f"add_writer(fd, callback, 1, 'two') on an idle socket made the calls "
        f"{calls.arguments[:1]}; expected one with (1, 'two')"
    )


@requirement(
    "watchers.writer.silent_while_buffer_is_full",
    api=WRITER,
    level="documented",
    since="3.11",
    doc=ADD_WRITER,
)
async def test_there_is_no_call_while_the_buffer_is_full(loop: AbstractEventLoop) -> None:
    """While the kernel takes no more data the callback is not called; when it does, it is.

    If this fails, look for a callback that is queued without asking the selector.
    """
    calls = Calls()
    with watchable_pair(loop) as (sock, other):
        fill(sock)
        loop.add_writer(sock.fileno(), calls)
        await turns()
        before = calls.count
        drain(other)
        called = await calls.until(before + 1)

    assert (before, called) == (0, True), (
        f"add_writer() on a socket whose buffer is full led to {before} calls, and the other end's "
        f"reading to a call within {PATIENCE} s: {called}; expected 0 and True"
    )


@requirement(
    "watchers.writer.level_triggered",
    api=WRITER,
    level="implied",
    since="3.11",
    doc=ADD_WRITER,
)
async def test_the_callback_repeats_until_it_is_removed(loop: AbstractEventLoop) -> None:
    """The callback is called again and again while data can be written, until its removal.

    If this fails, look for edge-triggered polling, or for a watch that is spent by its
    first call.
    """
    calls = Calls()
    with watchable_pair(loop) as (sock, _):
        loop.add_writer(sock.fileno(), calls)
        await calls.until(3)
        loop.remove_writer(sock.fileno())
        before = calls.count
        await turns()

    assert before >= 3, (
        f"the callback of a writable socket was called {before} times in {PATIENCE} s; "
        "expected further calls"
    )
    assert calls.count == before, (
        f"after remove_writer() the callback was called {calls.count - before} times; expected none"
    )


@requirement(
    "watchers.writer.remove_reports_presence",
    api=WRITER,
    level="documented",
    since="3.11",
    doc=REMOVE_WRITER,
)
async def test_remove_writer_tells_whether_there_was_a_watch(loop: AbstractEventLoop) -> None:
    """remove_writer() returns True if the descriptor was watched for writing, else False.

    If this fails, look for a return value that is forgotten, or one that is True whenever
    nothing went wrong.
    """
    with watchable_pair(loop) as (sock, _):
        before = loop.remove_writer(sock.fileno())
        loop.add_writer(sock.fileno(), Calls())
        during = loop.remove_writer(sock.fileno())
        after = loop.remove_writer(sock.fileno())

    told = [before, during, after]
    assert [one or False for one in told] == [False, True, False], (  # None, for one, is no True
        f"remove_writer() before add_writer(), after it and once more returned "
        f"{told}; expected [False, True, False]"
    )


@requirement(
    "watchers.writer.replacing_callback",
    api=WRITER,
    level="documented",
    since="3.11",
    doc=ADD_WRITER,
)
async def test_a_second_callback_takes_the_place_of_the_first(loop: AbstractEventLoop) -> None:
    """A second add_writer() for a descriptor replaces the first.

    If this fails, look for a list of callbacks kept for a descriptor.
    """
    old, new = Calls(), Calls()
    with watchable_pair(loop) as (sock, _):
        loop.add_writer(sock.fileno(), old)
        loop.add_writer(sock.fileno(), new)
        called = await new.until()
        await turns()

    assert (called, old.count) == (True, 0), (
        f"of two callbacks that add_writer() was given for one descriptor the second was called: "
        f"{called}, and the first {old.count} times; expected the second alone"
    )


@both_ways
@requirement(
    "watchers.reader_and_writer_are_independent",
    api=WRITER,
    level="documented",
    since="3.11",
    doc=ADD_WRITER,
)
async def test_removing_one_watch_leaves_the_other(loop: AbstractEventLoop, way: Way) -> None:
    """A descriptor may be watched for reading and for writing; removing one leaves the other.

    If this fails, look for one entry per descriptor that is dropped as a whole.
    """
    calls: dict[str, Calls] = {"reader": Calls(), "writer": Calls()}
    gone: Way = "writer" if way == "reader" else "reader"
    with watchable_pair(loop) as (sock, other):
        other.send(b"data")
        loop.add_reader(sock.fileno(), calls["reader"])
        loop.add_writer(sock.fileno(), calls["writer"])
        both = [await calls[name].until() for name in ("reader", "writer")]
        remove(loop, gone)(sock.fileno())
        before = {name: calls[name].count for name in calls}
        goes_on = await calls[way].until(before[way] + 1)
        await turns()
        more = calls[gone].count - before[gone]

    assert both == [True, True], (
        f"a socket that is ready for both was watched with add_reader() and add_writer(), and the "
        f"callbacks were called: {both}; expected both"
    )
    assert (goes_on, more) == (True, 0), (
        f"after remove_{gone}() the {way} of the same socket was called further: {goes_on}, the "
        f"{gone} {more} times more; expected True and 0"
    )


@both_ways
@requirement(
    "watchers.returns_none",
    api=BOTH,
    level="interop",
    since="3.11",
    libraries=["typeshed"],
    doc=ADD_READER,
)
async def test_adding_returns_none(loop: AbstractEventLoop, way: Way) -> None:
    """add_reader() and add_writer() return None.

    If this fails, look for an internal handle that leaves the loop: a caller may come to
    depend on it.
    """
    calls = Calls()
    with watchable_pair(loop) as (sock, other):
        other.send(b"data")
        returned = add(loop, way)(sock.fileno(), calls)
        called = await calls.until()

    assert called, (
        f"add_{way}() on a socket that is ready led to no call within {PATIENCE} s; expected one"
    )
    assert returned is None, f"add_{way}() returned {returned!r}; expected None"
