"""What one run is told: the configuration that travels to the child and to spawned workers."""

from __future__ import annotations

from dataclasses import dataclass, field

from loopconform.selection import Selection

DEFAULT_LIMIT = 5.0
"""Seconds that a check may take before it counts as a hang."""


@dataclass(frozen=True)
class Config:
    """The configuration of one run; every field is a JSON type.

    `mode` is check, list, show or worker. `limit` is in seconds, for each check. `port`
    and `stacks` are for a spawned worker: where to connect, and the descriptor for its
    stacks. `failed_preload` is what such a worker says of a preload that raised.
    """

    paths: tuple[str, ...]
    mode: str = "check"
    target: str = ""
    keyword: str | None = None
    select: Selection = field(default_factory=Selection)
    preload: tuple[str, ...] = ()
    jobs: int = 1
    limit: float = DEFAULT_LIMIT
    control: bool = True
    isolate: bool = False
    port: int = 0
    stacks: int | None = None
    failed_preload: str = ""
