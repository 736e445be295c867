"""What the checker costs: trivial checks against plain pytest, and the suite on asyncio.

Both ways run the same generated file in the same rounds, alternately, so that a machine
whose speed drifts slows both. Figures are ratios of wall times, round by round, as
median and spread; once as on a file that was just written, and once with its bytecode
at hand, where plain pytest need not rewrite its assertions any more. Then the whole
suite on asyncio's loop: wall time, the median check and the ten slowest.

`python benchmarks/overhead.py [ROUNDS]`, or `make bench`.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from loopconform.report import read

CHECKS = 1000
ROUNDS = 5
HEAD = '''"""Generated: checks that do next to nothing."""

import pytest

'''
CHECK = '''
@pytest.mark.requirement(
    "trivial.number_{number}", api="loop.call_soon", level="documented", since="3.11"
)
def test_{number}():
    """Number {number} is what it is."""
    assert {number} == {number}, "{number} is another number; expected itself"

'''
PYTHON = [sys.executable, "-m"]


def main() -> None:
    """Print the ratios for one and two jobs, then what the suite costs."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    print(f"{CHECKS} trivial checks, {rounds} rounds, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "test_trivial.py"
        file.write_text(HEAD + "".join(CHECK.format(number=n) for n in range(CHECKS)))
        _compare("just written", file, rounds, {"PYTHONDONTWRITEBYTECODE": "1"})
        _compare("bytecode at hand", file, rounds, {"PYTHONDONTWRITEBYTECODE": ""})
        _suite(Path(folder) / "report.jsonl", folder)


def _compare(name: str, file: Path, rounds: int, environment: dict[str, str]) -> None:
    """Print how long plain pytest takes on the file, and the ratios to it."""
    plain = [*PYTHON, "pytest", "-q", "-p", "no:cacheprovider", str(file)]
    judged = [*PYTHON, "loopconform", "check", "asyncio:new_event_loop", "--suite", str(file)]
    folder = str(file.parent)
    _seconds(plain, folder, environment)
    times: dict[str, list[float]] = {"plain": [], "1": [], "2": []}
    for _ in range(rounds):
        times["plain"].append(_seconds(plain, folder, environment))
        for jobs in ("1", "2"):
            times[jobs].append(_seconds([*judged, "--jobs", jobs], folder, environment))
    print(f"{name}: plain pytest, in process: median {statistics.median(times['plain']):.2f} s")
    for jobs in ("1", "2"):
        ratios = [a / b for a, b in zip(times[jobs], times["plain"], strict=True)]
        spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
        print(f"  check --jobs {jobs}: {statistics.median(ratios):.2f} times that ({spread})")


def _suite(report: Path, folder: str) -> None:
    """Print what the whole suite costs on asyncio's loop."""
    target = "asyncio:new_event_loop"
    command = [*PYTHON, "loopconform", "check", target, "--jobs", "2", "--report", str(report)]
    wall = _seconds(command, folder, {})
    run = [line for line in read(report).checks if line["verdict"] == "pass" and line["seconds"]]
    median = statistics.median(line["seconds"] for line in run)
    print(f"the suite on {target}: {len(run)} checks in {wall:.2f} s; median {median * 1e3:.2f} ms")
    for line in sorted(run, key=lambda line: -line["seconds"])[:10]:
        print(f"  {line['seconds'] * 1e3:7.1f} ms  {line['id']}")


def _seconds(command: list[str], folder: str, environment: dict[str, str]) -> float:
    """The wall time of a command, which must succeed."""
    began = time.perf_counter()
    subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
