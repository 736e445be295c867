"""The report on disk: whole lines, corrections in place, one run a file, truncation."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from loopconform.report import CannotWrite, ReportWriter, counts, read

HEADER = {"kind": "header", "target": "mypkg:new_loop"}


def check(id_: str, verdict: str = "pass", level: str = "documented") -> dict[str, str]:
    return {"kind": "check", "id": id_, "verdict": verdict, "level": level}


def test_a_line_is_on_disk_when_it_was_written(tmp_path: Path) -> None:
    writer = ReportWriter(tmp_path / "r.jsonl")

    writer.write(HEADER)
    writer.write(check("small.one"))

    report = read(tmp_path / "r.jsonl")
    assert [line["id"] for line in report.checks] == ["small.one"]
    assert report.footer is None, "a run that goes on has no footer"
    writer.close()


def test_a_corrected_verdict_takes_the_place_of_the_first(tmp_path: Path) -> None:
    writer = ReportWriter(tmp_path / "r.jsonl")
    for line in (HEADER, check("small.one"), check("small.two")):
        writer.write(line)

    writer.write(check("small.one", "crash"))
    writer.write(check("small.three"))
    writer.close()

    found = {line["id"]: line["verdict"] for line in read(tmp_path / "r.jsonl").checks}
    assert list(found.items()) == [
        ("small.one", "crash"), ("small.two", "pass"), ("small.three", "pass"),
    ]  # fmt: skip
    assert os.listdir(tmp_path) == ["r.jsonl"], "the correction left something beside the report"


def test_a_second_run_may_not_write_the_same_file(tmp_path: Path) -> None:
    writer = ReportWriter(tmp_path / "r.jsonl")
    writer.write(HEADER)

    with pytest.raises(CannotWrite, match=r"r\.jsonl: another run is writing it"):
        ReportWriter(tmp_path / "r.jsonl")

    writer.close()
    assert read(tmp_path / "r.jsonl").header == HEADER, "the refused run touched the file"


def test_an_earlier_report_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").write_text('{"kind": "header"}\n{"kind": "check", "id": "old"}\n')

    writer = ReportWriter(tmp_path / "r.jsonl")
    writer.write(HEADER)
    writer.close()

    assert read(tmp_path / "r.jsonl").checks == []


@pytest.mark.parametrize("name", ["missing/r.jsonl", "."])
def test_a_file_that_cannot_be_written_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(CannotWrite, match=r"--report .*give a file that can be written"):
        ReportWriter(tmp_path / name)


def test_a_line_cut_off_half_way_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text(f"{json.dumps(HEADER)}\n{json.dumps(check('small.one'))}\n" + '{"kind": "che')

    report = read(path)

    assert [line["id"] for line in report.checks] == ["small.one"]
    assert report.footer is None


@pytest.mark.parametrize(
    ("text", "words"), [("", "does not begin with a header"), ("x\n{}\n", "r.jsonl:1: not a line")]
)
def test_what_is_no_report_is_refused_by_name(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "r.jsonl").write_text(text)

    with pytest.raises(ValueError, match=words):
        read(tmp_path / "r.jsonl")


def test_verdicts_are_counted_in_all_and_by_level() -> None:
    lines = [check("a.a"), check("a.b", "fail"), check("a.c", "fail", "interop")]

    assert counts(lines) == {
        "all": {"pass": 1, "fail": 2},
        "documented": {"pass": 1, "fail": 1},
        "interop": {"fail": 1},
    }
