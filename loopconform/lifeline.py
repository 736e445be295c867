"""One worker as its pool sees it, from start to end, and what its end means.

    starting --ready--> busy --all done--> idle --next task--> busy ...
                                             +--exit--> leaving
    any of these --time is up--> asked (for its stacks) --> ending
    any of these --channel ends--> ending --process ends--> gone

A worker that dies or outlives its time takes only the case it was at; the others of
its task go back to the docket. The answers of a task that is alone in its worker are
held until the worker has gone, because a case whose worker then dies at exit has not
passed.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from loopconform.channel import Message
from loopconform.outcome import Kind, Outcome
from loopconform.processes import Process, end_of
from loopconform.stacks import trimmed, where
from loopconform.worker import ask_signal

START_LIMIT = 60.0
"""Seconds that a worker may take to import its target."""
STACK_PATIENCE = 0.5
"""Seconds that a worker which outlived its time may take to write its stacks."""
WATCH_PATIENCE = 5.0
"""Seconds that a worker may take to see what a check that passed has left behind."""
END_PATIENCE = 1.0
"""Seconds that may pass between the end of a worker's channel and of its process."""


@dataclass(frozen=True)
class Task:
    """What one worker is asked to do; `alone` means in a fresh worker, watched to its exit.

    A task without cases is a probe of the target.
    """

    kind: str
    target: str
    cases: tuple[str, ...] = ()
    alone: bool = True


@dataclass(frozen=True)
class Answer:
    """What became of one case of a task; `probed` is what a probe found out."""

    case: str
    outcome: Outcome
    probed: dict[str, Any] = field(default_factory=dict)


class Docket(Protocol):
    """Where tasks come from and answers go; `loopconform.judging` has the one there is."""

    def take(self) -> Task | None:
        """The next task, or None while there is none."""

    def answer(self, task: Task, answer: Answer) -> None:
        """A case of a task was carried out, or its worker was lost at it."""

    def give_back(self, task: Task, cases: tuple[str, ...]) -> None:
        """These cases of a task were not begun."""

    def left_badly(self, passed: tuple[str, ...], outcome: Outcome) -> None:
        """A shared worker died or hung at its exit, after these cases had passed in it."""


class Lifeline:
    """Follows one worker process; `limit` is in seconds, for each case and for the exit."""

    def __init__(self, process: Process, target: str, docket: Docket, limit: float) -> None:
        self.process, self.target = process, target
        self._docket, self._limit = docket, limit
        self.state = "starting"
        self.deadline = time.monotonic() + START_LIMIT
        self._task: Task | None = None
        self._todo: list[str] = []
        self._held: list[Answer] = []
        self._passed: list[str] = []
        self._at = "starting"
        self._overdue = self._cut_off = self._said_bye = self._is_dead = False
        self._unusable = ""

    def give(self, task: Task) -> None:
        """Have this worker do a task: at once when it is idle, else when it is ready."""
        self._task, self._todo, self._held = task, list(task.cases) or [""], []
        if self.state == "idle":
            self._begin()

    def send_home(self) -> None:
        """Ask the worker to leave through the interpreter's exit."""
        self._enter("leaving", self._limit)
        self._send({"exit": True})

    def read(self) -> bool:
        """Take in what the worker says; False once it will say no more."""
        messages = self.process.channel.receive()
        if messages is None:
            if self.state != "ending":
                self._enter("ending", END_PATIENCE)
            return False
        for message in messages:
            if self.state not in ("asked", "ending"):  # what comes after the limit is too late
                self._understand(message)
        return True

    def look_at_clock(self, now: float) -> None:
        """Act when the worker's time is up: ask where it is, then kill it."""
        if now < self.deadline or self.state == "idle":
            return
        number = ask_signal()
        if not self.process.has_ended():
            self._cut_off = self._cut_off or self.state == "ending"
            self._overdue = self._overdue or self.state != "ending"
        if self._overdue and self.state not in ("asked", "ending") and number is not None:
            self.process.signal(number)
            self._enter("asked", STACK_PATIENCE)
        else:
            self.process.kill()
            self._enter("ending", END_PATIENCE)

    def has_gone(self) -> bool:
        """Whether the process has ended, and all that it said has been heard.

        A process that a loop has forked may keep the channel open for longer; so one that
        was leaving is believed to have gone when it is found dead a second time.
        """
        if self.state == "leaving" and self.process.has_ended():
            was_dead, self._is_dead = self._is_dead, True
            return was_dead
        return self.state == "ending" and self.process.has_ended()

    def conclude(self) -> None:
        """Say what a worker that has gone leaves: answers, a culprit, cases not begun."""
        how = self._end()
        self.process.kill()
        self.process.close()
        task = self._task
        if task is not None and self._todo:
            culprit, *rest = self._todo
            self._held.append(Answer(culprit, how))
            if rest:
                self._docket.give_back(task, tuple(rest))
        elif how.kind != "passed" and not (task and task.alone):
            self._docket.left_badly(tuple(self._passed), how)
        elif how.kind != "passed":
            last = self._held[-1]
            if last.outcome.kind == "passed":
                trips = last.outcome.trips | {"oracle.worker_exit": how.message}
                how = replace(how, trips=trips)
                self._held[-1] = replace(last, outcome=how)
        if task is not None:
            for answer in self._held:
                self._docket.answer(task, answer)

    def _begin(self) -> None:
        assert self._task is not None
        self._enter("busy", self._limit)
        self._send({"run": self._todo} if self._task.cases else {"probe": True})

    def _understand(self, message: Message) -> None:
        if "ready" in message:
            self._begin()
        elif "unusable" in message:
            self._unusable = message["unusable"]
        elif "bye" in message:
            self._said_bye = True
        elif "probed" in message:
            self._todo.clear()
            self._held.append(Answer("", Outcome("passed"), message["probed"]))
            self.send_home()
        elif "ran" in message:
            self.deadline = time.monotonic() + max(self._limit, WATCH_PATIENCE)
        elif message.get("done") in self._todo:
            self._done(message["done"], Outcome(**message["outcome"]), bool(message["spent"]))

    def _done(self, case: str, outcome: Outcome, spent: bool) -> None:
        assert self._task is not None
        self._todo.remove(case)
        self.deadline = time.monotonic() + self._limit
        printed = self.process.output.take()
        if outcome.kind == "passed":
            self._passed.append(case)
        else:
            outcome.detail += _section("printed", printed)
        answer = Answer(case, outcome)
        if self._task.alone:
            self._held.append(answer)
        else:
            self._docket.answer(self._task, answer)
        if spent and self._todo:
            self._docket.give_back(self._task, tuple(self._todo))
            self._todo.clear()
        if not self._todo and (spent or self._task.alone):
            self.send_home()
        elif not self._todo:
            self.state = "idle"

    def _end(self) -> Outcome:
        """How the worker ended, as an outcome: passed where its exit was clean."""
        status = self.process.status or 0
        stack, printed = self.process.stacks.take(), self.process.output.take()
        detail = _section("stacks", trimmed(stack)) + _section("printed", printed)
        late = " at the interpreter's exit" if self._at == "leaving" else ""
        kind: Kind
        if self._unusable:
            kind, text = "failed", self._unusable
        elif self._overdue:
            at = where(stack)
            starting = self._at == "starting"
            limit = START_LIMIT if starting else self._limit
            what = "importing the target " if starting else ""
            kind, text = "hang", f"{what}did not end within {limit:g} s{late}"
            text += f"; it was at {at}" if at else "; where it was can't be seen"
        elif self._cut_off:
            text = f"the process closed, or wrote on, the descriptor it reports on{late}"
            kind = "crash"
        elif self._said_bye and status == 0:
            kind, text = "passed", ""
        else:
            at = where(stack)
            kind, text = "crash", f"the process {end_of(status)}{late}"
            text += f"; it was at {at}" if at else ""
        return Outcome(kind, text, detail, seconds=self._limit if self._overdue else 0.0)

    def _enter(self, state: str, seconds: float) -> None:
        if state not in ("asked", "ending"):
            self._at = state
        self.state, self.deadline = state, time.monotonic() + seconds

    def _send(self, message: Message) -> None:
        try:
            self.process.channel.send(message)
        except OSError:  # it has gone; the end of its channel is read next
            return


def _section(title: str, text: str) -> str:
    return f"\n--- {title} ---\n{text.rstrip()}\n" if text.strip() else ""
