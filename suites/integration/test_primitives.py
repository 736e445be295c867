"""Locks, events, conditions, semaphores, barriers and queues, on the futures of the loop."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from ..support.expect import expect_raises
from ..support.requirement import requirement
from ..support.runners import ending_of
from ..support.tasks import expect_accepted
from ..support.turns import turns

SYNC = "library/asyncio-sync.html#asyncio."
ENOUGH = 40
"""Turns after which a handful of tasks have passed a lock one by one."""


@requirement(
    "lock.fifo_on_loop", api="asyncio.Lock", level="documented", since="3.11", doc=SYNC + "Lock"
)
@pytest.mark.parametrize("cancelled", [0, 2], ids=["next_in_line", "later_in_line"])
async def test_a_lock_is_fair(loop: AbstractEventLoop, cancelled: int) -> None:
    """Tasks get a Lock in the order in which they asked; one that is cancelled is left out.

    If this fails, look for create_future() that hands out a future twice, or for wake-ups
    that reach another future than the one which was completed.
    """
    lock = asyncio.Lock()
    got: list[int] = []

    async def contend(number: int) -> None:
        async with lock:
            got.append(number)
            await turns(1)
            got.append(number)

    await lock.acquire()
    tasks = [loop.create_task(contend(number)) for number in range(5)]
    await turns()
    lock.release()
    tasks[cancelled].cancel()  # the next in line has been chosen by now, and has not run yet
    await turns(ENOUGH)
    for task in tasks:
        task.cancel()

    expected = [number for number in range(5) if number != cancelled for _ in range(2)]
    assert got == expected, (
        f"five tasks asked for a Lock, number {cancelled} was cancelled when it became free, and "
        f"the others entered and left it as {got}; expected {expected}"
    )


class Waiters:
    """Tasks that wait, and which of them came through, in order."""

    def __init__(self) -> None:
        self.through: list[int] = []
        self.tasks: list[asyncio.Task[None]] = []

    async def start(self, count: int, wait: Callable[[], Awaitable[Any]]) -> None:
        """Start that many tasks, and let them come to where they wait."""

        async def waiter(number: int) -> None:
            await wait()
            self.through.append(number)

        self.tasks += [asyncio.create_task(waiter(number)) for number in range(count)]
        await turns()

    def stop(self) -> None:
        """Cancel what is left of them."""
        for task in self.tasks:
            task.cancel()


async def set_event(waiters: Waiters) -> list[int]:
    """Set an Event that three tasks wait for: how many come through."""
    event = asyncio.Event()
    await waiters.start(3, event.wait)
    event.set()
    await turns(ENOUGH)
    return [len(waiters.through)]


async def notify_condition(waiters: Waiters) -> list[int]:
    """Notify two of three waiters of a Condition, then one: how many came through by then."""
    condition = asyncio.Condition()
    counts: list[int] = []

    async def wait() -> None:
        async with condition:
            await condition.wait()

    await waiters.start(3, wait)
    for count in (2, 1):
        async with condition:
            condition.notify(count)
        await turns(ENOUGH)
        counts.append(len(waiters.through))
    return counts


async def enter_semaphore(waiters: Waiters) -> list[int]:
    """Have six tasks enter a Semaphore(2): how many at once, and how many come through."""
    semaphore = asyncio.Semaphore(2)
    inside = [0]

    async def enter() -> None:
        async with semaphore:
            inside.append(inside[-1] + 1)
            await turns(2)
            inside.append(inside[-1] - 1)

    await waiters.start(6, enter)
    await turns(ENOUGH)
    return [max(inside), len(waiters.through)]


@requirement(
    "event_condition_semaphore.on_loop",
    api="asyncio.Event",
    level="documented",
    since="3.11",
    doc=SYNC + "Event",
)
@pytest.mark.parametrize(
    ("scenario", "expected"),
    [
        pytest.param(set_event, [3], id="event"),
        pytest.param(notify_condition, [2, 3], id="condition"),
        pytest.param(enter_semaphore, [2, 6], id="semaphore"),
    ],
)
async def test_primitives_wake_the_right_tasks(
    scenario: Callable[[Waiters], Awaitable[list[int]]], expected: list[int]
) -> None:
    """Event, Condition and Semaphore wake all of the tasks that they are to wake, and no others.

    If this fails, look for wake-ups that are lost where several futures are completed in
    one turn.
    """
    waiters = Waiters()

    seen = await scenario(waiters)
    waiters.stop()

    assert seen == expected, f"{scenario.__doc__} It was {seen}; expected {expected}"


@requirement(
    "barrier.on_loop",
    api="asyncio.Barrier",
    level="documented",
    since="3.11",
    doc=SYNC + "Barrier",
)
async def test_a_barrier_releases_its_parties_together() -> None:
    """The tasks that wait at a Barrier(3) pass when the third arrives, each with its own number.

    If this fails, look for wake-ups that are lost or merged where several futures are
    completed in one turn.
    """
    barrier = asyncio.Barrier(3)
    numbers: list[int] = []
    passed: list[int] = []

    async def wait() -> None:
        numbers.append(await barrier.wait())

    waiters = Waiters()
    for _ in range(3):
        await waiters.start(1, wait)
        await turns(ENOUGH)
        passed.append(len(numbers))
    waiters.stop()

    assert passed == [0, 0, 3], (
        f"at a Barrier(3), after each of three arrivals, {passed} tasks had passed; "
        "expected [0, 0, 3]"
    )
    assert sorted(numbers) == [0, 1, 2], (
        f"Barrier.wait() returned {numbers}; expected 0, 1 and 2 in some order"
    )


@requirement(
    "queue.producer_consumer",
    api="asyncio.Queue",
    level="documented",
    since="3.11",
    doc="library/asyncio-queue.html#asyncio.Queue",
)
async def test_a_queue_passes_items_in_order() -> None:
    """A Queue passes items in order between tasks, which wait where it is full or empty.

    If this fails, look for wake-ups that are lost where two tasks wait for each other in turn.
    """
    items, got = list(range(20)), list[int]()

    async def produce(queue: asyncio.Queue[int]) -> None:
        for item in items:
            await queue.put(item)

    async def consume(queue: asyncio.Queue[int]) -> None:
        while True:
            got.append(await queue.get())
            await turns(got[-1] % 3)  # now slower than the producer, now faster
            queue.task_done()

    async def main() -> str:
        queue: asyncio.Queue[int] = asyncio.Queue(maxsize=2)
        consumer = asyncio.create_task(consume(queue))
        await produce(queue)
        await queue.join()
        consumer.cancel()
        return "joined"

    ending = await ending_of(main())

    assert got == items, (
        f"a Queue that was given {items} passed on {got}; expected all of them in order"
    )
    assert ending == "returned 'joined'", f"join() gave: {ending}; expected it to return"


async def wait_for_lock(lock: asyncio.Lock) -> None:
    """Contend for the lock."""
    if not lock.locked():
        await lock.acquire()
    await lock.acquire()


@requirement(
    "primitives.bound_to_one_loop",
    api="asyncio.Lock",
    level="implied",
    since="3.11",
    doc=SYNC + "Lock",
)
@pytest.mark.parametrize("kind", ["lock", "queue"])
def test_primitives_belong_to_one_loop(
    loop: AbstractEventLoop, second_loop: AbstractEventLoop, kind: str
) -> None:
    """What was waited for in one loop can be waited for there again, and in no other loop.

    If this fails, look for a running loop that is not the same object each time, or that is
    the same object for two loops.
    """
    lock, queue = asyncio.Lock(), asyncio.Queue[int]()
    waited: list[str] = []

    async def wait() -> None:
        waiting = asyncio.ensure_future(wait_for_lock(lock) if kind == "lock" else queue.get())
        await turns()
        waited.append("did not wait" if waiting.done() else "waited")
        waiting.cancel()
        await turns()
        if not waiting.cancelled():
            await waiting

    for count in (1, 2):
        with expect_accepted(f"waiting for a {kind} in its own loop, run number {count},"):
            loop.run_until_complete(wait())
    with expect_raises(RuntimeError, f"waiting for a {kind} in another loop"):
        second_loop.run_until_complete(wait())

    assert waited == ["waited", "waited", "did not wait"], (
        f"a {kind} in its loop, there again, and in another loop: {waited}; expected tasks to "
        "wait in the first loop alone"
    )
