"""core.receive_size: the next read follows the traffic."""

from __future__ import annotations

import random

import pytest

from reference_loop.core.receive_size import LARGEST, PATIENCE, SMALLEST, ReceiveSize

MANY = 50


def grown() -> ReceiveSize:
    """A size that bulk traffic has made as large as it gets."""
    size = ReceiveSize()
    for _ in range(MANY):
        size.received(size.current)
    return size


def test_reads_that_are_filled_make_it_grow_to_the_largest_and_no_further() -> None:
    assert grown().current == LARGEST, f"{MANY} filled reads; expected the largest size"


def test_a_long_run_of_small_reads_makes_it_shrink_to_the_smallest_and_no_further() -> None:
    size = grown()

    for _ in range(MANY * PATIENCE):
        size.received(1)

    assert size.current == SMALLEST, f"the size is {size.current}; expected {SMALLEST}"


def test_a_short_run_of_small_reads_changes_nothing() -> None:
    size = grown()

    for _ in range(PATIENCE - 1):
        size.received(1)

    assert size.current == LARGEST, f"{PATIENCE - 1} small reads changed it; expected patience"


def test_a_well_used_read_starts_the_patience_anew() -> None:
    size = grown()

    for _ in range(MANY):
        for _ in range(PATIENCE - 1):
            size.received(1)
        assert size.current == LARGEST, (
            "reads that use half of it come regularly; expected no change"
        )
        size.received(LARGEST // 2)


@pytest.mark.parametrize("seed", range(5))
def test_it_stays_between_its_bounds_whatever_arrives(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a model test, repeatable by its seed
    size = ReceiveSize()
    for _ in range(2_000):
        size.received(chance.choice((1, size.current, chance.randint(0, size.current))))
        assert SMALLEST <= size.current <= LARGEST, f"seed {seed}: the size became {size.current}"
