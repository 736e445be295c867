"""kernel.kernel: one turn, and what the kernel must not keep or lose."""

from __future__ import annotations

import asyncio
import gc
import signal
import weakref
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from reference_loop import ReferenceLoop
from reference_loop.kernel.kernel import LONGEST_WAIT

from .conftest import Turns


@contextmanager
def without_collector() -> Iterator[None]:
    """What is garbage now was let go of by reference counts alone."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class ByHand(ReferenceLoop):
    """A loop whose clock is moved by hand."""

    now = 0.0

    def time(self) -> float:
        """The moment that the test has come to."""
        return self.now


@pytest.fixture
def by_hand() -> Iterator[ByHand]:
    """Such a loop, closed afterwards."""
    loop = ByHand()
    yield loop
    loop.close()


def turn(loop: ReferenceLoop) -> None:
    """Make one turn."""
    loop.stop()
    loop.run_forever()


def test_timers_run_when_the_clock_of_the_loop_says_so(by_hand: ByHand) -> None:
    ran: list[float] = []
    for when in (30.0, 10.0, 20.0):
        by_hand.call_at(when, ran.append, when)

    turn(by_hand)
    assert ran == [], f"at 0 seconds {ran} ran; expected none"
    by_hand.now = 20.0
    turn(by_hand)
    assert ran == [10.0, 20.0], f"at 20 seconds {ran} ran; expected the two that were due"


@pytest.mark.parametrize(
    ("when", "expected"),
    [(None, None), (5.0, 5.0), (0.0, 0.0), (-3.0, 0.0), (1e12, LONGEST_WAIT)],
)
def test_a_wait_lasts_until_the_earliest_timer_and_no_longer_than_selectors_can(
    by_hand: ByHand, when: float | None, expected: float | None
) -> None:
    if when is not None:
        by_hand.call_at(when, print)
        by_hand.call_at(when + 1, print)

    wait = by_hand.kernel._longest_wait()

    assert wait == expected, f"a timer at {when}: a wait of {wait}; expected {expected}"


def test_a_callback_that_raises_does_not_take_those_behind_it_along(
    reference: ReferenceLoop, turns: Turns
) -> None:
    told: list[object] = []
    reference.set_exception_handler(lambda _, context: told.append(context["exception"]))
    error = ZeroDivisionError()

    def fail() -> None:
        raise error

    reference.call_soon(fail)
    reference.call_soon(told.append, "behind")
    turns(1)

    assert told == [error, "behind"], f"{told}; expected the report, then the next callback"


def test_an_interrupt_leaves_the_rest_of_the_batch_for_the_next_run(
    reference: ReferenceLoop, turns: Turns
) -> None:
    ran: list[str] = []

    def interrupt() -> None:
        raise KeyboardInterrupt

    reference.call_soon(interrupt)
    reference.call_soon(ran.append, "behind")

    with pytest.raises(KeyboardInterrupt):
        reference.run_forever()
    assert not reference.is_running(), "an interrupt ended the run; expected a loop at rest"
    turns(1)

    assert ran == ["behind"], f"{ran}; expected the callback behind the interrupt to run later"


@pytest.mark.parametrize("debug", [False, True])
def test_a_task_that_failed_is_let_go_of_without_the_collector(
    reference: ReferenceLoop, turns: Turns, debug: bool
) -> None:
    told: list[str] = []
    reference.set_debug(debug)
    reference.set_exception_handler(lambda _, context: told.append(context["message"]))

    async def fail() -> None:
        raise ZeroDivisionError

    with without_collector():
        gone = weakref.ref(reference.create_task(fail()))
        turns(2)
        assert gone() is None, "the task failed and nobody refers to it; the loop keeps it"

    assert told == ["Task exception was never retrieved"], f"{told}; expected that report at once"


def test_a_lost_transport_and_its_protocol_let_go_of_each_other(
    transport: asyncio.Transport, turns: Turns
) -> None:
    class Keeper(asyncio.Protocol):
        """Keeps its transport, as protocols do."""

        def __init__(self, kept: asyncio.Transport) -> None:
            self.kept = kept

    with without_collector():
        keeper = Keeper(transport)
        transport.set_protocol(keeper)
        gone = weakref.ref(keeper)
        del keeper
        transport.abort()
        turns(2)
        assert gone() is None, "the connection is lost and its transport still keeps the protocol"


def test_a_signals_number_comes_in_through_the_waker(
    reference: ReferenceLoop, turns: Turns
) -> None:
    ran: list[str] = []
    reference.add_signal_handler(signal.SIGUSR1, ran.append, "came")

    signal.raise_signal(signal.SIGUSR1)
    turns(2)
    assert ran == ["came"], f"a signal was raised once: {ran}; expected its handler to run once"

    reference.kernel.waker.wake()
    turns(2)
    assert ran == ["came"], f"the loop was woken without a signal: {ran}; expected nothing new"
    reference.remove_signal_handler(signal.SIGUSR1)


def test_closing_lets_go_of_everything_that_waited() -> None:
    class Argument:
        """Something that can be watched going."""

    loop = ReferenceLoop()
    one, other = Argument(), Argument()
    gone = weakref.ref(one), weakref.ref(other)
    loop.call_soon(print, one)
    loop.call_later(9.0, print, other)
    del one, other

    with without_collector():
        loop.close()
        assert [ref() for ref in gone] == [None, None], "a closed loop keeps what it will never run"


def test_a_loop_whose_making_failed_goes_quietly() -> None:
    half_made = ReferenceLoop.__new__(ReferenceLoop)
    half_made.__del__()
