"""What a run looks like in a terminal: the table, the deviations, the reasons.

Plain text without colours; whoever prints it adds them. This is the one file that
imports tabulate.
"""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable

from loopconform.report import DEVIATIONS, Line
from loopconform.run import Result

VERDICTS = ("pass", "fail", "missing", "crash", "hang", "flaky", "undecided", "error", "skip")
STACK_LINES = 24
"""Lines of a stack or traceback shown below a crash or hang."""


def table(lines: Iterable[Line]) -> str:
    """Counts by chapter and API, with the columns that have anything in them."""
    from tabulate import tabulate  # only now: it takes as long to import as all the rest

    rows: dict[tuple[str, str], Counter[str]] = {}
    for line in lines:
        rows.setdefault((line["chapter"], line["api"]), Counter())[line["verdict"]] += 1
    total = sum(rows.values(), Counter[str]())
    shown = [verdict for verdict in VERDICTS if verdict == "pass" or total[verdict]]
    body: list[list[object]] = []
    last_chapter = ""
    for (chapter, api), count in sorted(rows.items()):
        name = chapter if chapter != last_chapter else ""
        body.append([name, api, *(count[verdict] or None for verdict in shown)])
        last_chapter = chapter
    body.append(["all", "", *(total[verdict] or None for verdict in shown)])
    return tabulate(body, headers=["chapter", "api", *shown], tablefmt="simple", missingval="")


def deviation(line: Line, requirement: Line, repeat: list[str]) -> str:
    """One deviation: what was promised, seen and expected, and how to see it oneself."""
    told = [
        f"{line['verdict'].upper()}  {line['id']}  ({line['level']})",
        f"promise   {requirement['statement']}",
        f"seen      {line['message'] or line['verdict']}",
    ]
    if requirement["hint"]:
        told.append(f"look      {requirement['hint']}")
    if line["control"] is not None:
        told.append(f"asyncio   {line['control']}: its own loop, run at the same moment")
    told += [f"manual    {requirement['manual']}", f"repeat    {shlex.join(repeat)}"]
    if line["verdict"] in ("crash", "hang", "error") and line["detail"]:
        told += line["detail"].splitlines()[:STACK_LINES]
    first, *rest = told
    return "\n".join([first, *("  " + part.replace("\n", "\n            ") for part in rest)])


def repeats(line: Line) -> str:
    """The id of the check that shows a deviation again; for an oracle, one that trips it."""
    by_checks = line["chapter"] == "oracles" and line.get("cases")
    return next(iter(line["cases"])) if by_checks else str(line["id"])


def skips(lines: Iterable[Line]) -> str:
    """How many requirements were skipped, for which reasons."""
    reasons = Counter(line["message"] for line in lines if line["verdict"] == "skip")
    return "\n".join(f"{count:4} skipped: {reason}" for reason, count in reasons.most_common())


def title(result: Result, jobs: int) -> str:
    """Which loop is judged, and where."""
    header, loop = result.header, result.header["loop"]
    version = f" {loop['version']}" if loop["version"] else ""
    once = "; one loop a process" if loop.get("singleton") else ""
    return (
        f"{header['target']} ({loop['package']}{version}) on Python {header['python']}, "
        f"{header['platform']}: {len(result.requirements)} requirements, {jobs} jobs{once}"
    )


def summary(result: Result, gates: tuple[str, ...]) -> str:
    """The last line: the counts, and what they mean for the exit status."""
    lines = result.lines.values()
    count = Counter(line["verdict"] for line in lines)
    said = ", ".join(f"{count[verdict]} {verdict}" for verdict in VERDICTS if count[verdict])
    broken = sum(line["verdict"] in DEVIATIONS and line["level"] in gates for line in lines)
    informs = sum(line["verdict"] in DEVIATIONS and line["level"] not in gates for line in lines)
    told = f"{said or 'nothing decided'} in {result.seconds:.1f} s"
    if broken or informs:
        told += f"; {broken} deviations from what is promised"
    if informs:
        told += f", {informs} that only inform (interop)"
    return told


def exit_status(result: Result, gates: tuple[str, ...]) -> int:
    """0 kept, 1 deviations, 3 undecided or broken, 128 + signal when stopped."""
    if result.stopped_by is not None:
        return 128 + result.stopped_by
    if result.troubles:
        return 3
    lines = list(result.lines.values())
    if any(line["verdict"] in DEVIATIONS and line["level"] in gates for line in lines):
        return 1
    return 3 if any(line["verdict"] in ("undecided", "error") for line in lines) else 0


def listing(requirements: Iterable[Line]) -> str:
    """The requirements as a table: id, level, versions, statement."""
    from tabulate import tabulate

    rows = [
        (
            r["id"],
            r["level"],
            r["since"] + (f" to {r['until']}" if r["until"] else ""),
            r["statement"],
        )
        for r in requirements
    ]
    return tabulate(
        rows,
        headers=["id", "level", "since", "promise"],
        tablefmt="simple",
        maxcolwidths=[None, None, None, 70],
    )


def requirement(row: Line) -> str:
    """One requirement in full, with its check."""
    versions = f"since {row['since']}" + (f", until {row['until']}" if row["until"] else "")
    told = [
        f"{row['id']}  ({row['level']}, {versions})",
        f"promise   {row['statement']}",
        f"look      {row['hint']}",
        f"api       {row['api']}, chapter {row['chapter']}",
        f"manual    {row['manual']}",
    ]
    lists = ("not_on", "platforms", "libraries")
    told += [f"{name:9} {', '.join(row[name])}" for name in lists if row[name]]
    told.append(f"alone     loopconform check TARGET --id {row['id']}")
    if "text" in row:
        told += [f"check     {row['source']}", "", row["text"].rstrip()]
    return "\n".join(told)
