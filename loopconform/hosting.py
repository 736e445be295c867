"""One pytest session inside the child process, and its way of talking to the checker."""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from loopconform.channel import Message
from loopconform.conducting import Conductor
from loopconform.plugin import INTERNAL_ERROR, USAGE_ERROR, Collected, host
from loopconform.pool import Abandoned
from loopconform.processes import MARK, kill_marked
from loopconform.protocols import ProtocolWatch
from loopconform.selection import Selection
from loopconform.settings import Config


def run(raw: dict[str, Any]) -> int:
    """Host the session that `raw` describes; the exit status of this process."""
    gc.disable()  # collecting makes next to no garbage; the conductor turns it on again
    raw["select"] = Selection(**{name: tuple(values) for name, values in raw["select"].items()})
    config = Config(**raw)
    if sys.path[0] != "":
        sys.path.insert(0, "")  # the target is looked for where the checker was started
    events = _take_over_streams() if config.mode != "worker" else None
    paths = [Path(path) for path in config.paths]
    watch = ProtocolWatch([path if path.is_dir() else path.parent for path in paths])
    watch.install()

    def tell(event: Message) -> None:
        assert events is not None
        try:
            events.write(json.dumps(event).encode() + b"\n")
            events.flush()
        except OSError as error:
            raise Abandoned from error

    checker = sys.stdin.fileno() if os.name == "posix" and events is not None else None
    collected = Collected(Conductor(config, tell, checker, watch))
    owner, status, complaints = os.getpid(), 0, io.StringIO()
    with contextlib.suppress(Abandoned), contextlib.redirect_stderr(complaints):
        status = host(paths, config.keyword, collected)
    if events is None or os.getpid() != owner:
        return 0  # the end of a worker
    kill_marked(os.environ.get(MARK, ""))
    said = complaints.getvalue().replace("INTERNALERROR> ", "").strip()
    if collected.conducted:
        sys.stderr.write(said)
        return int(status == INTERNAL_ERROR)
    if collected.broken or status != USAGE_ERROR:
        tell({"event": "broken", "message": "\n".join(collected.broken) or said[-2000:]})
    else:
        tell({"event": "refused", "message": said.removeprefix("ERROR: ")})
    return 0


def _take_over_streams() -> io.BufferedWriter:
    """Keep standard output for events; what anybody prints goes to standard error."""
    if hasattr(signal, "SIGINT"):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the checker's business
    events = os.fdopen(os.dup(1), "wb")
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=events.close)  # a worker's loop must not reach them
    os.dup2(2, 1)
    return events
