"""The report of a run: JSON Lines, a header, a line for each requirement, a footer.

A line is on disk as soon as its verdict is decided. A verdict may later be corrected
(a check passed in a worker that then died at its exit): the file is then written anew
beside the old one and put in its place, so that at no moment a line is lost or stands
twice. Without its footer a report is that of a truncated run.

`report.schema.json` in this package describes each line.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

Line = dict[str, Any]
DEVIATIONS = frozenset({"fail", "missing", "crash", "hang", "flaky"})
"""The verdicts that tell of a promise not kept."""


class CannotWrite(OSError):
    """The report can't be written there; the text names the file and the reason."""


class ReportWriter:
    """Writes the report of one run; a second run on the same file is refused."""

    def __init__(self, path: Path) -> None:
        """Raises CannotWrite, before anything is lost, when the file can't be ours."""
        self._path = path
        self._lines: list[Line] = []
        try:
            self._file = open(path, "a", encoding="utf-8")  # noqa: SIM115 - open while the run is
            self._is_regular = stat.S_ISREG(os.fstat(self._file.fileno()).st_mode)
            _lock(self._file)
            if self._is_regular:
                self._file.truncate(0)
        except BlockingIOError as error:
            raise CannotWrite(
                f"--report {path}: another run is writing it; give another file"
            ) from error
        except OSError as error:
            raise CannotWrite(
                f"--report {path}: {error.strerror}; give a file that can be written"
            ) from error

    def write(self, line: Line) -> None:
        """Append a line, or put it in the place of the line with the same id.

        Raises CannotWrite when the disk refuses; what was written before stays.
        """
        id_ = line.get("id")
        place = next((i for i, old in enumerate(self._lines) if id_ and old.get("id") == id_), None)
        try:
            if place is None or not self._is_regular:
                self._lines.append(line)
                self._file.write(json.dumps(line) + "\n")
                self._file.flush()
            else:
                self._lines[place] = line
                self._replace()
        except OSError as error:
            raise CannotWrite(
                f"--report {self._path}: {error.strerror}; the report is truncated"
            ) from error

    def close(self) -> None:
        """Close the file; what a full disk has refused stays unwritten."""
        with contextlib.suppress(OSError):
            self._file.close()

    def _replace(self) -> None:
        beside = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        try:
            with contextlib.ExitStack() as undo:
                undo.callback(beside.unlink, missing_ok=True)
                fresh = open(beside, "w", encoding="utf-8")  # noqa: SIM115 - it replaces the one we hold
                _lock(fresh)
                fresh.writelines(json.dumps(line) + "\n" for line in self._lines)
                fresh.flush()
                os.replace(beside, self._path)
        except OSError:
            self._file.flush()
            raise
        self._file.close()
        self._file = fresh


@dataclass(frozen=True)
class Report:
    """A report that was read; `footer` is None for a truncated run."""

    header: Line
    checks: list[Line]
    footer: Line | None


def read(path: Path) -> Report:
    """Read a report. A last line that was cut off half way is dropped.

    Raises ValueError, naming the file and the line, for anything else that is no report.
    """
    rows: list[Line] = []
    texts = path.read_text(encoding="utf-8").splitlines()
    for number, text in enumerate(texts, start=1):
        try:
            rows.append(json.loads(text))
        except ValueError as error:
            if number == len(texts):
                break
            raise ValueError(f"{path}:{number}: not a line of a report: {error}") from error
    if not rows or rows[0].get("kind") != "header":
        raise ValueError(f"{path}: not a report of loopconform: it does not begin with a header")
    footer = rows[-1] if rows[-1]["kind"] == "footer" else None
    return Report(rows[0], [row for row in rows if row["kind"] == "check"], footer)


def counts(lines: Iterable[Line]) -> dict[str, dict[str, int]]:
    """How many lines there are of each verdict, in all and by level."""
    lines = list(lines)
    levels = sorted({line["level"] for line in lines})
    of = {"all": lines} | {level: [x for x in lines if x["level"] == level] for level in levels}
    return {name: dict(Counter(line["verdict"] for line in some)) for name, some in of.items()}


def _lock(file: IO[str]) -> None:
    """Hold the file for this run. Raises BlockingIOError when another run holds it."""
    try:
        import fcntl
    except ImportError:  # Windows has no flock
        return
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
