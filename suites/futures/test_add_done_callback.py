"""Future.add_done_callback(): when, in which order and with what done callbacks are called."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import Callable
from typing import Any

import pytest

from ..support.requirement import requirement
from ..support.tasks import MARK, context_with, escaped_from_run
from ..support.tracking import state_of
from ..support.turns import run_turns

COMPLETIONS: dict[str, Callable[[asyncio.Future[Any]], object]] = {
    "set_result": lambda future: future.set_result(1),
    "set_exception": lambda future: future.set_exception(KeyError("from the check")),
    "cancel": lambda future: future.cancel(),
}
MANY = 300


@requirement(
    "future.callback.via_call_soon",
    api="Future.add_done_callback",
    level="documented",
    since="3.11",
)
@pytest.mark.parametrize("running", [False, True], ids=["loop_stopped", "loop_running"])
@pytest.mark.parametrize("how", COMPLETIONS)
def test_completing_a_future_calls_no_callback_itself(
    loop: AbstractEventLoop, how: str, running: bool
) -> None:
    """Completing a future schedules its done callbacks; none is called before that returns.

    If this fails, look for a completion that goes through the callbacks itself in place of
    handing them to call_soon().
    """
    called: list[object] = []
    at_return: list[int] = []
    future = loop.create_future()
    future.add_done_callback(called.append)

    def complete() -> None:
        COMPLETIONS[how](future)
        at_return.append(len(called))

    if running:
        loop.call_soon(complete)
    else:
        complete()
    run_turns(loop)
    state = state_of(future)  # and its exception is retrieved

    assert at_return == [0], (
        f"when {how}() returned, the done callback had been called {at_return} times; "
        "expected no call yet"
    )
    assert len(called) == 1, (
        f"some turns after {how}() the done callback had been called {len(called)} times, on a "
        f"future that {state}; expected one call"
    )


@requirement(
    "future.callback.order_and_queue_position",
    api="Future.add_done_callback",
    level="implied",
    since="3.11",
)
def test_done_callbacks_queue_where_the_future_was_completed(loop: AbstractEventLoop) -> None:
    """Done callbacks run in the order they were added, in the queue where the completion stood.

    If this fails, look for callbacks kept on a stack, or for a queue of their own.
    """
    ran: list[str] = []
    future = loop.create_future()
    future.add_done_callback(lambda _: ran.append("done 1"))
    future.add_done_callback(lambda _: ran.append("done 2"))

    loop.call_soon(ran.append, "before")
    future.set_result(None)
    loop.call_soon(ran.append, "after")
    run_turns(loop)

    assert ran == ["before", "done 1", "done 2", "after"], (
        f"a completion between two call_soon() ran callbacks as {ran}; "
        "expected both done callbacks, as they were added, between the two"
    )


@requirement(
    "future.callback.added_after_done",
    api="Future.add_done_callback",
    level="documented",
    since="3.11",
)
@pytest.mark.parametrize("how", COMPLETIONS)
def test_a_callback_added_to_a_done_future_is_scheduled(loop: AbstractEventLoop, how: str) -> None:
    """A callback added to a future that is done is scheduled at once, and called once.

    If this fails, look for an add_done_callback() that does not ask whether it comes late,
    or that calls the callback itself.
    """
    called: list[str] = []
    future = loop.create_future()
    COMPLETIONS[how](future)
    state = state_of(future)  # and its exception is retrieved
    run_turns(loop)

    future.add_done_callback(lambda _: called.append("late"))
    at_return = len(called)
    loop.call_soon(called.append, "queued behind")
    run_turns(loop)

    assert at_return == 0, (
        f"add_done_callback() on a future that {state} called the callback itself; "
        "expected it to be scheduled"
    )
    assert called == ["late", "queued behind"], (
        f"a callback added to a future that {state}, and another queued behind it, "
        f"ran as {called}; expected each once, in this order"
    )


@requirement(
    "future.callback.argument",
    api="Future.add_done_callback",
    level="documented",
    since="3.11",
)
@pytest.mark.parametrize("late", [False, True], ids=["added_before", "added_after"])
def test_a_done_callback_gets_the_future_alone(loop: AbstractEventLoop, late: bool) -> None:
    """A done callback is called with the future as its only argument.

    If this fails, look for a wrapper around the callback that passes on the result, or more.
    """
    calls: list[tuple[object, ...]] = []
    future = loop.create_future()

    if late:
        future.set_result("the result")
        run_turns(loop)
    future.add_done_callback(lambda *args: calls.append(args))
    if not late:
        future.set_result("the result")
    run_turns(loop)

    assert len(calls) == 1, f"the done callback was called {len(calls)} times; expected one call"
    assert [argument is future for argument in calls[0]] == [True], (
        f"the done callback got the arguments {calls[0]}; expected the future, and nothing else"
    )


@requirement(
    "future.callback.context",
    api="Future.add_done_callback",
    level="documented",
    since="3.11",
)
@pytest.mark.parametrize("given", [False, True], ids=["current", "given"])
def test_a_done_callback_runs_in_the_context_it_was_added_with(
    loop: AbstractEventLoop, given: bool
) -> None:
    """A done callback runs in the context given with it, else in that in which it was added.

    If this fails, look for callbacks that are scheduled without the context they came with,
    and so run in that of whoever completes the future.
    """
    # context=None is left alone: the manual does not say that it means "not given", and
    # asyncio's two implementations of the future differ there.
    seen: list[str] = []
    future = loop.create_future()
    options: dict[str, Any] = {"context": context_with("given")} if given else {}

    adder, completer = context_with("adder"), context_with("completer")
    adder.run(future.add_done_callback, lambda _: seen.append(MARK.get()), **options)
    completer.run(future.set_result, None)
    completer.run(run_turns, loop)

    expected = "given" if given else "adder"
    assert seen == [expected], (
        f"a done callback added {'with' if given else 'without'} a context read {seen}; "
        f"expected [{expected!r}]"
    )


@requirement(
    "future.callback.base_exception_propagates",
    api="Future.add_done_callback",
    level="implied",
    since="3.11",
)
@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt])
def test_an_exit_from_a_done_callback_leaves_the_run(
    loop: AbstractEventLoop, kind: type[BaseException]
) -> None:
    """SystemExit and KeyboardInterrupt of a done callback leave run_forever(); the rest still runs.

    If this fails, look for an `except BaseException` around done callbacks, or for a run
    that drops what it had taken from the ready queue.
    """
    ran: list[str] = []
    future = loop.create_future()

    def leave(_: asyncio.Future[Any]) -> None:
        raise kind

    future.add_done_callback(leave)
    future.add_done_callback(lambda _: ran.append("second"))
    future.set_result(None)
    left = escaped_from_run(loop, kind)
    loop.call_soon(loop.stop)
    loop.run_forever()

    assert left is not None, (
        f"run_forever() raised nothing when a done callback raised {kind.__name__}; "
        "expected it to leave the run"
    )
    assert ran == ["second"], (
        f"of a done callback behind the one that raised {kind.__name__}, the next run ran {ran}; "
        "expected ['second']"
    )


@requirement(
    "future.callback.many_futures_one_iteration",
    api="Future.add_done_callback",
    level="implied",
    since="3.11",
)
def test_many_futures_completed_in_one_turn(loop: AbstractEventLoop) -> None:
    """However many futures are completed in one turn, the next runs all their callbacks in order.

    If this fails, look for a limit on what one turn runs, or for batches that overtake
    each other.
    """
    ran: list[object] = []
    futures = [loop.create_future() for _ in range(MANY)]
    numbered = {future: number for number, future in enumerate(futures)}
    for future in futures:
        future.add_done_callback(lambda future: ran.append(numbered[future]))

    def begin_turn() -> None:
        ran.append("next turn")
        loop.call_soon(ran.append, "turn after")

    def complete_all() -> None:
        loop.call_soon(begin_turn)
        for future in futures:
            future.set_result(None)

    loop.call_soon(complete_all)
    run_turns(loop)

    numbers = [entry for entry in ran if isinstance(entry, int)]
    assert numbers == list(range(MANY)), (
        f"{MANY} futures completed in one turn called {len(numbers)} done callbacks, in the order "
        f"{numbers[:20]}...; expected all of them, in the order of completion"
    )
    assert (ran[0], ran[-1]) == ("next turn", "turn after"), (
        f"the done callbacks ran beyond the turn that followed the completions, from {ran[0]!r} "
        f"to {ran[-1]!r}; expected all of them in that one turn"
    )
