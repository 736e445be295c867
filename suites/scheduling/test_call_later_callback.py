"""call_later() and call_at(): the callback's arguments and context, and how often it is called."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.clocks import PATIENCE, run_until
from ..support.requirement import requirement
from ..support.tasks import MARK, context_with
from ..support.turns import run_turns
from .methods import TIMED, schedule


@requirement(
    "call_later.args_and_exactly_once", api="loop.call_later", level="documented", since="3.11"
)
@pytest.mark.parametrize("method", TIMED)
def test_a_timer_calls_its_callback_once_with_its_arguments(
    loop: AbstractEventLoop, method: str
) -> None:
    """The callback gets the arguments given and is called once, however long the loop runs.

    If this fails, look for a timer that is armed again like a periodic one, or for timers
    that are not removed when they have fired.
    """
    called: list[tuple[Any, ...]] = []
    later: list[str] = []

    def callback(*args: Any) -> None:
        called.append(args)

    schedule(loop, method, callback, 1, "a", delay=0.001)
    run_until(loop, lambda: called)
    loop.call_later(0.005, later.append, "later")
    run_until(loop, lambda: later)
    run_turns(loop)

    assert called[:1] == [(1, "a")], (
        f"{method}(0.001, callback, 1, 'a') called it with {called} in up to {PATIENCE} s; "
        "expected (1, 'a')"
    )
    assert len(called) == 1, (
        f"{method}(0.001, callback) had called it {len(called)} times after three runs; "
        "expected one call"
    )


@requirement("call_later.context.explicit", api="loop.call_later", level="documented", since="3.11")
@pytest.mark.parametrize("method", TIMED)
def test_a_timer_runs_in_the_context_it_was_given(loop: AbstractEventLoop, method: str) -> None:
    """With context=ctx a timer's callback runs in ctx itself.

    If this fails, look for a context that is dropped by call_later() or by call_at().
    """
    seen: list[str] = []
    given, caller = context_with("given"), context_with("caller")

    def callback() -> None:
        seen.append(MARK.get())
        MARK.set("changed")

    caller.run(schedule, loop, method, callback, context=given)
    caller.run(run_until, loop, lambda: seen)

    assert seen == ["given"], (
        f"a {method}() timer given a context in which the variable is 'given' read {seen}; "
        "expected ['given']"
    )
    after = [given[MARK], caller[MARK]]
    assert after == ["changed", "caller"], (
        f"after a {method}() timer had set the variable to 'changed', the given context and the "
        f"caller's held {after}; expected the change in the given context alone"
    )


@requirement(
    "call_later.context.default_snapshot", api="loop.call_later", level="documented", since="3.11"
)
@pytest.mark.parametrize("method", TIMED)
def test_a_timers_context_is_copied_when_it_is_made(loop: AbstractEventLoop, method: str) -> None:
    """Without context a timer's callback runs in a copy of the one current when it was made.

    If this fails, look for a context that is copied when the timer fires.
    """
    seen: list[str] = []
    caller, starter = context_with("before"), context_with("starter")

    def callback() -> None:
        seen.append(MARK.get())
        MARK.set("callback")

    caller.run(schedule, loop, method, callback)
    caller.run(MARK.set, "after")
    starter.run(run_until, loop, lambda: seen)

    assert seen == ["before"], (
        f"a {method}() timer, made before its caller changed the variable, read {seen}; "
        f"expected the value at the call, ['before']"
    )
    after = [caller[MARK], starter[MARK]]
    assert after == ["after", "starter"], (
        f"after a {method}() timer had set the variable, its caller and the loop's starter read "
        f"{after}; expected their own values"
    )
