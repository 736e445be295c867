"""Loops and threads: loops side by side, and one loop in several threads in turn."""

from __future__ import annotations

import threading
from asyncio import AbstractEventLoop
from collections.abc import Callable

from ..support.connecting import running_loop
from ..support.requirement import requirement
from ..support.running import expect_usable, in_run, in_thread
from ..support.tasks import expect_accepted


@requirement(
    "loops.two_threads_concurrently",
    api="loop",
    level="documented",
    since="3.11",
    doc="library/asyncio-dev.html#asyncio-multithreading",
)
def test_two_loops_run_at_once_in_two_threads(
    loop: AbstractEventLoop, loop_factory: Callable[[], AbstractEventLoop]
) -> None:
    """Different loops can run at the same time in different threads without affecting each other.

    If this fails, look for a lock, a queue or a wake-up pipe that all loops share.
    """
    meeting = threading.Barrier(2, timeout=2)  # seconds; both are there at once, or never
    seen: dict[str, object] = {}

    async def running(own: AbstractEventLoop, name: str) -> None:
        meeting.wait()
        fired = own.create_future()
        own.call_later(0.001, fired.set_result, name)
        firing = await fired
        meeting.wait()
        seen[name] = (running_loop() is own, own.is_running(), firing)

    def run_second() -> None:
        second_loop = loop_factory()  # each loop in the thread that made it
        try:
            second_loop.run_until_complete(running(second_loop, "second"))
        except threading.BrokenBarrierError:
            seen["second"] = "never met the other"
        finally:
            second_loop.close()

    thread = threading.Thread(target=run_second, daemon=True)
    thread.start()
    try:
        loop.run_until_complete(running(loop, "first"))
    except threading.BrokenBarrierError:
        seen["first"] = "never met the other"
    thread.join()

    assert seen == {"first": (True, True, "first"), "second": (True, True, "second")}, (
        f"two loops in two threads, as (is get_running_loop(), is_running(), fired), saw {seen}; "
        "expected each to be the running loop of its thread, at the same time"
    )


@requirement(
    "loops.run_leaves_others_open",
    api="loop",
    level="implied",
    since="3.11",
    doc="library/asyncio-eventloop.html#asyncio.loop.close",
)
def test_the_run_of_a_loop_leaves_others_open(
    loop: AbstractEventLoop, second_loop: AbstractEventLoop
) -> None:
    """A loop that is not running stays open while another one runs, and works after that.

    If this fails, look for something that all loops share, and that one loop per thread
    or process is taken to own.
    """
    seen: dict[str, object] = {}

    def look(when: str) -> None:
        seen[when] = second_loop.is_closed()

    look("before the run")
    in_run(loop, lambda: look("in the run"))
    look("after the run")

    assert seen == dict.fromkeys(seen, False), (
        f"is_closed() of a second loop, asked around the run of a first, answered {seen}; "
        "expected it open all the time"
    )
    expect_usable(second_loop, "after another loop had run")


@requirement(
    "loops.created_here_run_there",
    api="loop",
    level="implied",
    since="3.11",
    doc="library/asyncio-dev.html#asyncio-multithreading",
)
def test_a_loop_runs_in_any_thread(loop: AbstractEventLoop) -> None:
    """A loop may be created in one thread, run in a second and a third, and closed in the first.

    If this fails, look for a loop that remembers the thread that created it, or that ran it.
    """
    threads: list[int] = []
    loop.call_soon(lambda: threads.append(threading.get_ident()))

    async def here() -> int:
        return threading.get_ident()

    def run_here() -> tuple[int, int]:
        return threading.get_ident(), loop.run_until_complete(here())

    with expect_accepted("run_until_complete() in a second thread"):
        second, ran_in_second = in_thread(run_here)
    with expect_accepted("run_until_complete() in a third thread"):
        third, ran_in_third = in_thread(run_here)
    with expect_accepted("close() in the first thread"):
        loop.close()

    assert (threads, ran_in_second, ran_in_third) == ([second], second, third), (
        f"a loop that was run in the threads {second} and {third} ran a callback in {threads} and "
        f"coroutines in {ran_in_second} and {ran_in_third}; expected the thread of each run"
    )
    assert loop.is_closed(), "close() left the loop open; expected it closed"
