"""Judging the mutants: each must fail the check that it names, in the words that it names.

`python -m tests.mutants [WORDS...]` judges those whose class, module or requirement
contains one of the words, or all of them. It runs on the checker's own pool: one fresh
worker a mutant, which carries out the named check alone.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
from dataclasses import dataclass, field

from loopconform.lifeline import Answer, Task
from loopconform.outcome import Outcome
from loopconform.plugin import Collected, host
from loopconform.pool import Pool
from loopconform.processes import BecomeWorker, fork
from loopconform.protocols import ProtocolWatch
from loopconform.session import suites
from loopconform.settings import DEFAULT_LIMIT
from loopconform.target import python_version
from loopconform.worker import serve, settle_in

from . import MUTANTS, Mutant


def all_mutants() -> list[Mutant]:
    """Every mutant of this package that can be planted on the running Python."""
    package = sys.modules[__package__ or ""]
    for module in pkgutil.iter_modules(package.__path__):
        if not module.name.startswith("__"):
            importlib.import_module(f"{__package__}.{module.name}")
    return [mutant for mutant in MUTANTS if mutant.since <= python_version()]


Key = tuple[str, str]
"""A mutant's target and the requirement it breaks."""


@dataclass
class Bench:
    """The docket of a mutant run: one lone task for each mutant and the check it breaks."""

    waiting: dict[Key, tuple[str, ...]]
    """The cases of the check, by mutant."""
    outcomes: dict[Key, list[Outcome]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._breaks = {case: key[1] for key, cases in self.waiting.items() for case in cases}

    def take(self) -> Task | None:
        """The next mutant's task."""
        if not self.waiting:
            return None
        (target, _), cases = self.waiting.popitem()
        return Task("mutant", target, cases)

    def answer(self, task: Task, answer: Answer) -> None:
        """Keep the outcome of a case."""
        key = task.target, self._breaks[answer.case or task.cases[0]]
        self.outcomes.setdefault(key, []).append(answer.outcome)

    def give_back(self, task: Task, cases: tuple[str, ...]) -> None:
        """The cases after a lost one are not needed: the mutant is caught, or isn't."""

    def left_badly(self, passed: tuple[str, ...], outcome: Outcome) -> None:
        """No worker is shared here."""


def survivors(words: list[str]) -> tuple[int, list[str]]:
    """How many mutants were judged, and a line for each that was not caught as it should be."""
    chosen = [
        m for m in all_mutants() if not words or any(w in f"{m.target} {m.breaks}" for w in words)
    ]
    told: list[str] = []
    judged = 0
    is_worker = False

    def judge(collected: Collected) -> None:
        nonlocal judged
        cases = _cases_that_apply(collected)
        bench = Bench({(m.target, m.breaks): cases[m.breaks] for m in chosen if m.breaks in cases})
        jobs = len(os.sched_getaffinity(0))
        Pool(bench, fork, jobs=jobs, limit=DEFAULT_LIMIT, announce=lambda _: None).run()
        judged = sum((m.target, m.breaks) in bench.outcomes for m in chosen)
        for mutant in chosen:
            told.extend(_complaint(mutant, bench.outcomes, collected))

    watch = ProtocolWatch([suites()])

    def conduct(collected: Collected) -> None:
        nonlocal is_worker
        try:
            judge(collected)
        except BecomeWorker as new:
            is_worker = True
            serve(settle_in(new.channel, new.stacks), new.target, collected, watch)

    host([suites()], None, Collected(conduct))
    if is_worker:
        sys.exit(0)
    return judged, told


def _cases_that_apply(collected: Collected) -> dict[str, tuple[str, ...]]:
    """The cases of each requirement that holds on the running Python."""
    cases: dict[str, tuple[str, ...]] = {}
    for case in collected.cases():
        requirement = collected.requirements()[case.id]
        if requirement.why_not_on(python_version(), sys.platform) is None:
            cases[case.id] = (*cases.get(case.id, ()), case.name)
    return cases


def _complaint(
    mutant: Mutant, outcomes: dict[Key, list[Outcome]], collected: Collected
) -> list[str]:
    name = f"{mutant.target} breaks {mutant.breaks}"
    if mutant.breaks not in collected.requirements():
        return [f"{name}: there is no such requirement"]
    ended = outcomes.get((mutant.target, mutant.breaks))
    if ended is None:  # the requirement does not apply to this Python
        return []
    bad = [outcome for outcome in ended if outcome.kind not in ("passed", "skipped")]
    if not bad:
        return [f"{name}: {' and '.join({o.kind for o in ended})}; expected the check to fail"]
    if not any(mutant.says in outcome.message for outcome in bad):
        return [f"{name}: caught as {bad[0].message!r}; expected the words {mutant.says!r}"]
    return []


def main() -> int:
    """Print the survivors; 0 when there is none and something was judged."""
    judged, told = survivors(sys.argv[1:])
    print(*told, f"{judged} mutants judged, {len(told)} not caught as named", sep="\n")  # noqa: T201 - a command
    return 0 if judged and not told else 1
