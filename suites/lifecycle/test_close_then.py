"""After close(): what a closed loop refuses, and what it still answers.

The manual says that no other method should be called then, and documents the RuntimeError
for call_soon_threadsafe() alone. That its siblings do the same is implied by that: a loop
that accepts what can never run leaves its caller waiting for ever.
"""

from __future__ import annotations

import threading
from asyncio import AbstractEventLoop
from collections.abc import Callable
from typing import Any

from ..support.expect import expect_raises
from ..support.requirement import requirement
from ..support.running import expect_usable
from ..support.turns import run_turns, turns

CLOSE = "library/asyncio-eventloop.html#asyncio.loop.close"
FUTURE_RESULT = "library/asyncio-future.html#asyncio.Future.result"


@requirement("close.then_call_soon", api="loop.call_soon", level="implied", since="3.11", doc=CLOSE)
def test_a_closed_loop_refuses_call_soon(loop: AbstractEventLoop) -> None:
    """On a closed loop call_soon() raises RuntimeError, and nothing is scheduled.

    If this fails, look for a call_soon() that does not ask whether the loop is closed.
    """
    ran: list[str] = []
    loop.call_soon(ran.append, "on an open loop")
    run_turns(loop)
    loop.close()

    with expect_raises(RuntimeError, "call_soon() on a closed loop"):
        loop.call_soon(ran.append, "on a closed loop")

    assert ran == ["on an open loop"], (
        f"call_soon() before and after close() ran {ran}; expected the first callback alone"
    )


@requirement(
    "close.then_call_later", api="loop.call_later", level="implied", since="3.11", doc=CLOSE
)
def test_a_closed_loop_refuses_call_later(loop: AbstractEventLoop) -> None:
    """On a closed loop call_later() raises RuntimeError, and nothing is scheduled.

    If this fails, look for a call_later() that does not ask whether the loop is closed.
    """
    ran: list[str] = []
    loop.call_later(0, ran.append, "on an open loop")
    loop.call_later(0.005, loop.stop)
    loop.run_forever()
    loop.close()

    with expect_raises(RuntimeError, "call_later() on a closed loop"):
        loop.call_later(0, ran.append, "on a closed loop")

    assert ran == ["on an open loop"], (
        f"call_later() before and after close() ran {ran}; expected the first timer alone"
    )


@requirement("close.then_call_at", api="loop.call_at", level="implied", since="3.11", doc=CLOSE)
def test_a_closed_loop_refuses_call_at(loop: AbstractEventLoop) -> None:
    """On a closed loop call_at() raises RuntimeError, and nothing is scheduled.

    If this fails, look for a call_at() that does not ask whether the loop is closed.
    """
    ran: list[str] = []
    now = loop.time()
    loop.call_at(now, ran.append, "on an open loop")
    loop.call_at(now + 0.005, loop.stop)
    loop.run_forever()
    loop.close()

    with expect_raises(RuntimeError, "call_at() on a closed loop"):
        loop.call_at(now, ran.append, "on a closed loop")

    assert ran == ["on an open loop"], (
        f"call_at() before and after close() ran {ran}; expected the first timer alone"
    )


@requirement(
    "close.then_run_in_executor",
    api="loop.run_in_executor",
    level="implied",
    since="3.11",
    doc=CLOSE,
)
def test_a_closed_loop_refuses_run_in_executor(loop: AbstractEventLoop) -> None:
    """On a closed loop run_in_executor() raises RuntimeError, and no thread is started.

    If this fails, look for a run_in_executor() that does not ask whether the loop is closed, or
    that asks after it has made the default executor.
    """
    ran: list[str] = []

    async def in_executor() -> None:
        await loop.run_in_executor(None, ran.append, "on an open loop")

    loop.run_until_complete(in_executor())
    loop.close()
    threads = set(threading.enumerate())
    with expect_raises(RuntimeError, "run_in_executor() on a closed loop"):
        loop.run_in_executor(None, ran.append, "on a closed loop")
    started = set(threading.enumerate()) - threads

    assert not started, f"run_in_executor() on a closed loop started {started}; expected no thread"
    assert ran == ["on an open loop"], (
        f"run_in_executor() before and after close() ran {ran}; expected the first job alone"
    )


@requirement(
    "close.query_methods_still_answer",
    api="loop.close",
    level="interop",
    since="3.11",
    libraries=["aiohttp", "asyncio transports"],
)
def test_a_closed_loop_still_answers(loop: AbstractEventLoop) -> None:
    """After close() the passive methods still answer, on which objects finalized late rely.

    If this fails, look for a close() that throws away what these methods read.
    """
    expect_usable(loop, "on a new loop")
    messages: list[object] = []

    def handler(*called_with: Any) -> None:
        messages.append(called_with[-1].get("message"))

    loop.set_exception_handler(handler)
    asked: dict[str, Callable[[], object]] = {
        "is_running": loop.is_running,
        "is_closed": loop.is_closed,
        "get_debug": loop.get_debug,
        "get_task_factory": loop.get_task_factory,
        "get_exception_handler": loop.get_exception_handler,
        "call_exception_handler": lambda: loop.call_exception_handler({"message": "late"}),
    }
    debug = loop.get_debug()

    loop.close()
    answers: dict[str, object] = {}
    for name, method in asked.items():
        try:
            answers[name] = method()
        except Exception as error:  # noqa: BLE001 - whatever a closed loop raises
            answers[name] = error

    expected = dict.fromkeys(asked, None) | {
        "is_running": False,
        "is_closed": True,
        "get_debug": debug,
        "get_exception_handler": handler,
    }
    assert answers == expected, (
        f"the methods of a closed loop answered {answers}; expected {expected}"
    )
    assert messages == ["late"], (
        f"call_exception_handler() on a closed loop brought {messages} to the handler; "
        "expected ['late']"
    )


@requirement(
    "loop.future_result_after_close",
    api="loop.create_future",
    level="implied",
    since="3.11",
    doc=FUTURE_RESULT,
)
def test_results_outlive_the_loop(loop: AbstractEventLoop) -> None:
    """Results and exceptions of futures and tasks remain available after their loop is closed.

    If this fails, look for a future whose state lives in the loop, or whose methods ask the
    loop first.
    """
    error = ValueError("from the check")
    done, failed = loop.create_task(turns(1)), loop.create_future()
    succeeded = loop.create_future()
    succeeded.set_result(5)
    failed.set_exception(error)
    run_turns(loop)
    loop.close()

    asks: list[Callable[[], object]]
    asks = [done.done, done.result, succeeded.result, failed.exception]
    seen: list[object] = []
    for ask in asks:
        try:
            seen.append(ask())
        except Exception as refusal:  # noqa: BLE001 - whatever a future of a closed loop raises
            seen.append(refusal)
    shown = [type(repr(future)) for future in (done, succeeded, failed)]

    assert seen == [True, None, 5, error], (
        "done() and result() of a task, result() of a future and exception() of another answered "
        f"{seen} after close(); expected {[True, None, 5, error]}"
    )
    assert shown == [str] * 3, f"repr() of futures of a closed loop gave {shown}; expected text"


@requirement(
    "loop.repr_any_state",
    api="loop",
    level="implied",
    since="3.11",
    doc="library/asyncio-eventloop.html#asyncio.AbstractEventLoop",
)
def test_a_loop_can_be_shown_in_any_state(loop: AbstractEventLoop) -> None:
    """repr() and str() of the loop work in every state: new, running, stopped and closed.

    If this fails, look for a __repr__ that asks for what a closed loop no longer has.
    """
    seen: dict[str, object] = {}

    def look(state: str) -> None:
        try:
            seen[state] = (type(repr(loop)), type(str(loop)))
        except Exception as error:  # noqa: BLE001 - whatever __repr__ raises
            seen[state] = error

    look("new")
    loop.call_soon(look, "running")
    run_turns(loop)
    look("stopped")
    loop.close()
    look("closed")

    expected = dict.fromkeys(("new", "running", "stopped", "closed"), (str, str))
    assert seen == expected, (
        f"repr() and str() of the loop, by its state, gave {seen}; expected text each time"
    )
