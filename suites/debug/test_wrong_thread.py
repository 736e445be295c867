"""Debug mode: calls from a thread that does not run the loop."""

from __future__ import annotations

import asyncio
import threading
from asyncio import AbstractEventLoop
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from ..support.expect import expect_raises, not_observable
from ..support.factories import turns_until
from ..support.requirement import requirement
from ..support.tasks import expect_accepted, nothing, returning
from ..support.turns import run_turns
from .threads import in_thread, in_thread_while_running

DEBUG_MODE = "library/asyncio-dev.html#asyncio-debug-mode"
MARGIN = 0.01
"""Seconds after which a run ends that nothing else has ended."""
PATIENCE = 100_000
"""Turns in which another thread has to be through."""


def _control(work: Callable[[], object]) -> None:
    """Do, without debug mode, what a check is about to do; end the check where it fails.

    The manual lets no other thread touch a loop, save by call_soon_threadsafe().
    """
    try:
        work()
    except NotImplementedError:
        raise
    except Exception as error:  # noqa: BLE001 - the loop may refuse in any way
        not_observable(f"also without debug mode the loop is for one thread alone: {error!r}")


def _refused_in_debug_mode(loop: AbstractEventLoop, name: str, call: Callable[[], object]) -> None:
    """Make the call from another thread while the loop, in debug mode, runs."""

    def expect_refusal() -> None:
        doing = f"in debug mode, {name} from a thread that does not run the loop"
        with expect_raises(Exception, doing):
            call()

    loop.set_debug(True)
    in_thread_while_running(loop, expect_refusal)


@requirement(
    "debug.wrong_thread.call_soon",
    api="loop.call_soon",
    level="documented",
    since="3.11",
    doc=DEBUG_MODE,
)
def test_call_soon_from_another_thread_is_refused(loop: AbstractEventLoop) -> None:
    """In debug mode call_soon() from a thread that does not run the loop raises an exception.

    If this fails, look for a check of the calling thread, which comes before anything
    is put into the ready queue.
    """
    ran: list[str] = []

    _refused_in_debug_mode(loop, "call_soon()", lambda: loop.call_soon(ran.append, "callback"))
    run_turns(loop)

    assert ran == [], (
        f"call_soon() refused a callback and it ran as {ran}; expected it to be dropped"
    )


@requirement(
    "debug.wrong_thread.call_later_call_at",
    api="loop.call_later",
    level="documented",
    since="3.11",
    doc=DEBUG_MODE,
)
@pytest.mark.parametrize("method", ["call_later", "call_at"])
def test_timers_from_another_thread_are_refused(loop: AbstractEventLoop, method: str) -> None:
    """In debug mode call_later() and call_at() from a wrong thread raise an exception.

    If this fails, look for a check that call_soon() alone makes.
    """
    ran: list[str] = []
    calls: dict[str, Callable[[], object]] = {
        "call_later": partial(loop.call_later, 0, ran.append, "timer"),
        "call_at": partial(loop.call_at, loop.time(), ran.append, "timer"),
    }

    _refused_in_debug_mode(loop, f"{method}()", calls[method])
    loop.call_later(MARGIN, loop.stop)
    loop.run_forever()

    assert ran == [], f"{method}() refused a timer and it ran as {ran}; expected it to be dropped"


@requirement(
    "debug.wrong_thread.via_futures_and_tasks",
    api="loop.create_task",
    level="implied",
    since="3.11",
    doc=DEBUG_MODE,
)
@pytest.mark.parametrize("call", ["create_task", "set_result"])
def test_tasks_and_futures_in_another_thread_are_refused(
    loop: AbstractEventLoop, call: str
) -> None:
    """In debug mode a wrong thread can neither create a task nor complete a future waited for.

    If this fails, look for steps and done callbacks that reach the ready queue by a way
    on which no thread is checked.
    """
    loop.set_exception_handler(lambda *_: None)  # a task may be half made
    coroutine = nothing()
    future: asyncio.Future[int] = loop.create_future()
    future.add_done_callback(lambda _: None)
    calls: dict[str, Callable[[], object]] = {
        "create_task": partial(loop.create_task, coroutine),
        "set_result": partial(future.set_result, 1),
    }

    try:
        _refused_in_debug_mode(loop, f"{call}()", calls[call])
    finally:
        coroutine.close()


@requirement(
    "debug.wrong_thread.threadsafe_exempt",
    api="loop.call_soon_threadsafe",
    level="documented",
    since="3.11",
    doc=DEBUG_MODE,
)
async def test_thread_safe_calls_are_not_refused(loop: AbstractEventLoop) -> None:
    """call_soon_threadsafe() and run_coroutine_threadsafe() work from any thread in debug mode.

    If this fails, look for call_soon_threadsafe() built upon the checked call_soon().
    """
    ran: list[str] = []
    loop.set_debug(True)

    def work() -> int:
        with expect_accepted("call_soon_threadsafe() from another thread, in debug mode,"):
            loop.call_soon_threadsafe(ran.append, "callback")
        return asyncio.run_coroutine_threadsafe(returning(5), loop).result()

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(work)
        await turns_until(answer.done, PATIENCE)

    assert answer.result() == 5, (
        f"run_coroutine_threadsafe() in debug mode brought {answer.result()!r}; expected 5"
    )
    assert ran == ["callback"], (
        f"call_soon_threadsafe() in debug mode ran {ran}; expected the callback, once"
    )


@requirement(
    "debug.wrong_thread.not_running_exempt",
    api="loop.call_soon",
    level="implied",
    since="3.11",
    doc=DEBUG_MODE,
)
def test_a_stopped_loop_takes_calls_from_any_thread(loop: AbstractEventLoop) -> None:
    """While the loop does not run, debug mode lets any thread schedule callbacks.

    If this fails, look for the thread that made the loop, or ran it last, taken for the
    one that runs it.
    """
    ran: list[tuple[str, bool]] = []
    here = threading.get_ident()
    run_turns(loop)

    def note(what: str) -> None:
        ran.append((what, threading.get_ident() == here))

    def work() -> None:
        for name in ("call_soon", "call_later"):
            delay = () if name == "call_soon" else (0,)
            with expect_accepted(f"in debug mode, {name}() by another thread on a stopped loop"):
                getattr(loop, name)(*delay, note, name)

    def schedule_and_run() -> None:
        ran.clear()
        in_thread(work)
        loop.call_later(MARGIN, loop.stop)
        loop.run_forever()
        assert sorted(ran) == [("call_later", True), ("call_soon", True)], (
            f"callbacks that another thread gave a stopped loop ran (which, in the running "
            f"thread) as {ran}; expected both, in the thread that runs the loop"
        )

    loop.set_debug(False)
    _control(schedule_and_run)
    loop.set_debug(True)
    schedule_and_run()


@requirement(
    "debug.wrong_thread.only_in_debug",
    api="loop.call_soon",
    level="implied",
    since="3.11",
    doc=DEBUG_MODE,
)
def test_without_debug_mode_no_thread_is_refused(loop: AbstractEventLoop) -> None:
    """Without debug mode call_soon() from another thread raises nothing.

    If this fails, look for a check of the calling thread that is always made.
    """
    accepted: list[object] = []
    loop.set_debug(False)

    def schedule_and_run() -> None:
        ran: list[str] = []
        in_thread(lambda: loop.call_soon(ran.append, "callback"))
        run_turns(loop)
        assert ran == ["callback"], f"call_soon() by another thread on a stopped loop ran {ran}"

    _control(schedule_and_run)

    def work() -> None:
        with expect_accepted("without debug mode, call_soon() from another thread"):
            accepted.append(loop.call_soon(lambda: None))

    in_thread_while_running(loop, work)

    assert len(accepted) == 1, (
        f"without debug mode, call_soon() from another thread came back {len(accepted)} times; "
        "expected once"
    )
