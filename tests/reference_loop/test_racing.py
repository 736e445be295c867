"""parts.racing: attempts that are started, fail, win and are cancelled, told by what they did."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from reference_loop import ReferenceLoop
from reference_loop.parts.racing import first_success

SOON = 0.001
NEVER = 3600.0
Attempt = Callable[[], Coroutine[Any, Any, str]]


class Field:
    """Runners of a race: what each did, in order."""

    def __init__(self, loop: ReferenceLoop) -> None:
        self.loop = loop
        self.told: list[str] = []
        self.discarded: list[str] = []

    def fails(self, name: str) -> Attempt:
        """Fails as soon as it begins."""

        async def run() -> str:
            self.told.append(f"{name} begins")
            raise OSError(name)

        return run

    def wins(self, name: str) -> Attempt:
        """Succeeds as soon as it begins."""

        async def run() -> str:
            self.told.append(f"{name} begins")
            return name

        return run

    def hangs(self, name: str, *, until: asyncio.Future[str] | None = None) -> Attempt:
        """Hangs until it is cancelled, or as the future says."""

        async def run() -> str:
            self.told.append(f"{name} begins")
            try:
                return await (until or self.loop.create_future())
            except asyncio.CancelledError:
                self.told.append(f"{name} is cancelled")
                raise

        return run

    def stubborn(self, name: str) -> Attempt:
        """Hangs, and succeeds when it is cancelled."""

        async def run() -> str:
            try:
                return str(await self.loop.create_future())
            except asyncio.CancelledError:
                return name

        return run

    async def race(self, *attempts: Attempt, delay: float | None) -> tuple[str | None, list[str]]:
        """The winner, and the errors in words."""
        ended = await first_success(self.loop, attempts, delay, self.discarded.append)
        winner, errors = ended
        return winner, [str(error) for error in errors]


@pytest.fixture
def field(reference: ReferenceLoop) -> Field:
    """A field of no runners yet."""
    return Field(reference)


@pytest.mark.parametrize("delay", [None, SOON, NEVER])
def test_a_failure_lets_the_next_begin_at_once_and_the_errors_keep_their_order(
    field: Field, delay: float | None
) -> None:
    attempts = [field.fails(name) for name in "abc"]

    ended = field.loop.run_until_complete(field.race(*attempts, delay=delay))

    assert ended == (None, ["a", "b", "c"]), f"all failed: {ended}; expected their errors in order"


def test_errors_are_in_the_order_of_the_attempts_and_not_of_their_ends(field: Field) -> None:
    first: asyncio.Future[str] = field.loop.create_future()

    async def both() -> tuple[str | None, list[str]]:
        attempts = field.hangs("a", until=first), field.fails("b")
        race = field.loop.create_task(field.race(*attempts, delay=SOON))
        while "b begins" not in field.told:
            await asyncio.sleep(0)
        for _ in range(5):  # the race has looked at b's failure by then
            await asyncio.sleep(0)
        first.set_exception(OSError("a"))
        return await race

    ended = field.loop.run_until_complete(both())

    assert ended == (None, ["a", "b"]), f"b failed first: {ended}; expected the attempts' order"


def test_the_first_that_succeeds_wins_and_those_after_it_never_begin(field: Field) -> None:
    race = field.race(field.fails("a"), field.wins("b"), field.wins("c"), delay=NEVER)

    ended = field.loop.run_until_complete(race)

    assert ended == ("b", []), f"b succeeded: {ended}; expected it, and no errors"
    assert field.told == ["a begins", "b begins"], f"{field.told}; expected no third attempt"
    assert not field.discarded, f"{field.discarded} was discarded; expected nothing but the winner"


def test_a_delay_that_has_gone_by_lets_the_next_begin_beside_the_first(field: Field) -> None:
    race = field.race(field.hangs("a"), field.wins("b"), delay=SOON)

    ended = field.loop.run_until_complete(race)

    assert ended == ("b", []), f"a hangs: {ended}; expected b to win"
    assert field.told == ["a begins", "b begins", "a is cancelled"], (
        f"{field.told}; expected the loser to be cancelled before the winner is told"
    )


def test_a_last_attempt_that_fails_leaves_the_earlier_ones_to_go_on(field: Field) -> None:
    answer: asyncio.Future[str] = field.loop.create_future()
    attempts = field.hangs("a", until=answer), field.fails("b")

    async def both() -> tuple[str | None, list[str]]:
        race = field.loop.create_task(field.race(*attempts, delay=SOON))
        while "b begins" not in field.told:
            await asyncio.sleep(0)
        field.loop.call_soon(answer.set_result, "a")
        return await race

    ended = field.loop.run_until_complete(both())

    assert ended == ("a", []), f"b failed, a succeeded afterwards: {ended}; expected a to win"


def test_what_an_attempt_achieved_too_late_is_discarded(field: Field) -> None:
    race = field.race(field.stubborn("a"), field.wins("b"), delay=SOON)

    ended = field.loop.run_until_complete(race)

    assert ended == ("b", []), f"{ended}; expected b to win"
    assert field.discarded == ["a"], f"{field.discarded} was discarded; expected a's late success"


def test_of_two_that_succeed_in_one_turn_the_earlier_wins_and_the_other_is_discarded(
    field: Field,
) -> None:
    first: asyncio.Future[str] = field.loop.create_future()

    async def second() -> str:
        first.set_result("a")
        await asyncio.sleep(0)  # both are done before the race looks
        return "b"

    race = field.race(field.hangs("a", until=first), second, delay=SOON)
    ended = field.loop.run_until_complete(race)

    assert ended == ("a", []), f"{ended}; expected the earlier attempt"
    assert field.discarded == ["b"], f"{field.discarded} was discarded; expected b's result"


def test_cancelling_the_race_cancels_every_runner_and_discards_what_they_achieve(
    field: Field,
) -> None:
    async def cancelled() -> None:
        race = field.loop.create_task(
            field.race(field.hangs("a"), field.stubborn("b"), field.hangs("c"), delay=SOON)
        )
        while "c begins" not in field.told:
            await asyncio.sleep(0)
        race.cancel()
        with pytest.raises(asyncio.CancelledError):
            await race

    field.loop.run_until_complete(cancelled())

    assert field.told[-2:] == ["a is cancelled", "c is cancelled"], f"{field.told}; expected both"
    assert field.discarded == ["b"], f"{field.discarded} was discarded; expected b's late success"
    assert not asyncio.all_tasks(field.loop), "the race was cancelled and left tasks behind"


def test_what_is_no_exception_of_the_program_ends_the_race(field: Field) -> None:
    class Unusual(BaseException):
        """Nothing that an attempt fails with as a rule."""

    async def unusual() -> str:
        raise Unusual

    with pytest.raises(Unusual):
        field.loop.run_until_complete(field.race(field.hangs("a"), unusual, delay=SOON))
    assert "a is cancelled" in field.told, f"{field.told}; expected the others to be cancelled"


@pytest.mark.skipif(sys.version_info < (3, 12), reason="eager tasks came with Python 3.12")
@pytest.mark.parametrize("delay", [None, NEVER])
def test_attempts_that_end_while_they_are_started_count_as_any_other(
    field: Field, delay: float | None
) -> None:
    field.loop.set_task_factory(asyncio.eager_task_factory)  # type: ignore[attr-defined]  # of 3.12
    race = field.race(field.fails("a"), field.fails("b"), field.wins("c"), delay=delay)

    ended = field.loop.run_until_complete(race)

    assert ended == ("c", []), f"eager tasks: {ended}; expected c to win"
