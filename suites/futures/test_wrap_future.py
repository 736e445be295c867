"""asyncio.wrap_future(): a concurrent future and its twin on the loop."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from asyncio import AbstractEventLoop
from collections.abc import Callable

import pytest

from ..support.jobs import LINGER, PATIENCE, ended, in_thread, run_until_done
from ..support.requirement import requirement
from ..support.tasks import outcome
from ..support.tracking import state_of
from ..support.turns import turns

WRAP_FUTURE = "library/asyncio-future.html#asyncio.wrap_future"


def _later(turning: threading.Event, act: Callable[[], object]) -> Callable[[], None]:
    """Work for a thread: wait until the loop has turned and fallen asleep, then act."""

    def work() -> None:
        if turning.wait(PATIENCE):
            threading.Event().wait(LINGER)
        act()

    return work


@requirement(
    "wrap_future.result_from_thread",
    api="asyncio.wrap_future",
    level="documented",
    since="3.11",
    doc=WRAP_FUTURE,
)
@pytest.mark.parametrize("how", ["value", "exception"])
def test_a_wrapped_future_mirrors_one_completed_in_a_thread(
    loop: AbstractEventLoop, how: str
) -> None:
    """wrap_future() makes a future of the loop that a thread's completion reaches, waking the loop.

    If this fails, look for a call_soon_threadsafe() that schedules without waking the loop up.
    """
    turning, value = threading.Event(), KeyError("from the thread")
    source: concurrent.futures.Future[object] = concurrent.futures.Future()
    complete = source.set_result if how == "value" else source.set_exception

    wrapped = asyncio.wrap_future(source, loop=loop)
    loop.call_soon(turning.set)
    with in_thread(_later(turning, lambda: complete(value))):
        woken = run_until_done(loop, wrapped)

    assert woken, (
        f"{PATIENCE} s after a thread had set the {how} of the concurrent future, the idle loop "
        f"had not woken up, and the wrapped future is {state_of(wrapped)}; expected it to wake up"
    )
    assert outcome(wrapped) is value, (
        f"the wrapped future gave {outcome(wrapped)!r}; expected the thread's {how}, {value!r}"
    )
    assert wrapped.get_loop() is loop, (
        f"wrap_future(future, loop=loop) made a future of {wrapped.get_loop()!r}; "
        "expected one of the loop given"
    )


@requirement(
    "wrap_future.cancel_both_ways",
    api="asyncio.wrap_future",
    level="implied",
    since="3.11",
    doc=WRAP_FUTURE,
)
@pytest.mark.parametrize("cancelled", ["the wrapped future", "the concurrent future"])
async def test_cancelling_either_of_a_wrapped_pair_cancels_both(
    loop: AbstractEventLoop, cancelled: str
) -> None:
    """Cancelling a wrapped future cancels the concurrent one, and the other way round.

    If this fails, look for done callbacks that are not called for a cancelled future.
    """
    source: concurrent.futures.Future[None] = concurrent.futures.Future()
    wrapped = asyncio.wrap_future(source, loop=loop)

    if cancelled == "the wrapped future":
        wrapped.cancel()
        await turns()
    else:
        with in_thread(source.cancel):
            pass
        await ended(wrapped, "the wrapped future, when a thread had cancelled the other one,")

    states = (wrapped.cancelled(), source.cancelled())
    assert states == (True, True), (
        f"when {cancelled} was cancelled, cancelled() of the wrapped and of the concurrent future "
        f"were {states}; expected True, True"
    )
