"""Runs of the checker that are watched from outside: interrupted, killed, and counted.

All processes of a run are known by a variable in their environment, whatever group or
session they have moved to. That is read in /proc; where there is none, as on macOS,
nothing is known of who was left behind, and tests that need a pid can't run.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from loopconform import oracles
from tests.checking import ROOT, Checked, valid

SMALL = ("--suite", "tests/suite_small/checks.py", "--jobs", "2")
CHECKS = frozenset(
    f"small.{name}"
    for name in (
        "call_soon", "call_later", "create_task", "create_connection", "two_loops",
        "exception_handler",
    )
)  # fmt: skip
ORACLES = frozenset(oracle.id for oracle in oracles.requirements())
MARK = "LOOPCONFORM_ATTENDED"
PATIENCE = 60.0
"""Seconds until an event that must come is given up; it takes far less."""


@dataclass
class Attended:
    """A run of the checker that goes on."""

    process: subprocess.Popen[str]
    report: Path
    mark: str

    def end(self) -> Checked:
        """Wait for its end; nothing of it may be left then, and no traceback in what it says."""
        out, err = self.process.communicate(timeout=PATIENCE)
        expect_nobody(self.mark)
        assert "Traceback" not in err, f"the checker ended in a traceback:\n{err}"
        whole = self.report if self.report.is_file() and self.report.stat().st_size else None
        return Checked(self.process.returncode, out, err, valid(whole) if whole else None)

    def wait_until_decided(self, id_: str) -> None:
        """Wait until the report has the line of that requirement."""

        def is_decided() -> bool:
            assert self.process.poll() is None, f"the run ended early:\n{self.end()}"
            return self.report.exists() and f'"id": "{id_}"' in self.report.read_text()

        wait_until(is_decided, f"the line of {id_}")

    def child_of(self, pid: int) -> int:
        """The one child that this process of the run has, waited for if need be."""
        found: list[int] = []

        def is_alone() -> bool:
            found[:] = [child for child, parent in family(self.mark).items() if parent == pid]
            return len(found) == 1

        wait_until(is_alone, f"one child of {pid}")
        return found[0]


@contextmanager
def attended(
    *arguments: str,
    report: Path,
    env: dict[str, str] | None = None,
    stdout: int = subprocess.PIPE,
    first: Callable[[], None] | None = None,
) -> Iterator[Attended]:
    """Start a run over the small suite; whatever the test does to it, all of it is ended.

    `first` is called in the new process before anything else.
    """
    mark = uuid.uuid4().hex
    words = [sys.executable, "-m", "loopconform", "check", *SMALL, "--report", str(report)]
    process = subprocess.Popen(
        [*words, *arguments],
        cwd=ROOT,
        env=os.environ | (env or {}) | {MARK: mark},
        stdout=stdout,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=first,
        text=True,
    )
    try:
        yield Attended(process, report, mark)
    finally:
        for pid in family(mark):
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        with process:  # closes the pipes, and waits
            pass


def attend(*arguments: str, report: Path, first: Callable[[], None] | None = None) -> Checked:
    """A run over the small suite, from start to end."""
    with attended(*arguments, report=report, first=first) as run:
        return run.end()


def family(mark: str) -> dict[int, int]:
    """The processes of a run that live, each with its parent."""
    members: dict[int, int] = {}
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if f"{MARK}={mark}\0" in (place / "environ").read_text(errors="replace"):
                after_name = (place / "stat").read_text().rpartition(")")[2].split()
                members[int(place.name)] = int(after_name[1])
    return members


def expect_nobody(mark: str) -> None:
    """No process of a run may be there; one that was killed gets time to go."""
    patience = time.monotonic() + PATIENCE / 4
    while (left := family(mark)) and time.monotonic() < patience:
        time.sleep(0.02)
    names = {pid: Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ") for pid in left}
    assert not left, f"the run has ended and left processes behind: {names}"


def wait_until(is_true: Callable[[], bool], what: str) -> None:
    """Wait for what another process does."""
    patience = time.monotonic() + PATIENCE
    while not is_true():
        assert time.monotonic() < patience, f"{what} did not come in {PATIENCE:g} s"
        time.sleep(0.02)


def expect_whole(ended: Checked, ids: frozenset[str] = CHECKS | ORACLES) -> None:
    """The report has a header, exactly one line for each of these ids, and a true footer."""
    assert ended.report is not None, f"no report was written; it said:\n{ended.out}{ended.err}"
    lines = [line["id"] for line in ended.report.checks]
    assert sorted(lines) == sorted(ids), f"the report has lines of {lines}; expected {ids}"
    assert ended.report.footer is not None, f"the report has no footer; it said:\n{ended.err}"
    assert sum(ended.report.footer["counts"].values()) == len(lines), "the footer miscounts"


def expect_truncated(ended: Checked, *decided: str) -> None:
    """The report has a header and what was decided, no footer; the user was told."""
    assert ended.report is not None, f"no report was written; it said:\n{ended.out}{ended.err}"
    assert set(decided) <= {line["id"] for line in ended.report.checks}, "a verdict was lost"
    assert ended.report.footer is None, "a run that was cut short has a footer"
    assert "The run is truncated" in ended.err, f"it did not say so, but:\n{ended.err}"
