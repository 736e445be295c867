"""core.timers: a heap whose time is moved by hand."""

from __future__ import annotations

import random

import pytest

from reference_loop.core.timers import SMALLEST_SWEEP, Timers


class Alarm:
    """A timer that can be called off, and that can't be compared."""

    def __init__(self, name: object = None) -> None:
        self.name = name
        self.called_off = False

    def cancelled(self) -> bool:
        """Whether it was called off."""
        return self.called_off

    def __repr__(self) -> str:
        return f"Alarm({self.name})"


def test_timers_are_due_earliest_first_whatever_order_they_came_in() -> None:
    timers: Timers[Alarm] = Timers()
    for when in (3.0, 1.0, 2.0):
        timers.add(when, Alarm(when))

    due = [alarm.name for alarm in timers.pop_due(3.0)]

    assert due == [1.0, 2.0, 3.0], f"pop_due() gave {due}; expected them by their moments"


def test_equal_moments_keep_the_order_of_arrival_and_compare_no_timers() -> None:
    timers: Timers[Alarm] = Timers()
    for name in range(50):
        timers.add(7.0, Alarm(name))

    due = [alarm.name for alarm in timers.pop_due(7.0)]

    assert due == list(range(50)), f"equal moments came as {due}; expected the order of arrival"


def test_a_timer_is_due_at_its_moment_and_not_before() -> None:
    timers: Timers[Alarm] = Timers()
    timers.add(5.0, Alarm())

    early, on_time, again = (timers.pop_due(now) for now in (4.999, 5.0, 6.0))

    assert not early, "pop_due(4.999) gave a timer of 5.0; expected none before its moment"
    assert len(on_time) == 1, f"pop_due(5.0) gave {on_time}; expected the timer of 5.0"
    assert not again, f"a later pop_due() gave {again}; expected each timer once"


def test_the_next_moment_is_that_of_the_earliest_timer_that_was_not_cancelled() -> None:
    timers: Timers[Alarm] = Timers()
    first, second = Alarm(), Alarm()
    timers.add(1.0, first)
    timers.add(2.0, second)
    assert timers.next_when() == 1.0, "two timers wait; expected the moment of the earlier one"

    first.called_off = True
    assert timers.next_when() == 2.0, "the first was cancelled; expected the moment of the second"
    assert len(timers) == 1, "a cancelled timer at the front was seen; expected it forgotten"

    second.called_off = True
    assert timers.next_when() is None, "all are cancelled; expected no next moment"


def test_a_cancelled_timer_is_never_given_out() -> None:
    timers: Timers[Alarm] = Timers()
    alarms = [Alarm(number) for number in range(4)]
    for alarm in alarms:
        timers.add(1.0, alarm)
    alarms[0].called_off = alarms[2].called_off = True

    due = timers.pop_due(1.0)

    assert due == [alarms[1], alarms[3]], f"pop_due() gave {due}; expected the two not cancelled"
    assert len(timers) == 0, "all moments have passed; expected the cancelled ones forgotten too"


@pytest.mark.parametrize("waiting", [0, 10, 1000])
def test_setting_and_cancelling_for_ever_keeps_the_heap_bounded(waiting: int) -> None:
    timers: Timers[Alarm] = Timers()
    kept = [Alarm(number) for number in range(waiting)]
    for alarm in kept:
        timers.add(1e9, alarm)

    largest = 0
    for when in range(5_000):
        alarm = Alarm()
        timers.add(float(when), alarm)
        alarm.called_off = True
        largest = max(largest, len(timers))

    bound = max(SMALLEST_SWEEP, 2 * (waiting + 1)) + 1
    assert largest <= bound, f"{waiting} timers wait, the heap held {largest}; expected <= {bound}"
    assert timers.pop_due(1e9) == kept, "the sweeps lost or reordered timers that wait"


def test_clearing_forgets_all_of_them() -> None:
    timers: Timers[Alarm] = Timers()
    timers.add(1.0, Alarm())

    timers.clear()

    assert not timers, "clear() left timers"
    assert timers.next_when() is None, "clear() left a next moment"
    assert timers.pop_due(1e9) == [], "clear() left a timer that came due"


@pytest.mark.parametrize("seed", range(8))
def test_it_does_what_a_sorted_list_does(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a model test, repeatable by its seed
    timers: Timers[Alarm] = Timers()
    model: list[tuple[float, int, Alarm]] = []
    now = 0.0
    for step in range(1_000):
        what = chance.random()
        if what < 0.6:
            entry = (now + chance.choice((0.0, 0.5, 1.0, chance.random() * 50)), step, Alarm(step))
            model.append(entry)
            timers.add(entry[0], entry[2])
        elif what < 0.85 and model:
            model.pop(chance.randrange(len(model)))[2].called_off = True
        else:
            now += chance.random() * 3
            model.sort(key=lambda entry: entry[:2])
            expected = [alarm for when, _, alarm in model if when <= now]
            model = [entry for entry in model if entry[0] > now]
            due = timers.pop_due(now)
            assert due == expected, f"seed {seed}, step {step}: {due}; expected {expected}"
        next_when = min((when for when, _, _ in model), default=None)
        assert timers.next_when() == next_when, f"seed {seed}, step {step}: another next moment"
