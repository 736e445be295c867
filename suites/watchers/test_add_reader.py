"""add_reader(): when the callback is called, and with what."""

from __future__ import annotations

import socket
from asyncio import AbstractEventLoop

from ..support.listeners import IPV4, listening, port_of
from ..support.requirement import requirement
from ..support.tls_peers import PATIENCE
from ..support.turns import turns
from ..support.watching import ADD_READER, READER, Calls, unwatched, watchable_pair


@requirement(
    "watchers.reader.callback_with_args",
    api=READER,
    level="documented",
    since="3.11",
    doc=ADD_READER,
)
async def test_the_callback_gets_its_arguments(loop: AbstractEventLoop) -> None:
    """The callback is called with the given positional arguments when data can be read.

    If this fails, look for arguments that are dropped, or packed into one.
    """
    calls = Calls()
    with watchable_pair(loop) as (sock, other):
        loop.add_reader(sock.fileno(), calls, 1, "two")
        other.send(b"data")
        await calls.until()

    assert calls.arguments[:1] == [(1, "two")], (
        f"add_reader(fd, callback, 1, 'two') made the calls {calls.arguments[:1]} when data had "
        "come; expected one with (1, 'two')"
    )


@requirement(
    "watchers.reader.not_called_synchronously",
    api=READER,
    level="implied",
    since="3.11",
    doc=ADD_READER,
)
async def test_add_reader_itself_does_not_call(loop: AbstractEventLoop) -> None:
    """add_reader() never calls the callback itself, even where data waits.

    If this fails, look for a first attempt that add_reader() makes before it watches.
    """
    calls = Calls()
    with watchable_pair(loop) as (sock, other):
        other.send(b"data")
        loop.add_reader(sock.fileno(), calls)
        at_once = calls.count
        called = await calls.until()

    assert (at_once, called) == (0, True), (
        f"add_reader(), with data there, had called the callback {at_once} times when it returned, "
        f"and whether it was called within {PATIENCE} s is {called}; expected 0 and True"
    )


@requirement(
    "watchers.reader.not_called_without_data",
    api=READER,
    level="documented",
    since="3.11",
    doc=ADD_READER,
)
async def test_there_is_no_call_without_data(loop: AbstractEventLoop) -> None:
    """While nothing can be read the callback is not called.

    If this fails, look for a callback that is queued when it is added, or for a loop that
    calls all readers whenever it wakes up.
    """
    calls = Calls()
    with watchable_pair(loop) as (sock, other):
        loop.add_reader(sock.fileno(), calls)
        await turns()
        before = calls.count
        other.send(b"data")
        called = await calls.until(before + 1)

    assert (before, called) == (0, True), (
        f"add_reader() on an idle socket led to {before} calls, and data that came then to a call "
        f"within {PATIENCE} s: {called}; expected 0 and True"
    )


@requirement(
    "watchers.reader.level_triggered",
    api=READER,
    level="implied",
    since="3.11",
    doc=ADD_READER,
)
async def test_unread_data_calls_again(loop: AbstractEventLoop) -> None:
    """The callback is called again and again while data stays unread.

    If this fails, look for edge-triggered polling (EPOLLET), or for a watch that is
    spent by its first call.
    """
    calls = Calls()
    with watchable_pair(loop) as (sock, other):
        loop.add_reader(sock.fileno(), calls)
        other.send(b"data")
        await calls.until(3)

    assert calls.count >= 3, (
        f"a callback that leaves data unread was called {calls.count} times in {PATIENCE} s; "
        "expected further calls"
    )


@requirement(
    "watchers.reader.partial_drain_calls_again",
    api=READER,
    level="implied",
    since="3.11",
    doc=ADD_READER,
)
async def test_reading_a_part_leads_to_another_call(loop: AbstractEventLoop) -> None:
    """A callback that reads a part of the data is called again for the rest.

    If this fails, look for calls that count arrivals: three bytes that came at once are
    one arrival, and need three calls of a callback that reads one.
    """
    read: list[bytes] = []
    with watchable_pair(loop) as (sock, other):
        calls = Calls(lambda: read.append(sock.recv(1)))
        loop.add_reader(sock.fileno(), calls)
        other.send(b"abc")
        await calls.until(3)

    assert b"".join(read) == b"abc", (
        f"a callback that reads one byte a call had read {b''.join(read)!r} of b'abc' after "
        f"{calls.count} calls; expected all of it"
    )


@requirement(
    "watchers.reader.eof_is_readable",
    api=READER,
    level="implied",
    since="3.11",
    doc=ADD_READER,
)
async def test_the_end_of_the_stream_can_be_read(loop: AbstractEventLoop) -> None:
    """When the other end closes, the callback is called, and reads b"".

    If this fails, look for a hang-up (EPOLLHUP, EV_EOF) that is not taken for readiness.
    """
    read: list[bytes] = []
    with watchable_pair(loop) as (sock, other):
        calls = Calls(lambda: read.append(sock.recv(10)))
        loop.add_reader(sock.fileno(), calls)
        other.close()
        await calls.until()

    assert read[:1] == [b""], (
        f"when the other end of a watched socket closed, the callback read {read[:1]}; "
        "expected a call that reads b'', the end of the stream"
    )


@requirement(
    "watchers.reader.listening_socket",
    api=READER,
    level="implied",
    since="3.11",
    doc=ADD_READER,
)
async def test_a_waiting_client_makes_a_listener_readable(loop: AbstractEventLoop) -> None:
    """A listening socket can be watched: it is readable when a client waits.

    If this fails, look for readiness that is found out by peeking at data.
    """
    accepted: list[socket.socket] = []
    with listening() as listener, unwatched(loop, listener.fileno()):

        def accept() -> None:
            loop.remove_reader(listener.fileno())
            accepted.append(listener.accept()[0])

        calls = Calls(accept)
        loop.add_reader(listener.fileno(), calls)
        with socket.create_connection((IPV4, port_of(listener))):
            await calls.until()
            for connection in accepted:
                connection.close()

    assert len(accepted) == 1, (
        f"a client that connected to a watched listener led to {calls.count} calls in which "
        f"{len(accepted)} clients were accepted; expected one"
    )


@requirement(
    "watchers.reader.replacing_callback",
    api=READER,
    level="documented",
    since="3.11",
    doc=ADD_READER,
)
async def test_a_second_callback_takes_the_place_of_the_first(loop: AbstractEventLoop) -> None:
    """A second add_reader() replaces the first; then one remove_reader() ends the watch.

    If this fails, look for a list of callbacks kept for a descriptor.
    """
    old, new = Calls(), Calls()
    with watchable_pair(loop) as (sock, other):
        loop.add_reader(sock.fileno(), old)
        loop.add_reader(sock.fileno(), new)
        other.send(b"data")
        called = await new.until()
        await turns()
        before = (old.count, new.count)
        loop.remove_reader(sock.fileno())
        await turns()
        after = (old.count - before[0], new.count - before[1])

    assert (called, before[0]) == (True, 0), (
        f"of two callbacks that add_reader() was given for one descriptor the second was called: "
        f"{called}, and the first {before[0]} times; expected the second alone"
    )
    assert after == (0, 0), (
        f"after one remove_reader() the replaced callback was called {after[0]} times and its "
        f"successor {after[1]} times more; expected no call"
    )


@requirement(
    "watchers.reader.replacing_cancels_pending_call",
    api=READER,
    level="documented",
    since="3.11",
    doc=ADD_READER,
)
async def test_a_replaced_callback_is_not_called_any_more(loop: AbstractEventLoop) -> None:
    """Replacing a callback also cancels the call of it that is already queued in this turn.

    If this fails, look for a ready queue in which the replaced callback keeps its place:
    cancel its handle.
    """
    with watchable_pair(loop) as (one, one_other), watchable_pair(loop) as (two, two_other):
        numbers = [one.fileno(), two.fileno()]
        new = Calls()

        def replace(number: int) -> None:
            other = numbers[1 - numbers.index(number)]
            loop.remove_reader(number)
            loop.add_reader(other, new, other)

        old = Calls(replace)
        for number, sender in zip(numbers, (one_other, two_other), strict=True):
            loop.add_reader(number, old, number)
            sender.send(b"data")
        called = await new.until()
        await turns()

    assert (old.count, called) == (1, True), (
        f"two watched sockets were ready, and the first callback replaced the other's: the old "
        f"callback was called {old.count} times, the new one at all: {called}; "
        "expected one call, and True"
    )
