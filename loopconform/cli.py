"""The command line: `check`, `list` and `show`.

Exit statuses: 0 kept, 1 deviations, 2 bad usage, 3 undecided or broken, 130
interrupted. This is the one file that imports click.
"""

from __future__ import annotations

import errno
import io
import json
import os
import shlex
import sys
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from loopconform import __version__, telling
from loopconform.report import Line
from loopconform.requirement import LEVELS
from loopconform.run import Result, Run
from loopconform.selection import Selection
from loopconform.session import Broken, Refused, Session, Unusable, suites
from loopconform.settings import DEFAULT_LIMIT, Config
from loopconform.target import ADVICE, BadTarget, split

DEFAULT_TARGET = "reference_loop:new_event_loop"
GATING = ("documented", "implied")
COLOURS = {"pass": "green", "skip": "cyan", "undecided": "yellow", "flaky": "yellow"}


def main() -> None:
    """Run the command line; every refusal is one line on standard error."""
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115 - its starter had closed it
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a loop's words may not be encodable
            stream.reconfigure(errors="backslashreplace")
    try:
        status = commands.main(prog_name="loopconform", standalone_mode=False)
    except click.exceptions.Abort:
        status = 130
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        status = 2
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        where = context.command_path if context is not None else "loopconform"
        click.echo(f"{where}: {error.format_message()}", err=True)
        status = 2
    except Refused as error:
        click.echo(f"loopconform: {error}", err=True)
        status = 2
    except Broken as error:
        click.echo(f"loopconform: {error}", err=True)
        status = 3
    sys.exit(status)


@click.group()
@click.version_option(__version__, message="loopconform %(version)s")
def commands() -> None:
    """Does an asyncio event loop keep its promises?"""


def say(text: str, *, err: bool = False, **style: Any) -> None:
    """Print. That nobody reads it any more, as in `| head`, does not end a run."""
    try:
        click.secho(text, err=err, **style)
    except OSError as error:
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), (sys.stderr if err else sys.stdout).fileno())
        if not err and error.errno != errno.EPIPE:
            say(f"loopconform: standard output: {error.strerror}; it is cut short", err=True)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


SELECTING = (
    click.option(
        "-k", "keyword", metavar="EXPRESSION", help="Only checks that match, as in pytest."
    ),
    click.option("--chapter", multiple=True, help="Only this chapter; * is a wildcard."),
    click.option("--api", multiple=True, help="Only this call, such as loop.create_task."),
    click.option("--id", multiple=True, help="Only this requirement."),
    click.option("--level", multiple=True, type=click.Choice(LEVELS), help="Only this level."),
    click.option(
        "--suite",
        multiple=True,
        type=click.Path(exists=True, path_type=Path),
        help="Checks to run instead of the bundled suites: a file or a folder.",
    ),
)


def _selecting(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options that select requirements."""
    for option in reversed(SELECTING):
        command = option(command)
    return command


def _config(mode: str, selecting: dict[str, Any]) -> Config:
    paths = tuple(str(path.resolve()) for path in selecting["suite"] or (suites(),))
    select = Selection(**{name: selecting[name] for name in ("chapter", "api", "id", "level")})
    return Config(paths, mode=mode, keyword=selecting["keyword"], select=select)


@commands.command()
@click.argument("target", required=False)
@_selecting
@click.option(
    "--jobs", type=click.IntRange(1), help="Workers at a time; one for each core by default."
)
@click.option(
    "--timeout",
    type=click.FloatRange(0, min_open=True),
    default=DEFAULT_LIMIT,
    show_default=True,
    help="Seconds after which a check counts as a hang.",
)
@click.option(
    "--preload",
    multiple=True,
    metavar="MODULE",
    help="Import this in each worker before anything else.",
)
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the report (JSON Lines) to this file.",
)
@click.option("--no-control", is_flag=True, help="Do not run what fails on asyncio's own loop too.")
@click.option("--isolate", is_flag=True, help="Use a fresh process for every check.")
def check(target: str | None, report: Path | None, **options: Any) -> int:
    """Judge the loops that TARGET, a MODULE:FACTORY, returns."""
    target, origin = _target(target)
    config = replace(
        _config("check", options),
        target=target,
        preload=options["preload"],
        jobs=options["jobs"] or _cores(),
        limit=options["timeout"],
        control=not options["no_control"],
        isolate=options["isolate"],
    )
    screen = Screen(config, options["suite"])
    command = shlex.join(["loopconform", *sys.argv[1:]])
    try:
        result = Run(config, report, command, screen).carry_out()
    except Unusable as error:
        raise Refused(f"{origin} {target}: {error}\n{ADVICE}") from error
    finally:
        screen.close()
    gates = options["level"] or GATING
    screen.conclude(result, gates)
    return telling.exit_status(result, gates)


def _target(given: str | None) -> tuple[str, str]:
    """The target, and where it came from in words. Raises Refused for one of another form."""
    target, origin = given, "TARGET"
    if target is None and Path("pyproject.toml").is_file():
        origin = "[tool.loopconform] loop in ./pyproject.toml:"
        try:
            table = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise Refused(f"./pyproject.toml can't be read: {error}") from error
        for name in ("tool", "loopconform"):
            table = table.get(name, {})
            if not isinstance(table, dict):
                raise Refused(f"./pyproject.toml: {name} is {table!r}; expected a table")
        target = table.get("loop")
    if target is None:
        say(f"No TARGET given: judging the bundled reference loop, {DEFAULT_TARGET}.")
        return DEFAULT_TARGET, "the default target"
    try:
        split(str(target))
    except BadTarget as error:
        raise Refused(f"{origin} {error}\n{ADVICE}") from error
    return str(target), origin


@commands.command("list")
@_selecting
@click.option("--format", "form", type=click.Choice(("table", "json")), default="table")
def list_(form: str, **options: Any) -> int:
    """List the requirements with their fields."""
    rows = _requirements(_config("list", options))
    if form == "json":
        say(json.dumps(rows, indent=1))
    else:
        say(telling.listing(rows))
    return 0


@commands.command()
@click.argument("id")
@click.option("--suite", multiple=True, type=click.Path(exists=True, path_type=Path))
def show(id: str, suite: tuple[Path, ...]) -> int:  # noqa: A002 - the argument's name in the usage line
    """Show one requirement: statement, manual, the check's source, how to run it alone."""
    options = {"suite": suite, "id": (id,), "chapter": (), "api": (), "level": (), "keyword": None}
    for row in _requirements(_config("show", options)):
        say(telling.requirement(row))
    return 0


def _requirements(config: Config) -> list[Line]:
    for event in Session(config).events():
        if event["event"] == "collected":
            rows: list[Line] = event["requirements"]
            return rows
    raise Broken("the suite told of no requirements")


class Screen:
    """Tells of a run on standard output: a bar on a terminal, lines elsewhere."""

    def __init__(self, config: Config, suite: tuple[Path, ...]) -> None:
        self._config = config
        self._again = ["loopconform", "check", config.target]
        for option, values in (("--preload", config.preload), ("--suite", map(str, suite))):
            self._again += [word for value in values for word in (option, value)]
        self._bar: Any = None
        self._seen: set[str] = set()

    def started(self, result: Result) -> None:
        """Say what is judged, and open the bar."""
        say(telling.title(result, self._config.jobs))
        if sys.stdout.isatty():
            self._bar = click.progressbar(length=len(result.requirements), label="checking")
            self._bar.__enter__()

    def decided(self, line: Line) -> None:
        """Move the bar on; without one, name each deviation as it comes."""
        if self._bar is not None and line["id"] not in self._seen:
            self._bar.update(1)
        elif self._bar is None and line["verdict"] not in ("pass", "skip"):
            say(f"{line['verdict']:9} {line['id']}")
        self._seen.add(line["id"])

    def close(self) -> None:
        """Close the bar, whatever ended the run."""
        if self._bar is not None:
            self._bar.__exit__(None, None, None)
            self._bar = None

    def conclude(self, result: Result, gates: tuple[str, ...]) -> None:
        """The table, the reasons for skips, each deviation, and what it comes to."""
        lines = sorted(result.lines.values(), key=lambda line: (line["chapter"], line["id"]))
        if lines:
            say("\n" + telling.table(lines) + "\n")
        told = [line for line in lines if line["verdict"] not in ("pass", "skip")]
        for line in told:
            id_ = line["id"]
            requirement = result.requirements.get(id_) or result.unselected[id_]
            text = telling.deviation(
                line, requirement, [*self._again, "--id", telling.repeats(line)]
            )
            first, _, rest = text.partition("\n")
            say(first, fg=COLOURS.get(line["verdict"], "red"), bold=True)
            say(rest + "\n")
        if reasons := telling.skips(lines):
            say(reasons)
        for trouble in result.troubles:
            say(f"loopconform: {trouble}", fg="red", err=True)
        if not result.is_whole:
            say("The run is truncated: what was decided is above.", fg="red", err=True)
        say(telling.summary(result, gates))


if __name__ == "__main__":
    main()
