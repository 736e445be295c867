"""The running loop: what asyncio.get_running_loop() and get_event_loop() answer, and where."""

from __future__ import annotations

import asyncio
import socket
import sys
import threading
import warnings
from asyncio import AbstractEventLoop
from collections.abc import Callable

import pytest

from ..support.connecting import running_loop
from ..support.requirement import requirement
from ..support.running import expect_usable, in_thread, run_to_interrupt
from ..support.turns import turns

GET_RUNNING_LOOP = "library/asyncio-eventloop.html#asyncio.get_running_loop"
GET_EVENT_LOOP = "library/asyncio-eventloop.html#asyncio.get_event_loop"
NEW_EVENT_LOOP = "library/asyncio-eventloop.html#asyncio.new_event_loop"
SET_EVENT_LOOP = "library/asyncio-eventloop.html#asyncio.set_event_loop"
Look = Callable[..., None]


def look_in_callback(loop: AbstractEventLoop, look: Look) -> None:
    """Have a callback look."""
    loop.call_soon(look)


def look_in_timer(loop: AbstractEventLoop, look: Look) -> None:
    """Have a timer look."""
    loop.call_later(0, look)


def look_in_task(loop: AbstractEventLoop, look: Look) -> None:
    """Have a second step of a task look."""

    async def looking() -> None:
        await turns(1)
        look(keep=task)

    task = loop.create_task(looking())


def look_in_done_callback(loop: AbstractEventLoop, look: Look) -> None:
    """Have a future's done callback look."""
    future = loop.create_future()
    future.add_done_callback(lambda _: look())
    future.set_result(None)


def look_in_reader(loop: AbstractEventLoop, look: Look) -> None:
    """Have the callback of a readable socket look."""
    near, far = socket.socketpair()
    watched = near.fileno()  # whether a socket will do is add_reader()'s own promise

    def readable() -> None:
        loop.remove_reader(watched)
        near.close()
        look()

    far.send(b"x")
    far.close()
    loop.add_reader(watched, readable)


LOOKS = [look_in_callback, look_in_timer, look_in_task, look_in_done_callback]
if sys.platform != "win32":  # where not every loop watches sockets
    LOOKS.append(look_in_reader)


@requirement(
    "running_loop.set_during_run",
    api="asyncio.get_running_loop",
    level="documented",
    since="3.11",
    doc=GET_RUNNING_LOOP,
)
@pytest.mark.parametrize("look_in", LOOKS)
def test_the_running_loop_is_the_one_that_runs(
    loop: AbstractEventLoop, look_in: Callable[[AbstractEventLoop, Look], None]
) -> None:
    """asyncio.get_running_loop() returns this very loop in callbacks and coroutines of all kinds.

    If this fails, look for a run that registers an inner loop, or registers the loop around
    some of its callbacks only.
    """
    seen: list[object] = []

    def look(keep: object = None) -> None:  # noqa: ARG001 - what has to live until then
        seen.append(running_loop())
        loop.stop()

    look_in(loop, look)
    loop.run_forever()

    assert list(map(id, seen)) == [id(loop)], (
        f"get_running_loop() answered {seen}, asked as in {look_in.__name__}; "
        f"expected [{loop!r}], the loop that runs"
    )


@requirement(
    "running_loop.cleared_after_run",
    api="asyncio.get_running_loop",
    level="documented",
    since="3.11",
    doc=GET_RUNNING_LOOP,
)
@pytest.mark.parametrize("ends_by", ["result", "stop", "error"])
def test_there_is_no_running_loop_after_a_run(loop: AbstractEventLoop, ends_by: str) -> None:
    """Outside of a run, whether it returned or raised, get_running_loop() raises RuntimeError.

    If this fails, look for a registration that is taken back only when a run ends normally.
    """
    seen: list[object] = []

    async def running() -> None:
        seen.append(running_loop())
        if ends_by == "stop":
            loop.stop()
        elif ends_by == "error":
            raise ValueError("from the coroutine")
        await turns()

    try:
        loop.run_until_complete(running())
    except (RuntimeError, ValueError):
        assert ends_by != "result", "run_until_complete() raised; expected it to return"
    registered = running_loop()

    assert seen == [loop], f"get_running_loop() in the run answered {seen}; expected the loop"
    assert registered is None, (
        f"get_running_loop() after a run that ended by {ends_by} answered {registered!r}; "
        "expected no running loop"
    )


@requirement(
    "running_loop.cleared_after_interrupt",
    api="asyncio.get_running_loop",
    level="documented",
    since="3.11",
    doc=GET_RUNNING_LOOP,
)
def test_there_is_no_running_loop_after_an_interrupt(loop: AbstractEventLoop) -> None:
    """After an interrupt of a callback ended a run, get_running_loop() raises RuntimeError.

    If this fails, look for a registration that an exception leaves standing.
    """
    seen: list[object] = []
    run_to_interrupt(loop, lambda: seen.append(running_loop()))
    registered = running_loop()

    assert seen == [loop], f"get_running_loop() in the run answered {seen}; expected the loop"
    assert registered is None, (
        f"get_running_loop() after an interrupt ended the run answered {registered!r}; "
        "expected no running loop"
    )


@requirement(
    "running_loop.per_thread",
    api="asyncio.get_running_loop",
    level="documented",
    since="3.11",
    doc=GET_RUNNING_LOOP,
)
async def test_other_threads_have_no_running_loop(loop: AbstractEventLoop) -> None:
    """The running loop is a thread's own: an executor's thread, during a run, sees none.

    If this fails, look for a running loop that is kept for the process, or handed on to the
    threads of the executor.
    """

    def look() -> tuple[AbstractEventLoop | None, int]:
        return running_loop(), threading.get_ident()

    registered, thread = await loop.run_in_executor(None, look)

    assert thread != threading.get_ident(), (
        "run_in_executor() ran the job in the loop's own thread; expected another one"
    )
    assert registered is None, (
        f"get_running_loop() in an executor's thread answered {registered!r}; expected none"
    )


@requirement(
    "running_loop.get_event_loop_prefers_running",
    api="asyncio.get_event_loop",
    level="documented",
    since="3.11",
    doc=GET_EVENT_LOOP,
)
def test_get_event_loop_prefers_the_running_loop(
    loop_factory: Callable[[], AbstractEventLoop],
) -> None:
    """In a run asyncio.get_event_loop() answers with the running loop, even if another one was set.

    If this fails, look for a run that does not register itself as asyncio's running loop.
    """

    async def ask() -> AbstractEventLoop:
        return asyncio.get_event_loop()

    def asking_with_another_one_set() -> tuple[AbstractEventLoop, AbstractEventLoop]:
        loop, other = loop_factory(), asyncio.SelectorEventLoop()
        asyncio.set_event_loop(other)  # in a thread of its own, which forgets it
        try:
            return loop, loop.run_until_complete(ask())
        finally:
            asyncio.set_event_loop(None)
            other.close()
            loop.close()

    loop, answer = in_thread(asking_with_another_one_set)

    assert answer is loop, (
        f"get_event_loop() in a run, with another loop set, answered {answer!r}; "
        "expected the running loop"
    )


@requirement(
    "loop.created_not_current",
    api="asyncio.get_event_loop",
    level="implied",
    since="3.11",
    doc=NEW_EVENT_LOOP,
)
def test_a_new_loop_is_not_the_current_one(loop_factory: Callable[[], AbstractEventLoop]) -> None:
    """Making a loop makes it neither the running nor the current one: nobody set it.

    If this fails, look for a constructor that calls set_event_loop(), or registers the loop as
    running before it runs.
    """

    def making() -> tuple[AbstractEventLoop | None, AbstractEventLoop | None]:
        loop = loop_factory()
        registered = running_loop()
        try:
            current = asyncio.get_event_loop()
        except RuntimeError:  # as it has to be, in a thread for which no loop was set
            current = None
        asyncio.set_event_loop(None)
        if registered is None:
            expect_usable(loop, "of a new loop")
        loop.close()
        return registered, current

    registered, current = in_thread(making)

    assert registered is None, (
        f"get_running_loop() after a loop was made answered {registered!r}; expected none"
    )
    assert current is None, (
        f"get_event_loop() after a loop was made, and none was set, answered {current!r}; "
        "expected RuntimeError"
    )


@requirement(
    "loop.set_event_loop_accepts",
    api="asyncio.set_event_loop",
    level="documented",
    since="3.11",
    doc=SET_EVENT_LOOP,
)
def test_the_loop_can_be_set_as_the_current_one(loop: AbstractEventLoop) -> None:
    """asyncio.set_event_loop() accepts the loop, and asyncio.get_event_loop() then answers with it.

    If this fails, look for a loop class that does not derive from asyncio.AbstractEventLoop.
    """
    expect_usable(loop, "on a new loop")

    def set_and_get() -> tuple[AbstractEventLoop, list[str]]:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            asyncio.set_event_loop(loop)  # in a thread of its own, which forgets it
            try:
                return asyncio.get_event_loop(), [str(w.message) for w in warned]
            finally:
                asyncio.set_event_loop(None)

    try:
        answer, warned = in_thread(set_and_get)
    except TypeError as error:
        raise AssertionError(
            f"asyncio.set_event_loop(loop) raised {error!r}; expected it to accept the loop"
        ) from error

    assert answer is loop, (
        f"get_event_loop() after set_event_loop(loop) answered {answer!r}; expected that loop"
    )
    assert warned == [], f"setting and getting the loop warned {warned}; expected no warning"
