"""Judging the mutants: each must fail the check that it names, in the words that it names.

`python -m tests.mutants [WORDS...]` judges those whose class, module or requirement
contains one of the words, or all of them: one fresh worker for each, which carries out
the named check alone.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterable

from loopconform.lifeline import Task
from loopconform.oracles import requirements as oracles
from loopconform.outcome import Outcome
from loopconform.plugin import Collected
from loopconform.target import python_version

from ..bench import carry_out, cases_that_apply
from . import MUTANTS, Mutant

Key = tuple[str, str]
"""A mutant's target and the requirement whose check is carried out."""


def all_mutants() -> list[Mutant]:
    """Every mutant of this package that can be planted on the running Python."""
    package = sys.modules[__package__ or ""]
    for module in pkgutil.iter_modules(package.__path__):
        if not module.name.startswith("__"):
            importlib.import_module(f"{__package__}.{module.name}")
    return [mutant for mutant in MUTANTS if mutant.since <= python_version()]


def judge(words: list[str]) -> tuple[int, list[str]]:
    """How many mutants were judged, and a line for each that was not caught as it names.

    One that slipped through is judged once more: some faults show only where a thread or
    a timer is in time, which a busy machine does not grant.
    """
    chosen = [
        m for m in all_mutants() if not words or any(w in f"{m.target} {m.breaks}" for w in words)
    ]
    judged, told = _judge_once(chosen)
    if told:
        _, told = _judge_once([mutant for mutant in chosen if mutant in told])
    return judged, list(told.values())


def _judge_once(chosen: list[Mutant]) -> tuple[int, dict[Mutant, str]]:
    """How many were judged, and what there is to complain of."""
    known = {oracle.id for oracle in oracles()}
    checks: dict[str, str] = {}

    def tasks_of(collected: Collected) -> Iterable[Task]:
        known.update(collected.requirements())
        cases = cases_that_apply(collected)
        checks.update({name: id_ for id_, names in cases.items() for name in names})
        for target, id_ in sorted({(m.target, m.seen_in) for m in chosen if m.seen_in in cases}):
            yield Task("mutant", target, cases[id_])

    outcomes: dict[Key, list[Outcome]] = {}
    for task, answer in carry_out(tasks_of):
        outcomes.setdefault((task.target, checks[task.cases[0]]), []).append(answer.outcome)
    told = {
        m: f"{id_}, broken by {m.target}, is unknown"
        for m in chosen
        for id_ in (m.breaks, m.seen_in)
        if id_ not in known
    }
    judged = [m for m in chosen if (m.target, m.seen_in) in outcomes]
    for mutant in judged:
        ended = outcomes[mutant.target, mutant.seen_in]
        judge_of = _complaint if mutant.seen_in == mutant.breaks else _complaint_of_oracle
        complaint = judge_of(mutant, ended)
        if complaint is not None:
            told[mutant] = complaint
    return len(judged), told


def _complaint(mutant: Mutant, ended: list[Outcome]) -> str | None:
    name = f"{mutant.target} breaks {mutant.breaks}"
    bad = [outcome for outcome in ended if outcome.kind not in ("passed", "skipped")]
    if not bad:
        return f"{name}: {' and '.join({o.kind for o in ended})}; expected the check to fail"
    if not any(mutant.says in outcome.message for outcome in bad):
        return f"{name}: caught as {bad[0].message!r}; expected the words {mutant.says!r}"
    return None


def _complaint_of_oracle(mutant: Mutant, ended: list[Outcome]) -> str | None:
    name = f"{mutant.target} breaks {mutant.breaks} around {mutant.seen_in}"
    trips = [outcome.trips[mutant.breaks] for outcome in ended if mutant.breaks in outcome.trips]
    if not trips:
        return f"{name}: not tripped by {ended}"
    if not any(mutant.says in trip for trip in trips):
        return f"{name}: tripped as {trips[0]!r}; expected the words {mutant.says!r}"
    return None


def main() -> int:
    """Print what was not caught as named; 0 when there is nothing and something was judged."""
    judged, told = judge(sys.argv[1:])
    print(*told, f"{judged} mutants judged, {len(told)} not caught as named", sep="\n")  # noqa: T201 - a command
    return 0 if judged and not told else 1
