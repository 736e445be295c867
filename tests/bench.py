"""Carrying out checks on many broken loops at once, without second opinions.

The checker's own pool and workers, with a docket that only collects outcomes: no
confirmation, no control. A process that calls `carry_out` hosts a pytest session and
is good for nothing else afterwards.

`python -m tests.bench [--limit SECONDS] TARGET...` prints, as JSON, what each target gave for
each id: nothing where all cases passed, else the words of the first that did not.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable
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

IDLE_MOSTLY = 3
"""Workers for each core: a broken loop mostly keeps a check waiting."""


@dataclass
class Bench:
    """A docket that hands out tasks as they are and keeps what comes back."""

    waiting: list[Task]
    answers: list[tuple[Task, Answer]] = field(default_factory=list)

    def take(self) -> Task | None:
        """The next task."""
        return self.waiting.pop() if self.waiting else None

    def answer(self, task: Task, answer: Answer) -> None:
        """Keep the answer."""
        self.answers.append((task, answer))

    def give_back(self, task: Task, cases: tuple[str, ...]) -> None:
        """Have what was not begun carried out by the next worker."""
        self.waiting.append(Task(task.kind, task.target, cases, task.alone))

    def left_badly(self, passed: tuple[str, ...], outcome: Outcome) -> None:
        """How a worker ended is not judged here."""


def carry_out(
    tasks_of: Callable[[Collected], Iterable[Task]],
    bench: Bench | None = None,
    limit: float = DEFAULT_LIMIT,
) -> list[tuple[Task, Answer]]:
    """Collect the suites and carry out the tasks that `tasks_of` makes of them.

    `limit` is in seconds, for each case.
    """
    watch = ProtocolWatch([suites()])
    watch.install()
    bench = bench or Bench([])
    is_worker = False

    def conduct(collected: Collected) -> None:
        nonlocal is_worker
        bench.waiting.extend(tasks_of(collected))
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2
        jobs = IDLE_MOSTLY * cores
        try:
            Pool(bench, fork, jobs=jobs, limit=limit, announce=lambda _: None).run()
        except BecomeWorker as new:
            is_worker = True
            serve(settle_in(new.channel, new.stacks), new.target, collected, watch)

    host([suites()], None, Collected(conduct))
    if is_worker:
        sys.exit(0)
    return bench.answers


def cases_that_apply(collected: Collected) -> dict[str, tuple[str, ...]]:
    """The cases of each requirement that holds on the running Python."""
    cases: dict[str, tuple[str, ...]] = {}
    requirements = collected.requirements()
    for case in collected.cases():
        requirement = requirements[case.id]
        if requirement.why_not_on(python_version(), sys.platform) is None:
            cases[case.id] = (*cases.get(case.id, ()), case.name)
    return cases


def main() -> None:
    """Print what each requirement gave on each target."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("targets", nargs="+", metavar="TARGET")
    parser.add_argument("--limit", type=float, default=DEFAULT_LIMIT, help="seconds for each case")
    arguments = parser.parse_args()
    ids: dict[str, str] = {}

    def tasks_of(collected: Collected) -> Iterable[Task]:
        for id_, names in cases_that_apply(collected).items():
            ids.update(dict.fromkeys(names, id_))
        for target in arguments.targets:
            yield Task("all", target, tuple(ids), alone=False)

    answers = carry_out(tasks_of, limit=arguments.limit)
    words: dict[str, dict[str, str]] = {target: {} for target in arguments.targets}
    for task, answer in answers:
        kind, id_ = answer.outcome.kind, ids[answer.case]
        told = "" if kind == "passed" else f"{kind}: {answer.outcome.message}"
        words[task.target][id_] = words[task.target].get(id_) or told
    json.dump(words, sys.stdout)


if __name__ == "__main__":
    main()
