"""The child process as the checker sees it: started, listened to, ended.

The child hosts pytest and the workers. However the run ends, nothing outlives it: the
child ends its workers when its input ends, and if the child itself was lost, the
workers that it had announced are ended from here.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Generator, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from loopconform.processes import MARK, end_of, kill_group, kill_marked
from loopconform.settings import Config

STOPPING = (signal.SIGINT, signal.SIGTERM)
"""Signals that ask a run to stop."""

GOODBYE = 5.0
"""Seconds that the child may take to end its workers and itself."""


class Refused(Exception):
    """Bad usage: the text is one line that names the value and where it came from."""


class Unusable(Refused):
    """The target gives no loop; the text says why, without naming the target."""


class Broken(Exception):
    """The suite or the checker itself broke, or the child was lost."""


class Session:
    """Starts the child for one configuration and follows its events."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._workers: set[int] = set()
        self._mark = uuid.uuid4().hex
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - kept as long as the child
        self._child: subprocess.Popen[bytes] | None = None

    def events(self) -> Generator[dict[str, Any]]:
        """The child's events, one by one; ends the child when the caller goes away.

        Raises Refused and Broken for what the child reports of that kind, and Broken
        when it dies before it has finished.
        """
        self._child = child = subprocess.Popen(
            [sys.executable, "-m", "loopconform.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            env=os.environ | {MARK: self._mark},
        )
        try:
            assert child.stdin is not None
            assert child.stdout is not None
            with contextlib.suppress(BrokenPipeError):
                child.stdin.write(json.dumps(asdict(self._config)).encode() + b"\n")
                child.stdin.flush()
            ended = False
            for text in child.stdout:
                if not text.endswith(b"\n"):  # it was lost in the middle of a line
                    break
                event = json.loads(text)
                ended = ended or event["event"] == "finished"
                yield from self._sift(event)
            if (not ended and self._config.mode == "check") or child.wait() != 0:
                raise Broken(self._obituary(child.wait()))
        finally:
            self._end(child)

    def _sift(self, event: dict[str, Any]) -> Iterator[dict[str, Any]]:
        match event["event"]:
            case "worker":
                self._workers |= {event["began"]} if "began" in event else set()
                self._workers.discard(event.get("ended", 0))
            case "refused":
                raise Refused(event["message"])
            case "broken":
                raise Broken(f"the suite could not be collected:\n{event['message']}")
            case _:
                yield event

    def _obituary(self, status: int) -> str:
        self._complaints.seek(0)
        said = self._complaints.read().decode(errors="replace").strip()[-2000:]
        return f"the process that runs the checks {end_of(status)} before it had finished" + (
            f"; its last words:\n{said}" if said else ""
        )

    def _end(self, child: subprocess.Popen[bytes]) -> None:
        """End the child, by the end of its input or by force, and what workers it leaves."""
        before = _ignore_interrupts()
        try:
            for pipe in (child.stdin, child.stdout):
                with contextlib.suppress(OSError):
                    if pipe is not None:
                        pipe.close()
            try:
                child.wait(GOODBYE)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            for leader in self._workers:
                kill_group(leader)
            kill_marked(self._mark)
            self._complaints.close()
        finally:
            before()


def suites() -> Path:
    """The folder of the bundled suites: in a wheel, an editable install or a checkout."""
    found = importlib.util.find_spec("loopconform.suites")
    if found is not None and found.origin is not None:
        return Path(found.origin).parent
    return Path(__file__).resolve().parent.parent / "suites"


def _ignore_interrupts() -> Callable[[], None]:
    """Let nothing interrupt the end of a run; call the result to undo."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in STOPPING}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    return restore
