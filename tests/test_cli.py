"""The command line, as a user meets it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from .checking import check

SUITE = '''"""Three checks."""

import pytest


@pytest.mark.requirement("small.kept", api="loop.time", level="documented", since="3.11")
async def test_kept(loop):
    """The clock tells a number.

    If this fails, look at the clock.
    """
    assert isinstance(loop.time(), float), "time() is no float; expected one"


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.requirement(
    "small.cases", api="loop.time", level="interop", since="3.11", libraries=["anyio"]
)
def test_cases(loop, number):
    """Odd numbers only."""
    odd = number % 2 == 1 or not hasattr(loop, "even")
    assert odd, f"{number} is even; expected odd numbers"


@pytest.mark.requirement("small.future", api="loop.time", level="implied", since="3.99")
def test_future(loop):
    """Something to come."""
    raise AssertionError("carried out on a Python on which it does not apply")
'''
LOOP = """import asyncio


class Even(asyncio.SelectorEventLoop):
    even = True


class Late(asyncio.SelectorEventLoop):
    def time(self):
        return "late" if self.is_running() and asyncio.current_task() else super().time()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a suite and a module of loops, as a loop author has them."""
    (tmp_path / "test_small.py").write_text(SUITE)
    (tmp_path / "myloops.py").write_text(LOOP)
    return tmp_path


def command(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a subcommand."""
    return subprocess.run(
        [sys.executable, "-m", "loopconform", *words],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_loop_that_keeps_everything_gives_0(folder: Path) -> None:
    checked = check(
        "asyncio:new_event_loop", "--suite", "test_small.py", report=folder / "r.jsonl", cwd=folder
    )

    assert checked.status == 0, checked.out + checked.err
    mine = {id_: v for id_, v in checked.verdicts.items() if not id_.startswith("oracle.")}
    assert mine == {"small.kept": "pass", "small.cases": "pass", "small.future": "skip"}
    assert checked.report is not None
    assert checked.report.footer is not None
    assert "promised since Python 3.99" in checked.out


def test_a_deviation_says_all_that_is_needed_and_gives_1(folder: Path) -> None:
    checked = check("myloops:Late", "--suite", "test_small.py", "--id", "small.kept", cwd=folder)

    assert checked.status == 1, checked.out + checked.err
    for words in (
        "FAIL  small.kept  (documented)",
        "promise   The clock tells a number.",
        "seen      time() is no float; expected one",
        "look      If this fails, look at the clock.",
        "asyncio   pass",
        "manual    https://docs.python.org/3.",
        "repeat    loopconform check myloops:Late --suite test_small.py --id small.kept",
    ):
        assert words in checked.out


def test_oracles_that_had_nothing_to_watch_pass_nothing(folder: Path) -> None:
    checked = check(
        "myloops:Late",
        *("--suite", "test_small.py", "--id", "small.kept", "--id", "oracle.descriptors"),
        report=folder / "r.jsonl",
        cwd=folder,
    )

    assert checked.verdicts == {"small.kept": "fail", "oracle.descriptors": "skip"}


def test_interop_informs_and_gates_only_when_it_was_asked_for(folder: Path) -> None:
    informed = check(
        "myloops:Even", "--suite", "test_small.py", report=folder / "r.jsonl", cwd=folder
    )
    asked = check("myloops:Even", "--suite", "test_small.py", "--level", "interop", cwd=folder)

    assert (informed.status, asked.status) == (0, 1), informed.out + asked.out
    assert informed.report is not None
    line = next(line for line in informed.report.checks if line["id"] == "small.cases")
    assert (line["verdict"], line["cases"]) == ("fail", {"1": "pass", "2": "fail", "3": "pass"})
    assert line["message"] == "[2] 2 is even; expected odd numbers"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nocolon"], "TARGET 'nocolon' is not of the form MODULE:FACTORY"),
        (["nosuchmodule:f"], "TARGET nosuchmodule:f: no module named 'nosuchmodule'"),
        (["myloops:nothing"], "TARGET myloops:nothing: module 'myloops' has no 'nothing'"),
        (["asyncio:Lock"], "which is no event loop"),
        (["--id", "small.kep"], "--id small.kep: no requirement has that id; did you mean small."),
        (["--chapter", "tusks"], "--chapter tusks: no requirement has that chapter"),
        (["-k", "nothing_like_it"], "-k nothing_like_it: matches no check"),
        (["--level", "hearsay"], "'hearsay' is not one of 'documented', 'implied', 'interop'"),
        (["--jobs", "0"], "0 is not in the range x>=1"),
        (["--suite", "nowhere"], "'nowhere' does not exist"),
    ],
)
def test_bad_usage_is_one_clear_line_and_gives_2(folder: Path, words: list[str], said: str) -> None:
    suite = [] if "--suite" in words else ["--suite", "test_small.py"]
    target = [] if ":" in words[0] or words[0] == "nocolon" else ["asyncio:new_event_loop"]

    checked = check(*target, *words, *suite, cwd=folder)

    assert checked.status == 2, checked.out + checked.err
    assert said in checked.err
    assert "Traceback" not in checked.err


def test_the_target_comes_from_pyproject_when_none_is_given(folder: Path) -> None:
    (folder / "pyproject.toml").write_text('[tool.loopconform]\nloop = "myloops:Late"\n')

    checked = check("--suite", "test_small.py", "--id", "small.kept", cwd=folder)

    assert checked.status == 1, checked.out + checked.err
    assert checked.out.startswith("myloops:Late")


def test_a_bad_target_in_pyproject_is_said_to_come_from_there(folder: Path) -> None:
    (folder / "pyproject.toml").write_text('[tool.loopconform]\nloop = "myloop:Late"\n')

    checked = check("--suite", "test_small.py", cwd=folder)

    assert checked.status == 2
    assert "[tool.loopconform] loop in ./pyproject.toml: myloop:Late: no module" in checked.err


def test_without_any_target_it_says_what_it_judges(folder: Path) -> None:
    checked = check("--suite", "test_small.py", cwd=folder)

    assert checked.status == 0, checked.out + checked.err
    assert checked.out.startswith("No TARGET given: judging the bundled reference loop")


def test_list_gives_every_field_in_json(folder: Path) -> None:
    listed = command("list", "--suite", "test_small.py", "--format", "json", cwd=folder)

    rows = {row["id"]: row for row in json.loads(listed.stdout)}
    assert {"small.kept", "small.cases", "small.future", "oracle.descriptors"} <= set(rows)
    assert rows["small.cases"]["libraries"] == ["anyio"]
    assert rows["small.kept"]["statement"] == "The clock tells a number."


def test_show_gives_statement_manual_source_and_command(folder: Path) -> None:
    shown = command("show", "small.kept", "--suite", "test_small.py", cwd=folder)

    assert shown.returncode == 0, shown.stderr
    for words in ("The clock tells a number.", "async def test_kept(loop):", "test_small.py:6"):
        assert words in shown.stdout
    assert "asyncio.loop.time" in shown.stdout


def test_the_same_checks_run_in_process_under_pytest(folder: Path) -> None:
    def embedded(loop: str) -> tuple[int, str]:
        ended = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--loop", loop, "."],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        return ended.returncode, ended.stdout + ended.stderr

    kept, broken, unknown = (
        embedded("asyncio:new_event_loop"),
        embedded("myloops:Late"),
        embedded("x:y"),
    )

    assert kept[0] == 0, kept[1]
    assert "4 passed, 1 skipped" in kept[1]
    assert broken[0] == 1, broken[1]
    assert "time() is no float; expected one" in broken[1]
    assert unknown[0] == 4, unknown[1]
    assert "--loop x:y: no module named 'x'" in unknown[1]
