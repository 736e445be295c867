"""Making stacks and tracebacks readable: the loop's and the check's frames only.

The frames of a lost worker's stacks come most recent first. From the first frame of
pytest on, a stack shows how the check was started, which helps nobody; and a path is as
short as it can be.
"""

from __future__ import annotations

import re
import sys
import sysconfig
import traceback
from pathlib import Path

_FRAME = re.compile(r'  File "(?P<path>[^"]+)", line (?P<line>\d+) in (?P<name>.+)')
# Asked for now: in a worker whose loop has eaten every descriptor nothing can be read any more.
_PATHS = sysconfig.get_paths()
_LIBRARIES = (_PATHS["purelib"], _PATHS["platlib"], _PATHS["stdlib"], "<")
_OWN = (sys.prefix, sys.base_prefix, str(Path(__file__).resolve().parent.parent), str(Path.cwd()))
_PREFIXES = sorted({f"{place}/" for place in (*_LIBRARIES[:3], *_OWN)}, key=len, reverse=True)
_MACHINERY = re.compile(r"[/\\](_pytest|pluggy|loopconform)[/\\](?!suites[/\\])")


def trimmed(text: str) -> str:
    """The stacks without the frames of pytest and of the checker."""
    kept: list[str] = []
    in_machinery = False
    for line in text.splitlines():
        frame = _FRAME.match(line)
        if frame is None:
            in_machinery = False
        elif _MACHINERY.search(frame["path"]):
            in_machinery = True
        if not in_machinery:
            kept.append(shortened(line))
    return "\n".join(kept)


def where(text: str) -> str:
    """Where stacks, not yet trimmed, say that the check was; empty where they don't.

    The check's own frame if one is found, first in what its tasks await, then in the
    thread that ran it; else the frame that this thread had reached.
    """
    threads = re.split(r"(?=^(?:Current thread|Thread|Task) )", text, flags=re.MULTILINE)
    threads.sort(key=lambda part: not part.startswith("Task"))
    frames = [
        frame
        for part in threads
        if part.startswith(("Task", "Current"))
        for frame in _FRAME.finditer(part)
        if not _MACHINERY.search(frame["path"])
    ]
    own = [frame for frame in frames if not _is_library(frame["path"])]
    return next((f"{shortened(f['path'])}:{f['line']} in {f['name']}" for f in [*own, *frames]), "")


def of_exception(error: BaseException) -> str:
    """The traceback of an exception and of what led to it, without the machinery's frames."""
    told = traceback.TracebackException.from_exception(error)
    part: traceback.TracebackException | None = told
    while part is not None:
        kept = [frame for frame in part.stack if not _MACHINERY.search(frame.filename)]
        part.stack = traceback.StackSummary.from_list(kept)
        part = part.__cause__ or part.__context__
    return shortened("".join(told.format()))


def shortened(text: str) -> str:
    """Replace the beginnings of paths that are this machine's own."""
    for prefix in _PREFIXES:
        text = text.replace(prefix, "")
    return text


def _is_library(path: str) -> bool:
    return path.startswith(_LIBRARIES) and "/suites/" not in path
