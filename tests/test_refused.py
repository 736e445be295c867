"""Bad usage that is found out late, by pytest or in a worker: still one line, and status 2.

What the command line itself sees is in `test_cli`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.checking import Checked, check

SMALL = ("--suite", "tests/suite_small/checks.py", "--jobs", "2")
SOUND = "asyncio:new_event_loop"
ADVICE = "Give MODULE:FACTORY, such as uvloop:new_event_loop."
HEAD = """import pytest
requirement = pytest.mark.requirement
"""
CHECK = '''
@requirement({mark})
def test_{name}(loop):
    """It is."""
'''
GOOD = "'a.b', api='loop.time', level='documented', since='3.11'"
FIELDS = "api, doc, level, libraries, not_on, platforms, since, until"


def expect_refusal(ended: Checked, *lines: str) -> None:
    """It said exactly these lines, each a pattern, and nothing else."""
    said = ended.err.splitlines()
    matches = len(said) == len(lines) and all(map(re.fullmatch, lines, said))
    assert matches, f"it said {said}; expected {lines}"
    assert (ended.status, ended.out) == (2, "")


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("asyncio.nosuch:new", "asyncio.nosuch:new: no module named 'asyncio.nosuch'"),
        ("asyncio:tasks.nosuch", "asyncio:tasks.nosuch: module 'asyncio' has no 'tasks.nosuch'"),
        ("asyncio:", "'asyncio:' is not of the form MODULE:FACTORY"),
        ("a:b:c", "'a:b:c' is not of the form MODULE:FACTORY"),
        ("./loop.py:new", "'./loop.py:new' is not of the form MODULE:FACTORY"),
    ],
)
def test_a_target_that_is_none(target: str, why: str) -> None:
    """The line says what is wrong with the name; the next one what a good one looks like."""
    expect_refusal(check(target, *SMALL), f"loopconform: TARGET {why}", ADVICE)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "[tool.loopconform]\nloop = 42",
            r".* loop in ./pyproject.toml: '42' is not of the form MODULE:FACTORY",
        ),
        ("[tool]\nloopconform = 3", "./pyproject.toml: loopconform is 3; expected a table"),
        ("[tool", "./pyproject.toml can't be read: .*"),
    ],
)
def test_a_target_in_the_project_that_is_none(tmp_path: Path, text: str, why: str) -> None:
    """The line says where the name came from."""
    (tmp_path / "pyproject.toml").write_text(text)

    expect_refusal(check(cwd=tmp_path), f"loopconform: {why}", *([ADVICE] if "42" in text else []))


def test_a_target_whose_import_dies(tmp_path: Path) -> None:
    """As in a factory, what happened and where stands in the first line."""
    (tmp_path / "dies.py").write_text("import os\nos.abort()\n")
    suite = ("--suite", str(Path(SMALL[1]).resolve()))
    ended = check("dies:new_loop", *suite, cwd=tmp_path)

    first = ended.err.partition("\n")[0]
    assert first == (
        "loopconform: TARGET dies:new_loop: the process died of SIGABRT; "
        "it was at dies.py:2 in <module>"
    )
    assert (ended.status, ended.out) == (2, "")


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ("--id nothing", "--id nothing: no requirement has that id; see `loopconform list`"),
        ("--api loop.tme", "--api loop.tme: no requirement has that api; did you mean .*"),
        ("-k (((", r"Wrong expression passed to '-k': \(\(\(: at column 4: .*"),
        ("--chapter oracles --api loop.time", ".* select no check together; give fewer"),
        ("--preload nosuch", "--preload nosuch: ModuleNotFoundError: No module named 'nosuch'"),
        ("--preload tests.hostile.factories.x", "--preload .*: ModuleNotFoundError: .*"),
    ],
)
def test_an_option_that_leads_nowhere(options: str, why: str) -> None:
    """Also one that is only found out in a worker, or by pytest."""
    expect_refusal(check(SOUND, *SMALL, *options.split()), f"loopconform: {why}")


def test_a_preload_that_dies() -> None:
    """A worker with it never comes to its target."""
    ended = check(SOUND, *SMALL, "--preload", "tests.hostile.preloads_fatal")

    first = ended.err.partition("\n")[0]
    assert re.fullmatch(
        rf"loopconform: TARGET {SOUND}: the process died of SIGSEGV; "
        r"it was at tests/hostile/deaths\.py:\d+ in segfault",
        first,
    ), first
    assert (ended.status, ended.out) == (2, "")


@pytest.mark.parametrize(
    ("mark", "why"),
    [
        (GOOD.replace("level", "levle"), f"unknown field 'levle'; expected {FIELDS}"),
        (
            GOOD.replace("documented", "documentd"),
            "level is 'documentd'; expected documented, implied or interop",
        ),
        (GOOD.replace("3.11", "3"), "'3' is no version; expected such as '3.12' or '3.13.3'"),
        (GOOD.replace("'a.b', ", ""), "id is 'missing'; expected one dotted name, .*"),
        (GOOD.replace("loop.time", "time"), "doc is missing, and 'time' alone does not name .*"),
    ],
    ids=("field", "level", "version", "id", "doc"),
)
def test_a_mark_that_is_off(tmp_path: Path, mark: str, why: str) -> None:
    """The line begins with file and line of the check."""
    (tmp_path / "test_off.py").write_text(HEAD + CHECK.format(mark=mark, name="time"))

    expect_refusal(
        check(SOUND, "--suite", ".", cwd=tmp_path), rf"loopconform: test_off\.py:4: {why}"
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (HEAD, "--suite .*: there is no check"),
        (
            HEAD + "def test_time(loop): ...",
            r"test_it\.py:3: test_time wears no requirement mark; .*",
        ),
        (
            HEAD + CHECK.format(mark=GOOD, name="one") + CHECK.format(mark=GOOD, name="two"),
            r"test_it\.py:8: id 'a\.b' is taken by .*test_one; expected an id of its own",
        ),
        (
            HEAD + CHECK.format(mark=GOOD, name="time").replace("It is.", ""),
            r"test_it\.py:4: the docstring is missing; its first paragraph states the promise",
        ),
    ],
    ids=("no_check", "no_mark", "same_id_twice", "no_docstring"),
)
def test_a_suite_that_is_not_in_order(tmp_path: Path, text: str, why: str) -> None:
    """A suite without checks is no suite in which every check passes."""
    (tmp_path / "test_it.py").write_text(text)

    expect_refusal(check(SOUND, "--suite", ".", cwd=tmp_path), f"loopconform: {why}")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def test_time(loop:\n", "SyntaxError"),
        ("import nosuch\n", "No module named 'nosuch'"),
        ("raise SystemExit(0)\n", "SystemExit: 0"),
        ("import os\nos._exit(0)\n", "exited with status 0 before it had finished"),
    ],
    ids=("syntax", "import", "SystemExit", "_exit"),
)
def test_a_suite_that_can_not_be_collected(tmp_path: Path, text: str, words: str) -> None:
    """That is not the user's doing, nor the loop's: the suite is broken, status 3."""
    (tmp_path / "test_it.py").write_text(text)
    ended = check(SOUND, "--suite", ".", cwd=tmp_path)

    assert words in ended.err, ended.err
    assert (ended.status, ended.out) == (3, "")
