"""From outcomes to verdicts: who is tried again, where, and what is then said.

    shared --passed--> pass            --skipped--> skip
       |                                                    known CPython defect: skip
       +--else--> alone --else--> control (asyncio's own loop) --fails too--> undecided
                    |                |
                    +--passed--> flaky
                                     +--passed--> the verdict of the lone run

A check that passed in a worker which then died at its exit is tried again alone, as a
suspect. An oracle that was tripped is only believed when the check trips it a second
time in one fresh worker, and does not on asyncio's loop.

Pure: no processes here and no clock. The pool carries out what `take` hands out.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from loopconform.lifeline import Answer, Task
from loopconform.outcome import Outcome

CONTROL = "asyncio:new_event_loop"
WORKER_EXIT = "oracle.worker_exit"
CHUNK = 16
"""Cases handed to a warm worker at a time, at most."""
REPEATS = 8
"""Checks for which a tripped oracle is tried again; the others are only counted."""

VERDICT_OF = {"failed": "fail", "missing": "missing", "crash": "crash", "hang": "hang"}


@dataclass(frozen=True)
class Case:
    """One run of a check: the check itself, or one set of its parameters."""

    name: str
    id: str
    label: str = ""


@dataclass
class Verdict:
    """What is said of one case."""

    case: Case
    verdict: str
    outcome: Outcome
    control: Outcome | None = None
    defect: str | None = None


@dataclass
class Suspicion:
    """What is known of one oracle: where it was tripped, and what a repetition showed."""

    seen: dict[str, str] = field(default_factory=dict)
    confirmed: dict[str, str] = field(default_factory=dict)
    repeated: int = 0


@dataclass
class Judging:
    """The docket of one run: hands out tasks, takes answers, says verdicts."""

    cases: Sequence[Case]
    target: str
    control: bool
    isolate: bool
    jobs: int
    decide: Callable[[Verdict], None]
    defect_of: Callable[[str], str | None]
    oracles: dict[str, Suspicion] = field(default_factory=dict)
    watched: int = 0
    """How many cases passed, which are those that the oracles look at."""

    def __post_init__(self) -> None:
        self._by_name = {case.name: case for case in self.cases}
        self._shared = deque(case.name for case in self.cases)
        self._solo: deque[Task] = deque()
        self._first: dict[str, Outcome] = {}
        self._alone: dict[str, Outcome] = {}
        self._rounds: Counter[tuple[str, str]] = Counter()

    def take(self) -> Task | None:
        """The next task: a second opinion if one is wanted, else cases not yet run."""
        if self._solo:
            return self._solo.popleft()
        if not self._shared:
            return None
        size = 1 if self.isolate else min(CHUNK, 1 + len(self._shared) // (2 * self.jobs))
        chunk = tuple(self._shared.popleft() for _ in range(min(size, len(self._shared))))
        return Task("shared", self.target, chunk, alone=self.isolate)

    def give_back(self, task: Task, cases: Iterable[str]) -> None:
        """Put cases that were not begun back to the front of the queue."""
        if task.kind == "shared":
            self._shared.extendleft(reversed(list(cases)))

    def answer(self, task: Task, answer: Answer) -> None:
        """Take in what a task gave for one case."""
        {
            "shared": self._after_first,
            "alone": self._after_alone,
            "suspect": self._after_suspect,
            "control": self._after_control,
            "repeat": self._after_repeat,
            "innocent?": self._after_innocence,
        }[task.kind](answer.case, answer.outcome)

    def left_badly(self, passed: Iterable[str], outcome: Outcome) -> None:
        """Try each check that passed in a worker which died at its exit again, alone."""
        for name in passed:
            self._suspicion(WORKER_EXIT).seen[name] = outcome.message
            self._solo.append(Task("suspect", self.target, (name,)))

    def _after_first(self, name: str, outcome: Outcome) -> None:
        self._first[name] = outcome
        if outcome.kind == "passed":
            self.watched += 1
            self._say(name, "pass", outcome)
            self._suspect_oracles(name, outcome)
        elif outcome.kind == "skipped":
            self._say(name, "skip", outcome)
        else:
            self._solo.append(Task("alone", self.target, (name,)))

    def _after_alone(self, name: str, outcome: Outcome) -> None:
        if outcome.kind in ("passed", "skipped"):
            first = self._first[name]
            said = f"{VERDICT_OF.get(first.kind, first.kind)} at first, passed when run again alone"
            self._say(name, "flaky", replace(first, message=f"{said}: {first.message}"))
            return
        outcome.seconds = outcome.seconds or self._first[name].seconds
        self._alone[name] = outcome
        if WORKER_EXIT in outcome.trips:
            exits = self._suspicion(WORKER_EXIT)
            exits.seen[name] = exits.confirmed[name] = outcome.trips[WORKER_EXIT]
        if self.control:
            self._solo.append(Task("control", CONTROL, (name,)))
        else:
            self._say(name, VERDICT_OF.get(outcome.kind, "error"), outcome)

    def _after_suspect(self, name: str, outcome: Outcome) -> None:
        if outcome.kind not in ("passed", "skipped"):
            self._after_alone(name, outcome)

    def _after_control(self, name: str, control: Outcome) -> None:
        outcome = self._alone[name]
        if control.kind == "passed":
            self._say(name, VERDICT_OF.get(outcome.kind, "error"), outcome, control)
            return
        for known in (self._suspicion(WORKER_EXIT).seen, self._suspicion(WORKER_EXIT).confirmed):
            known.pop(name, None)
        defect = self.defect_of(self._by_name[name].id)
        self._say(name, "undecided" if defect is None else "skip", outcome, control, defect)

    def _suspect_oracles(self, name: str, outcome: Outcome) -> None:
        wanted = False
        for oracle, text in outcome.trips.items():
            suspicion = self._suspicion(oracle)
            suspicion.seen[name] = text
            if suspicion.repeated < REPEATS:
                suspicion.repeated += 1
                wanted = True
        if wanted:
            self._solo.append(Task("repeat", self.target, (name, name)))

    def _after_repeat(self, name: str, outcome: Outcome) -> None:
        if not self._is_second_round("repeat", name):
            return
        for oracle, text in outcome.trips.items():
            self._suspicion(oracle).confirmed[name] = text
        if self.control and outcome.trips:
            self._solo.append(Task("innocent?", CONTROL, (name, name)))

    def _after_innocence(self, name: str, outcome: Outcome) -> None:
        if self._is_second_round("innocent?", name):
            for oracle in outcome.trips:
                self._suspicion(oracle).confirmed.pop(name, None)

    def _is_second_round(self, kind: str, name: str) -> bool:
        """The first round in a worker only fills its caches; the second one counts."""
        self._rounds[kind, name] += 1
        return self._rounds[kind, name] == 2

    def _suspicion(self, oracle: str) -> Suspicion:
        return self.oracles.setdefault(oracle, Suspicion())

    def _say(
        self,
        name: str,
        verdict: str,
        outcome: Outcome,
        control: Outcome | None = None,
        defect: str | None = None,
    ) -> None:
        self.decide(Verdict(self._by_name[name], verdict, outcome, control, defect))
