"""Odd but legal loops pass everything that asyncio's own loop passes."""

from __future__ import annotations

import json
import subprocess
import sys

from .checking import ROOT
from .innocents import INNOCENTS


def test_innocent_loops_are_not_accused() -> None:
    targets = ["asyncio:new_event_loop", *(f"tests.innocents:{name}" for name in INNOCENTS)]

    ended = subprocess.run(
        [sys.executable, "-m", "tests.bench", *targets],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr
    passes = {target: set(ids) for target, ids in json.loads(ended.stdout)["passes"].items()}
    kept = passes["asyncio:new_event_loop"]
    accused = {target: sorted(kept - ids) for target, ids in passes.items() if kept - ids}
    assert len(kept) > 300, f"asyncio's own loop passes only {len(kept)} checks"
    assert not accused, "\n".join(f"{target}: {ids}" for target, ids in accused.items())
