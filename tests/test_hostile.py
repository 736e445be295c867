"""Whatever a loop does to its process, it gets its exact verdict and all others get theirs.

The rows of a table run side by side, a few at a time, because most of what they do is to
wait for a time limit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.attending import CHECKS, ORACLES, attend, expect_whole
from tests.checking import Checked

AT = r"; it was at tests/hostile/{}\.py:\d+ in {}"
IN_DEATHS = AT.format("deaths", "{}")
RAISED = "the factory raised {}"
SPOILT = "the process closed, or wrote on, the descriptor it reports on"
AT_EXIT = "the process {} at the interpreter's exit"
HANG = r"did not end within 1 s"


@dataclass(frozen=True)
class Row:
    """A target, the options of its run, and what must be said of it.

    `why` is the pattern of the refusal of a target that gives no loop. `verdicts` has
    each id that is not a pass, with its verdict and the pattern of its message.
    """

    target: str
    options: tuple[str, ...] = ()
    why: str = ""
    verdicts: dict[str, tuple[str, str]] = field(default_factory=dict)
    ids: frozenset[str] = CHECKS | ORACLES

    def __str__(self) -> str:
        return " ".join((self.target, *self.options))


def refused(target: str, why: str, *options: str) -> Row:
    """A factory that gives no loop."""
    return Row(f"factories:{target}" if ":" not in target else target, options, why)


def judged(target: str, *options: str, **verdicts: tuple[str, str]) -> Row:
    """A loop that is judged; `oracle_x` and `x` stand for oracle.x and small.x."""
    ids = CHECKS | ORACLES
    if chosen := {options[i + 1] for i, word in enumerate(options) if word == "--id"}:
        ids = frozenset(chosen)
    found = {
        f"oracle.{name.removeprefix('oracle_')}" if "oracle_" in name else f"small.{name}": verdict
        for name, verdict in verdicts.items()
    }
    return Row(target, options, "", found, ids | found.keys())


ONE = ("--id", "small.call_soon")
REFUSED = [
    refused("segfault", "the process died of SIGSEGV" + IN_DEATHS.format("segfault")),
    refused("abort", "the process died of SIGABRT" + IN_DEATHS.format("abort")),
    refused("kill_own_group", "the process died of SIGKILL"),
    refused("leave", "the process exited with status 0"),
    refused("spin", HANG + IN_DEATHS.format("spin")),
    refused("sleep_in_c", HANG + IN_DEATHS.format("sleep_in_c")),
    refused("stop", HANG + "; where it was can't be seen"),
    refused("system_exit", RAISED.format(r"SystemExit\(0\)")),
    refused("interrupt", RAISED.format(r"KeyboardInterrupt\(\)")),
    refused("panic", RAISED.format(r"Panic\('the reactor is poisoned'\)")),
    refused("unspeakable", RAISED.format("Unspeakable, which can't be shown")),
    refused("gibberish", RAISED.format(r"RuntimeError\('half a .* \[... \d+ char.*\] !*'\)")),
    refused("allocate", RAISED.format(r"MemoryError\(\)")),
    refused("open_descriptors", RAISED.format(r"OSError\(24, 'Too many open files'\)")),
    refused("streams:close_everything", SPOILT),
    refused("none", "the factory returned None, which is no event loop: .*"),
    refused("coroutine", "the factory returned a coroutine; expected a loop"),
    refused("closed", "the factory returned a loop that is already closed"),
    refused("NOT_CALLABLE", "tests.hostile.factories:NOT_CALLABLE is 42, which can't be called"),
]
JUDGED = [
    judged(
        "calls:Dying",
        call_later=("crash", "the process died of SIGSEGV" + IN_DEATHS.format("segfault")),
        create_task=("crash", "the process exited with status 0"),
        create_connection=("crash", "the process died of SIGABRT" + IN_DEATHS.format("abort")),
        exception_handler=("crash", r"(\[(True|False)\] the process died of SIGKILL\n?){2}"),
    ),
    judged(
        "calls:Hanging",
        call_later=("hang", HANG + IN_DEATHS.format("sleep_in_c")),
        create_task=("hang", HANG + "; where it was can't be seen"),
        create_connection=("hang", HANG + AT.format("calls", "create_connection")),
    ),
    judged(
        "calls:Raising",
        call_later=("fail", "SystemExit came out of the check: 0"),
        create_task=("fail", "KeyboardInterrupt came out of the check"),
        create_connection=("fail", "Panic came out of the check: the reactor is poisoned"),
        exception_handler=(
            "fail",
            r"\[True\] RuntimeError came out of the check: half a .{2000,9000}\n"
            r"\[False\] Unspeakable came out of the check: Unspeakable, which can't be shown",
        ),
    ),
    judged(
        "calls:Exhausting",
        call_later=("fail", "MemoryError came out of the check"),
        create_task=("fail", r"OSError came out of the check: \[Errno 24\] Too many open files"),
    ),
    judged(
        "calls:Patching",
        "--isolate",
        create_task=("crash", "the process exited with status 1"),
        create_connection=("crash", "the process exited with status 1"),
    ),
    judged(
        "streams:Spoiling",
        call_later=("hang", HANG + AT.format("streams", "_flood")),
        create_task=("crash", SPOILT),
        exception_handler=("crash", rf"\[True\] {SPOILT}\n\[False\] {SPOILT}"),
    ),
    judged("streams:garbage"),
    judged(
        "streams:close_standard_streams",
        *ONE,
        oracle_descriptors=("fail", ".* descriptor 0 was closed, and was not the check's own; .*"),
    ),
    judged(
        "leaks:descriptor", *ONE, oracle_descriptors=("fail", r".* descriptor \d+ was left open .*")
    ),
    judged("leaks:descriptor", "--id", "oracle.descriptors", oracle_descriptors=("fail", ".*")),
    judged("calls:Dying", "--id", "oracle.descriptors"),  # the checks that die were not asked for
    judged(
        "leaks:every_descriptor",
        create_connection=("fail", "OSError came out of the check: .* Too many open files"),
    ),
    judged(
        "leaks:thread", *ONE, oracle_threads=("fail", ".* thread 'helper' is still running; .*")
    ),
    judged("leaks:child", oracle_children=("fail", ".* a child process was left behind; .*")),
    judged("leaks:helper", oracle_children=("fail", ".* a child process was left behind; .*")),
    judged("leaks:twin", oracle_children=("fail", ".* a child process was left behind; .*")),
    judged(
        "leaks:singleton",
        two_loops=("missing", "loop.time: NoSecondLoop: .* the same loop again; .*"),
    ),
    judged(
        "leaks:two_a_process",
        *("--jobs", "1", "--id", "small.call_soon", "--id", "small.call_later"),
        *("--id", "small.two_loops"),
        two_loops=(
            "flaky",
            "fail at first, passed when run again alone: before the check: "
            "RuntimeError came out of the check: no more loops",
        ),
    ),
    judged("leaks:Unclosable", oracle_loop_close=("fail", r".* close\(\) raised RuntimeError\(.*")),
    judged("leaks:PanickingAtClose", oracle_loop_close=("fail", r".* close\(\) raised Panic\(.*")),
    judged(
        "exits:abort_at_exit",
        *ONE,
        call_soon=("crash", AT_EXIT.format("died of SIGABRT")),
        oracle_worker_exit=("fail", ".* " + AT_EXIT.format("died of SIGABRT") + "; .*"),
    ),
    judged(
        "exits:hang_at_exit",
        *ONE,
        call_soon=("hang", HANG + " at the interpreter's exit" + IN_DEATHS.format("sleep_in_c")),
        oracle_worker_exit=("fail", f".* {HANG} at the interpreter's exit.*"),
    ),
    judged(
        "exits:LeavingAfterConnecting",
        create_connection=("crash", AT_EXIT.format("exited with status 9")),
        oracle_worker_exit=("fail", ".* " + AT_EXIT.format("exited with status 9") + "; .*"),
    ),
    judged(
        "preloads:patched_only", "--preload", "tests.hostile.preloads", "--id", "small.call_soon"
    ),
]


@pytest.fixture(scope="module")
def ends(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Future[Checked]]]:
    """How the run of each selected row ended, a few of them at a time."""
    folder = tmp_path_factory.mktemp("reports")

    def run(row: Row) -> Checked:
        report = folder / re.sub(r"\W+", "_", str(row))
        target = f"tests.hostile.{row.target}"
        limit = "1" if HANG in row.why + str(row.verdicts) else "5"
        return attend(target, "--timeout", limit, *row.options, report=report)

    rows = [
        row
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.path == Path(__file__)
        if isinstance(row := item.callspec.params["row"], Row)
    ]
    with ThreadPoolExecutor(3) as pool:
        yield {str(row): pool.submit(run, row) for row in rows}


@pytest.mark.parametrize("row", REFUSED, ids=str)
def test_a_factory_that_gives_no_loop_is_refused(
    row: Row, ends: dict[str, Future[Checked]]
) -> None:
    """Status 2, no report, and one line that says what happened in the factory."""
    ended = ends[str(row)].result()

    first = ended.err.partition("\n")[0]
    pattern = rf"loopconform: TARGET tests\.hostile\.{re.escape(row.target)}: {row.why}"
    assert re.fullmatch(pattern, first), f"it said {first!r}; expected {pattern!r}"
    assert (ended.status, ended.out, ended.report) == (2, "", None)


@pytest.mark.parametrize("row", JUDGED, ids=str)
def test_a_loop_that_misbehaves_spoils_its_own_verdicts_only(
    row: Row, ends: dict[str, Future[Checked]]
) -> None:
    """Each verdict is exact and has its reason; every other check passes; the report is whole."""
    ended = ends[str(row)].result()

    expect_whole(ended, row.ids)
    assert ended.report is not None
    told = {x["id"]: (x["verdict"], x["message"]) for x in ended.report.checks}
    others = {id_: how for id_, how in told.items() if how[0] != "pass" and id_ not in row.verdicts}
    assert not others, f"{row}: {others}; expected these to pass"
    for id_, (verdict, pattern) in row.verdicts.items():
        assert told[id_][0] == verdict, f"{row}: {id_} is {told[id_]}; expected {verdict}"
        assert re.fullmatch(pattern, told[id_][1], re.DOTALL), f"{told[id_]}; expected {pattern!r}"
    assert ended.status == (1 if row.verdicts else 0), ended.err
