"""How fast the reference loop is beside asyncio's own selector loop, and others.

Every round runs every workload once on each loop, in turn, so that a machine whose
speed drifts slows all of them; each figure comes from a process of its own. A row
shows the median time of one operation on asyncio's loop and, for each other loop, how
many times as fast it was: the median over the rounds, and the spread. It does so for
the first run in a fresh process and for the second (see workloads.py for why).

`python benchmarks/loops.py [--rounds N] [--only WORDS] [--loop NAME=MODULE:FACTORY]...`
"""

from __future__ import annotations

import math
import statistics
import subprocess
import sys
from pathlib import Path
from typing import TypeAlias

import click
from tabulate import tabulate
from workloads import workloads

BASE = "asyncio"
LOOPS = {BASE: "asyncio:SelectorEventLoop", "reference": "reference_loop:new_event_loop"}
ROUNDS = 7
RUNS = ("first run", "second run")
Medians: TypeAlias = dict[tuple[str, int], list[float]]
"""The median ratio of each row, by loop and run."""
WORKLOADS = Path(__file__).with_name("workloads.py")


def seconds_per_operation(row: str, target: str) -> list[float]:
    """Of the first and second run in a process. Raises click.ClickException where it failed."""
    words = [sys.executable, str(WORKLOADS), row, target]
    ended = subprocess.run(words, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise click.ClickException(f"{row!r} on {target} ended with an error:\n{ended.stderr}")
    return [float(seconds) for seconds in ended.stdout.split()]


def rounds_of(row: str, loops: dict[str, str], rounds: int) -> dict[str, list[list[float]]]:
    """The seconds of each round for each loop; every other round goes the other way."""
    times: dict[str, list[list[float]]] = {name: [] for name in loops}
    for number in range(rounds):
        for name in list(loops)[:: -1 if number % 2 else 1]:
            times[name].append(seconds_per_operation(row, loops[name]))
    return times


def cells_of(row: str, times: dict[str, list[list[float]]], medians: Medians) -> list[str]:
    """The row as told; `medians` learns the median ratio of each loop in each run."""
    cells = [row, f"{statistics.median(second for _, second in times[BASE]) * 1e6:.2f}"]
    for (name, run), each in medians.items():
        pairs = zip(times[BASE], times[name], strict=True)
        ratios = [theirs[run] / ours[run] for theirs, ours in pairs]
        each.append(statistics.median(ratios))
        cells.append(f"{each[-1]:.2f} ({min(ratios):.2f} to {max(ratios):.2f})")
    return cells


def named_target(text: str) -> tuple[str, str]:
    """NAME=MODULE:FACTORY as name and target. Raises click.BadParameter."""
    name, equals, target = text.partition("=")
    if not (name and equals and ":" in target):
        raise click.BadParameter(f"{text!r}: expected NAME=MODULE:FACTORY")
    return name, target


@click.command()
@click.option("--rounds", default=ROUNDS, show_default=True, type=click.IntRange(1))
@click.option("--only", default="", help="Only the rows whose name contains this.")
@click.option("--loop", "others", multiple=True, metavar="NAME=MODULE:FACTORY")
def main(rounds: int, only: str, others: tuple[str, ...]) -> None:
    """Time the loops against asyncio's own selector loop."""
    loops = LOOPS | dict(map(named_target, others))
    medians: Medians = {(name, run): [] for name in loops if name != BASE for run in (0, 1)}
    chosen = [row for row in workloads() if only in row]
    if not chosen:
        raise click.BadParameter(f"{only!r} is in no row's name", param_hint="--only")
    table = [cells_of(row, rounds_of(row, loops, rounds), medians) for row in chosen]
    means = [f"{math.exp(statistics.fmean(map(math.log, each))):.2f}" for each in medians.values()]
    table.append(["geometric mean", "", *means])
    headers = ["operation", f"{BASE}, µs", *(f"{name}, {RUNS[run]}" for name, run in medians)]
    click.echo(
        f"Python {sys.version.split()[0]}, {rounds} rounds; how many times as fast as {BASE}"
    )
    click.echo(tabulate(table, headers=headers, disable_numparse=True))


if __name__ == "__main__":
    main()
