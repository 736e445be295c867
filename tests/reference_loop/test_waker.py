"""kernel.waker: bytes that end a wait, some of which are signals."""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Iterator

import pytest

from reference_loop.kernel.waker import CHUNK, Waker

MORE_THAN_FITS = 20_000


@pytest.fixture
def waker() -> Iterator[Waker]:
    """A waker of nobody's loop, closed afterwards."""
    made = Waker()
    yield made
    made.close()


def is_awake(waker: Waker) -> bool:
    """Whether a wait would end now."""
    return bool(select.select([waker], [], [], 0)[0])


def test_a_call_wakes_until_it_is_drained(waker: Waker) -> None:
    assert not is_awake(waker), "nobody has woken it; expected a wait to last"

    waker.wake()
    waker.wake()
    assert is_awake(waker), "wake() was called; expected a wait to end"

    assert waker.drain() == [], "nothing but calls woke it; expected no signal"
    assert not is_awake(waker), "it was drained; expected a wait to last again"


def test_draining_what_is_empty_does_not_block(waker: Waker) -> None:
    assert waker.drain() == [], "nothing came; expected no signal"


def test_numbers_of_signals_are_told_as_they_came_and_calls_are_none(waker: Waker) -> None:
    numbers = [signal.SIGTERM, signal.SIGINT, signal.SIGTERM, max(signal.valid_signals())]
    with open(waker.signal_fileno(), "wb", buffering=0, closefd=False) as far:
        for number in numbers:
            waker.wake()
            far.write(bytes([number]))

    told = waker.drain()

    assert told == numbers, f"drain() told of {told}; expected {numbers} and no 0"


def test_a_full_buffer_wakes_and_is_drained_whole(waker: Waker) -> None:
    os.write(waker.signal_fileno(), bytes(2 * CHUNK))
    for _ in range(MORE_THAN_FITS):
        waker.wake()
    assert is_awake(waker), "the buffer is full; expected a wait to end"

    waker.drain()

    assert not is_awake(waker), "as much came as fits; expected all of it drained"
    waker.wake()
    assert is_awake(waker), "wake() was called after a full buffer; expected a wait to end"


def test_a_closed_waker_has_nobody_to_wake(waker: Waker) -> None:
    waker.close()
    waker.wake()
    waker.close()
