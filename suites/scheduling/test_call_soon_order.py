"""call_soon(): when callbacks run, in which order, and how often."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop

import pytest

from ..support.clocks import PATIENCE
from ..support.requirement import requirement
from ..support.turns import run_turns

MANY = 1000


@requirement("call_soon.order.fifo", api="loop.call_soon", level="documented", since="3.11")
def test_callbacks_run_in_the_order_of_their_registration(loop: AbstractEventLoop) -> None:
    """Callbacks run in the order in which they were registered.

    If this fails, look for a ready queue that is a stack, a heap or a set, or for a long
    queue that is cut into pieces.
    """
    ran: list[int] = []
    for number in range(MANY):
        loop.call_soon(ran.append, number)

    run_turns(loop)

    wrong = [place for place, number in enumerate(ran) if place != number]
    assert not wrong, (
        f"{MANY} callbacks, numbered as they were registered, ran as {ran[wrong[0] :][:5]}... "
        f"from place {wrong[0]} on; expected the order of their registration"
    )
    assert len(ran) == MANY, (
        f"only the first {len(ran)} of {MANY} callbacks ran; expected all of them"
    )


@requirement("call_soon.exactly_once", api="loop.call_soon", level="documented", since="3.11")
def test_each_registration_is_one_call(loop: AbstractEventLoop) -> None:
    """Each registration is one call, also of one callable registered again and again.

    If this fails, look for callbacks kept in a set or a dict, or for a queue that is not
    emptied at the end of a run.
    """
    called: list[str] = []
    counted: list[int] = []

    for _ in range(3):
        loop.call_soon(called.append, "once")
    for _ in range(3):
        loop.call_soon(loop.stop)
        loop.run_forever()
        counted.append(len(called))

    assert counted == [3, 3, 3], (
        f"a callback registered 3 times had been called {counted} times after three runs; "
        "expected 3 calls, all in the first run"
    )


@requirement("call_soon.not_synchronous", api="loop.call_soon", level="documented", since="3.11")
@pytest.mark.parametrize("place", ["stopped_loop", "callback", "coroutine"])
def test_call_soon_does_not_call_the_callback_itself(loop: AbstractEventLoop, place: str) -> None:
    """The callback never runs inside the call_soon() call.

    If this fails, look for a shortcut that calls the callback when the loop is running.
    """
    ran: list[str] = []
    ran_during_the_call: list[list[str]] = []
    tasks: list[asyncio.Task[None]] = []

    def register() -> None:
        loop.call_soon(ran.append, "callback")
        ran_during_the_call.append(ran.copy())

    async def body() -> None:
        register()

    if place == "stopped_loop":
        register()
    elif place == "callback":
        loop.call_soon(register)
    else:
        tasks.append(loop.create_task(body()))
    run_turns(loop)

    assert ran_during_the_call == [[]], (
        f"call_soon() in a {place} had run {ran_during_the_call} by the time it returned; "
        "expected nothing to have run"
    )
    assert ran == ["callback"], f"the turns after call_soon() ran {ran}; expected the callback"


@requirement(
    "call_soon.nested_goes_to_next_iteration",
    api="loop.call_soon",
    level="documented",
    since="3.11",
)
def test_a_callback_of_a_callback_waits_for_the_next_turn(loop: AbstractEventLoop) -> None:
    """What a callback registers runs in the next turn, behind all that was registered before.

    If this fails, look for a turn that goes on until the queue is empty instead of over
    what was ready when it began, or for new callbacks that are put at the front.
    """
    ran: list[str] = []

    def a() -> None:
        ran.append("a")
        loop.call_soon(ran.append, "a2")

    def one_turn(stop_before: bool) -> list[str]:
        """What runs in a run of one turn; a loop may be late in one of two ways to end it."""
        ran.clear()
        loop.call_soon(a)
        loop.call_soon(ran.append, "b")
        rescue = loop.call_later(PATIENCE, loop.stop)
        loop.stop() if stop_before else loop.call_soon(loop.stop)
        loop.run_forever()
        rescue.cancel()
        return ran.copy()

    first_turn = one_turn(stop_before=False)
    run_turns(loop)
    after = ran.copy()

    assert first_turn == ["a", "b"] or one_turn(stop_before=True) == ["a", "b"], (
        f"a turn with a, which registers a2, with b and with stop() ran {first_turn}; "
        "expected a and b, with a2 left for the next turn"
    )
    assert after == ["a", "b", "a2"], (
        f"several turns with a, which registers a2, and b ran {after}; expected a, b, a2"
    )
