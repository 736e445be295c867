"""The pool: at most so many workers at a time, each followed to its end.

It asks a docket for tasks and lets each worker's lifeline answer them. Tasks that
may share go to a warm worker of the same target; the others get a fresh one.
"""

from __future__ import annotations

import os
import selectors
import time
from collections.abc import Callable
from typing import Any

from loopconform.channel import Message
from loopconform.lifeline import Docket, Lifeline, Task
from loopconform.processes import Process

ENDING_POLL = 0.005
"""Seconds between looks at a process that is about to end."""


class Abandoned(Exception):
    """The checker has gone: nobody waits for the answers any more."""


class Pool:
    """Runs the tasks of a docket in at most `jobs` workers at a time."""

    def __init__(
        self,
        docket: Docket,
        start: Callable[[str, Callable[[], None]], Process],
        *,
        jobs: int,
        limit: float,
        announce: Callable[[Message], None],
        checker: int | None = None,
    ) -> None:
        """`start(target, forget)` starts a worker; `limit` is in seconds, for each case.

        `announce` tells of processes that begin and end, so that somebody else can
        kill them if this process is lost. `checker` is a descriptor to which nothing
        is ever written; its end means that nobody waits for the answers any more.
        """
        self._docket, self._start, self._announce = docket, start, announce
        self._jobs, self._limit = jobs, limit
        self._workers: list[Lifeline] = []
        self._selector = selectors.DefaultSelector()
        self._owner = os.getpid()
        if checker is not None:
            self._selector.register(checker, selectors.EVENT_READ, _abandon)

    def run(self) -> None:
        """Work until the docket is empty and every worker has gone.

        Raises Abandoned when the checker goes first. Whatever ends the run, no worker
        outlives it.
        """
        try:
            while self._assign() or self._workers:
                self._listen()
                self._see_off()
        finally:
            if os.getpid() == self._owner:  # not in a worker that is unwinding
                for worker in self._workers:
                    worker.process.kill()

    def _assign(self) -> bool:
        """Give out tasks while there are any and somebody is free; whether one was given."""
        given = False
        while sum(worker.state != "idle" for worker in self._workers) < self._jobs:
            task = self._docket.take()
            if task is None:
                break
            self._worker_for(task).give(task)
            given = True
        if not given and all(worker.state in ("idle", "leaving") for worker in self._workers):
            for worker in self._workers:
                if worker.state == "idle":
                    worker.send_home()
        return given

    def _worker_for(self, task: Task) -> Lifeline:
        for worker in self._workers:
            if worker.state == "idle" and worker.target == task.target and not task.alone:
                return worker
        process = self._start(task.target, self._forget)
        worker = Lifeline(process, task.target, self._docket, self._limit)
        self._workers.append(worker)
        self._selector.register(process.channel, selectors.EVENT_READ, worker.read)
        for tail in (process.output, process.stacks):
            self._selector.register(tail, selectors.EVENT_READ, tail.drain)
        self._announce({"began": process.pid})
        return worker

    def _listen(self) -> None:
        now = time.monotonic()
        patience = min((w.deadline for w in self._workers if w.state != "idle"), default=now) - now
        if any(worker.state in ("leaving", "ending") for worker in self._workers):
            patience = min(patience, ENDING_POLL)
        for key, _ in self._selector.select(max(patience, 0.0)):
            if not key.data():
                self._selector.unregister(key.fileobj)

    def _see_off(self) -> None:
        now = time.monotonic()
        for worker in list(self._workers):
            if not worker.has_gone():
                worker.look_at_clock(now)
            else:
                self._workers.remove(worker)
                self._unregister(worker.process.channel)
                self._unregister(worker.process.output)
                self._unregister(worker.process.stacks)
                worker.conclude()
                self._announce({"ended": worker.process.pid})

    def _unregister(self, source: Any) -> None:
        if source in self._selector.get_map():
            self._selector.unregister(source)

    def _forget(self) -> None:
        """Close, in a forked process, what belongs to the pool alone."""
        self._selector.close()
        for worker in self._workers:
            worker.process.close()


def _abandon() -> bool:
    raise Abandoned
