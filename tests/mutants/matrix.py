"""The kill matrix: which checks notice which mutant, and which mutants a check notices.

`python -m tests.mutants.matrix FOLDER [--full] [WORDS...]` carries out, on each mutant,
the checks of the chapters that it breaks, or all of them, and writes `kills.json` and
`kills.md`. A requirement that noticed none stands in its list of the unkilled, with the
reason that unkilled.toml gives. A check that does not end or kills its process notices
nothing here: only a verdict in words counts.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tabulate import tabulate

from loopconform.lifeline import Task
from loopconform.oracles import requirements as oracles
from loopconform.plugin import Collected

from ..bench import carry_out, cases_that_apply
from . import Mutant
from .judge import all_mutants

UNKILLED = Path(__file__).with_name("unkilled.toml")
LIMIT = 2.0
"""Seconds for each check; those of a sound loop take milliseconds."""
IN_WORDS = ("failed", "missing")


def unkilled() -> dict[str, str]:
    """The requirements that no mutant breaks, with the reason of each."""
    reasons: dict[str, str] = tomllib.loads(UNKILLED.read_text())
    return reasons


@dataclass
class Matrix:
    """Who noticed whom: `kills[target][requirement]` is how the check ended."""

    chapters: dict[str, str]
    names: dict[str, list[str]]
    kills: dict[str, dict[str, str]]

    def by_requirement(self) -> dict[str, list[str]]:
        """The mutants that each requirement's check noticed in words; perhaps none."""
        noticed: dict[str, list[str]] = {id_: [] for id_ in self.chapters}
        for target, killers in self.kills.items():
            for id_, kind in killers.items():
                if kind in IN_WORDS:
                    noticed[id_].append(target)
        return noticed

    def as_dict(self, scope: str) -> dict[str, Any]:
        """The matrix as JSON types."""
        noticed = self.by_requirement()
        reasons = unkilled()
        return {
            "python": platform.python_version(),
            "platform": f"{platform.system()} {platform.machine()}",
            "scope": scope,
            "mutants": {
                target: {"breaks": self.names[target], "killed_by": dict(sorted(killers.items()))}
                for target, killers in sorted(self.kills.items())
            },
            "requirements": {id_: sorted(targets) for id_, targets in sorted(noticed.items())},
            "unkilled": {
                id_: reasons.get(id_, "no mutant; nothing shows that it can fail")
                for id_, targets in sorted(noticed.items())
                if not targets
            },
        }

    def as_markdown(self, scope: str) -> str:
        """By chapter: how many requirements noticed mutants, how many, and who noticed none."""
        noticed = self.by_requirement()
        rows = []
        for chapter in sorted(set(self.chapters.values())):
            ids = [id_ for id_, of in self.chapters.items() if of == chapter]
            least = min((len(noticed[id_]) for id_ in ids), default=0)
            killing = sum(bool(noticed[id_]) for id_ in ids)
            targets = {target for id_ in ids for target in noticed[id_]}
            rows.append([chapter, len(ids), killing, len(targets), least])
        head = ["chapter", "requirements", "of them noticed a mutant", "mutants noticed", "least"]
        left = self.as_dict(scope)["unkilled"]
        parts = [
            "# The kill matrix",
            f"{len(self.kills)} mutants, each judged by {scope}, on CPython "
            f"{platform.python_version()}. `kills.json` has every pair.",
            tabulate(rows, head, tablefmt="github"),
            f"## Requirements that noticed no mutant: {len(left)} of {len(self.chapters)}",
            "\n".join(f"- `{id_}`: {reason}" for id_, reason in left.items()) or "None.",
        ]
        return "\n\n".join(parts) + "\n"


def measured(chosen: list[Mutant], *, full: bool) -> Matrix:
    """Judge each mutant by the checks of the chapters it breaks, or by all."""
    targets: dict[str, list[str]] = defaultdict(list)
    wanted: dict[str, set[str]] = defaultdict(set)
    for mutant in chosen:
        targets[mutant.target].append(mutant.breaks)
        wanted[mutant.target].add(mutant.seen_in)
    ids: dict[str, str] = {}
    chapters: dict[str, str] = {}

    def tasks_of(collected: Collected) -> Iterable[Task]:
        cases = cases_that_apply(collected)
        requirements = collected.requirements()
        chapters.update({id_: requirements[id_].chapter for id_ in cases})
        ids.update({name: id_ for id_, names in cases.items() for name in names})
        for target in sorted(targets):
            near = {chapters[id_] for id_ in wanted[target] if id_ in chapters}
            names = [name for name, id_ in ids.items() if full or chapters[id_] in near]
            yield Task("matrix", target, tuple(names))

    kills: dict[str, dict[str, str]] = {target: {} for target in targets}
    for task, answer in carry_out(tasks_of, limit=LIMIT):
        kind = answer.outcome.kind
        if kind not in ("passed", "skipped"):
            kills[task.target][ids[answer.case]] = kind
        for oracle in answer.outcome.trips:
            kills[task.target].setdefault(oracle, "failed")
    chapters.update({oracle.id: oracle.chapter for oracle in oracles()})
    return Matrix(chapters, dict(targets), kills)


def main() -> int:
    """Write both files; 1 where a requirement without a reason noticed no mutant."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants.matrix", description=__doc__)
    parser.add_argument("folder", type=Path, help="where kills.json and kills.md go")
    parser.add_argument("words", nargs="*", help="judge only mutants that contain one of them")
    parser.add_argument("--full", action="store_true", help="every check on every mutant")
    arguments = parser.parse_args()
    chosen = [
        mutant
        for mutant in all_mutants()
        if not arguments.words
        or any(w in f"{mutant.target} {mutant.breaks}" for w in arguments.words)
    ]
    matrix = measured(chosen, full=arguments.full)
    scope = "every check" if arguments.full else "the checks of the chapters that it breaks"
    text = json.dumps(matrix.as_dict(scope), indent=1)
    (arguments.folder / "kills.json").write_text(text + "\n")
    (arguments.folder / "kills.md").write_text(matrix.as_markdown(scope))
    left = matrix.as_dict(scope)["unkilled"].keys() - unkilled().keys()
    print(f"{len(matrix.kills)} mutants, {len(left)} requirements without a reason noticed none")  # noqa: T201 - a command
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
