"""Task.cancel(): the request, its delivery into the coroutine, and how far it reaches."""

from __future__ import annotations

import asyncio
import gc
import warnings
from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.expect import expect_raises
from ..support.requirement import requirement
from ..support.tracking import ENDINGS, Ending, end, only_new_garbage, state_of
from ..support.turns import run_turns, turns


@requirement("task.cancel.raises_in_coroutine", api="Task.cancel", level="documented", since="3.11")
async def test_cancel_raises_at_the_await(loop: AbstractEventLoop) -> None:
    """cancel() returns True and raises CancelledError at the await; the task ends cancelled.

    If this fails, look for a cancel() that sets the task's state and leaves its coroutine
    where it is.
    """
    seen: list[str] = []

    async def body() -> None:
        try:
            await loop.create_future()
        except asyncio.CancelledError:
            seen.append("CancelledError")
            raise

    task = loop.create_task(body())
    await turns()
    answer = task.cancel()
    await turns()

    assert answer is True, f"cancel() of a suspended task returned {answer!r}; expected True"
    assert seen == ["CancelledError"], (
        f"after cancel() the coroutine saw {seen} at its await; expected CancelledError"
    )
    assert state_of(task) == "cancelled", (
        f"after cancel() the task is {state_of(task)}; expected cancelled"
    )
    with expect_raises(asyncio.CancelledError, "awaiting a cancelled task"):
        await task


@requirement("task.cancel.not_synchronous", api="Task.cancel", level="documented", since="3.11")
async def test_cancel_only_asks(loop: AbstractEventLoop) -> None:
    """When cancel() returns, the coroutine has not been run and the task is not done.

    If this fails, look for a cancel() that throws into the coroutine itself, or that ends
    the task before the coroutine has answered.
    """
    seen: list[str] = []

    async def body() -> None:
        try:
            await loop.create_future()
        finally:
            seen.append("finally")

    task = loop.create_task(body())
    await turns()
    task.cancel()
    at_return = (list(seen), task.done())
    await turns()

    assert at_return == ([], False), (
        f"when cancel() returned, the coroutine had run {at_return[0]} and done() was "
        f"{at_return[1]}; expected nothing, and False"
    )
    assert (seen, task.done()) == (["finally"], True), (
        f"some turns after cancel() the coroutine had run {seen} and done() was {task.done()}; "
        "expected ['finally'], and True"
    )


@requirement("task.cancel.before_first_step", api="Task.cancel", level="documented", since="3.11")
@only_new_garbage()
def test_a_task_cancelled_before_its_first_step_never_runs(loop: AbstractEventLoop) -> None:
    """A task cancelled before it started runs nothing, ends cancelled and warns of nothing.

    If this fails, look for a first step that starts the coroutine before it throws, or for
    a coroutine that is dropped where it could be closed.
    """
    ran: list[str] = []

    async def never_started(which: str) -> None:
        ran.append(which)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        control = loop.create_task(never_started("control"))
        task = loop.create_task(never_started("cancelled"))
        before = state_of(task)
        task.cancel()
        run_turns(loop)
        ended = state_of(task)
        del task, control
        gc.collect()
    warned = [str(w.message) for w in caught if "never_started" in str(w.message)]

    assert (ran, before, ended) == (["control"], "pending", "cancelled"), (
        f"of a task and one cancelled before its first step, {ran} ran, and the second was "
        f"{before} and is {ended}; expected that ['control'] alone runs, pending and cancelled"
    )
    assert warned == [], (
        f"a task cancelled before its first step brought the warning {warned}; expected none"
    )


@requirement("task.cancel.done_returns_false", api="Task.cancel", level="documented", since="3.11")
@pytest.mark.parametrize("how", ENDINGS)
async def test_cancel_of_a_finished_task_does_nothing(loop: AbstractEventLoop, how: Ending) -> None:
    """cancel() on a task that has ended returns False and changes nothing.

    If this fails, look for a cancel() that does not ask whether the task is done.
    """

    async def body() -> int:
        return end(how)

    task = loop.create_task(body())
    await turns()
    before = state_of(task)
    answer = task.cancel()
    await turns()

    assert before.startswith(how), f"a task that {how} is {before}; expected it to have ended"
    assert answer is False, f"cancel() of a task that {how} returned {answer!r}; expected False"
    assert state_of(task) == before, (
        f"cancel() changed a task from {before!r} to {state_of(task)!r}; expected no change"
    )


@requirement("task.cancel.message", api="Task.cancel", level="documented", since="3.11")
async def test_the_message_of_cancel_travels_along(loop: AbstractEventLoop) -> None:
    """The msg of cancel() is in the CancelledError of the coroutine and of whoever awaits it.

    If this fails, look for a CancelledError made anew, without arguments, on its way.
    """
    seen: dict[str, tuple[Any, ...]] = {}

    async def body() -> None:
        try:
            await loop.create_future()
        except asyncio.CancelledError as error:
            seen["coroutine"] = error.args
            raise

    async def wait() -> None:
        try:
            await task
        except asyncio.CancelledError as error:
            seen["awaiter"] = error.args

    task = loop.create_task(body())
    awaiter = loop.create_task(wait())
    await turns()
    task.cancel("why")
    await turns()

    assert seen == {"coroutine": ("why",), "awaiter": ("why",)}, (
        f"after cancel('why') the CancelledErrors had the arguments {seen} (the awaiter: "
        f"{state_of(awaiter)}); expected ('why',) in the coroutine and in its awaiter"
    )


@requirement(
    "task.cancel.propagates_to_awaited", api="Task.cancel", level="documented", since="3.11"
)
async def test_cancel_reaches_down_the_chain(loop: AbstractEventLoop) -> None:
    """Cancelling a task cancels what it awaits, and what that awaits in turn.

    If this fails, look for a cancel() that throws into its own coroutine and leaves the
    awaited future pending.
    """
    future = loop.create_future()

    async def wait_for(awaited: asyncio.Future[None]) -> None:
        await awaited

    inner = loop.create_task(wait_for(future))
    outer = loop.create_task(wait_for(inner))
    await turns()
    outer.cancel()
    await turns()

    chain = {"future": state_of(future), "inner": state_of(inner), "outer": state_of(outer)}
    assert set(chain.values()) == {"cancelled"}, (
        f"cancel() of the outer task of a chain left {chain}; expected all of it cancelled"
    )


@requirement("task.cancel.awaited_already_done", api="Task.cancel", level="implied", since="3.11")
async def test_cancel_is_not_lost_when_the_awaited_future_is_done(loop: AbstractEventLoop) -> None:
    """cancel() is delivered though the awaited future is done and the task about to resume.

    If this fails, look for a cancel() that leaves it to the awaited future, which can no
    longer be cancelled.
    """
    future = loop.create_future()
    seen: list[str] = []

    async def body() -> None:
        try:
            await future
            seen.append("resumed")
            await asyncio.sleep(0)
        except asyncio.CancelledError:
            seen.append("CancelledError")
            raise

    task = loop.create_task(body())
    await turns()
    future.set_result(None)
    answer = task.cancel()
    await turns()

    assert (answer, seen, state_of(task)) == (True, ["CancelledError"], "cancelled"), (
        f"set_result() on the awaited future and then cancel() on the task returned {answer!r}, "
        f"the coroutine saw {seen} and the task is {state_of(task)}; "
        "expected True, CancelledError at that await, and cancelled"
    )


@requirement(
    "task.cancel.sleep_leaves_no_residue", api="Task.cancel", level="implied", since="3.11"
)
def test_a_cancelled_sleep_leaves_nothing_behind(loop: AbstractEventLoop) -> None:
    """The timer of a cancelled sleep neither fires nor reports an error later.

    If this fails, look for timers that are fired though cancelled, or whose cancel() fails.
    """
    complaints: list[object] = []
    loop.set_exception_handler(lambda _loop, context: complaints.append(context.get("message")))
    seen: list[str] = []

    async def sleeper() -> None:
        seen.append("start")
        try:
            await asyncio.sleep(0.01)
        except asyncio.CancelledError:
            seen.append("CancelledError")
            raise

    task = loop.create_task(sleeper())
    loop.call_soon(task.cancel)  # in the turn in which the sleep begins, before any timer
    loop.call_later(0.025, loop.stop)

    loop.run_forever()

    assert (seen, state_of(task)) == (["start", "CancelledError"], "cancelled"), (
        f"a task cancelled in sleep() went {seen} and is {state_of(task)} after its deadline; "
        "expected start and CancelledError, and cancelled"
    )
    assert complaints == [], (
        f"the loop reported {complaints} after the deadline of a cancelled sleep(); "
        "expected nothing"
    )
