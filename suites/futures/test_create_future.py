"""loop.create_future(): what a new future is, and whose it is."""

from __future__ import annotations

import asyncio
import gc
import inspect
import weakref
from asyncio import AbstractEventLoop
from collections.abc import Callable
from typing import Any

import pytest

from ..support.expect import expect_raises
from ..support.requirement import requirement
from ..support.tracking import only_new_garbage, state_of
from ..support.turns import run_turns, turns

METHODS = (
    "result",
    "set_result",
    "set_exception",
    "done",
    "cancelled",
    "add_done_callback",
    "remove_done_callback",
    "cancel",
    "exception",
    "get_loop",
)
FACILITIES: dict[str, Callable[[AbstractEventLoop], asyncio.Future[Any]]] = {
    "run_in_executor": lambda loop: loop.run_in_executor(None, int),
    "ensure_future": lambda _: asyncio.ensure_future(turns(1)),
    "gather": lambda _: asyncio.gather(turns(1), turns(1)),
}


@requirement("create_future.type", api="loop.create_future", level="documented", since="3.11")
async def test_create_future_returns_a_future(loop: AbstractEventLoop) -> None:
    """create_future() returns a future in asyncio's sense, with the whole interface of one.

    If this fails, look for a future class without `_asyncio_future_blocking`, by which
    asyncio knows its futures, or for a future of the module concurrent.futures.
    """
    future = loop.create_future()

    lacking = [name for name in METHODS if not callable(getattr(future, name, None))]
    assert asyncio.isfuture(future), (
        f"asyncio.isfuture() of create_future()'s {future!r} is false; expected an asyncio future"
    )
    assert lacking == [], (
        f"create_future() returned {future!r} without the methods {lacking}; "
        "expected all of asyncio.Future's"
    )
    assert inspect.isawaitable(future), (
        f"create_future() returned {future!r}, which is not awaitable; expected an awaitable"
    )


@requirement(
    "create_future.isinstance_future", api="loop.create_future", level="implied", since="3.11"
)
async def test_create_future_returns_an_asyncio_future(loop: AbstractEventLoop) -> None:
    """The future is an instance of asyncio.Future, possibly of a subclass.

    If this fails, look for a future class of the loop's own that does not derive from it.
    """
    future = loop.create_future()

    assert isinstance(future, asyncio.Future), (
        f"create_future() returned {future!r}, whose classes are {type(future).__mro__}; "
        "expected an instance of asyncio.Future"
    )


@requirement(
    "create_future.bound_to_loop",
    api="loop.create_future",
    level="documented",
    since="3.11",
    doc="library/asyncio-future.html#asyncio.Future.get_loop",
)
@pytest.mark.parametrize("running", [False, True], ids=["other_is_current", "other_is_running"])
def test_a_future_belongs_to_the_loop_that_made_it(
    loop: AbstractEventLoop, second_loop: AbstractEventLoop, running: bool
) -> None:
    """A future belongs to the loop that made it, whichever is the thread's current or running one.

    If this fails, look for a create_future() that leaves the loop out when it makes the
    future, so that the future asks the thread for one.
    """
    made: list[asyncio.Future[Any]] = []

    if running:
        second_loop.call_soon(lambda: made.append(loop.create_future()))
    else:
        current = asyncio.new_event_loop()  # not of the factory: set_event_loop() may refuse those
        asyncio.set_event_loop(current)
        try:
            made.append(loop.create_future())
        finally:
            asyncio.set_event_loop(None)
            current.close()
    run_turns(second_loop)

    owners = [future.get_loop() for future in made]
    assert owners == [loop], (
        f"create_future(), with another loop {'running' if running else 'current'}, made a "
        f"future of {['the other loop' if o is second_loop else o for o in owners]}; "
        "expected one future, of the loop that was asked"
    )


@requirement(
    "create_future.initial_state",
    api="loop.create_future",
    level="documented",
    since="3.11",
    doc="library/asyncio-future.html#asyncio.Future",
)
@pytest.mark.parametrize("running", [False, True], ids=["loop_stopped", "loop_running"])
def test_a_new_future_is_pending(loop: AbstractEventLoop, running: bool) -> None:
    """A new future is not done and not cancelled; result() and exception() refuse to answer.

    If this fails, look for a future class whose state is not set by its constructor.
    """
    made: list[asyncio.Future[Any]] = []

    if running:
        loop.call_soon(lambda: made.append(loop.create_future()))
    else:
        made.append(loop.create_future())
    run_turns(loop)

    (future,) = made
    flags = (future.done(), future.cancelled())
    assert flags == (False, False), (
        f"done() and cancelled() of a new future are {flags}; expected False, False"
    )
    with expect_raises(asyncio.InvalidStateError, "result() of a new future"):
        future.result()
    with expect_raises(asyncio.InvalidStateError, "exception() of a new future"):
        future.exception()


@requirement(
    "create_future.distinct_objects", api="loop.create_future", level="implied", since="3.11"
)
async def test_each_call_makes_a_new_future(loop: AbstractEventLoop) -> None:
    """Each call makes a future of its own: what happens to one leaves the others alone.

    If this fails, look for a free list that takes back futures which somebody still holds.
    """
    first, second = loop.create_future(), loop.create_future()
    first.set_result("first")
    third = loop.create_future()

    objects = len({id(future) for future in (first, second, third)})
    states = [state_of(future) for future in (first, second, third)]
    assert objects == 3, f"three calls of create_future() made {objects} objects; expected 3"
    assert states == ["returned 'first'", "pending", "pending"], (
        f"when the first of three futures was completed, they were {states}; "
        "expected the others to stay pending"
    )


@requirement(
    "future.gc.pending_not_retained", api="loop.create_future", level="implied", since="3.11"
)
@pytest.mark.parametrize("watched", [False, True], ids=["bare", "with_done_callback"])
@only_new_garbage()
def test_a_dropped_future_vanishes(loop: AbstractEventLoop, watched: bool) -> None:
    """A pending future that its users drop vanishes, and nothing is said about it.

    If this fails, look for a list of the loop's futures, kept until they are done.
    """
    told: list[object] = []
    loop.set_exception_handler(lambda _, context: told.append(context["message"]))
    future = loop.create_future()
    if watched:
        future.add_done_callback(told.append)
    reference = weakref.ref(future)
    run_turns(loop)

    del future
    gc.collect()
    run_turns(loop)

    assert reference() is None, (
        f"gc.collect() left {reference()!r}, which is pending and was dropped; "
        "expected the loop to keep no reference"
    )
    assert told == [], f"a pending future that was dropped brought {told}; expected silence"


@requirement("future.usable_while_stopped", api="loop.create_future", level="implied", since="3.11")
def test_futures_work_while_the_loop_is_stopped(loop: AbstractEventLoop) -> None:
    """A future can be made and completed while the loop is stopped; the next run goes on with it.

    If this fails, look for a create_future() or a completion that insists on a running loop.
    """
    called: list[str] = []
    got: list[object] = []

    async def wait_for(future: asyncio.Future[str]) -> None:
        got.append(await future)

    task = None
    try:
        awaited, watched = loop.create_future(), loop.create_future()
        watched.add_done_callback(lambda future: called.append(future.result()))
        task = loop.create_task(wait_for(awaited))
        run_turns(loop)
        awaited.set_result("a")
        watched.set_result("b")
    except RuntimeError as error:
        if isinstance(error, NotImplementedError):
            raise
        raise AssertionError(
            f"making and completing futures on a stopped loop raised {error!r}; expected it to work"
        ) from error
    run_turns(loop)

    assert (got, called, task.done()) == (["a"], ["b"], True), (
        f"futures completed while the loop was stopped gave {got} to a task and {called} to a "
        "done callback in the next run; expected ['a'] and ['b']"
    )


@requirement(
    "future.get_loop.identity_in_run",
    api="Future.get_loop",
    level="documented",
    since="3.11",
)
@pytest.mark.parametrize("facility", FACILITIES)
async def test_futures_made_in_a_run_belong_to_the_running_loop(
    loop: AbstractEventLoop, facility: str
) -> None:
    """Futures that asyncio's facilities make in a run belong to the running loop, that very object.

    If this fails, look for a loop that wraps another: its futures have to name the outer one.
    """
    running = asyncio.get_running_loop()

    future = FACILITIES[facility](loop)
    owner = future.get_loop()

    assert owner is running, (
        f"get_loop() of what {facility}() returned is {owner!r}, while get_running_loop() is "
        f"{running!r}; expected one and the same object"
    )
    await future
