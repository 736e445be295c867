"""The handles of timers: what they are, and what when() tells."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop
from typing import Any

import pytest

from ..support.clocks import EARLY, FAR, run_until
from ..support.requirement import requirement
from ..support.turns import run_turns
from .methods import TIMED, schedule

HANDLE = "library/asyncio-eventloop.html#asyncio.TimerHandle"
STATES = ("pending", "fired", "cancelled")


@requirement(
    "call_later.returns.timer_handle_instance",
    api="loop.call_later",
    level="documented",
    since="3.11",
)
@pytest.mark.parametrize("method", TIMED)
def test_a_timer_is_an_asyncio_timer_handle(loop: AbstractEventLoop, method: str) -> None:
    """call_later() and call_at() return instances of asyncio.TimerHandle.

    If this fails, look for a class of the loop's own that does not derive from it, or for
    a plain Handle.
    """
    handle = schedule(loop, method, run_turns, delay=FAR)
    run_turns(loop)
    is_one = isinstance(handle, asyncio.TimerHandle)
    handle.cancel()

    assert is_one, (
        f"{method}() returned a {type(handle).__qualname__}; "
        "expected an instance of asyncio.TimerHandle"
    )


def _timer(loop: AbstractEventLoop, method: str, state: str) -> Any:
    """A timer in that state."""
    ran: list[str] = []
    handle = schedule(loop, method, ran.append, "timer", delay=0.001 if state == "fired" else FAR)
    if state == "cancelled":
        handle.cancel()
    if state == "fired":
        run_until(loop, lambda: ran)
    else:
        run_turns(loop)
    assert ran == (["timer"] if state == "fired" else []), (
        f"a timer that is to be {state} ran {ran}; expected it to be {state}"
    )
    return handle


@requirement(
    "call_later.returns.timer_handle_interface",
    api="loop.call_later",
    level="documented",
    since="3.11",
    doc=HANDLE,
)
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("method", TIMED)
def test_a_timers_methods_work_in_each_state(
    loop: AbstractEventLoop, method: str, state: str
) -> None:
    """A timer has cancel(), cancelled() and when(), before and after it fired or was cancelled.

    If this fails, look for a method that needs what the timer gives up when it is over.
    """
    handle = _timer(loop, method, state)
    trouble: dict[str, object] = {}

    for name in ("when", "cancelled", "cancel", "when"):
        try:
            answer = getattr(handle, name)()
        except Exception as error:  # noqa: BLE001 - whatever it is, the check tells of it
            trouble[f"{name}()"] = error
        else:
            if name == "when" and not isinstance(answer, float):
                trouble["when()"] = answer

    assert not trouble, (
        f"the methods of a {state} {method}() timer came to {trouble}; "
        "expected cancel() and cancelled() to work and when() to return a float"
    )


@requirement(
    "call_later.zero_delay.returns_timer_handle",
    api="loop.call_later",
    level="documented",
    since="3.11",
)
@pytest.mark.parametrize(
    ("method", "delay"),
    [("call_later", 0), ("call_later", 1e-6), ("call_at", 0)],
)
def test_a_timer_that_is_due_at_once_has_when(
    loop: AbstractEventLoop, method: str, delay: float
) -> None:
    """Also for a zero or very small delay the return value is a timer with when().

    If this fails, look for a shortcut that hands such a delay to call_soon().
    """
    ran: list[str] = []

    before = loop.time()
    handle = schedule(loop, method, ran.append, "timer", delay=delay)
    after = loop.time()
    run_until(loop, lambda: ran)
    when = getattr(handle, "when", None)

    assert ran == ["timer"], f"{method}() with the delay {delay} ran {ran}; expected the timer"
    assert when is not None, (
        f"{method}() with the delay {delay} returned {handle!r}, which has no when(); "
        "expected a timer's handle"
    )
    earliest, latest = before + min(delay, 0) - EARLY, after + max(delay, 0) + EARLY
    assert earliest <= when() <= latest, (
        f"when() of {method}() with the delay {delay} lay {when() - before:.4f} s after the call; "
        "expected the time of the call or the delay away from it"
    )


@requirement(
    "timer_handle.when.value",
    api="TimerHandle.when",
    level="documented",
    since="3.11",
    doc=f"{HANDLE}.when",
)
@pytest.mark.parametrize("method", TIMED)
def test_when_is_the_scheduled_time(loop: AbstractEventLoop, method: str) -> None:
    """when() is the scheduled time on the scale of loop.time(), in seconds.

    If this fails, look for a when() that returns the delay, milliseconds, or a reading of
    another clock.
    """
    before = loop.time()
    handle = schedule(loop, method, run_turns, delay=5)
    after = loop.time()
    run_turns(loop)
    when = handle.when()
    handle.cancel()

    assert before + 5 - EARLY <= when <= after + 5 + EARLY, (
        f"when() of a {method}() timer due in 5 s returned {when}, where loop.time() was {before} "
        f"before and {after} after the call; expected 5 s later than that"
    )


@requirement(
    "timer_handle.when.stable_after_cancel",
    api="TimerHandle.when",
    level="implied",
    since="3.11",
    doc=f"{HANDLE}.when",
)
@pytest.mark.parametrize("state", ["fired", "cancelled"])
@pytest.mark.parametrize("method", TIMED)
def test_when_stays_after_the_timer_is_over(
    loop: AbstractEventLoop, method: str, state: str
) -> None:
    """when() keeps returning the deadline after the timer fired or was cancelled.

    If this fails, look for a deadline that is cleared together with the callback.
    """
    ran: list[str] = []

    handle = schedule(loop, method, ran.append, "timer", delay=0.001)
    before = handle.when()
    if state == "cancelled":
        handle.cancel()
        run_turns(loop)
    else:
        run_until(loop, lambda: ran)
    after = handle.when()

    assert after == before, (
        f"when() of a {method}() timer returned {before}, and {after!r} when it was {state} "
        f"(ran: {ran}); expected the same again"
    )
    assert bool(ran) == (state == "fired"), (
        f"a {method}() timer that is to be {state} ran {ran}; expected it to be {state}"
    )
