"""Future.set_result() and Future.set_exception(): how a future gets its outcome."""

from __future__ import annotations

import asyncio
import threading
from asyncio import AbstractEventLoop
from collections.abc import Callable
from typing import Any

import pytest

from ..support.expect import expect_raises, not_observable
from ..support.jobs import LINGER, PATIENCE, in_thread, run_until_done
from ..support.requirement import requirement
from ..support.tasks import outcome
from ..support.tracking import state_of
from ..support.turns import run_turns, turns

EARLIER: dict[str, Callable[[asyncio.Future[Any]], object]] = {
    "set_result": lambda future: future.set_result("first"),
    "set_exception": lambda future: future.set_exception(KeyError("first")),
    "cancel": lambda future: future.cancel(),
}
LATER: dict[str, Callable[[asyncio.Future[Any]], object]] = {
    "set_result": lambda future: future.set_result("second"),
    "set_exception": lambda future: future.set_exception(KeyError("second")),
}


@requirement("future.set_result.state", api="Future.set_result", level="documented", since="3.11")
async def test_set_result_completes_at_once(loop: AbstractEventLoop) -> None:
    """set_result() makes the future done at once, with that very object as its result.

    If this fails, look for a completion that waits for a turn of the loop, or for a copy.
    """
    future, value = loop.create_future(), ["value"]

    future.set_result(value)

    states = (future.done(), future.cancelled())
    assert states == (True, False), (
        f"right after set_result(), done() and cancelled() are {states}; expected True, False"
    )
    assert future.result() is value, (
        f"result() after set_result(value) is {future.result()!r}; expected that very object"
    )
    assert future.exception() is None, (
        f"exception() after set_result() is {future.exception()!r}; expected None"
    )


@requirement(
    "future.set_twice.invalid_state", api="Future.set_result", level="documented", since="3.11"
)
@pytest.mark.parametrize("later", LATER)
@pytest.mark.parametrize("earlier", EARLIER)
async def test_a_done_future_refuses_another_outcome(
    loop: AbstractEventLoop, earlier: str, later: str
) -> None:
    """A done future refuses another outcome with InvalidStateError, and keeps the first.

    If this fails, look for a setter that does not ask whether the future is done.
    """
    future = loop.create_future()
    EARLIER[earlier](future)
    first = state_of(future)

    with expect_raises(asyncio.InvalidStateError, f"{later}() after {earlier}()"):
        LATER[later](future)

    assert state_of(future) == first, (
        f"a future that {first} was then, by a refused {later}(), {state_of(future)}; "
        "expected it to keep its first outcome"
    )
    await turns(1)


@requirement(
    "future.set_exception.state", api="Future.set_exception", level="documented", since="3.11"
)
@pytest.mark.parametrize("given", ["instance", "class"])
async def test_set_exception_stores_the_exception(loop: AbstractEventLoop, given: str) -> None:
    """After set_exception(), exception() returns the exception and result() raises it.

    If this fails, look for a result() that returns whatever is stored. An exception class
    is instantiated, as by a raise statement.
    """
    future, error = loop.create_future(), KeyError("instance")

    future.set_exception(error if given == "instance" else KeyError)

    stored = future.exception()
    assert future.done(), "done() right after set_exception() is False; expected True"
    assert isinstance(stored, KeyError), (
        f"exception() after set_exception() with the {given} is {stored!r}; "
        "expected an instance of KeyError"
    )
    assert given == "class" or stored is error, (
        f"exception() after set_exception(error) is {stored!r}; expected that very object"
    )
    with expect_raises(KeyError, f"result() after set_exception() with the {given}") as caught:
        future.result()
    assert caught.error is stored, (
        f"result() raised {caught.error!r}; expected what exception() returns, {stored!r}"
    )


@requirement(
    "future.set_exception.stop_iteration",
    api="Future.set_exception",
    level="implied",
    since="3.11",
)
async def test_a_future_never_holds_stop_iteration(loop: AbstractEventLoop) -> None:
    """A future never holds a StopIteration: it is refused, or turned into a RuntimeError.

    If this fails, look for a set_exception() that stores what it is given: a StopIteration
    raised at an await would end the coroutine as if it had returned.
    """
    future, error = loop.create_future(), StopIteration("value")

    try:
        future.set_exception(error)
    except TypeError:
        after = state_of(future)
        assert after == "pending", (
            f"set_exception(StopIteration()) raised TypeError and left a future that {after}; "
            "expected it to stay pending"
        )
        return

    stored = future.exception()
    assert isinstance(stored, RuntimeError), (
        f"set_exception(StopIteration()) was accepted and exception() is {stored!r}; "
        "expected TypeError, or a RuntimeError in its place"
    )
    assert stored.__cause__ is error, (
        f"the {stored!r} that stands for a StopIteration has the cause {stored.__cause__!r}; "
        "expected the StopIteration"
    )


@requirement(
    "future.complete_from_thread_via_threadsafe",
    api="Future.set_result",
    level="documented",
    since="3.11",
    doc="library/asyncio-dev.html#asyncio-multithreading",
)
def test_another_thread_completes_a_future_by_call_soon_threadsafe(
    loop: AbstractEventLoop,
) -> None:
    """call_soon_threadsafe(future.set_result, value) wakes a task that waits in an idle loop.

    If this fails, look for a wake-up that runs the thread's callback alone: what that
    callback schedules has to run before the loop sleeps again.
    """
    future, turning = loop.create_future(), threading.Event()

    async def wait() -> object:
        return await future

    def complete() -> None:
        if turning.wait(PATIENCE):
            threading.Event().wait(LINGER)
        loop.call_soon_threadsafe(future.set_result, 5)

    task = loop.create_task(wait())
    run_turns(loop)
    loop.call_soon(turning.set)
    with in_thread(complete):
        woken = run_until_done(loop, task)

    assert woken, (
        f"{PATIENCE} s after another thread had called call_soon_threadsafe(future.set_result, 5), "
        f"the idle loop had not resumed the task waiting for it, which {state_of(task)}; "
        "expected it to wake up"
    )
    assert outcome(task) == 5, f"the task was resumed with {outcome(task)!r}; expected 5"


def _expect_call_soon_refused(loop: AbstractEventLoop) -> None:
    """End the check where call_soon(), by which done callbacks are called, works when closed."""
    try:
        loop.call_soon(int)
    except RuntimeError:
        return
    not_observable("call_soon() accepts callbacks on a closed loop, a requirement of its own")


@requirement(
    "future.complete_after_close",
    api="Future.set_result",
    level="implied",
    since="3.11",
    doc="library/asyncio-eventloop.html#asyncio.loop.close",
)
@pytest.mark.parametrize("watched", [False, True], ids=["bare", "with_done_callback"])
def test_a_future_of_a_closed_loop(loop: AbstractEventLoop, watched: bool) -> None:
    """On a closed loop a future can be completed, but one with callbacks raises RuntimeError.

    If this fails, look for done callbacks that are dropped in silence, or called on the
    spot, once the loop can't schedule them any more.
    """
    called: list[object] = []
    future = loop.create_future()
    if watched:
        future.add_done_callback(called.append)
    run_turns(loop)

    loop.close()

    if watched:
        _expect_call_soon_refused(loop)
        with expect_raises(RuntimeError, "set_result() on a closed loop, with a done callback"):
            future.set_result(1)
        assert called == [], f"the done callback was called with {called}; expected no call"
    else:
        future.set_result(1)
        assert state_of(future) == "returned 1", (
            f"set_result(1) on a closed loop left a future that {state_of(future)}; "
            "expected it to be done"
        )
