"""Awaiting a future: who waits, who goes on, with what."""

from __future__ import annotations

from asyncio import AbstractEventLoop

import pytest

from ..support.expect import expect_raises
from ..support.requirement import requirement
from ..support.tasks import outcome
from ..support.turns import run_turns, turns

FUTURE = "library/asyncio-future.html#asyncio.Future"


@requirement(
    "future.await.result", api="Future.__await__", level="documented", since="3.11", doc=FUTURE
)
async def test_tasks_wait_for_a_future(loop: AbstractEventLoop) -> None:
    """Tasks that await a future resume in the turn after its completion, in the order they came.

    If this fails, look for a future that knows one waiter only, or for a stack of waiters.
    """
    ran: list[str] = []
    future = loop.create_future()

    async def wait(name: str) -> None:
        value = await future
        ran.append(f"{name} got {value}")

    tasks = [loop.create_task(wait(name)) for name in ("first", "second", "third")]
    await turns()
    early = ran.copy()
    future.set_result(7)
    loop.call_soon(ran.append, "queued behind")
    await turns()
    del tasks

    assert early == [], f"before the future was completed, {early} resumed; expected nobody"
    assert ran == ["first got 7", "second got 7", "third got 7", "queued behind"], (
        f"set_result(7) with three tasks waiting, and a callback queued behind it, ran {ran}; "
        "expected each task, in the order they began to wait, before the callback"
    )


@requirement(
    "future.await.done_no_suspend",
    api="Future.__await__",
    level="documented",
    since="3.11",
    doc=FUTURE,
)
@pytest.mark.parametrize("how", ["result", "exception"])
async def test_awaiting_a_done_future_does_not_suspend(loop: AbstractEventLoop, how: str) -> None:
    """Awaiting a done future goes on at once, without a turn of the loop, any number of times.

    If this fails, look for an __await__() that yields before it asks whether it has to.
    """
    ran: list[str] = []
    future, error = loop.create_future(), KeyError("stored")
    if how == "result":
        future.set_result("value")
    else:
        future.set_exception(error)

    loop.call_soon(ran.append, "queued")
    for number in (1, 2):
        try:
            got = await future
        except Exception as raised:  # noqa: BLE001 - whatever an await raises is looked at
            got = raised
        ran.append(f"await {number}")
        assert got == ("value" if how == "result" else error), (
            f"await {number} of a future with a stored {how} gave {got!r}; expected what it holds"
        )
    await turns()

    assert ran == ["await 1", "await 2", "queued"], (
        f"two awaits of a done future, with a callback queued before them, ran as {ran}; "
        "expected both awaits to go on before the callback"
    )


@requirement(
    "future.await.exception", api="Future.__await__", level="documented", since="3.11", doc=FUTURE
)
async def test_awaiting_a_failing_future_raises(loop: AbstractEventLoop) -> None:
    """Awaiting a future that then fails raises the stored exception, which can be caught.

    If this fails, look for a wake-up that cancels the task, or wraps the exception.
    """
    future, error = loop.create_future(), ValueError("stored")

    async def wait() -> BaseException | None:
        try:
            await future
        except BaseException as raised:  # noqa: BLE001 - whatever an await raises is looked at
            await turns(1)
            return raised
        return None

    task = loop.create_task(wait())
    await turns()
    loop.call_soon(future.set_exception, error)
    await turns()

    assert task.done(), "a task waiting for a future that failed is pending; expected it to resume"
    assert outcome(task) is error, (
        f"awaiting a future that failed with {error!r} raised {outcome(task)!r} in the task; "
        "expected that very exception, and the task to go on when it caught it"
    )


@requirement(
    "future.await.outside_task",
    api="Future.__await__",
    level="implied",
    since="3.11",
    doc=FUTURE,
)
def test_the_iterator_of_a_future_yields_the_future(loop: AbstractEventLoop) -> None:
    """Driven by hand, a pending future's iterator yields that future, and later its result.

    If this fails, look for an __await__() that yields an object of its own: a task of
    another implementation recognises what it has to wait for by this.
    """
    future = loop.create_future()
    iterator = iter(future.__await__())
    run_turns(loop)

    yielded = next(iterator)
    future.set_result("value")

    assert yielded is future, (
        f"the iterator of a pending future yielded {yielded!r}; expected the future itself"
    )
    with expect_raises(StopIteration, "next() of the iterator, after set_result()") as caught:
        next(iterator)
    assert caught.error.value == "value", (
        f"the iterator ended with {caught.error.value!r} after set_result('value'); "
        "expected 'value'"
    )
