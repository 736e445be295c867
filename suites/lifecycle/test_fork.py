"""fork() inside a run: the child has no running loop but can have one, the parent goes on.

The manual does not speak of fork(). It is implied by what it says of get_running_loop(), which
answers for the calling thread of this process, and multiprocessing's fork method needs it.
"""

from __future__ import annotations

import asyncio
import threading
from asyncio import AbstractEventLoop
from collections.abc import Callable

from ..support.connecting import running_loop
from ..support.requirement import requirement
from ..support.running import in_child
from ..support.tracking import state_of
from ..support.turns import turns

NEW_EVENT_LOOP = "library/asyncio-eventloop.html#asyncio.new_event_loop"
GET_RUNNING_LOOP = "library/asyncio-eventloop.html#asyncio.get_running_loop"
RUN = "library/asyncio-eventloop.html#asyncio.loop.run_until_complete"


async def work(loop: AbstractEventLoop) -> str:
    """Use what a loop may share with others: a timer, a wake-up by a thread, the executor."""
    fired, woken = loop.create_future(), loop.create_future()
    loop.call_later(0.001, fired.set_result, "timer")
    other = threading.Thread(
        target=loop.call_soon_threadsafe, args=(woken.set_result, "thread"), daemon=True
    )
    other.start()
    done = [await fired, await woken, await loop.run_in_executor(None, str, "executor")]
    other.join()
    await turns()
    return ", ".join(done)


def run_and_close(factory: Callable[[], AbstractEventLoop]) -> str:
    """Make a loop, have it work, and close it."""
    loop = factory()
    try:
        return str(loop.run_until_complete(work(loop)))
    finally:
        loop.close()


@requirement(
    "fork.child_has_no_running_loop",
    api="asyncio.get_running_loop",
    level="implied",
    since="3.11",
    platforms=["unix"],
    doc=GET_RUNNING_LOOP,
)
async def test_a_forked_child_has_no_running_loop(loop: AbstractEventLoop) -> None:
    """In a child process that was forked inside a run, get_running_loop() raises RuntimeError.

    If this fails, look for a running loop that is kept where asyncio does not forget it after
    a fork.
    """

    def look() -> str:
        return "none" if running_loop() is None else "a loop"

    answer = in_child(look)
    registered = running_loop()

    assert answer == "none", (
        f"get_running_loop() in a child that was forked inside a run gave {answer}; expected none"
    )
    assert registered is loop, (
        f"get_running_loop() in the parent gave {registered!r} after that; expected its loop"
    )
    await turns()


@requirement(
    "fork.child_can_run_new_loop",
    api="loop.run_until_complete",
    level="implied",
    since="3.11",
    platforms=["unix"],
    doc=NEW_EVENT_LOOP,
)
async def test_a_forked_child_can_run_a_loop_of_its_own(
    loop_factory: Callable[[], AbstractEventLoop],
) -> None:
    """A child forked inside a run can make a loop of its own with the same factory, and run it.

    If this fails, look for state of the process that a fork copies: pipes, a selector, threads
    that are no longer there, locks that one of them held.
    """
    answer = in_child(lambda: run_and_close(loop_factory))

    await turns()
    assert answer == "timer, thread, executor", (
        f"a new loop in a child that was forked inside a run gave {answer}; "
        "expected 'timer, thread, executor'"
    )


@requirement(
    "fork.parent_unaffected_by_child",
    api="loop",
    level="implied",
    since="3.11",
    platforms=["unix"],
    doc=RUN,
)
async def test_a_forked_child_does_not_disturb_its_parent(
    loop: AbstractEventLoop, loop_factory: Callable[[], AbstractEventLoop]
) -> None:
    """A running loop keeps working after a forked child ran and closed a loop of the child's own.

    If this fails, look for a child that reads its parent's wake-up pipe, or that takes what both
    share out of the kernel's poll when it closes its loop.
    """
    in_child(lambda: run_and_close(loop_factory))  # whether it can is a requirement of its own

    working = asyncio.ensure_future(work(loop))
    await asyncio.wait({working}, timeout=2)  # seconds, which only a broken loop needs

    assert state_of(working) == "returned 'timer, thread, executor'", (
        f"a loop in whose run a child was forked, which ran a loop of its own, left its work "
        f"{state_of(working)}; expected 'timer, thread, executor'"
    )
