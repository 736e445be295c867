"""From outcomes to verdicts, without processes: a docket that is played by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from loopconform.judging import CONTROL, Case, Judging, Verdict
from loopconform.lifeline import Answer, Task
from loopconform.outcome import Kind, Outcome

TARGET = "mypkg:new_loop"
Play = Callable[[Task, str, int], Outcome]


def judged(
    play: Play, *, names: tuple[str, ...] = ("one",), control: bool = True, isolate: bool = False
) -> tuple[dict[str, Verdict], Judging]:
    """Play a whole run: `play(task, case, round)` says what each run of a case gives."""
    verdicts: dict[str, Verdict] = {}
    judging = Judging(
        [Case(name, f"small.{name}") for name in names],
        TARGET,
        control=control,
        isolate=isolate,
        jobs=1,
        decide=lambda verdict: verdicts.update({verdict.case.name: verdict}),
        defect_of=lambda id_: "https://example.test/1" if id_ == "small.defect" else None,
    )
    while (task := judging.take()) is not None:
        for number, name in enumerate(task.cases):
            judging.answer(task, Answer(name, play(task, name, number)))
    return verdicts, judging


def ending(**kinds: Kind) -> Play:
    """Play each kind of task to its end; those not named pass."""
    return lambda task, name, _: Outcome(
        kinds.get(task.kind, "passed"), f"{name} said so to {task.target}"
    )


@pytest.mark.parametrize(
    ("kinds", "verdict"),
    [
        ({}, "pass"),
        ({"shared": "skipped"}, "skip"),
        ({"shared": "failed"}, "flaky"),
        ({"shared": "crash"}, "flaky"),
        ({"shared": "failed", "alone": "failed"}, "fail"),
        ({"shared": "failed", "alone": "missing"}, "missing"),
        ({"shared": "missing", "alone": "crash"}, "crash"),
        ({"shared": "hang", "alone": "hang"}, "hang"),
        ({"shared": "error", "alone": "error"}, "error"),
        ({"shared": "failed", "alone": "failed", "control": "failed"}, "undecided"),
        ({"shared": "hang", "alone": "hang", "control": "hang"}, "undecided"),
        ({"shared": "failed", "alone": "failed", "control": "skipped"}, "undecided"),
    ],
)
def test_three_runs_make_a_verdict(kinds: dict[str, Kind], verdict: str) -> None:
    verdicts, _ = judged(ending(**kinds))

    assert verdicts["one"].verdict == verdict


def test_the_control_runs_on_asyncio_and_only_for_what_failed_twice() -> None:
    asked: list[tuple[str, str]] = []

    def play(task: Task, name: str, _: int) -> Outcome:
        asked.append((task.kind, task.target))
        return Outcome("failed" if name == "bad" and task.kind != "control" else "passed")

    judged(play, names=("good", "bad"))

    assert asked == [
        ("shared", TARGET), ("shared", TARGET), ("alone", TARGET), ("control", CONTROL),
    ]  # fmt: skip


def test_without_a_control_the_lone_run_decides() -> None:
    verdicts, _ = judged(ending(shared="failed", alone="crash"), control=False)

    assert (verdicts["one"].verdict, verdicts["one"].control) == ("crash", None)


def test_a_known_defect_of_cpython_is_not_judged() -> None:
    play = ending(shared="failed", alone="failed", control="failed")

    verdicts, _ = judged(play, names=("defect",))

    assert verdicts["defect"].verdict == "skip"
    assert verdicts["defect"].defect == "https://example.test/1"


def test_a_loop_that_keeps_what_cpython_breaks_passes() -> None:
    verdicts, _ = judged(ending(), names=("defect",))

    assert (verdicts["defect"].verdict, verdicts["defect"].defect) == ("pass", None)


def test_isolation_gives_every_case_a_task_of_its_own() -> None:
    sizes: list[tuple[int, bool]] = []

    def play(task: Task, _: str, __: int) -> Outcome:
        sizes.append((len(task.cases), task.alone))
        return Outcome("passed")

    judged(play, names=("one", "two", "three"), isolate=True)

    assert sizes == [(1, True)] * 3


def test_cases_that_were_not_begun_come_back_first_and_in_order() -> None:
    names = tuple(f"case{n}" for n in range(6))
    judging = Judging(
        [Case(name, f"small.{name}") for name in names], TARGET,
        control=True, isolate=False, jobs=1, decide=lambda _: None, defect_of=lambda _: None,
    )  # fmt: skip
    task = judging.take()
    assert task is not None
    first, *rest = task.cases

    judging.answer(task, Answer(first, Outcome("crash")))
    judging.give_back(task, tuple(rest))

    again = judging.take()
    assert again == Task("alone", TARGET, (first,))
    handed_out: list[str] = []
    while (shared := judging.take()) is not None:
        handed_out += shared.cases
    assert handed_out == [name for name in names if name != first]


@pytest.mark.parametrize(
    ("second", "on_asyncio", "confirmed"),
    [(True, False, True), (False, False, False), (True, True, False)],
)
def test_an_oracle_is_believed_on_repetition_unless_asyncio_trips_it_too(
    second: bool, on_asyncio: bool, confirmed: bool
) -> None:
    def play(task: Task, _: str, number: int) -> Outcome:
        trips = {"shared": True, "repeat": number == 0 or second, "innocent?": on_asyncio}[
            task.kind
        ]
        return Outcome("passed", trips={"oracle.descriptors": "descriptor 7"} if trips else {})

    verdicts, judging = judged(play)

    assert verdicts["one"].verdict == "pass"
    assert bool(judging.oracles["oracle.descriptors"].confirmed) == confirmed


@pytest.mark.parametrize(("alone", "verdict"), [("passed", "pass"), ("crash", "crash")])
def test_who_passed_in_a_worker_that_died_at_its_exit_is_a_suspect(
    alone: Kind, verdict: str
) -> None:
    said: list[str] = []
    judging = Judging(
        [Case("one", "small.one")], TARGET, control=True, isolate=False, jobs=1,
        decide=lambda v: said.append(v.verdict), defect_of=lambda _: None,
    )  # fmt: skip
    task = judging.take()
    assert task is not None
    judging.answer(task, Answer("one", Outcome("passed")))

    judging.left_badly(("one",), Outcome("crash", "the process died of SIGSEGV"))
    while (task := judging.take()) is not None:
        judging.answer(task, Answer("one", Outcome(alone if task.kind == "suspect" else "passed")))

    assert said[-1] == verdict
