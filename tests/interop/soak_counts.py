"""What a process holds at a quiet moment, and what of it must not grow.

`handles` are the loop's handles; those that were called off and not thrown away yet count
as `cancelled`. `objects` is everything else whose class the loop's package defines:
transports, TLS sessions, servers. Memory is in KiB.
"""

from __future__ import annotations

import asyncio
import gc
import os
import resource
import threading
from dataclasses import dataclass, fields
from pathlib import Path

from .watched_run import open_descriptors

SLACK = {
    "descriptors": 0,
    "tasks": 0,
    "handles": 2,
    "cancelled": 200,
    "objects": 8,
    "threads": 0,
}
"""How much more there may be in the end than after the warm-up."""
RSS_SLACK = 8 * 1024
RSS_SHARE = 0.15
STATM = Path("/proc/self/statm")


@dataclass(frozen=True)
class Counts:
    """One look."""

    descriptors: int
    tasks: int
    handles: int
    cancelled: int
    objects: int
    threads: int
    rss: int

    def grown_since(self, before: Counts) -> list[str]:
        """What there is more of than may be, in words."""
        grown = [
            f"{name}: {getattr(before, name)} before, {getattr(self, name)} now"
            for name, slack in SLACK.items()
            if getattr(self, name) > getattr(before, name) + slack
        ]
        if self.rss > before.rss + max(RSS_SLACK, int(before.rss * RSS_SHARE)):
            grown.append(f"rss: {before.rss} KiB before, {self.rss} KiB now")
        return grown

    def __str__(self) -> str:
        return ", ".join(f"{field.name} {getattr(self, field.name)}" for field in fields(self))


def counted(package: str, loop: asyncio.AbstractEventLoop | None) -> Counts:
    """A look now, after all garbage is gone; `package` is the loop's, its tasks are counted."""
    gc.collect()
    handles = cancelled = objects = 0
    for one in gc.get_objects():
        kind = type(one)
        ours = str(getattr(kind, "__module__", "")).partition(".")[0] == package
        if issubclass(kind, asyncio.Handle) or (ours and kind.__name__.endswith("Handle")):
            handles += not one.cancelled()
            cancelled += one.cancelled()
        elif ours:
            objects += 1
    return Counts(
        len(open_descriptors()),
        len(asyncio.all_tasks(loop)) if loop is not None else 0,
        handles,
        cancelled,
        objects,
        threading.active_count(),
        resident_set(),
    )


def resident_set() -> int:
    """KiB of memory in use; where the system does not tell, the most there ever was."""
    if STATM.exists():
        pages = int(STATM.read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
