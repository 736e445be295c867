"""call_soon_threadsafe(): closed loops, contexts, handles, many calls, and signal handlers."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from asyncio import AbstractEventLoop
from collections.abc import Callable
from typing import Any

import pytest

from ..support.clocks import PATIENCE, rescued
from ..support.expect import expect_raises, not_observable
from ..support.requirement import requirement
from ..support.tasks import MARK, context_with
from ..support.turns import run_turns, turns
from .methods import in_thread

BACKLOG = 5000
"""Calls whose wake-ups, unheard, fill the buffer of a socket."""


@requirement(
    "call_soon_threadsafe.closed_loop",
    api="loop.call_soon_threadsafe",
    level="documented",
    since="3.11",
)
@pytest.mark.parametrize("thread", ["own", "other"])
def test_a_closed_loop_refuses_callbacks(loop: AbstractEventLoop, thread: str) -> None:
    """On a closed loop it raises RuntimeError, in whichever thread.

    If this fails, look for a call that writes to the closed wake-up descriptor, or that
    queues the callback without asking whether the loop is closed.
    """
    ran: list[str] = []

    def submit(label: str) -> None:
        loop.call_soon_threadsafe(ran.append, label)

    def call(work: Callable[[], Any]) -> None:
        work() if thread == "own" else in_thread(work)

    call(lambda: submit("open"))
    run_turns(loop)
    loop.close()
    with expect_raises(RuntimeError, f"call_soon_threadsafe() in the {thread} thread, loop closed"):
        call(lambda: submit("closed"))

    assert ran == ["open"], (
        f"callbacks submitted before and after close() ran as {ran}; expected ['open']"
    )


@requirement(
    "call_soon_threadsafe.context.explicit",
    api="loop.call_soon_threadsafe",
    level="documented",
    since="3.11",
)
def test_a_threads_callback_runs_in_the_context_it_was_given(loop: AbstractEventLoop) -> None:
    """With context=ctx, a callback submitted by a thread runs in ctx itself.

    If this fails, look for a context that is dropped where calls change threads.
    """
    seen: list[str] = []
    given, starter = context_with("given"), context_with("starter")

    def callback() -> None:
        seen.append(MARK.get())
        MARK.set("changed")

    in_thread(lambda: loop.call_soon_threadsafe(callback, context=given))
    starter.run(run_turns, loop)

    assert seen == ["given"], (
        "a callback submitted with a context in which the variable is 'given' "
        f"read {seen}; expected ['given']"
    )
    after = [given[MARK], starter[MARK]]
    assert after == ["changed", "starter"], (
        "after the callback had set the variable to 'changed', the given context and the "
        f"loop's starter held {after}; expected the change in the given context alone"
    )


@requirement(
    "call_soon_threadsafe.context.default_is_callers",
    api="loop.call_soon_threadsafe",
    level="implied",
    since="3.11",
)
def test_a_threads_callback_runs_in_a_copy_of_the_threads_context(
    loop: AbstractEventLoop,
) -> None:
    """Without context the callback runs in a copy of the submitting thread's context.

    If this fails, look for a context that is copied when the loop picks the callback up.
    """
    seen: list[str] = []
    submitter, starter = context_with("thread"), context_with("loop")

    def callback() -> None:
        seen.append(MARK.get())
        MARK.set("callback")

    in_thread(lambda: submitter.run(loop.call_soon_threadsafe, callback))
    starter.run(run_turns, loop)

    assert seen == ["thread"], (
        "a callback submitted by a thread whose variable is 'thread', to a loop started where "
        f"it is 'loop', read {seen}; expected ['thread']"
    )
    after = [submitter[MARK], starter[MARK]]
    assert after == ["thread", "loop"], (
        f"after the callback had set the variable, the thread and the loop's starter read {after}; "
        "expected their own values"
    )


@requirement(
    "call_soon_threadsafe.returns.handle_instance",
    api="loop.call_soon_threadsafe",
    level="documented",
    since="3.11",
)
def test_call_soon_threadsafe_returns_an_asyncio_handle(loop: AbstractEventLoop) -> None:
    """The return value is an instance of asyncio.Handle, as that of call_soon().

    If this fails, look for a method that returns nothing, or for a handle class of the
    loop's own that does not derive from asyncio.Handle.
    """
    ran: list[str] = []

    handle: object = loop.call_soon_threadsafe(ran.append, "callback")
    run_turns(loop)

    assert ran == ["callback"], f"call_soon_threadsafe() ran {ran}; expected the callback"
    assert isinstance(handle, asyncio.Handle), (
        f"call_soon_threadsafe() returned a {type(handle).__qualname__}; "
        "expected an instance of asyncio.Handle"
    )


@requirement(
    "call_soon_threadsafe.handle_cancel",
    api="loop.call_soon_threadsafe",
    level="documented",
    since="3.11",
)
async def test_the_handle_of_a_threadsafe_call_cancels_it(loop: AbstractEventLoop) -> None:
    """It returns a handle whose cancel(), called in time in the loop's thread, prevents the call.

    If this fails, look for a handle that is not the one in the queue.
    """
    ran: list[str] = []

    handle: Any = loop.call_soon_threadsafe(ran.append, "cancelled")
    if handle is None:  # that it returns a handle is a requirement of its own
        not_observable("call_soon_threadsafe() returned None, which can't be cancelled")
    handle.cancel()
    loop.call_soon_threadsafe(ran.append, "control")
    await turns()

    assert ran == ["control"], (
        "call_soon_threadsafe() whose handle was cancelled at once, and another one, "
        f"ran {ran}; expected ['control']"
    )
    assert handle.cancelled(), (
        f"cancelled() of a cancelled handle returned {handle.cancelled()}; expected True"
    )


@requirement(
    "call_soon_threadsafe.backlog",
    api="loop.call_soon_threadsafe",
    level="implied",
    since="3.11",
)
def test_many_calls_wait_for_a_loop_that_does_not_listen(loop: AbstractEventLoop) -> None:
    """However often it is called before the loop listens, no call fails and none is lost.

    If this fails, look for a wake-up that is written once for each call, into a pipe that
    is full at some time.
    """
    ran: list[int] = []

    for number in range(BACKLOG):
        try:
            loop.call_soon_threadsafe(ran.append, number)
        except OSError as error:
            raise AssertionError(
                f"call_soon_threadsafe() raised {error!r} after {number} calls to a loop that was "
                "not running; expected it to be accepted"
            ) from error
    run_turns(loop)

    assert ran == list(range(BACKLOG)), (
        f"{BACKLOG} calls of call_soon_threadsafe() to a loop that was not running ran {len(ran)} "
        "callbacks; expected all of them, in order"
    )


@requirement(
    "call_soon_threadsafe.from_signal_handler",
    api="loop.call_soon_threadsafe",
    level="documented",
    since="3.11",
    platforms=("unix",),
)
def test_a_signal_handler_can_wake_the_loop(loop: AbstractEventLoop) -> None:
    """Called by a handler of signal.signal(), in the loop's own thread, it wakes a waiting loop.

    If this fails, look for a call that does not interrupt the poll when it is made in the
    loop's own thread: a signal can come during the poll.
    """
    if threading.current_thread() is not threading.main_thread():
        not_observable("signals are handled in the main thread, and the loop runs in another")
    woken_by: list[str] = []
    handled: list[float] = []

    def end() -> None:
        woken_by.append("signal handler")
        loop.stop()

    def handle(*_: object) -> None:
        handled.append(time.monotonic())
        loop.call_soon_threadsafe(end)

    before = signal.signal(signal.SIGUSR1, handle)
    # the loop falls asleep in the meantime; one that is still awake passes as well
    sender = threading.Timer(0.02, signal.pthread_kill, [threading.get_ident(), signal.SIGUSR1])
    try:
        loop.call_soon(sender.start)
        began = time.monotonic()
        with rescued(loop, lambda: woken_by.append("another thread")):
            loop.run_forever()
        if sender.ident is not None:
            sender.join()
    finally:
        signal.signal(signal.SIGUSR1, before)

    # a wait that does not let Python run the handler has a requirement of its own
    late = not handled or handled[0] - began > PATIENCE / 2
    if late and "another thread" in woken_by:
        not_observable("Python's handler did not run before another thread woke the loop")
    assert woken_by == ["signal handler"], (
        "an idle loop, to which a signal handler submitted a callback, heard of "
        f"{woken_by}; expected the handler alone, without another thread after {PATIENCE} s"
    )
