"""call_soon(): the context in which a callback runs."""

from __future__ import annotations

from asyncio import AbstractEventLoop

import pytest

from ..support.clocks import run_until
from ..support.requirement import requirement
from ..support.tasks import MARK, context_with, expect_accepted
from ..support.turns import run_turns
from .methods import ALL, schedule


@requirement("call_soon.context.explicit", api="loop.call_soon", level="documented", since="3.11")
def test_a_callback_runs_in_the_context_it_was_given(loop: AbstractEventLoop) -> None:
    """With context=ctx the callback runs in ctx itself: it reads its values, and changes it.

    If this fails, look for a context that is dropped on the way, or copied.
    """
    seen: list[str] = []
    given, caller = context_with("given"), context_with("caller")

    def callback() -> None:
        seen.append(MARK.get())
        MARK.set("changed")

    caller.run(schedule, loop, "call_soon", callback, context=given)
    caller.run(run_turns, loop)

    assert seen == ["given"], (
        f"a callback registered with a context in which the variable is 'given' read {seen}; "
        "expected ['given']"
    )
    after = [given[MARK], caller[MARK]]
    assert after == ["changed", "caller"], (
        f"after the callback had set the variable to 'changed', the given context and the "
        f"caller's held {after}; expected the change in the given context alone"
    )


@requirement(
    "call_soon.context.default_snapshot", api="loop.call_soon", level="documented", since="3.11"
)
def test_the_context_is_copied_at_registration(loop: AbstractEventLoop) -> None:
    """Without context the callback runs in a copy of the one current at its registration.

    If this fails, look for a context that is copied when the callback runs, or when the
    loop was started.
    """
    seen: list[str] = []
    caller, starter = context_with("before"), context_with("starter")

    caller.run(loop.call_soon, lambda: seen.append(MARK.get()))
    caller.run(MARK.set, "after")
    starter.run(run_turns, loop)

    assert seen == ["before"], (
        f"a callback registered before its caller changed the variable read {seen}; "
        "expected the value at the call of call_soon(), ['before']"
    )


@requirement(
    "call_soon.context.default_isolated", api="loop.call_soon", level="documented", since="3.11"
)
def test_what_a_callback_sets_stays_its_own(loop: AbstractEventLoop) -> None:
    """What a callback without a context sets is seen neither by its caller nor by other callbacks.

    If this fails, look for callbacks that run in the current context of the thread, or
    for one copy that serves several callbacks.
    """
    seen: list[str] = []
    caller, starter = context_with("caller"), context_with("starter")

    def callback() -> None:
        seen.append(MARK.get())
        MARK.set("callback")

    caller.run(loop.call_soon, callback)
    caller.run(loop.call_soon, callback)
    starter.run(run_turns, loop)

    assert seen == ["caller", "caller"], (
        f"two callbacks that each set the variable after reading it read {seen}; "
        "expected the caller's value twice"
    )
    after = [caller[MARK], starter[MARK]]
    assert after == ["caller", "starter"], (
        f"after the callbacks had set the variable, their caller and the loop's starter read "
        f"{after}; expected their own values"
    )


@requirement(
    "call_soon.context.none_is_default", api="loop.call_soon", level="implied", since="3.11"
)
@pytest.mark.parametrize("method", ALL)
def test_none_as_context_means_a_copy_of_the_callers(loop: AbstractEventLoop, method: str) -> None:
    """context=None is the same as no context: the callback runs in a copy of the caller's.

    If this fails, look for a None that is passed on until something tries to enter it.
    """
    seen: list[str] = []
    caller = context_with("caller")

    def callback() -> None:
        seen.append(MARK.get())
        MARK.set("callback")

    with expect_accepted(f"{method}(context=None)"):
        caller.run(schedule, loop, method, callback, context=None)
    run_until(loop, lambda: seen)

    assert seen == ["caller"], (
        f"a callback registered by {method}(context=None) read {seen}; "
        "expected the caller's value, ['caller']"
    )
    assert caller[MARK] == "caller", (
        f"a callback registered by {method}(context=None) left {caller[MARK]!r} in its caller's "
        "context; expected what it set to stay its own"
    )
