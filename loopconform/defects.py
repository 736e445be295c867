"""Promises that CPython itself breaks on some versions, each with its issue.

Where a check fails on the loop under test and on asyncio's own loop too, and the
defect stands in `cpython_defects.toml` for the running version, nothing is judged:
the line is a skip that names the issue. A loop that keeps such a promise all the
same has passed it.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any


@cache
def _entries() -> list[dict[str, Any]]:
    text = (resources.files("loopconform") / "cpython_defects.toml").read_text(encoding="utf-8")
    entries: list[dict[str, Any]] = tomllib.loads(text)["defect"]
    return entries


def defect_of(id_: str, version: tuple[int, ...]) -> str | None:
    """The address of the issue about `id_` on that (major, minor, micro), or None."""
    for entry in _entries():
        for python in entry["python"]:
            numbers = tuple(map(int, python.split(".")))
            if id_ in entry["ids"] and version[: len(numbers)] == numbers:
                issue: str = entry["issue"]
                return issue
    return None
