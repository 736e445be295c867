"""add_reader() and add_writer(): callbacks that fail, their context, and many at a time."""

from __future__ import annotations

import asyncio
import threading
from asyncio import AbstractEventLoop
from contextlib import ExitStack
from contextvars import ContextVar

from ..support.machine import needs_descriptors
from ..support.requirement import requirement
from ..support.sockets import Reports
from ..support.tls_peers import PATIENCE
from ..support.watching import ADD_READER, BOTH, Calls, Way, add, both_ways, watchable_pair

PAIRS = 50
IDLE = 0.01
"""Seconds after which a loop with nothing to do waits; if it does not yet, nothing is lost."""


@both_ways
@requirement(
    "watchers.callback.error_is_reported_and_watch_survives",
    api=BOTH,
    level="interop",
    since="3.11",
    libraries=["psycopg", "pyzmq"],
    doc=ADD_READER,
)
async def test_an_error_is_reported_and_the_watch_goes_on(
    loop: AbstractEventLoop, way: Way
) -> None:
    """An exception in the callback goes to the exception handler, and the watch stays.

    If this fails, look for a watch that is spent by a failing call, or for an exception
    that leaves run_forever().
    """
    reports, error = Reports(loop), ValueError("from the callback")
    calls: Calls

    def fail_once() -> None:
        if calls.count == 1:
            raise error

    calls = Calls(fail_once)
    with watchable_pair(loop) as (sock, other):
        other.send(b"data")
        add(loop, way)(sock.fileno(), calls)
        again = await calls.until(2)

    assert reports.errors[:1] == [error], (
        f"a callback of add_{way}() raised {error!r}, and the exception handler got "
        f"{reports.errors}; expected that error"
    )
    assert again, (
        f"after its first call had raised, the callback of add_{way}() was called "
        f"{calls.count - 1} times more; expected the watch to go on"
    )


@both_ways
@requirement(
    "watchers.callback.runs_in_registration_context",
    api=BOTH,
    level="interop",
    since="3.11",
    libraries=["opentelemetry", "structlog"],
    doc=ADD_READER,
)
async def test_the_callback_has_the_context_of_its_registration(
    loop: AbstractEventLoop, way: Way
) -> None:
    """The callback runs in a copy of the context that was current when it was added.

    If this fails, look for a callback that runs in the loop's own context.
    """
    variable = ContextVar("variable", default="of the loop")
    seen: list[str] = []
    calls = Calls(lambda: seen.append(variable.get()))
    with watchable_pair(loop) as (sock, other):
        other.send(b"data")
        variable.set("of the registration")
        add(loop, way)(sock.fileno(), calls)
        variable.set("of later")
        await calls.until()

    assert seen[:1] == ["of the registration"], (
        f"the callback of add_{way}() saw a variable as {seen[:1]}; "
        "expected its value of the registration"
    )


@requirement(
    "watchers.callback.many_descriptors",
    api=BOTH,
    level="documented",
    since="3.11",
    doc=ADD_READER,
)
async def test_many_descriptors_are_served(loop: AbstractEventLoop) -> None:
    """Many descriptors that are ready at once are all served.

    If this fails, look for a limit on the events of one poll whose rest is dropped.
    """
    needs_descriptors(4 * PAIRS)
    served: list[int] = []
    with ExitStack() as stack:
        pairs = [stack.enter_context(watchable_pair(loop)) for _ in range(PAIRS)]
        calls = Calls(lambda index: served.append(len(pairs[index][0].recv(10)) * index))
        for index, (sock, other) in enumerate(pairs):
            loop.add_reader(sock.fileno(), calls, index)
            other.send(b"x")
        await calls.until(PAIRS)

    assert sorted(served) == list(range(PAIRS)), (
        f"of {PAIRS} watched sockets with a byte each {len(set(served))} were read from; "
        "expected all of them"
    )


@requirement(
    "watchers.callback.wakes_idle_loop",
    api=BOTH,
    level="documented",
    since="3.11",
    doc=ADD_READER,
)
async def test_data_wakes_an_idle_loop(loop: AbstractEventLoop) -> None:
    """A descriptor that becomes ready wakes a loop that has nothing else to do.

    If this fails, look for a wait that does not watch the descriptors, but a timer or a
    queue.
    """
    done, rescued = asyncio.Event(), threading.Event()

    def rescue() -> None:
        rescued.set()
        loop.call_soon_threadsafe(done.set)

    with watchable_pair(loop) as (sock, other):
        loop.add_reader(sock.fileno(), done.set)
        timers = [
            threading.Timer(IDLE, other.send, [b"data"]),
            threading.Timer(PATIENCE, rescue),
        ]
        for timer in timers:
            timer.start()
        await done.wait()
        for timer in timers:
            timer.cancel()
            timer.join()

    assert not rescued.is_set(), (
        f"another thread sent data to a watched socket while the loop was idle, and the callback "
        f"was not called within {PATIENCE} s; expected the data to wake the loop"
    )
