"""`python -m tests.mutation`: which of many small faults do the checks notice?

One fault for each worker; it carries out the checks that reach the fault's function, the
quickest first, until one of them does not pass. What survives is looked up in
equivalents.toml, where each entry says why a change makes no fault; the others are
listed, and an entry that fits no site any more is an error.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from loopconform.lifeline import Answer, Task
from loopconform.plugin import Collected

from ..bench import Bench, carry_out, cases_that_apply
from .planted import PROBE
from .sites import Site, modules, sites_of

HERE = "tests.mutation.planted"
EQUIVALENTS = Path(__file__).with_name("equivalents.toml")


@dataclass
class UntilKilled(Bench):
    """Hands out the rest of a task only while nothing has noticed its fault."""

    killed: dict[str, Answer] = field(default_factory=dict)

    def take(self) -> Task | None:
        """The next task of a loop that still passes everything."""
        while self.waiting:
            task = self.waiting.pop()
            if task.target not in self.killed:
                return task
        return None

    def answer(self, task: Task, answer: Answer) -> None:
        """Keep the first answer that is not a pass."""
        if answer.outcome.kind not in ("passed", "skipped") or answer.outcome.trips:
            self.killed.setdefault(task.target, answer)
        super().answer(task, answer)

    def give_back(self, task: Task, cases: tuple[str, ...]) -> None:
        """Put it last: by then it is known whether the fault was noticed."""
        self.waiting.insert(0, Task(task.kind, task.target, cases, task.alone))


def probe() -> None:
    """Have the file PROBE names say which cases call which function; print their seconds."""

    def tasks_of(collected: Collected) -> Iterable[Task]:
        cases = [name for names in cases_that_apply(collected).values() for name in names]
        yield Task("probe", f"{HERE}:probed", tuple(cases))

    answers = carry_out(tasks_of)
    json.dump({answer.case: answer.outcome.seconds for _, answer in answers}, sys.stdout)


@dataclass(frozen=True)
class Reach:
    """What a probing run found: seconds of each case, and the cases that call a function."""

    seconds: dict[str, float]
    callers: dict[str, list[str]]

    @classmethod
    def of_sound_loop(cls) -> Reach:
        """Probe in a process of its own, since one session of the suites is all that fits in."""
        callers = defaultdict(list)
        with tempfile.TemporaryDirectory() as folder:
            calls = Path(folder, "calls")
            ended = subprocess.run(
                [sys.executable, "-m", "tests.mutation", "--probe"],
                env=os.environ | {PROBE: str(calls)},
                stdout=subprocess.PIPE,
                check=True,
            )
            for line in calls.read_text().splitlines():
                case, module, function = line.split("\t")
                callers[f"{module}:{function}"].append(case)
        return cls(json.loads(ended.stdout), dict(callers))

    def cases_for(self, site: Site, every: set[str]) -> tuple[str, ...]:
        """The cases that can notice a fault at a site, the quickest first."""
        reached = set(self.callers.get(f"{site.module}:{site.function}", ()))
        cases = every & reached if site.function else every
        return tuple(sorted(cases, key=lambda case: (self.seconds.get(case, 1.0), case)))


def judge(sites: list[Site], reach: Reach) -> dict[Site, Answer | None]:
    """What noticed each fault first; None where nothing did."""
    index = {name: number for number, name in enumerate(modules())}
    target = {site: f"{HERE}:m{index[site.module]}_{site.number}" for site in sites}
    bench = UntilKilled([])

    def tasks_of(collected: Collected) -> Iterable[Task]:
        every = {name for names in cases_that_apply(collected).values() for name in names}
        for site in sites:
            cases = reach.cases_for(site, every)
            if cases:
                yield Task("mutation", target[site], cases)

    carry_out(tasks_of, bench)
    return {site: bench.killed.get(target[site]) for site in sites}


def chosen(arguments: argparse.Namespace) -> list[Site]:
    """The sites to judge: those that contain a word, or a sample."""
    sites = [site for module in modules() for site in sites_of(module)]
    if arguments.words:
        return [site for site in sites if any(word in site.key for word in arguments.words)]
    return random.Random(arguments.seed).sample(sites, min(arguments.sample, len(sites)))  # noqa: S311 - repeatable


def excused(sites: list[Site]) -> dict[str, str]:
    """Why a change makes no fault, by key. Raises SystemExit for a key that fits no site."""
    reasons: dict[str, str] = tomllib.loads(EQUIVALENTS.read_text())
    unknown = reasons.keys() - {site.key for module in modules() for site in sites_of(module)}
    if unknown:
        raise SystemExit(f"{EQUIVALENTS.name}: no site has the key {min(unknown)!r}")
    return {site.key: reasons[site.key] for site in sites if site.key in reasons}


def main() -> int:
    """Print each survivor, then the score; 1 where the score is under the bound."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("words", nargs="*", help="judge only sites whose key contains one of them")
    parser.add_argument("--sample", type=int, default=400, help="how many sites to judge")
    parser.add_argument("--seed", type=int, default=1, help="which ones")
    parser.add_argument("--bound", type=float, default=92.0, help="the least score, in per cent")
    parser.add_argument("--verbose", action="store_true", help="say what noticed each fault")
    parser.add_argument("--probe", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.probe:
        probe()
        return 0
    sites = chosen(arguments)
    reasons = excused(sites)
    began = time.monotonic()
    judged = judge([site for site in sites if site.key not in reasons], Reach.of_sound_loop())
    lines = [f"no fault  {key}: {reason}" for key, reason in reasons.items()]
    for site, killer in judged.items():
        place = f"{site.module.replace('.', '/')}.py:{site.line}  {site.key}"
        if killer is None:
            lines.append(f"survived  {place}")
        elif arguments.verbose:
            lines.append(f"noticed   {place}  by {killer.case}: {killer.outcome.kind}")
    noticed = sum(killer is not None for killer in judged.values())
    score = 100 * noticed / max(len(judged), 1)
    lines.append(
        f"{len(sites)} changes, {len(reasons)} of them no fault; {noticed} of the other "
        f"{len(judged)} noticed: {score:.1f} % in {time.monotonic() - began:.0f} s"
    )
    print(*lines, sep="\n")  # noqa: T201 - a command
    return 0 if score >= arguments.bound else 1


if __name__ == "__main__":
    sys.exit(main())
