"""core.outbox: bytes that wait, the marks of flow control, and what counts as bytes."""

from __future__ import annotations

import random
from array import array
from itertools import pairwise

import pytest

from reference_loop.core.outbox import HIGH, VECTOR, Outbox, WriteLimits, as_bytes, marks

PIECES = (b"ab", b"cde", b"", b"f", b"ghij")
WHOLE = b"".join(PIECES)


def outbox_of(*pieces: bytes) -> Outbox:
    """An outbox in which the pieces wait."""
    outbox = Outbox()
    for piece in pieces:
        outbox.append(piece)
    return outbox


def waiting(outbox: Outbox) -> bytes:
    """All that would be offered next."""
    return b"".join(outbox.head())


@pytest.mark.parametrize("count", range(len(WHOLE) + 1))
def test_what_was_sent_is_forgotten_and_the_rest_keeps_its_order(count: int) -> None:
    outbox = outbox_of(*PIECES)

    outbox.sent(count)

    left = waiting(outbox)
    assert left == WHOLE[count:], f"after sent({count}) {left!r} waits; expected the rest"
    assert outbox.size == len(WHOLE) - count, f"its size is {outbox.size}; expected {len(left)}"
    assert bool(outbox) is (count < len(WHOLE)), "an outbox is true as long as a byte waits"


@pytest.mark.parametrize("seed", range(10))
def test_partial_sends_deliver_every_byte_once_and_in_order(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a model test, repeatable by its seed
    outbox, taken, given = Outbox(), bytearray(), bytearray()
    for _ in range(300):
        piece = chance.randbytes(chance.randrange(20))
        outbox.append(piece)
        given += piece
        if outbox and chance.random() < 0.7:
            offered = waiting(outbox)
            count = chance.randint(0, len(offered))
            taken += offered[:count]
            outbox.sent(count)
        assert outbox.size == len(given) - len(taken), f"seed {seed}: size {outbox.size} is off"
    taken += waiting(outbox)
    assert taken == given, f"seed {seed}: the bytes came out changed"


def test_an_empty_piece_is_no_piece() -> None:
    outbox = outbox_of(b"", b"")

    assert not outbox, "only empty pieces were appended; expected an empty outbox"
    assert outbox.head() == [], "empty pieces are offered; sendmsg() would send nothing, for ever"


def test_no_more_pieces_are_offered_than_the_kernel_takes() -> None:
    outbox = outbox_of(*[b"x"] * (VECTOR + 1))

    offered = outbox.head()

    assert len(offered) == VECTOR, f"{len(offered)} pieces were offered; expected {VECTOR}"
    outbox.sent(VECTOR)
    assert waiting(outbox) == b"x", "the one that was not offered must be next"


def test_clearing_forgets_all_of_it() -> None:
    outbox = outbox_of(*PIECES)

    outbox.clear()

    assert (outbox.size, outbox.head()) == (0, []), "clear() left something to send"


@pytest.mark.parametrize(
    ("high", "low", "expected"),
    [
        (None, None, (HIGH // 4, HIGH)),
        (100, None, (25, 100)),
        (3, None, (0, 3)),
        (0, None, (0, 0)),
        (0, 0, (0, 0)),
        (10, 10, (10, 10)),
        (None, 0, (0, HIGH)),
        (None, 100, (100, HIGH)),
        (None, HIGH, (HIGH, 4 * HIGH)),
        (1 << 40, 1, (1, 1 << 40)),
    ],
)
def test_marks_that_are_left_open_follow_the_one_that_is_given(
    high: int | None, low: int | None, expected: tuple[int, int]
) -> None:
    assert marks(high, low) == expected, f"marks({high}, {low}); expected (low, high) {expected}"


@pytest.mark.parametrize(("high", "low"), [(-1, None), (10, 11), (10, -1), (None, -1), (0, 1)])
def test_marks_out_of_order_are_refused_and_the_old_ones_stay(
    high: int | None, low: int | None
) -> None:
    limits = WriteLimits()
    limits.set(high=20, low=10)

    with pytest.raises(ValueError, match="expected 0 <= low <= high"):
        limits.set(high, low)

    assert (limits.low, limits.high) == (10, 20), "set() raised and changed the marks"


def test_pause_and_resume_are_said_once_each_and_only_beyond_the_marks() -> None:
    limits = WriteLimits()
    limits.set(high=10, low=4)

    said = [limits.to_pause(size) for size in (0, 10, 11, 12, 11)]
    assert said == [False, False, True, False, False], f"to_pause() said {said}; expected it once"

    said = [limits.to_resume(size) for size in (11, 5, 4, 3, 0)]
    assert said == [False, False, True, False, False], f"to_resume() said {said}; expected it once"

    assert limits.to_pause(11), "the backlog grew again; expected another pause"


def test_marks_of_zero_pause_at_the_first_byte_and_resume_when_empty() -> None:
    limits = WriteLimits()
    limits.set(high=0, low=0)

    assert not limits.to_pause(0), "nothing waits; expected no pause"
    assert limits.to_pause(1), "one byte waits above the mark 0; expected a pause"
    assert not limits.to_resume(1), "one byte waits still; expected no resume"
    assert limits.to_resume(0), "nothing waits any more; expected a resume"


@pytest.mark.parametrize("seed", range(5))
def test_pause_and_resume_take_turns_whatever_the_sizes(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a model test, repeatable by its seed
    limits = WriteLimits()
    limits.set(high=50, low=20)
    said: list[str] = []
    for _ in range(500):
        size = chance.randrange(100)
        if limits.to_pause(size):
            said.append("pause")
        if limits.to_resume(size):
            said.append("resume")
    assert said[0] == "pause", f"seed {seed}: a resume came first"
    assert len(said) > 10, f"seed {seed}: only {said} in 500 sizes around the marks"
    assert all(one != other for one, other in pairwise(said)), f"seed {seed}: said twice in a row"


NUMBERS = array("I", [1, 2, 3])


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"abc", b"abc"),
        (bytearray(b"abc"), b"abc"),
        (memoryview(b"abc"), b"abc"),
        (memoryview(b""), b""),
        (memoryview(array("I")), b""),
        (memoryview(NUMBERS), NUMBERS.tobytes()),
        (memoryview(NUMBERS)[1:], NUMBERS.tobytes()[4:]),
        (memoryview(b"abcdef")[::2], b"ace"),
        (memoryview(b"abcdef")[::-1], b"fedcba"),
        (memoryview(NUMBERS)[::2], array("I", [1, 3]).tobytes()),
        (memoryview(b"abcdef").cast("B", shape=[2, 3]), b"abcdef"),
        (memoryview(b"abcd").cast("c"), b"abcd"),
    ],
)
def test_bytes_like_data_becomes_something_whose_length_is_its_bytes(
    data: object, expected: bytes
) -> None:
    made = as_bytes(data)

    assert bytes(made) == expected, f"{data!r} became {bytes(made)!r}; expected {expected!r}"
    assert len(made) == len(expected), f"its length is {len(made)}; expected {len(expected)} bytes"
    assert bytes(made[1:]) == expected[1:], "a slice of it must be a slice of its bytes"


def test_bytes_are_not_copied() -> None:
    data = b"x" * 1000
    assert as_bytes(data) is data, "as_bytes() made another object of bytes"


@pytest.mark.parametrize("data", ["text", 3, None, [1, 2], NUMBERS, object()])
def test_what_is_not_bytes_like_is_refused_by_the_name_of_its_type(data: object) -> None:
    with pytest.raises(TypeError, match=type(data).__name__):
        as_bytes(data)
