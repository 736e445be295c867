"""Conducting a run in the process that hosts pytest: select, probe, judge, tell.

What it tells are events, one JSON object a line, for the checker at the other end of
the pipe:

    collected   the requirements selected, the catalogue's digest
    refused     a selection or a mark that is off: bad usage
    broken      a file of the suite that can't be collected
    unusable    why the target gives no loop
    loop        what the probe found out about the loop
    began/ended a worker process, by its id
    check       a line of the report; a second one of the same id corrects the first
    finished    nothing more will come
"""

from __future__ import annotations

import gc
import os
import socket
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from functools import partial

from loopconform import oracles
from loopconform.channel import Message
from loopconform.defects import defect_of
from loopconform.judging import Judging
from loopconform.lifeline import Answer, Docket, Task
from loopconform.lines import Lines, of_oracle, skipped
from loopconform.outcome import Outcome
from loopconform.plugin import Collected
from loopconform.pool import Pool
from loopconform.processes import BecomeWorker, Process, fork, spawn
from loopconform.protocols import ProtocolWatch
from loopconform.report import DEVIATIONS
from loopconform.requirement import Requirement, digest
from loopconform.selection import NothingSelected
from loopconform.settings import Config
from loopconform.target import python_version
from loopconform.worker import serve, settle_in

Tell = Callable[[Message], None]


@dataclass
class Probe:
    """The docket of the first task of all: what does the factory give?"""

    target: str
    answers: list[Answer] = field(default_factory=list)
    asked: bool = False

    def take(self) -> Task | None:
        """The one task there is."""
        if self.asked:
            return None
        self.asked = True
        return Task("probe", self.target)

    def answer(self, task: Task, answer: Answer) -> None:  # noqa: ARG002 - there is one task
        """Keep what was found."""
        self.answers.append(answer)

    def give_back(self, task: Task, cases: tuple[str, ...]) -> None:
        """A probe has no cases."""

    def left_badly(self, passed: tuple[str, ...], outcome: Outcome) -> None:
        """A probe is alone; its answer already tells."""


class Conductor:
    """Conducts one run over a collected session."""

    def __init__(
        self, config: Config, tell: Tell, checker: int | None, watch: ProtocolWatch
    ) -> None:
        """`checker` is the descriptor whose end means that the checker has gone."""
        self._config, self._tell, self._checker, self._watch = config, tell, checker, watch
        self._one_loop_a_process = False

    def __call__(self, collected: Collected) -> None:
        """Run, or become a worker and serve, with no exception in flight."""
        gc.freeze()  # forked workers share these pages and need not look at them again
        gc.enable()
        try:
            if self._config.mode == "worker":
                sock = socket.create_connection(("127.0.0.1", self._config.port))
                raise BecomeWorker(sock, self._config.stacks, self._config.target)
            self._conduct(collected)
            return
        except BecomeWorker as new:
            channel, stacks, target = new.channel, new.stacks, new.target
        channel_to_pool = settle_in(channel, stacks)
        if self._config.failed_preload:
            channel_to_pool.send({"unusable": self._config.failed_preload})
        else:
            serve(channel_to_pool, target, collected, self._watch)

    def _conduct(self, collected: Collected) -> None:
        everything = [*collected.requirements().values(), *oracles.requirements()]
        try:
            chosen = self._choose(collected, everything)
        except NothingSelected as error:
            self._tell({"event": "refused", "message": str(error)})
            return
        self._announce(collected, chosen, digest(everything))
        if self._config.mode == "check" and self._probe():
            self._judge(collected, chosen)
            self._tell({"event": "finished"})

    def _choose(self, collected: Collected, everything: list[Requirement]) -> list[Requirement]:
        """What the run is about. Raises NothingSelected; without checks, oracles see nothing."""
        keyword = self._config.keyword
        if keyword is None and not collected.requirements():
            raise NothingSelected(f"--suite {' '.join(self._config.paths)}: there is no check")
        chosen = self._config.select.choose(everything)
        if keyword is not None:
            chosen = [r for r in chosen if r.chapter != oracles.CHAPTER]
        if not chosen:
            raise NothingSelected(f"-k {keyword}: matches no check")
        return chosen

    def _announce(self, collected: Collected, chosen: list[Requirement], catalogue: str) -> None:
        rows = [_row(requirement) for requirement in chosen]
        for row in rows:
            if row["chapter"] != oracles.CHAPTER:
                row["source"] = collected.place(row["id"])
                if self._config.mode == "show":
                    row["text"] = collected.source(row["id"])
        unselected = [_row(oracle) for oracle in oracles.requirements() if oracle not in chosen]
        event = {"requirements": rows, "unselected": unselected, "catalogue": catalogue}
        self._tell({"event": "collected"} | event)

    def _probe(self) -> bool:
        """Find out what the factory gives; a second try tells bad luck from a bad factory."""
        for last in (False, True):
            probe = Probe(self._config.target)
            self._pool(probe).run()
            (answer,) = probe.answers
            if answer.probed:
                exits_badly = answer.outcome.kind != "passed"
                self._one_loop_a_process = bool(answer.probed["singleton"]) or exits_badly
                self._tell({"event": "loop", "about": answer.probed})
                return True
            outcome = answer.outcome
            if outcome.message.startswith("--preload "):
                self._tell({"event": "refused", "message": outcome.message})
                return False
            if last:
                self._tell(
                    {"event": "unusable", "message": outcome.message, "detail": outcome.detail}
                )
        return False

    def _judge(self, collected: Collected, chosen: list[Requirement]) -> None:
        checks = {r.id: r for r in chosen if r.chapter != oracles.CHAPTER}
        tell = self._tell_line
        if not checks:  # an oracle alone was asked for; it is decided over all checks
            checks, tell = collected.requirements(), _ignore
        why_not = {id_: r.why_not_on(python_version(), sys.platform) for id_, r in checks.items()}
        cases = [c for c in collected.cases() if c.id in checks and why_not[c.id] is None]
        lines = Lines(checks, cases, tell)
        for id_, reason in why_not.items():
            if reason is not None:
                tell(skipped(checks[id_], reason))
        judging = Judging(
            cases,
            self._config.target,
            control=self._config.control,
            isolate=self._config.isolate or self._one_loop_a_process,
            jobs=self._config.jobs,
            decide=lines.add,
            defect_of=partial(defect_of, version=python_version()),
        )
        self._pool(judging).run()
        for oracle in oracles.requirements():
            line = of_oracle(oracle, judging)
            if oracle in chosen or line["verdict"] in DEVIATIONS:
                self._tell_line(line)

    def _tell_line(self, line: Message) -> None:
        self._tell({"event": "check", "line": line})

    def _pool(self, docket: Docket) -> Pool:
        return Pool(
            docket,
            self._start,
            jobs=self._config.jobs,
            limit=self._config.limit,
            announce=lambda what: self._tell({"event": "worker"} | what),
            checker=self._checker,
        )

    def _start(self, target: str, forget: Callable[[], None]) -> Process:
        preload = self._config.preload if target == self._config.target else ()
        if hasattr(os, "fork") and not preload:
            return fork(target, forget)
        config = replace(self._config, mode="worker", target=target, preload=preload)
        return spawn(asdict(config), dict(os.environ))


def _ignore(line: Message) -> None:
    """Tell nobody of a check that was not asked for."""


def _row(requirement: Requirement) -> Message:
    return requirement.as_dict() | {"manual": requirement.manual(python_version())}
