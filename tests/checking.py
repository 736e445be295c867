"""Running the checker as a user does, and reading what it left."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema

from loopconform.report import Report, read
from loopconform.settings import DEFAULT_LIMIT

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Checked:
    """How a run of the checker ended, what it printed, and its report where it left one."""

    status: int
    out: str
    err: str
    report: Report | None

    @property
    def verdicts(self) -> dict[str, str]:
        """The verdict of each requirement in the report."""
        assert self.report is not None, f"no report was written; it said:\n{self.out}{self.err}"
        return {line["id"]: line["verdict"] for line in self.report.checks}


def check(*arguments: str, report: Path | None = None, cwd: Path = ROOT) -> Checked:
    """Run `loopconform check` with these arguments, from the checkout unless `cwd` says else."""
    words = [sys.executable, "-m", "loopconform", "check", *arguments]
    if report is not None:
        words += ["--report", str(report)]
    ended = subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False)
    written = report is not None and report.exists() and report.stat().st_size > 0
    return Checked(ended.returncode, ended.stdout, ended.stderr, valid(report) if written else None)


def valid(path: Path | None) -> Report:
    """Read a report, each line of which must be as the schema says."""
    assert path is not None
    report = read(path)
    for line in (report.header, *report.checks, *([report.footer] if report.footer else [])):
        jsonschema.validate(line, schema())
    return report


@cache
def schema() -> dict[str, Any]:
    """The schema of a report's lines, from the package."""
    text = (resources.files("loopconform") / "report.schema.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def outcomes(*targets: str, limit: float = DEFAULT_LIMIT) -> dict[str, dict[str, str]]:
    """What each requirement gave on each target, tried once: "" for a pass, else the words.

    `limit` is in seconds, for each case.
    """
    words = [sys.executable, "-m", "tests.bench", "--limit", str(limit), *targets]
    ended = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    told: dict[str, dict[str, str]] = json.loads(ended.stdout)
    return told
