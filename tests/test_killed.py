"""Whatever kills or stops a run, what was decided is in the report, and nobody is left behind.

In each test the loop hangs in small.call_later, after small.call_soon was decided: that
is the middle of the run.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.attending import (
    CHECKS,
    ORACLES,
    Attended,
    attend,
    attended,
    expect_nobody,
    expect_truncated,
    expect_whole,
    wait_until,
)
from tests.checking import valid

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/environ").exists(),
    reason="the processes of a run are found in /proc, which only Linux has",
)
SOUND = "asyncio:new_event_loop"
HANGING = "tests.hostile.calls:HangingOnce"
IN_ORDER = ("--jobs", "1", "--timeout", "600")


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Attended]:
    """A run in its middle: one check is decided, the next one hangs for minutes."""
    flag = {"HOSTILE_FLAG": str(tmp_path / "flag")}
    with attended(HANGING, *IN_ORDER, report=tmp_path / "r.jsonl", env=flag) as going_on:
        going_on.wait_until_decided("small.call_soon")
        wait_until((tmp_path / "flag").exists, "the hang")
        yield going_on


def test_a_killed_worker_costs_its_own_check_alone(run: Attended) -> None:
    """The check is tried again alone, as after any crash; all the others go on."""
    os.kill(run.child_of(run.child_of(run.process.pid)), signal.SIGKILL)
    ended = run.end()

    expect_whole(ended)
    assert ended.report is not None
    (line,) = [line for line in ended.report.checks if line["verdict"] != "pass"]
    assert (line["id"], line["verdict"]) == ("small.call_later", "flaky")
    assert line["message"] == (
        "crash at first, passed when run again alone: the process died of SIGKILL"
    )
    assert ended.status == 1


def test_a_killed_pytest_truncates_the_run(run: Attended) -> None:
    """The worker that hangs is ended too; the status says that the checker broke."""
    os.kill(run.child_of(run.process.pid), signal.SIGKILL)
    ended = run.end()

    expect_truncated(ended, "small.call_soon")
    assert "the process that runs the checks died of SIGKILL before it had finished" in ended.err
    assert ended.status == 3


def test_a_loop_that_kills_pytest_truncates_the_run(tmp_path: Path) -> None:
    """As when somebody else kills it."""
    ended = attend("tests.hostile.calls:Murderous", *IN_ORDER, report=tmp_path / "r.jsonl")

    expect_truncated(ended)
    assert ended.status == 3


def test_a_killed_checker_leaves_its_report_and_nobody(run: Attended) -> None:
    """Nobody is there to say so, but the report has no footer."""
    run.process.kill()
    run.process.wait()

    expect_nobody(run.mark)
    report = valid(run.report)
    assert [line["id"] for line in report.checks] == ["small.call_soon"]
    assert report.footer is None, "a run that was killed has a footer"


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["SIGINT", "SIGTERM"]
)
def test_a_signal_to_the_checker_ends_the_run(
    run: Attended, number: signal.Signals, status: int
) -> None:
    """A second signal does not disturb the end."""
    run.process.send_signal(number)
    run.process.send_signal(number)
    ended = run.end()

    expect_truncated(ended, "small.call_soon")
    assert ended.status == status


def test_ctrl_c_reaches_all_of_the_terminals_processes(run: Attended) -> None:
    """A terminal interrupts pytest's process as well, which must leave that to the checker."""
    os.killpg(run.process.pid, signal.SIGINT)
    ended = run.end()

    expect_truncated(ended, "small.call_soon")
    assert ended.status == 130


def test_a_second_run_on_the_same_report_is_refused(run: Attended, tmp_path: Path) -> None:
    """In one line, and without touching what the first one has written."""
    before = run.report.read_text()
    second = attend(SOUND, report=tmp_path / "r.jsonl")

    assert second.status == 2
    assert second.err == (
        f"loopconform: --report {run.report}: another run is writing it; give another file\n"
    )
    assert run.report.read_text() == before
    run.process.terminate()
    assert run.end().status == 143


@pytest.mark.parametrize("place", ["missing/r.jsonl", "file/r.jsonl"])
def test_a_report_that_can_not_be_written_is_refused(tmp_path: Path, place: str) -> None:
    """Before anything is judged."""
    (tmp_path / "file").touch()
    ended = attend(SOUND, report=tmp_path / place)

    (said,) = ended.err.splitlines()
    assert said.startswith(f"loopconform: --report {tmp_path / place}: N"), said
    assert said.endswith("; give a file that can be written"), said
    assert (ended.status, ended.out) == (2, "")


def test_a_full_disk_is_told_in_one_line() -> None:
    """The run goes on without its report."""
    ended = attend(SOUND, report=Path("/dev/full"))

    assert ended.err.splitlines() == [
        "loopconform: --report /dev/full: No space left on device; the report is truncated",
        "The run is truncated: what was decided is above.",
    ]
    assert f"{len(CHECKS | ORACLES)} pass" in ended.out
    assert ended.status == 3


def test_a_disk_that_fills_in_the_middle_keeps_the_lines_before(tmp_path: Path) -> None:
    """A file may grow to 2000 bytes here: a header and a few lines."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

    ended = attend(SOUND, report=tmp_path / "r.jsonl", first=limit)

    expect_truncated(ended)
    assert ended.report is not None
    assert 0 < len(ended.report.checks) < len(CHECKS | ORACLES)
    assert f"{len(CHECKS | ORACLES)} pass" in ended.out
    assert "r.jsonl: File too large; the report is truncated" in ended.err
    assert ended.status == 3


@pytest.mark.parametrize("lines", [0, 1])
def test_a_reader_that_goes_away_does_not_end_the_run(tmp_path: Path, lines: int) -> None:
    """As in `| head -1`: the report is whole, the status that of the run."""
    with ExitStack() as stack:
        head = stack.enter_context(
            subprocess.Popen(
                ["head", "-n", str(lines)], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
            )
        )
        assert head.stdin is not None
        run = stack.enter_context(
            attended(SOUND, report=tmp_path / "r.jsonl", stdout=head.stdin.fileno())
        )
        head.stdin.close()
        ended = run.end()

    expect_whole(ended)
    assert (ended.status, ended.err) == (0, "")


def test_an_output_that_can_not_be_written_does_not_end_the_run(tmp_path: Path) -> None:
    """The report is whole, and standard error says what is missing."""
    with (
        open("/dev/full", "w") as full,
        attended(SOUND, report=tmp_path / "r.jsonl", stdout=full.fileno()) as run,
    ):
        ended = run.end()

    expect_whole(ended)
    assert ended.err == ("loopconform: standard output: No space left on device; it is cut short\n")
    assert ended.status == 0
