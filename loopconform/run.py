"""A whole run: from the events of the child to a result, with the report on the way.

What goes wrong after the first verdict is told in the result and loses nothing that
was decided: a lost child, a full disk, an interruption.
"""

from __future__ import annotations

import contextlib
import platform
import signal
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any, Protocol

from loopconform import __version__
from loopconform.report import CannotWrite, Line, ReportWriter, counts
from loopconform.session import STOPPING, Broken, Refused, Session, Unusable
from loopconform.settings import Config


class Stopped(BaseException):
    """The user, or the system, asked the run to stop."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@dataclass
class Result:
    """What a run came to. `lines` has the latest line of each id, in the order decided.

    `unselected` are the oracles that the selection left out; one may be tripped all the same.
    """

    header: Line = field(default_factory=dict)
    requirements: dict[str, Line] = field(default_factory=dict)
    unselected: dict[str, Line] = field(default_factory=dict)
    lines: dict[str, Line] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)
    stopped_by: int | None = None
    seconds: float = 0.0

    @property
    def is_whole(self) -> bool:
        """Whether the run came to its end, so that its report has a footer."""
        return self.stopped_by is None and not self.troubles


class Audience(Protocol):
    """Who is told of a run while it goes on."""

    def started(self, result: Result) -> None:
        """The loop was found usable; the header and the requirements are known."""

    def decided(self, line: Line) -> None:
        """A requirement has its line, or a better one."""


class Run:
    """One run of `check`; `report` is where its lines go, if anywhere."""

    def __init__(
        self, config: Config, report: Path | None, command: str, audience: Audience
    ) -> None:
        self._config, self._report, self._command = config, report, command
        self._audience = audience
        self._writer: ReportWriter | None = None
        self._catalogue = ""
        self.result = Result()

    def carry_out(self) -> Result:
        """Judge the target.

        Raises Refused for bad usage and Broken where the suite can't be collected, both
        before anything was judged. What goes wrong later stands in the result.
        """
        began = time.monotonic()
        try:
            with contextlib.closing(Session(self._config).events()) as events, _stoppable():
                for event in events:
                    self._take_in(event)
        except Stopped as stop:
            self.result.stopped_by = stop.number
        except Broken as error:
            if not self.result.header:
                raise
            self.result.troubles.append(str(error))
        self.result.seconds = time.monotonic() - began
        if self.result.is_whole:
            self._keep(_footer(self.result))
        if self._writer is not None:
            self._writer.close()
        return self.result

    def _take_in(self, event: dict[str, Any]) -> None:
        match event["event"]:
            case "collected":
                self.result.requirements = {r["id"]: r for r in event["requirements"]}
                self.result.unselected = {r["id"]: r for r in event["unselected"]}
                self._catalogue = event["catalogue"]
            case "unusable":
                raise Unusable("\n".join(filter(None, (event["message"], event["detail"].strip()))))
            case "loop":
                self._begin(event["about"])
            case "check":
                line = event["line"]
                self.result.lines[line["id"]] = line
                self._keep(line)
                self._audience.decided(line)

    def _begin(self, about: dict[str, Any]) -> None:
        self.result.header = _header(self._config.target, about, self._catalogue, self._command)
        if self._report is not None:
            try:
                self._writer = ReportWriter(self._report)
            except CannotWrite as error:
                raise Refused(str(error)) from error
            self._keep(self.result.header)
        self._audience.started(self.result)

    def _keep(self, line: Line) -> None:
        if self._writer is None:
            return
        try:
            self._writer.write(line)
        except CannotWrite as error:
            self.result.troubles.append(str(error))
            self._writer.close()
            self._writer = None


@contextlib.contextmanager
def _stoppable() -> Iterator[None]:
    """Turn the signals that ask to stop into the exception Stopped."""

    def stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a handler's signature
        for again in STOPPING:  # one is enough: nothing may interrupt the end
            signal.signal(again, signal.SIG_IGN)
        raise Stopped(number)

    before = {number: signal.signal(number, stop) for number in STOPPING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _header(target: str, about: dict[str, Any], catalogue: str, command: str) -> Line:
    return {
        "kind": "header",
        "format": 1,
        "target": target,
        "loop": about,
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "kernel": platform.release(),
        "openssl": ssl.OPENSSL_VERSION,
        "loopconform": __version__,
        "catalogue": catalogue,
        "start": _now(),
        "command": command,
    }


def _footer(result: Result) -> Line:
    levels = counts(result.lines.values())
    return {
        "kind": "footer",
        "counts": levels.pop("all"),
        "levels": levels,
        "seconds": round(result.seconds, 3),
        "end": _now(),
    }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
